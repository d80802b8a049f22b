"""The mark of stand-ins in the CSV files beside figures and tables, for whoever reads these by a program."""

from __future__ import annotations

import pandas as pd

from mixsuite.reporting.description import Description


def marked(table: pd.DataFrame, description: Description) -> pd.DataFrame:
    """Return `table` with a last column `stand_in`: of the row that its column `row` names, else of the artefact."""
    of_row = {row.id: row.stand_in for row in description.rows}
    named = table["row"] if "row" in table else [None] * len(table)
    return table.assign(stand_in=[of_row.get(row, description.stand_in) for row in named])
