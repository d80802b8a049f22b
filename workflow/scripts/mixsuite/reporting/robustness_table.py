"""Accuracy under attack and on shifted images, as the paper prints it, and beside it what its table leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from mixsuite.reporting.comparison import BEST_NOTE, Comparison, artefact_table
from mixsuite.reporting.description import Description, Row, Run
from mixsuite.reporting.evaluations import attack_words, shared_part
from mixsuite.reporting.measurements import measure, measurement_table
from mixsuite.reporting.quantities import Quantity
from mixsuite.reporting.results import Results
from mixsuite.reporting.tables import Block, Notes, Table

_METRICS = ("robust_accuracy", "accuracy")
_CHANGE = Quantity("accuracy_change", "accuracy_change", "Change against the baseline")
_BESIDE = "not in the paper's table"
REMARKS = (
    "White-box: attacked with the network's own gradients. Gray-box and black-box: adversarial images made once with a "
    "substitute network, kept as bytes within ε, and shown to all networks alike.",
    "Changes are against the baseline trained with the same seed. The baseline itself has none.",
    "A network that withstands a weak attack may owe it to gradients that vanish. PGD on the margin does not depend "
    "on how sure a network is, and so is the harder test.",
)


def evaluated_description(description: Description, evaluations: Results) -> Description:
    """Return `description` with further rows: those of its first block, with what else was measured of their runs.

    That is the accuracy on clean test images, and attacks that the paper does not show. A row's evaluation is named by
    its id up to the first slash: `white_box_fgsm/cutmix`.
    """
    shown = {_name(row) for row in description.rows}
    first = next(iter(description.blocks.values()), [])
    measured = shared_part({row.id: evaluations[row.id] for row in first}, "accuracy")
    attacks = shared_part(evaluations, "specification/white_box")
    titles = {"clean": f"Clean test images ({_BESIDE})"}
    titles |= {name: f"White-box {attack_words(attack)} ({_BESIDE})" for name, attack in attacks.items()}
    further = [
        replace(
            row,
            id=f"{name}/{_method(row.id)}",
            block=titles[name],
            baseline=f"{name}/{_method(row.baseline)}" if row.baseline else None,
            printed={},
            notes=(),
        )
        for name in measured
        if name not in shown and name in titles
        for row in first
    ]
    return replace(description, rows=(*description.rows, *further))


def measure_robustness(description: Description, evaluations: Results) -> pd.DataFrame:
    """Return per row and seed `robust_accuracy` or `accuracy` (%), and where there is a baseline `accuracy_change`.

    Changes, in points, are against the baseline with the same seed. `description` is an evaluated_description.

    Raises:
        ValueError: an evaluation lacks what a row shows.
    """
    values = {row.id: _values(row, _of(row, evaluations)) for row in description.rows}
    return measurement_table(
        measurement
        for row in description.rows
        for seed, value in values[row.id].items()
        for measurement in measure(
            description.name, row, _run(row, seed), {_metric(row): value} | _change(row, seed, values)
        )
    )


def robustness_table(
    description: Description, measurements: pd.DataFrame, evaluations: Results, remarks: Sequence[str] = ()
) -> Table:
    """Return the table to read, a block per attack, each with the columns of its own metric."""
    notes = Notes()
    comparisons = [_comparison(description, rows, measurements) for rows in description.blocks.values()]
    blocks = [Block(block.title, block.lines, each.columns()) for each in comparisons for block in each.blocks(notes)]
    columns = comparisons[0].columns() if comparisons else ()
    # Every block shows the same runs, which needs no note.
    once = replace(description, rows=tuple(next(iter(description.blocks.values()), [])))
    remarks = (BEST_NOTE, *REMARKS, *_conditions(description, evaluations), *remarks)
    return artefact_table(once, columns, tuple(blocks), notes, remarks)


def robustness_tidy(description: Description, measurements: pd.DataFrame) -> pd.DataFrame:
    """Return a line per row and quantity that was printed or rebuilt, with comparison.TIDY_COLUMNS."""
    quantities = [*(Quantity(metric, metric) for metric in _METRICS), _CHANGE]
    return Comparison(description, measurements, quantities).tidy()


def _comparison(description: Description, rows: Sequence[Row], measurements: pd.DataFrame) -> Comparison:
    metric = _metric(rows[0])
    quantities = [Quantity(metric, metric, "Top-1 accuracy"), _CHANGE]
    return Comparison(replace(description, rows=tuple(rows)), measurements, quantities)


def _name(row: Row) -> str:
    return row.id.partition("/")[0]


def _method(row_id: str) -> str:
    return row_id.partition("/")[2]


def _of(row: Row, evaluations: Results) -> Mapping[int, Mapping[str, Any]]:
    """Return the evaluations of the runs of `row`: its own, or those of the row of its method that it is made from."""
    if row.id in evaluations:
        return evaluations[row.id]
    return next(each for row_id, each in evaluations.items() if _method(row_id) == _method(row.id))


def _metric(row: Row) -> str:
    return "accuracy" if _name(row) == "clean" or "accuracy" in row.printed else "robust_accuracy"


def _values(row: Row, by_seed: Mapping[int, Mapping[str, Any]]) -> dict[int, float]:
    try:
        return {seed: content["accuracy"][_name(row)]["accuracy"] for seed, content in by_seed.items()}
    except KeyError as error:
        raise ValueError(f"row {row.id}: {error.args[0]}: missing, expected its accuracy in the evaluation") from None


def _change(row: Row, seed: int, values: Mapping[str, Mapping[int, float]]) -> dict[str, float]:
    baseline = values.get(row.baseline or "", {})
    return {_CHANGE.measured: values[row.id][seed] - baseline[seed]} if seed in baseline else {}


def _run(row: Row, seed: int) -> Run:
    return next((run for run in row.runs if run.seed == seed), Run(seed, ""))


def _conditions(description: Description, evaluations: Results) -> list[str]:
    """Return what a reader must know of each block: the attack's settings, the substitute, the images."""
    titles = {_name(row): row.block for row in description.rows}
    attacks, sets = (shared_part(evaluations, part) for part in ("specification/white_box", "sets"))
    said = [f"{titles[name]}: {attack_words(attack)}." for name, attack in attacks.items() if name in titles]
    for name, images in sets.items():
        if name in titles:
            said.append(f"{titles[name]}: {_images(images)}.")
    return [each for each in said if _BESIDE not in each]


def _images(images: Mapping[str, Any]) -> str:
    if "substitute" not in images:
        return images["source"]
    substitute, attack = images["substitute"], images["specification"]["attack"]
    network = ", ".join(f"{key} {value}" for key, value in substitute["model"].items() if key != "family")
    return (
        f"{attack_words(attack)}; substitute: {substitute['model']['family']} ({network}) trained with "
        f"{substitute['recipe']['method']}, seed {substitute['seed']}"
    )
