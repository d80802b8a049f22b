from __future__ import annotations

import pandas as pd

from mixsuite.reporting.description import read_description
from mixsuite.reporting.marking import marked


def test_lines_are_marked_by_their_row_and_else_by_the_artefact(describe):
    rows = [{"id": "a", "stand_in": False}, {"id": "b", "stand_in": True}]
    description = read_description(describe(rows, stand_in=True))
    by_row = marked(pd.DataFrame({"row": ["a", "b", "of all"], "error": [1.0, 2.0, 3.0]}), description)
    assert by_row["stand_in"].tolist() == [False, True, True]
    assert by_row.columns.tolist() == ["row", "error", "stand_in"]
    assert marked(pd.DataFrame({"x": [0.5]}), description)["stand_in"].tolist() == [True]
    assert marked(pd.DataFrame({"x": []}), description).columns.tolist() == ["x", "stand_in"]
