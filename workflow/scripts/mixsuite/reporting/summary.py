"""The poster's last table: which features each method learns, method by rarity, as printed and as measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mixsuite.config.manifest import Printed
from mixsuite.config.metrics import METRICS
from mixsuite.patches.theory import LEARNED_ACCURACY
from mixsuite.reporting.description import Description, Row
from mixsuite.reporting.measurements import measure_runs
from mixsuite.reporting.methods import method_style
from mixsuite.reporting.results import Results, environment_note
from mixsuite.reporting.statistics import mean, standard_deviation
from mixsuite.reporting.synthetic import RARITIES, rarity_of, size_notes
from mixsuite.reporting.tables import SPREAD_NOTE, Block, Cell, Column, Notes, Table, spread

TIDY_COLUMNS = [
    "artefact", "row", "setting", "method", "rarity", "printed", "seeds", "seeds_learned", "learned_since_iteration",
    "class_accuracy_mean", "class_accuracy_std", "feature_output_mean", "feature_output_std",
]  # fmt: skip
LEARNED_NOTE = (
    f"Learned: the test accuracy on data with such a feature, in parentheses, is at least {LEARNED_ACCURACY:g} at the "
    "last iteration, half way between a random guess and certainty."
)


def measure_summary(description: Description, results: Results) -> pd.DataFrame:
    """Return the measurements: `class_accuracy` and `learned` (1 or 0) of every row and seed."""
    return measure_runs(
        description,
        lambda row, run: {
            metric: _of_class(results[row.id][run.seed], metric, row) for metric in ("class_accuracy", "learned")
        },
    )


def tidy(description: Description, results: Results) -> pd.DataFrame:
    """Return a line per row, with TIDY_COLUMNS."""
    lines = []
    for row in description.rows:
        runs = [results[row.id][run.seed] for run in row.runs]
        since = [run["learned_from_step"][rarity_of(row)] for run in runs]
        learned, accuracy, output = (
            [_of_class(run, metric, row) for run in runs] for metric in ("learned", "class_accuracy", "feature_output")
        )
        lines.append(
            [
                description.name,
                row.id,
                row.setting,
                row.method,
                rarity_of(row),
                row.printed["learned"].text if "learned" in row.printed else None,
                len(runs),
                int(sum(learned)),
                None if None in since or not since else max(since),
                mean(accuracy),
                standard_deviation(accuracy),
                mean(output),
                standard_deviation(output),
            ]
        )
    return pd.DataFrame(lines, columns=TIDY_COLUMNS).astype({"learned_since_iteration": "Int64"})


def summary_table(description: Description, results: Results) -> Table:
    """Return the table to read: a block per setting, a line per method, two columns per rarity."""
    notes = Notes()
    blocks = tuple(Block(title, _lines(rows, results, notes)) for title, rows in description.blocks.items())
    for note in (
        LEARNED_NOTE,
        SPREAD_NOTE,
        *size_notes(description),
        environment_note(results),
        *description.footnotes,
    ):
        notes.add(note)
    groups = [f"{name} features" for name in RARITIES.values()]
    columns = [Column(title, group, numeric=False) for group in groups for title in ("printed", "measured")]
    return Table(
        title=description.heading,
        columns=(Column("Training method", numeric=False), *columns, Column("Seeds")),
        blocks=blocks,
        notes=notes.collected(),
    )


def _lines(rows: list[Row], results: Results, notes: Notes) -> tuple[tuple[Cell, ...], ...]:
    by_place = {(row.method, rarity_of(row)): row for row in rows}
    lines = []
    for method in dict.fromkeys(row.method for row in rows):
        cells = [cell for rarity in RARITIES for cell in _cells(by_place.get((method, rarity)), results, notes)]
        seeds = max(len(row.runs) for row in rows if row.method == method)
        lines.append((Cell(method_style(method).name), *cells, Cell(str(seeds))))
    return tuple(lines)


def _cells(row: Row | None, results: Results, notes: Notes) -> tuple[Cell, Cell]:
    if row is None or not row.runs:
        return Cell(""), Cell("")
    runs = [results[row.id][run.seed] for run in row.runs]
    learned = int(sum(_of_class(run, "learned", row) for run in runs))
    accuracy = spread([_of_class(run, "class_accuracy", row) for run in runs], METRICS["class_accuracy"].decimals)
    verdict = {0: "not learned", len(runs): "learned"}.get(learned, f"learned by {learned} of {len(runs)} seeds")
    return _printed_cell(row.printed.get("learned"), notes), Cell(f"{verdict} ({accuracy})")


def _printed_cell(printed: Printed | None, notes: Notes) -> Cell:
    if printed is None:
        return Cell("")
    marks = tuple(notes.mark(f"{doubt[:1].upper()}{doubt[1:]}.") for doubt in printed.doubts)
    return Cell(printed.text, marks=marks)


def _of_class(run: Mapping[str, Any], metric: str, row: Row) -> float:
    return float(run[metric][rarity_of(row)])
