"""Checks of single settings; each raises ValueError naming the setting, what was found and what is expected."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any


def check_positive(name: str, value: Any) -> None:
    """Raise ValueError unless `value` is a finite number above 0."""
    if not (_is_number(value) and value > 0):
        raise _refusal(name, value, "a number above 0")


def check_fraction(name: str, value: Any) -> None:
    """Raise ValueError unless `value` is a number from 0 to 1, both included."""
    if not (_is_number(value) and 0 <= value <= 1):
        raise _refusal(name, value, "a number from 0 to 1")


def check_count(name: str, value: Any, at_least: int) -> None:
    """Raise ValueError unless `value` is a whole number of at least `at_least`."""
    if not (isinstance(value, int) and not isinstance(value, bool) and value >= at_least):
        raise _refusal(name, value, f"a whole number of at least {at_least}")


def check_switch(name: str, value: Any) -> None:
    """Raise ValueError unless `value` is true or false."""
    if not isinstance(value, bool):
        raise _refusal(name, value, "true or false")


def check_choice(name: str, value: Any, choices: Collection[Any]) -> None:
    """Raise ValueError unless `value` is one of `choices`."""
    if isinstance(value, bool) or value not in choices:
        raise _refusal(name, value, f"one of {', '.join(str(choice) for choice in choices)}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _refusal(name: str, value: Any, expected: str) -> ValueError:
    return ValueError(f"{name}: found {value!r}, expected {expected}")
