"""A folder of evidence of made-up runs, as collect_evidence.py leaves it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mixsuite.files import write_json, write_text
from mixsuite.records import sha256_of, write_record
from mixsuite.reporting.description import Row, Run
from mixsuite.reporting.measurements import measure, measurement_table, write_frame

NAME = "evidence_classification"
METHODS = {"vanilla": "Vanilla", "cutmix": "CutMix", "dcutmix": "DCutMix"}
ERRORS = {"vanilla": [30.0, 31.0, 32.0], "cutmix": [25.0, 26.5, 26.0], "dcutmix": [25.2, 26.4, 26.1]}
CLAIMS = (
    ("cutmix-beats-vanilla", "cutmix", "vanilla"),
    ("dcutmix-beats-cutmix", "dcutmix", "cutmix"),
    ("vanilla-beats-dcutmix", "vanilla", "dcutmix"),
)
CODE = "0123456789abcdef"


def _identity(method: str, seed: int) -> str:
    return f"{method}{seed}".ljust(12, "0")


def _description() -> dict:
    plain = {
        "block": "", "origin": "own", "source": "", "notes": [], "printed": {}, "patches": None, "measured": {},
        "best_of": [], "deviation_of": [], "missing": None, "stand_in": True, "recipe": None,
    }  # fmt: skip
    rows = [
        {
            **plain,
            "id": method,
            "label": label,
            "method": method,
            "baseline": None if method == "vanilla" else "vanilla",
            "runs": [{"seed": seed, "identity": _identity(method, seed)} for seed in range(3)],
        }
        for method, label in METHODS.items()
    ]
    claims = [
        {
            "id": name,
            "text": f"The claim {name}.",
            "where": "Table 2",
            "test": {"kind": "lower", "metric": "top1_error", "pairs": [[first, second]]},
            "stand_in": True,
        }
        for name, first, second in CLAIMS
    ]
    return {
        "name": NAME, "paper": "evidence", "title": "Errors", "where": "Table 2, on other data", "scale": "laptop",
        "scale_title": "small", "protocol": "text", "stand_in": True, "stand_in_note": "epochs 4 for 300; a for b",
        "footnotes": ["A footnote."], "settings": {}, "measured": {}, "axis": None, "rows": rows, "claims": claims,
    }  # fmt: skip


def _run(method: str, seed: int) -> dict:
    error = ERRORS[method][seed]
    return {
        "specification": {"seed": seed, "recipe": {"method": method}},
        "best": {"epoch": 3, "top1_error": error - 1},
        "last": {"epoch": 4, "top1_error": error},
        "seconds": 90.0,
        "images_per_second": 1000.0,
        "peak_memory": {"of": "process_without_workers", "bytes": 500_000_000},
        "device": "cpu (x86_64)",
        "threads": 1,
        "processes": 1,
        "precision": "float32",
        "dataset": {"sha256": "abc"},
        "provenance": {
            "code": CODE,
            "revision": "r1",
            "python": "3.11",
            "platform": "Linux",
            "libraries": {"torch": "2.0"},
        },
    }


@pytest.fixture
def evidence_folder(tmp_path: Path) -> Callable[..., Path]:
    """Write a folder of evidence; `missing` are runs, (method, seed), that are not there."""

    def make(missing: tuple[tuple[str, int], ...] = (), built: bool = True) -> Path:
        folder = tmp_path / "evidence"
        description = _description()
        trainings = [(method, seed) for method in METHODS for seed in range(3)]
        about = {"kind": "table", "description": description}
        write_json(folder / f"artefacts/{NAME}.json", about | {"trainings": [_identity(*each) for each in trainings]})
        index = {
            "scale": "laptop",
            "scale_title": "small",
            "config": {"schedules": {"cifar": {"epochs": 4}}},
            "artefacts": [NAME],
            "not_shown": {"jeong2021": ["table1"]},
            "trainings": [
                {
                    "identity": _identity(*each),
                    "label": f"{METHODS[each[0]]} on data, seed {each[1]}",
                    "seed": each[1],
                    "code": CODE,
                }
                for each in trainings
            ],
        }
        write_json(folder / "evidence.json", index)
        write_json(folder / "data/cifar100-part.json", {"n": {"train": 10000, "test": 10000}, "sha256": "abc"})
        for each in trainings:
            if each not in missing:
                write_json(folder / f"runs/{_identity(*each)}/run.json", _run(*each))
        if built:
            write_text(folder / f"tables/{NAME}.md", "# T\n\n> **stand-in**\n\n| a |\n| - |\n| 1 |\n\nA note.\n")
            measured = [
                measurement
                for method, label in METHODS.items()
                for seed, error in enumerate(ERRORS[method])
                for measurement in measure(
                    NAME,
                    Row(id=method, label=label, stand_in=True),
                    Run(seed, _identity(method, seed)),
                    {"top1_error": error, "best_top1_error": error - 1},
                )
            ]
            write_frame(folder / f"measurements/{NAME}.csv", measurement_table(measured))
            kept = [folder / f"tables/{NAME}.md", folder / f"measurements/{NAME}.csv"]
            forms = {f"results/laptop/{file.parent.name}/{file.name}": sha256_of(file) for file in kept}
            write_record(folder / f"records/{NAME}.json", {"specification": {}, "forms": forms}, CODE)
        return folder

    return make
