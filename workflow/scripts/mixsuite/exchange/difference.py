"""In what a result that nobody asked for differs from the most similar one that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mixsuite.overview.results import Result

_MOST = 4


def nearest(specification: Mapping[str, Any], wanted: Iterable[Result]) -> str:
    """Return, in words, what the present configuration has instead of a run with `specification`."""
    alike = (result for result in wanted if result.run.specification.keys() == specification.keys())
    differences = [(_differences(specification, result.run.specification), result) for result in alike]
    if not differences:
        return "nothing of this kind is asked for"
    changes, result = min(differences, key=lambda pair: len(pair[0]))
    more = f" and {len(changes) - _MOST} more" if len(changes) > _MOST else ""
    return f"the nearest that is asked for ({result.run.label}) differs: {', '.join(changes[:_MOST])}{more}"


def _differences(found: Any, expected: Any, place: str = "") -> list[str]:
    if isinstance(found, Mapping) and isinstance(expected, Mapping):
        keys = sorted(found.keys() | expected.keys())
        parts = (_differences(found.get(key), expected.get(key), f"{place}.{key}".strip(".")) for key in keys)
        return [change for part in parts for change in part]
    return [] if found == expected else [f"{place}: found {found}, expected {expected}"]
