"""The claims of a text, each with its verdict, and below them what was measured of the treatments that they compare."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mixsuite.config.manifest import Claim
from mixsuite.config.metrics import METRICS
from mixsuite.reporting.comparison import Comparison, artefact_table
from mixsuite.reporting.description import Description
from mixsuite.reporting.measurements import by_row
from mixsuite.reporting.quantities import Quantity
from mixsuite.reporting.tables import Block, Cell, Column, Notes, Table
from mixsuite.reporting.verdicts import RULE, Verdict, judge_claim

TIDY_COLUMNS = ["artefact", "claim", "text", "where", "metric", "verdict", "reason", "stand_in"]
QUANTITIES = (
    Quantity("training_accuracy", None, "Training accuracy"),
    Quantity("accuracy", None, "Test accuracy"),
    Quantity("generalisation_gap", None, "Training minus test"),
    Quantity("training_loss", None, "Training loss"),
    Quantity("loss", None, "Test loss"),
    Quantity("calibration_error", None, "ECE"),
    Quantity("overconfidence", None, "Confidence minus accuracy"),
    Quantity("overconfident_errors", None, "Overconfident errors"),
)
"""What is shown of each treatment."""

_COLUMNS = (
    Column("Claim", numeric=False, long=True),
    Column("Measured as", numeric=False, long=True),
    Column("Verdict", numeric=False),
    Column("Found", numeric=False, long=True),
)


def judge_claims(description: Description, measurements: pd.DataFrame) -> dict[str, Verdict]:
    """Return the verdict on each claim of the artefact, by the claim's id, by the rule of the score card."""
    return {claim.id: judge_claim(claim, _measured(claim, measurements)) for claim in description.claims}


def claims_tidy(description: Description, verdicts: dict[str, Verdict]) -> pd.DataFrame:
    """Return a line per claim with TIDY_COLUMNS."""
    lines = [
        [
            description.name,
            claim.id,
            claim.text,
            claim.where,
            claim.test.metric if claim.test else "",
            verdicts[claim.id].verdict,
            verdicts[claim.id].reason,
            description.stand_in,
        ]
        for claim in description.claims
    ]
    return pd.DataFrame(lines, columns=TIDY_COLUMNS)


def claims_table(
    description: Description, measurements: pd.DataFrame, verdicts: dict[str, Verdict], remarks: Sequence[str] = ()
) -> Table:
    """Return the table to read: a line per claim, then a line per treatment with QUANTITIES over seeds."""
    notes = Notes()
    comparison = Comparison(description, measurements, QUANTITIES)
    claims = Block("Claims", tuple(_line(claim, verdicts[claim.id]) for claim in description.claims))
    treatments = [Block(block.title, block.lines, comparison.columns()) for block in comparison.blocks(notes)]
    _, rule_of_claims, rule_of_seeds = RULE
    remarks = (rule_of_claims, rule_of_seeds, *remarks)
    return artefact_table(description, _COLUMNS, (claims, *treatments), notes, remarks)


def _measured(claim: Claim, measurements: pd.DataFrame) -> dict:
    return by_row(measurements, claim.test.metric) if claim.test else {}


def _line(claim: Claim, verdict: Verdict) -> tuple[Cell, ...]:
    metric = METRICS[claim.test.metric] if claim.test else None
    unit = f" ({metric.unit})" if metric and metric.unit else ""
    measured_as = f"{metric.title}{unit}" if metric else ""
    return tuple(Cell(text) for text in (claim.text, measured_as, verdict.verdict, verdict.reason))
