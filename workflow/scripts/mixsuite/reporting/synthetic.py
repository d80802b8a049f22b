"""What oh2024's synthetic artefacts share: classes of features, and a note on their size."""

from __future__ import annotations

from mixsuite.reporting.description import Description, Row

RARITIES = {"common": "Common", "rare": "Rare", "extremely_rare": "Extremely rare"}
SIZE_NOTE = "Synthetic experiment, exact and of full size: the same at every scale."


def size_notes(description: Description) -> tuple[str, ...]:
    """Return what a table says of its experiments' size; nothing where the user changed a setting."""
    return () if description.stand_in else (SIZE_NOTE,)


def rarity_of(row: Row) -> str | None:
    """Return the class that ends the row's id (`paper/erm/rare`); None for a row about all of them (`paper/erm`)."""
    last = row.id.rpartition("/")[2]
    return last if last in RARITIES else None
