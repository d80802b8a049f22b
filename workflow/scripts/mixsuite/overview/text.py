"""Plain text for a terminal: aligned columns, durations and sizes as people say them."""

from __future__ import annotations

from collections.abc import Sequence


def columns(heading: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Return `rows` below `heading` in columns as wide as they need; those whose places `right` names end alike."""
    widths = [max(len(row[place]) for row in (heading, *rows)) for place in range(len(heading))]

    def line(row: Sequence[str]) -> str:
        cells = (
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(heading), rule, *map(line, rows)])


def duration(seconds: float | None) -> str:
    """Return `seconds` in the unit that people would use, `?` where nobody knows."""
    if seconds is None:
        return "?"
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def size(n_bytes: float) -> str:
    """Return a number of bytes in the unit that people would use."""
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= scale:
            return f"{n_bytes / scale:.3g} {unit}"
    return f"{n_bytes:.0f} B"


def counted(number: int, what: str) -> str:
    """Return `number` and `what`, in the plural where there is not one."""
    return f"{number} {what}{'' if number == 1 else 's'}"
