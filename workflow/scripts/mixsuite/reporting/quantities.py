"""Which measurement is held against a printed value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from mixsuite.config.metrics import METRICS, Metric
from mixsuite.reporting.measurements import by_row
from mixsuite.reporting.statistics import mean
from mixsuite.reporting.tables import number, scientific_spread, spread
from mixsuite.reporting.verdicts import Measured

FIXED = ("parameters", "flops", "base_rate")
"""Properties of a network or of the images, which no seed changes."""

# The top-1 errors of jeong2021's Tables 1 and 3 are of the best epoch on the test set: those that it copied from CutMix
# (Yun et al. 2019) are said to be, and its released code keeps the best epoch (clovaai/DCutMix, main.py). Of the others
# it is not said.
_MEASURED_AS = {"top1_error": "best_top1_error"}
# Measured by repeating a measurement, not by training with several seeds.
_REPEATED = ("relative_time",)
# Small where a stand-in is measured, and then not to be rounded to nothing.
_SMALL = ("search_cost",)
# The recipe that others are measured relative to; its own value says nothing.
_RELATIVE_TO = {"relative_time": "vanilla"}


@dataclass(frozen=True)
class Quantity:
    """A column of a table: what was measured, under which name the papers print it (None: they do not), its heading."""

    measured: str
    printed: str | None
    title: str = ""

    @property
    def metric(self) -> Metric:
        """Unit, decimals and direction."""
        return METRICS[self.measured]

    @property
    def of_seeds(self) -> bool:
        """Whether it has a value per seed; else it has one per repetition of the measurement."""
        return self.measured not in _REPEATED

    def is_defined(self, recipe: str | None) -> bool:
        """Return whether `recipe` has its value by definition, so that it does not compete for the best."""
        return recipe is not None and _RELATIVE_TO.get(self.measured) == recipe

    def text(self, values: Sequence[float]) -> str:
        """Return `values`, one per seed, as a cell: mean ± standard deviation, or the one value of a fixed quantity."""
        if self.measured in FIXED and values:
            return f"{values[0]:.2g}" if values[0] < 1 else number(values[0], self.metric.decimals)
        if self.measured in _SMALL and values and mean(values) < 10**-self.metric.decimals:
            return scientific_spread(values)
        return spread(values, self.metric.decimals)

    @property
    def heading(self) -> str:
        """The title with the unit."""
        title = self.title or self.metric.title
        return f"{title} ({self.metric.unit})" if self.metric.unit else title


def as_printed(metric: str) -> Quantity:
    """Return what is held against values that the papers print as `metric`."""
    return Quantity(_MEASURED_AS.get(metric, metric), metric)


def comparable(measurements: pd.DataFrame, metric: str) -> Mapping[str, Measured]:
    """Return, by row, what is held against values printed as `metric`; `measurements` are those of one artefact."""
    return by_row(measurements, as_printed(metric).measured)
