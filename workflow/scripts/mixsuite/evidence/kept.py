"""Whether tables, figures and measurements are as the suite's own steps left them."""

from __future__ import annotations

from pathlib import Path

from mixsuite.evidence.forms import RECORD, check_form
from mixsuite.records import read_record, sha256_of


def check_kept(folder: Path, name: str) -> None:
    """Hold the files of the artefact `name` in `folder`, a folder of evidence, against the record made with them.

    Raises:
        RecordError: the record is missing or damaged.
        ValueError: the record holds no checksums, or a file was changed.
    """
    path = folder / "records" / f"{name}.json"
    record = read_record(path)
    check_form(str(path), record, RECORD)
    for place, expected in record["forms"].items():
        # Recorded with the folders of the results before it; not all forms are kept.
        file = folder.joinpath(*Path(place).parts[-2:])
        if file.is_file() and (found := sha256_of(file)) != expected:
            raise ValueError(f"{file}: was changed: its sha256 is {found[:12]}..., expected {expected[:12]}...")
