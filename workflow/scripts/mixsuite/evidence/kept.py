"""Whether tables, figures and measurements are as the suite's own steps left them."""

from __future__ import annotations

from pathlib import Path

from mixsuite.records import read_record, sha256_of


def check_kept(folder: Path, name: str) -> None:
    """Hold the files of the artefact `name` in `folder`, a folder of evidence, against the record made with them.

    Raises:
        RecordError: the record is missing or damaged.
        ValueError: a file was changed.
    """
    for place, expected in read_record(folder / "records" / f"{name}.json")["forms"].items():
        # Recorded with the folders of the results before it; not all forms are kept.
        file = folder.joinpath(*Path(place).parts[-2:])
        if file.is_file() and (found := sha256_of(file)) != expected:
            raise ValueError(f"{file}: was changed: its sha256 is {found[:12]}..., expected {expected[:12]}...")
