"""Where things lie below results/. The rules' patterns say the same with wildcards: where not, no rule makes a file."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import get_args

from mixsuite.catalog.datasets import Form
from mixsuite.config.patches import PatchMethod

OUTPUTS = {
    "training": {
        "run": "runs/{run}/run.json",
        "model": "runs/{run}/model.safetensors",
        "history": "runs/{run}/history.csv",
    },
    "descent": {"run": "patches/{run}/run.json", "trajectory": "patches/{run}/trajectory.csv"},
    "timing": {"timing": "timings/{run}.json"},
    "landscape": {"landscape": "landscapes/{run}.json"},
    "fit": {"fit": "fits/{run}.json"},
    "search": {
        "record": "searches/{run}/search.json",
        "genotype": "searches/{run}/genotype.json",
        "history": "searches/{run}/history.csv",
    },
    "sizes": {"sizes": "sizes/{run}.json"},
    "adversarial_set": {
        "record": "adversarial_sets/{run}/dataset.json",
        "images": "adversarial_sets/{run}/images.npy",
        "labels": "adversarial_sets/{run}/labels.npy",
    },
    "stand_in_set": {
        "record": "stand_in_sets/{run}/dataset.json",
        "images": "stand_in_sets/{run}/images.npy",
        "labels": "stand_in_sets/{run}/labels.npy",
    },
    "evaluation": {"evaluation": "evaluations/{run}.json"},
    "scores": {"record": "scores/{run}/scores.json", "values": "scores/{run}/values.npy"},
    "subset": {"record": "subsets/{run}/dataset.json", "indices": "subsets/{run}/indices.npy"},
    "anchors": {"record": "anchors/{run}/anchors.json", "arrays": "anchors/{run}/images.npz"},
    "cscores": {"record": "cscores/{run}/cscores.json", "cscores": "cscores/{run}/cscores.npz"},
    "estimated_cscores": {"record": "cscores/{run}/cscores.json", "cscores": "cscores/{run}/cscores.npz"},
    "held_out": {"held_out": "held_out/{run}.json"},
    "mixed_outputs": {"mixed_outputs": "mixed_outputs/{run}.json"},
    "weights": {"record": "weights/{run}/weights.json", "model": "weights/{run}/model.safetensors"},
    "transfer": {"transfer": "transfers/{run}.json", "predictions": "transfers/{run}.npz"},
    "bridge": {"bridge": "bridges/{run}.json"},
    "composition": {"record": "compositions/{run}/composition.json", "arrays": "compositions/{run}/images.npz"},
}
"""What runs of each kind leave below results/SCALE, by name; the first is the run's record."""


def results(scale: str) -> PurePosixPath:
    """Return the folder of everything built at `scale`."""
    return PurePosixPath("results") / scale


def dataset(scale: str, name: str) -> str:
    """Return the folder of a prepared dataset; it holds train/ and test/, each a dataset with its own files."""
    return str(results(scale) / "data" / name)


def dataset_files(scale: str, name: str, form: Form) -> list[str]:
    """Return the files of a dataset prepared in `form`; the first describes all of it."""
    folder = dataset(scale, name)
    files = ("images.npy", "labels.npy", "dataset.json") if form == "arrays" else ("index.csv", "dataset.json")
    return [f"{folder}/dataset.json", *(f"{folder}/{split}/{file}" for split in ("train", "test") for file in files)]


def sweep_files(scale: str, sweep: str) -> list[str]:
    """Return the outputs of a sweep, a file per method."""
    return [str(results(scale) / "patches" / "sweeps" / sweep / f"{method}.csv") for method in get_args(PatchMethod)]


def outputs(scale: str, kind: str, identity: str) -> dict[str, str]:
    """Return the declared outputs of the run `identity` of `kind`, by name; the first is the record of the run."""
    return {name: str(results(scale) / pattern.format(run=identity)) for name, pattern in OUTPUTS[kind].items()}


def record(scale: str, kind: str, identity: str) -> str:
    """Return the file that says what the run `identity` of `kind` was made of, and what came out."""
    return next(iter(outputs(scale, kind, identity).values()))


def measurements(scale: str, artefact: str) -> str:
    """Return the tidy file of an artefact's measurements, which the score card reads."""
    return str(results(scale) / "measurements" / f"{artefact}.csv")


def artefact_files(scale: str, artefact: str, kind: str) -> list[str]:
    """Return what a person opens of an artefact, and its measurements."""
    folder, suffixes = {
        "table": ("tables", ("html", "md", "csv", "tex")),
        "figure": ("figures", ("pdf", "png", "csv")),
    }[kind]
    shown = [str(results(scale) / folder / f"{artefact}.{suffix}") for suffix in suffixes]
    return [*shown, measurements(scale, artefact)]


def artefact_record(scale: str, name: str) -> str:
    """Return the file that says what an artefact, or the score card (`scorecard`), was made of."""
    return str(results(scale) / "records" / f"{name}.json")


def scorecard_files(scale: str) -> list[str]:
    """Return the score card in its three forms."""
    return [str(results(scale) / f"scorecard.{suffix}") for suffix in ("md", "csv", "html")]
