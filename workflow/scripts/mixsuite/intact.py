"""The one way in to a result that an earlier step left: what was damaged since is refused, with one message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mixsuite.records import NoRecordError, RecordError, damages, read_record

_REMEDY = "delete it, and Snakemake makes it anew"


def read_intact(record: Path, *files: Path) -> dict[str, Any]:
    """Return the content of `record`; it and the other `files` of the result are held against their checksums.

    Raises:
        RecordError: a file is missing, is no record, or is not as it was written.
    """
    for file in (record, *files):
        if not file.is_file():
            raise RecordError(f"{file}: missing, expected the result of a run")
    try:
        content = read_record(record)
    except NoRecordError:
        raise
    except RecordError as error:
        raise RecordError(f"{error}; {_REMEDY}") from None
    for damage in damages(content, files):
        raise RecordError(f"{record.parent / damage}; {_REMEDY}")
    return content
