"""The step times behind an artefact: each recipe's, relative to training without augmentation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from mixsuite.reporting.description import Description, Run
from mixsuite.reporting.measurements import measure, measurement_table
from mixsuite.reporting.results import read_result

Timings = dict[str, dict[str, Any]]
"""The content of each timing, by identity."""


def read_timings(description: Description, folder: Path | str) -> Timings:
    """Return every timing that the rows name; it lies in `folder`/IDENTITY.json.

    Raises:
        ValueError: a timing is missing, or is another one.
    """
    identities = dict.fromkeys(run.identity for row in description.rows for run in row.measured.get("timing", ()))
    return {identity: read_result(Path(folder) / f"{identity}.json", identity) for identity in identities}


def measure_timings(description: Description, timings: Timings) -> pd.DataFrame:
    """Return the `relative_time` of every timed row, a measurement per repetition; its number stands for a seed.

    Raises:
        ValueError: a timing lacks the recipe of a row.
    """
    timed = [(row, run.identity) for row in description.rows for run in row.measured.get("timing", ())]
    return measurement_table(
        measurement
        for row, timing in timed
        for number, ratio in enumerate(_relative(timings[timing], timing, row.recipe))
        for measurement in measure(description.name, row, Run(number, timing), {"relative_time": ratio})
    )


def timing_remarks(timings: Timings) -> list[str]:
    """Return what a reader of step times must know: what was timed, how often and on what."""
    if not timings:
        return []
    measured = (
        "Times are of whole training steps: fetching and augmenting a batch, mixing it, forward and backward pass, "
        "update. All methods of a block were timed in turns, and their time divided by that of vanilla in the same "
        "repetition; vanilla's own ratio is 1 by definition. Testing and saving after each epoch, which cost all the "
        "same, are left out. Spreads of times are over repetitions, not seeds."
    )
    return [measured, *dict.fromkeys(_conditions(content, identity) for identity, content in timings.items())]


def _relative(content: Mapping[str, Any], identity: str, recipe: str | None) -> list[float]:
    try:
        return content["relative"][recipe]
    except KeyError as error:
        raise ValueError(f"timing {identity}: {error.args[0]}: missing, expected the step times of recipes") from None


def _conditions(content: Mapping[str, Any], identity: str) -> str:
    try:
        return (
            f"Times: {len(content['repetitions'])} repetitions, each the median of {content['turns']} turns of "
            f"{content['steps']} steps with {content['specification']['schedule']['batch_size']} images, on "
            f"{content['device']} with {content['threads']} {'thread' if content['threads'] == 1 else 'threads'}."
        )
    except KeyError as error:
        raise ValueError(f"timing {identity}: {error.args[0]}: missing, expected how it was measured") from None
