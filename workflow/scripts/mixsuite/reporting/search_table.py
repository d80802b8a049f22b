"""jeong2021's Table 5: searched networks on ImageNet with their size and the cost of their search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from mixsuite.reporting.comparison import Comparison
from mixsuite.reporting.description import Description
from mixsuite.reporting.quantities import as_printed
from mixsuite.reporting.results import Results
from mixsuite.reporting.searches import device_note

_COLUMNS = ("top1_error", "top5_error", "parameters", "flops", "search_cost")
_TITLES = {"best_top1_error": "Top-1 error, best epoch", "top5_error": "Top-5 error, same epoch"}


def compare_searches(description: Description, measurements: pd.DataFrame) -> Comparison:
    """Return the comparison of errors, sizes and costs; what method searched is said in the rows' notes."""
    rows = tuple(
        replace(row, notes=(*row.notes, f"Search method: {row.printed['search_method'].text}."))
        if "search_method" in row.printed
        else row
        for row in description.rows
    )
    quantities = [as_printed(metric) for metric in _COLUMNS]
    titled = [replace(quantity, title=_TITLES.get(quantity.measured, "")) for quantity in quantities]
    return Comparison(replace(description, rows=rows), measurements, titled)


def search_remarks(searches: Results, sizes: Mapping[str, Any]) -> list[str]:
    """Return what a reader must know of costs and sizes, and which of the searches was the best."""
    return [
        sizes["rule"],
        "Sizes are of the networks on ImageNet (224 × 224 pixels, 1,000 classes) with the cells that were found here, "
        "or with the published ones of Xu et al. (2019).",
        device_note(searches),
    ]
