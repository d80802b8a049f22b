"""What searches cost, and what the networks of the cells that they found reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from mixsuite.reporting.description import Description, Run
from mixsuite.reporting.measurements import Measurement, measure, measure_runs, measurement_table
from mixsuite.reporting.results import Results, read_result

_MINUTE = 60
_MILLION = 1e6


def read_searches(description: Description, folder: Path | str) -> Results:
    """Return what each row's searches left in `folder`/IDENTITY/search.json, by row and seed.

    Raises:
        ValueError: a result is missing, or is that of another search.
    """
    runs = {run.identity: run for row in description.rows for run in row.measured.get("search", ())}
    read = {name: read_result(Path(folder) / name / "search.json", name) for name in runs}
    return {
        row.id: {run.seed: read[run.identity] for run in row.measured.get("search", ())} for row in description.rows
    }


def measure_searches(description: Description, searches: Results) -> pd.DataFrame:
    """Return, per search, `search_cost` (days of the device), `search_time` (minutes) and, by the baseline, `speedup`.

    The speed-up is the time of the baseline's search with the same seed over that of this one.

    Raises:
        ValueError: the result of a search lacks its time.
    """
    return measurement_table(_measurements(description, searches))


def read_sizes(description: Description, folder: Path | str) -> dict[str, Any]:
    """Return the sizes of the artefact's networks (see mixsuite.search.sizes.count_networks).

    Raises:
        ValueError: there are none, or they are of other networks.
    """
    runs = description.measured.get("sizes", ())
    if not runs:
        raise ValueError(f"{description.name}: found no sizes of networks, expected them")
    return read_result(Path(folder) / f"{runs[0].identity}.json", runs[0].identity)


def measure_sizes(description: Description, sizes: Mapping[str, Any]) -> pd.DataFrame:
    """Return `parameters` and `flops`, both in millions, of each row's network on ImageNet (see the rule in `sizes`).

    A row that trains nothing shows the size of published cells, which no scale replaces.
    """
    identity = description.measured["sizes"][0].identity
    return measurement_table(
        measurement
        for row in description.rows
        for seed, size in sizes["sizes"].get(row.id, {}).items()
        for measurement in measure(description.name, row, Run(int(seed), identity), _size(size))
    )


def measure_accuracy(description: Description, results: Results) -> pd.DataFrame:
    """Return the `accuracy`, in %, of the best epoch of every training."""
    return measure_runs(
        description, lambda row, run: {"accuracy": 100 - results[row.id][run.seed]["best"]["top1_error"]}
    )


def device_note(searches: Results) -> str:
    """Return on which devices the searches ran, which their cost is counted on; nothing without searches."""
    devices = sorted({run["device"] for by_seed in searches.values() for run in by_seed.values()})
    if not devices:
        return ""
    return (
        f"Search cost: days of one {' or '.join(devices)}, which other jobs may share, the search's epochs alone, "
        "without loading, without the network that scored the images of a subset and without its scores."
    )


def _measurements(description: Description, searches: Results) -> Iterable[Measurement]:
    for row in description.rows:
        for run in row.measured.get("search", ()):
            own = searches[row.id][run.seed]
            values = {"search_cost": _seconds(own, run) / 86400, "search_time": _seconds(own, run) / _MINUTE}
            baseline = searches.get(row.baseline or "", {})
            if run.seed in baseline:
                values["speedup"] = _seconds(baseline[run.seed], run) / _seconds(own, run)
            yield from measure(description.name, row, run, values)


def _seconds(search: Mapping[str, Any], run: Run) -> float:
    if "seconds" not in search:
        raise ValueError(f"search {run.identity}: seconds: missing, expected the result of a search")
    return search["seconds"]


def _size(size: Mapping[str, Any]) -> dict[str, float]:
    return {"parameters": size["n_parameters"] / _MILLION, "flops": size["n_flops"] / _MILLION}
