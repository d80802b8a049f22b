"""Checks of plain settings; each raises SettingError, naming the setting, what was found and what is expected."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from typing import Any


class SettingError(ValueError):
    """A setting is missing, unknown or out of range; a program prints the text without a traceback."""


def check_keys(name: str, value: Any, required: Iterable[str], optional: Iterable[str] = ()) -> None:
    """Raise SettingError unless `value` is a mapping with all `required` keys and none beyond the `optional` ones."""
    required = list(required)
    allowed = [*required, *optional]
    if not isinstance(value, Mapping):
        raise SettingError(f"{name}: found {value!r}, expected settings {', '.join(allowed)}")
    for key in value:
        if key not in allowed:
            raise SettingError(f"{name}: unknown key {key!r}{suggest(key, allowed)}")
    for key in required:
        if key not in value:
            raise SettingError(f"{name}: missing key {key!r}")


def check_choice(name: str, value: Any, choices: Iterable[Any]) -> None:
    """Raise SettingError unless `value` is one of `choices`."""
    choices = list(choices)
    if isinstance(value, bool) or value not in choices:
        raise SettingError(f"{name}: found {value!r}{suggest(value, choices)}")


def check_count(name: str, value: Any, at_least: int) -> None:
    """Raise SettingError unless `value` is a whole number of at least `at_least`."""
    if not (isinstance(value, int) and not isinstance(value, bool) and value >= at_least):
        raise SettingError(f"{name}: found {value!r}, expected a whole number of at least {at_least}")


def check_positive(name: str, value: Any) -> None:
    """Raise SettingError unless `value` is a finite number above 0."""
    if not (_is_number(value) and value > 0):
        raise SettingError(f"{name}: found {value!r}, expected a number above 0")


def check_not_negative(name: str, value: Any) -> None:
    """Raise SettingError unless `value` is a finite number of at least 0."""
    if not (_is_number(value) and value >= 0):
        raise SettingError(f"{name}: found {value!r}, expected a number of at least 0")


def check_fraction(name: str, value: Any) -> None:
    """Raise SettingError unless `value` is a number from 0 to 1, both included."""
    if not (_is_number(value) and 0 <= value <= 1):
        raise SettingError(f"{name}: found {value!r}, expected a number from 0 to 1")


def check_switch(name: str, value: Any) -> None:
    """Raise SettingError unless `value` is true or false."""
    if not isinstance(value, bool):
        raise SettingError(f"{name}: found {value!r}, expected true or false")


def check_list(name: str, value: Any, of: str) -> None:
    """Raise SettingError unless `value` is a list (or tuple); `of` says in the message what it should hold."""
    if not isinstance(value, list | tuple):
        raise SettingError(f"{name}: found {value!r}, expected a list of {of}")


_MOST_SHOWN = 24
"""Names that a message lists."""


def suggest(found: Any, allowed: Iterable[Any]) -> str:
    """Return `; expected one of a, b, c`, and before it the likeliest of them if `found` looks like a slip of it."""
    choices = sorted(allowed, key=lambda choice: (isinstance(choice, str), choice))
    names = [str(choice) for choice in choices]
    # A number or a list is no slip of a name; nor is the text "18" one of the number 18.
    slip = isinstance(found, str) and found not in names
    close = difflib.get_close_matches(found, names, n=1) if slip else []
    meant = f" (did you mean {close[0]!r}?)" if close else ""
    shown = ", ".join(names[:_MOST_SHOWN]) + (f", ... ({len(names)} in all)" if len(names) > _MOST_SHOWN else "")
    return f"{meant}; expected {f'one of {shown}' if names else 'none'}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
