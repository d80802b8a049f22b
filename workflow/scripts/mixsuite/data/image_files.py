"""Many image files at once: that each starts like an image, its size and, where asked for, its checksum."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from mixsuite.data.errors import DatasetError

FORMATS = {
    "BMP": rb"BM",
    "GIF": rb"GIF8[79]a",
    "JPEG": rb"\xff\xd8\xff",
    "PGM": rb"P[25]\s",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "PPM": rb"P[36]\s",
    # The last two are BigTIFF.
    "TIFF": rb"II\*\0|MM\0\*|II\+\0|MM\0\+",
    "WebP": rb"(?s:RIFF.{4}WEBP)",
}
"""How a file of each format starts, as a regular expression: those of mixsuite.data.class_folders.SUFFIXES."""
_LONGEST_START = 12
# A network's file system answers slowly, but many at once.
_THREADS = 16
_CHUNK = 256
_SHOWN = 3


class FileFacts(NamedTuple):
    """`size` in bytes and, where asked for, the sha256 of one file."""

    size: int
    sha256: str | None


def check_files(root: Path, paths: Sequence[str], checksums: bool, formats: Iterable[str] = FORMATS) -> list[FileFacts]:
    """Return the facts of each file, `paths` being relative to `root`, after a look at its first bytes.

    A download that broke off often leaves files of no or zero bytes; what else may be wrong shows when a file is
    decoded. The content's own start counts, not the suffix.

    Raises:
        DatasetError: files cannot be read, or do not start as an image of one of `formats` does; the first few are
            named.
    """
    formats = sorted(formats)
    wanted = re.compile(b"|".join(FORMATS[name] for name in formats))
    expected = f"does not start like a {', '.join(formats[:-1])} or {formats[-1]} image"
    chunks = [paths[start : start + _CHUNK] for start in range(0, len(paths), _CHUNK)]
    with ThreadPoolExecutor(_THREADS) as threads:
        found = threads.map(lambda chunk: [_look(root / path, checksums, wanted, expected) for path in chunk], chunks)
        facts = [fact for chunk in found for fact in chunk]
    wrong = [fact for fact in facts if isinstance(fact, str)]
    if wrong:
        more = f", and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise DatasetError(f"found {len(wrong)} files that cannot be used: {', '.join(wrong[:_SHOWN])}{more}")
    return facts


def _look(path: Path, checksums: bool, wanted: re.Pattern[bytes], expected: str) -> FileFacts | str:
    try:
        # The table of files is in UTF-8.
        str(path).encode()
        with path.open("rb") as file:
            start = file.read(_LONGEST_START)
            size = file.seek(0, 2)
            if not wanted.match(start):
                return f"{path} ({expected if size else 'is empty'})"
            file.seek(0)
            return FileFacts(size, hashlib.file_digest(file, "sha256").hexdigest() if checksums else None)
    except OSError as error:
        return f"{path} (cannot be read: {error.strerror})"
    except UnicodeEncodeError:
        return f"{str(path)!a} (its name is not in UTF-8)"
