"""Checks of plain settings (parsed JSON), each naming the setting, what was found and what is expected."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Any

from mixsuite.data.errors import SettingError


def check_keys(where: str, found: Any, required: Collection[str], optional: Collection[str] = ()) -> None:
    """Raise SettingError unless `found` is a dict with all `required` keys and none beyond the `optional` ones."""
    if not isinstance(found, dict):
        raise SettingError(f"{where}: found {found!r}, expected settings {', '.join(sorted(required))}")
    allowed = {*required, *optional}
    for key in found:
        if key not in allowed:
            close = difflib.get_close_matches(str(key), allowed, n=1)
            meant = f" (did you mean {close[0]!r}?)" if close else ""
            raise SettingError(f"{where}: unknown key {key!r}{meant}; expected {', '.join(sorted(allowed))}")
    for key in sorted(required):
        if key not in found:
            raise SettingError(f"{where}: missing key {key!r}")


def check_whole(where: str, found: Any, least: int) -> int:
    """Return `found` if it is a whole number of at least `least`; raise SettingError otherwise."""
    if isinstance(found, bool) or not isinstance(found, int) or found < least:
        raise SettingError(f"{where}: found {found!r}, expected a whole number of at least {least}")
    return found
