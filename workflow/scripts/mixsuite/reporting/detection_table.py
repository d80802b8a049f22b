"""How well networks tell images of no known class, by how sure they are: AUPR as printed, and other measures beside."""

from __future__ import annotations

import pandas as pd

from mixsuite.reporting.comparison import Comparison
from mixsuite.reporting.description import Description
from mixsuite.reporting.measurements import measure, measurement_table
from mixsuite.reporting.quantities import Quantity
from mixsuite.reporting.results import Results

QUANTITIES = (
    Quantity("aupr", "aupr"),
    Quantity("base_rate", None),
    Quantity("auroc", None),
    Quantity("fpr95", None),
)
REMARKS = (
    "Out-of-distribution images are the positives, the score is minus the largest softmax. AUPR is the average "
    "precision; a score without information has the chance level, the share of positives, and an AUROC of 50 %. FPR is "
    "the share of known images that score as high as 95 % of the unknown ones do.",
)
_MASKS = {
    "masked": "The softmax is over the classes of the set's folders alone, as in hendrycks/natural-adv-examples.",
    "unmasked": "The softmax is over all classes that the networks know.",
}


def measure_detection(description: Description, evaluations: Results) -> pd.DataFrame:
    """Return `aupr`, `base_rate`, `auroc` and `fpr95` (%) of every row and seed.

    Raises:
        ValueError: an evaluation lacks one.
    """
    return measurement_table(
        measurement
        for row in description.rows
        for run in row.runs
        if run.seed in evaluations[row.id]
        for measurement in measure(
            description.name, row, run, _values(evaluations[row.id][run.seed].get("detection"), row.id)
        )
    )


def compare_detection(description: Description, measurements: pd.DataFrame) -> Comparison:
    """Return the comparison of the printed AUPR with the rebuilt one, and all other measures."""
    return Comparison(description, measurements, QUANTITIES)


def detection_remarks(evaluations: Results) -> list[str]:
    """Return what a reader must know of the images and of the classes."""
    contents = [content for by_seed in evaluations.values() for content in by_seed.values()]
    masks = dict.fromkeys(_MASKS[each["specification"]["class_mask"]] for each in contents)
    images = dict.fromkeys(
        f"Out of distribution: {each['sets']['unknown']['source']}; {each['detection']['n_unknown']} images against "
        f"{each['detection']['n_known']} test images."
        for each in contents
    )
    return [*REMARKS, *masks, *images]


def _values(detection: dict[str, float] | None, row: str) -> dict[str, float]:
    try:
        return {quantity.measured: (detection or {})[quantity.measured] for quantity in QUANTITIES}
    except KeyError as error:
        raise ValueError(f"row {row}: {error.args[0]}: missing, expected it in the evaluation") from None
