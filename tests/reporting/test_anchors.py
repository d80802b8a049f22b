"""jeong2021's Fig. 2: what it reads, measures and draws."""

from __future__ import annotations

import importlib.util
import json

import numpy as np
import pandas as pd
import pytest

from mixsuite.catalog.runs import identity
from mixsuite.reporting.anchors import anchors_table, draw, measure_reliability, read_anchors
from mixsuite.reporting.description import read_description
from mixsuite.subsampling.scores import write_scores

COMPOSITES = 3


def anchor(side, place):
    composites = [
        {"loss": loss, "boxes": [[1, 1, 5, 5], [2, 2, 2, 3]], "classes": ["a", "b", "c"], "shares": [0.75, 0.25, 0.0]}
        for loss in (0.1, 0.2, 1.5)
    ]
    return {"side": side, "place": place, "class": "a", "cv": 0.5, "losses": [0.1, 0.2, 1.5], "composites": composites}


@pytest.fixture
def artefact(describe, tmp_path):
    """A gallery of four anchors, and scores of three seeds whose CVs tell of the image."""
    rng = np.random.default_rng(0)
    scores = []
    for seed in range(3):
        specification = {"kind": "mixed_losses", "seed": seed}
        folder = tmp_path / "scores" / identity(specification)
        spread = rng.uniform(0.01, 0.9, (200, 1))
        losses = 1 + spread * rng.uniform(-1, 1, (200, 40))
        record = {"specification": specification, "dataset": {"sha256": "abc"}}
        write_scores(folder / "scores.json", folder / "values.npy", record, losses, "c0de")
        scores.append({"seed": seed, "identity": folder.name})
    specification = {"anchors": 2, "scores": scores[0]["identity"]}
    folder = tmp_path / "anchors" / identity(specification)
    folder.mkdir(parents=True)
    shown = [anchor("high", 3), anchor("high", 4), anchor("low", 7), anchor("low", 9)]
    (folder / "anchors.json").write_text(
        json.dumps({"provenance": {}, "specification": specification, "anchors": shown})
    )
    images = rng.integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)
    np.savez(folder / "images.npz", anchors=images, composites=np.repeat(images[:, None], COMPOSITES, axis=1))
    row = {"id": "scored", "label": "Scored", "measured": {"scores": scores}, "stand_in": True}
    gallery = [{"seed": 0, "identity": folder.name}]
    return describe(
        [row],
        name="jeong2021_fig2",
        measured={"anchors": gallery},
        stand_in=True,
        stand_in_note="digits for CIFAR-100",
    )


def test_reliability_is_high_where_images_differ_and_low_where_draws_do(artefact, tmp_path):
    description = read_description(artefact)
    found = measure_reliability(description, tmp_path / "scores")
    assert found["metric"].unique().tolist() == ["cv_reliability"]
    assert found["seed"].tolist() == [0, 1, 2]
    assert (found["value"] > 0.85).all()
    # The same losses dealt out to images at random tell nothing of an image.
    name = artefact["rows"][0]["measured"]["scores"][1]["identity"]
    place = tmp_path / "scores" / name
    dealt = np.random.default_rng(1).permuted(np.load(place / "values.npy"), axis=0)
    content = json.loads((place / "scores.json").read_text())
    content = {key: content[key] for key in ("specification", "dataset")}
    write_scores(place / "scores.json", place / "values.npy", content, dealt, "c0de")
    assert abs(measure_reliability(description, tmp_path / "scores")["value"][1]) < 0.25


def test_the_figure_shows_each_anchor_with_its_composites_and_losses(artefact, tmp_path):
    description = read_description(artefact)
    anchors = read_anchors(description, tmp_path / "anchors")
    figure = draw(description, anchors)
    assert len(figure.get_axes()) == 4 * (1 + COMPOSITES)
    titles = [axis.get_title() for axis in figure.get_axes()]
    assert titles.count("1.50") == 4
    assert sum("CV 0.50" in title for title in titles) == 4
    assert any(text.get_gid() == "stand-in" for text in figure.texts)


def test_the_table_has_a_line_per_composite(artefact, tmp_path):
    table = anchors_table(read_anchors(read_description(artefact), tmp_path / "anchors"))
    assert len(table) == 4 * COMPOSITES
    assert table["side"].tolist() == ["high"] * 6 + ["low"] * 6
    assert table["shares"][0] == "0.750 0.250 0.000"


def test_what_is_missing_is_named(artefact, tmp_path):
    with pytest.raises(ValueError, match="--artefact: anchors: missing"):
        read_anchors(read_description({**artefact, "measured": {}}), tmp_path / "anchors")
    (folder,) = (tmp_path / "anchors").iterdir()
    (folder / "images.npz").write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"images.npz: cannot be read"):
        read_anchors(read_description(artefact), tmp_path / "anchors")
    with pytest.raises(ValueError, match=r"scores.json: missing"):
        measure_reliability(read_description(artefact), tmp_path / "nowhere")


def test_the_program_writes_every_file(artefact, tmp_path, coarse, root):
    spec = importlib.util.spec_from_file_location("plot_anchors", root / "workflow" / "scripts" / "plot_anchors.py")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    out = {form: tmp_path / f"figure.{form}" for form in ("pdf", "png", "csv")}
    options = [part for form, path in out.items() for part in (f"--output-{form}", str(path))]
    where = ["--runs", str(tmp_path / "anchors"), "--scores", str(tmp_path / "scores")]
    measured = ["--output-measurements", str(tmp_path / "measurements.csv")]
    assert program.main(["--artefact", json.dumps(artefact), *where, *options, *measured]) == 0
    assert all(path.stat().st_size for path in out.values())
    assert len(pd.read_csv(tmp_path / "measurements.csv")) == 3
