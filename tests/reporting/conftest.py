"""Made-up runs and catalog descriptions that look like the real ones."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mixsuite.catalog.runs import identity
from mixsuite.reporting import style

RARITIES = ("common", "rare", "extremely_rare")
SETTING = {
    "patches": 3,
    "dimension": 2000,
    "samples": 300,
    "sigma_d": 0.25,
    "sigma_b": 0.15,
    "alpha": 0.005,
    "rho": [0.8, 0.15, 0.05],
    "rarity": list(RARITIES),
    "beta": 0.1,
    "r": 1,
    "learning_rate": 1,
    "cut_size": 1,
    "steps": 100,
    "sigma_0": 0.01,
    "test_samples": 500,
}
COMPUTED = {"device": "cpu (x86_64)", "provenance": {"libraries": {"torch": "2.0"}}}
OUTPUTS = {"erm": (4.8, 0.2, 0.02), "cutout": (6.5, 2.8, 0.5), "cutmix": (1.4, 1.4, 1.39)}
ACCURACIES = {"erm": (0.998, 0.6, 0.51), "cutout": (0.99, 0.95, 0.6), "cutmix": (0.999, 0.999, 0.998)}


@pytest.fixture
def coarse(monkeypatch):
    """Let figures have few dots and plain fonts, for tests of other things: writing spends most of its time there."""
    monkeypatch.setitem(style._SETTINGS, "savefig.dpi", 30)
    monkeypatch.setitem(style._SETTINGS, "pdf.fonttype", 3)


@pytest.fixture
def describe() -> Callable[..., dict[str, Any]]:
    """Make a description as the catalog gives it, from rows that name only what matters."""

    def make(rows: Sequence[dict[str, Any]], **changes: Any) -> dict[str, Any]:
        plain = {
            "label": "",
            "block": "",
            "method": None,
            "origin": "own",
            "source": "",
            "notes": [],
            "baseline": None,
            "printed": {},
            "patches": None,
            "runs": [],
            "recipe": None,
            "measured": {},
            "best_of": [],
            "deviation_of": [],
            "missing": None,
            "stand_in": False,
        }
        return {
            "name": "jeong2021_table1",
            "paper": "jeong2021",
            "title": "A table",
            "where": "Table 1",
            "kind": "table",
            "scale": "demo",
            "scale_title": "digits",
            "protocol": "text",
            "stand_in": False,
            "stand_in_note": "",
            "footnotes": ["A footnote of the manifest."],
            "settings": {},
            "measured": {},
            "rows": [{**plain, **row} for row in rows],
            **changes,
        }

    return make


@pytest.fixture
def classifier_runs(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Write a run.json per seed with the best errors given; return the references that a row holds."""

    def write(name: str, best: Sequence[float], parameters: int = 1_725_300) -> list[dict[str, Any]]:
        runs = []
        for seed, error in enumerate(best):
            specification = {"model": name, "seed": seed}
            folder = tmp_path / "runs" / identity(specification)
            folder.mkdir(parents=True)
            last = error + 0.5
            content = {
                "specification": specification,
                **COMPUTED,
                "n_parameters": parameters,
                "best": {"epoch": 7, "top1_error": error, "top5_error": error / 4},
                "last": {
                    "epoch": 9,
                    "top1_error": last,
                    "top5_error": error / 3,
                    "top1_error_even": last - 0.1,
                    "top1_error_odd": last + 0.1,
                },
            }
            (folder / "run.json").write_text(json.dumps({"provenance": {}, **content}))
            runs.append({"seed": seed, "identity": folder.name})
        return runs

    return write


@pytest.fixture
def write_timing(tmp_path: Path) -> Callable[[dict[str, list[float]]], str]:
    """Write a timing with the seconds of each recipe in each repetition; return its identity."""

    def write(seconds: dict[str, list[float]]) -> str:
        specification = {"schedule": {"batch_size": 100}, "recipes": {name: {} for name in seconds}}
        folder = tmp_path / "timings"
        folder.mkdir(exist_ok=True)
        content = {
            "specification": specification,
            "repetitions": [dict(zip(seconds, each, strict=True)) for each in zip(*seconds.values(), strict=True)],
            "relative": {
                name: [own / base for own, base in zip(each, seconds["vanilla"], strict=True)]
                for name, each in seconds.items()
            },
            "turns": 5,
            "steps": 4,
            "device": COMPUTED["device"],
            "threads": 1,
        }
        (folder / f"{identity(specification)}.json").write_text(json.dumps({"provenance": {}, **content}))
        return identity(specification)

    return write


@pytest.fixture
def patch_runs(tmp_path: Path) -> Callable[[str, int], list[dict[str, Any]]]:
    """Write run.json and trajectory.csv of a synthetic experiment per seed; return the references of a row."""

    def write(method: str, seeds: int) -> list[dict[str, Any]]:
        runs = []
        for seed in range(seeds):
            result = _result(method, seed)
            folder = tmp_path / "patches" / identity(result["specification"])
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "run.json").write_text(json.dumps({"provenance": {}, **result}))
            runs.append({"seed": seed, "identity": folder.name})
            with (folder / "trajectory.csv").open("w", newline="") as file:
                table = csv.writer(file)
                table.writerow(["step", "metric", "rarity", "feature", "label", "value"])
                table.writerows(_trajectory(method, seed))
        return runs

    return write


@pytest.fixture
def bridge_runs(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Write the networks' accuracies per method and seed; return the references that an artefact holds.

    A method's network learns the features with more expected images than `needed`: 40, 20, 10, 5 are drawn.
    """

    def write(needed: dict[str, float] | None = None, seeds: int = 3) -> list[dict[str, Any]]:
        folder = tmp_path / "bridges"
        folder.mkdir(exist_ok=True)
        runs = []
        for method, limit in (needed or {"erm": 15, "cutout": 7, "cutmix": 3}).items():
            specification = {"method": method}
            rows = [
                {
                    "seed": seed,
                    "feature": feature,
                    "rarity": "common" if feature == 1 else "rare",
                    "rho": images / 80,
                    "expected_images": images,
                    "drawn_images": round(images),
                    "class_accuracy": (0.9 if images > limit else 0.6) + 0.01 * seed,
                    "training_fit": 1.0,
                }
                for seed in range(seeds)
                for feature, images in enumerate((40.0, 20.0, 10.0, 5.0), start=1)
            ]
            content = {"specification": specification, **COMPUTED, "rows": rows}
            (folder / f"{identity(specification)}.json").write_text(json.dumps({"provenance": {}, **content}))
            runs.append({"seed": 0, "identity": identity(specification)})
        return runs

    return write


@pytest.fixture
def patch_rows(patch_runs) -> Callable[..., list[dict[str, Any]]]:
    """Make the rows of a synthetic artefact, a row per method or per method and rarity class."""

    def make(seeds: int = 3, by_rarity: bool = True) -> list[dict[str, Any]]:
        learned = {"erm": 1, "cutout": 2, "cutmix": 3}
        return [
            {
                "id": f"paper/{method}/{rarity}" if by_rarity else f"paper/{method}",
                "label": f"{method}, {rarity}",
                "block": "Setting of the paper's figure",
                "method": method,
                "patches": {"setting": "paper", "method": method},
                "printed": {"learned": _word(RARITIES.index(rarity) < learned[method])} if by_rarity else {},
                "runs": patch_runs(method, seeds),
            }
            for method in learned
            for rarity in (RARITIES if by_rarity else ["all"])
        ]

    return make


def _word(learned: bool) -> dict[str, Any]:
    text = "learned" if learned else "not learned"
    return {"text": text, "value": float(learned), "inferred": True, "source": "a theorem"}


def _result(method: str, seed: int) -> dict[str, Any]:
    accuracies = {rarity: value - 0.001 * seed for rarity, value in zip(RARITIES, ACCURACIES[method], strict=True)}
    return {
        "specification": {"setting": SETTING, "method": method, "seed": seed},
        **COMPUTED,
        "theory": {"uniform_activation": 1.3954, "feature_output": 1.4753},
        "activation_mean": 1.25,
        "activation_spread": 0.1 + 0.025 * seed,
        "training_fit": 1.0,
        "training_fit_from_step": 10 + seed,
        "augmented_fit": 1.0 if method == "cutout" else 0.99,
        "augmented_fit_from_step": 20 if method == "cutout" else None,
        "gradient_norm": {"first": 0.1, "last": 1e-6 * (seed + 1), "smallest": 1e-7, "smallest_at_step": 90},
        "test_accuracy": {"erm": 0.915, "cutout": 0.962, "cutmix": 0.93}[method] + 0.001 * seed,
        "class_accuracy": accuracies,
        "feature_output": dict(zip(RARITIES, OUTPUTS[method], strict=True)),
        "learned": {rarity: value >= 0.75 for rarity, value in accuracies.items()},
        "learned_from_step": {rarity: 5 + seed if value >= 0.75 else None for rarity, value in accuracies.items()},
    }


def _trajectory(method: str, seed: int) -> list[list[Any]]:
    lines = []
    for step in (0, 1, 10, 100):
        lines.append([step, "loss", "all", "", "", 0.5])
        for feature, (rarity, last) in enumerate(zip(RARITIES, OUTPUTS[method], strict=True), start=1):
            value = last * step / 100 * (1 + 0.1 * seed)
            lines.append([step, "feature_output", rarity, "", "", value])
            lines.append([step, "feature_output", rarity, feature, 1, value + 7])
    return lines
