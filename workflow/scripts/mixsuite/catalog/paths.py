"""Where things lie below results/. The rules' patterns say the same with wildcards: where not, no rule makes a file."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import get_args

from mixsuite.catalog.datasets import Form
from mixsuite.config.patches import PatchMethod


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


def training_files(scale: str, identity: str) -> dict[str, str]:
    """Return the declared outputs of a training."""
    folder = results(scale) / "runs" / identity
    return {
        "model": str(folder / "model.safetensors"),
        "history": str(folder / "history.csv"),
        "run": str(folder / "run.json"),
    }


def descent_files(scale: str, identity: str) -> dict[str, str]:
    """Return the outputs of a synthetic experiment."""
    folder = results(scale) / "patches" / identity
    return {"trajectory": str(folder / "trajectory.csv"), "run": str(folder / "run.json")}


def timing(scale: str, identity: str) -> str:
    """Return the file of a timing of training steps."""
    return str(results(scale) / "timings" / f"{identity}.json")


def landscape(scale: str, identity: str) -> str:
    """Return the file of what was measured of the loss around a network."""
    return str(results(scale) / "landscapes" / f"{identity}.json")


def composition_files(scale: str, identity: str) -> list[str]:
    """Return the files of a composition: what it is made of, and its arrays."""
    return [str(results(scale) / "compositions" / identity / file) for file in ("composition.json", "images.npz")]


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


def scorecard_files(scale: str) -> list[str]:
    """Return the score card in its three forms."""
    return [str(results(scale) / f"scorecard.{suffix}") for suffix in ("md", "csv", "html")]
