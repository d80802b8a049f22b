"""Fetching one file with a checksum, retries that continue where the last attempt broke off, and progress lines."""

from __future__ import annotations

import hashlib
import http.client
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from mixsuite.data.errors import DatasetError

_CHUNK = 1 << 18
_SECONDS_BETWEEN_LINES = 5.0
_TIMEOUT = 30.0
_ALGORITHMS = {32: "md5", 64: "sha256"}


def fetch(url: str, destination: Path, checksum: str, attempts: int = 5, pause: float = 2.0) -> Path:
    """Return `destination`, which holds what `url` serves; it is fetched only if it is not there with this `checksum`.

    The checksum is an md5 or a sha256, told apart by their lengths. Broken attempts are repeated, `attempts` times in
    all and `pause` seconds apart (doubled each time), each going on from what has arrived.

    Raises:
        DatasetError: the server refuses, cannot be reached, or what arrives has another checksum.
    """
    name = _ALGORITHMS[len(checksum)]
    if destination.is_file() and checksum_of(destination, name) == checksum:
        return destination
    destination.parent.mkdir(parents=True, exist_ok=True)
    partial = destination.with_name(f"{destination.name}.part")
    problem = ""
    for attempt in range(attempts):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
            _say(f"{destination.name}: {problem}; attempt {attempt + 1} of {attempts}")
        try:
            _append(url, partial)
        except urllib.error.HTTPError as error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                partial.unlink(missing_ok=True)
            elif error.code < 500:
                raise DatasetError(f"{url}: the server answers {error.code} {error.reason}") from None
            problem = f"the server answers {error.code}"
        except (OSError, http.client.HTTPException) as error:
            problem = f"the connection broke ({error})"
        else:
            found = checksum_of(partial, name)
            if found == checksum:
                partial.replace(destination)
                return destination
            partial.unlink()
            problem = f"what arrived has {name} {found}, expected {checksum}"
    raise DatasetError(f"{url}: not fetched in {attempts} attempts: {problem}")


def md5_of(path: Path) -> str:
    """Return the md5 of a file, which is the checksum that the datasets' authors published."""
    return checksum_of(path, "md5")


def checksum_of(path: Path, name: str) -> str:
    """Return the checksum `name`, md5 or sha256, of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(name, usedforsecurity=False)).hexdigest()


def _append(url: str, partial: Path) -> None:
    have = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
        # A server without ranges sends the whole file again.
        continued = response.status == http.HTTPStatus.PARTIAL_CONTENT
        have = have if continued else 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        spoken = time.monotonic()
        with partial.open("ab" if continued else "wb") as file:
            while chunk := response.read(_CHUNK):
                file.write(chunk)
                have += len(chunk)
                if time.monotonic() - spoken > _SECONDS_BETWEEN_LINES:
                    spoken = time.monotonic()
                    _say(f"{partial.stem}: {have / 1e6:.0f} of {f'{total / 1e6:.0f}' if total else '?'} MB")
    if total is not None and have < total:
        raise ConnectionError(f"{have} of {total} bytes arrived")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
