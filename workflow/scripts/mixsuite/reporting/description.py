"""What the catalog tells a step about the artefact that it builds: titles, rows, printed values and runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mixsuite.config.manifest import Claim, Printed


@dataclass(frozen=True)
class Run:
    """A run behind a row: its seed, and the identity that names its folder."""

    seed: int
    identity: str


@dataclass(frozen=True)
class Row:
    """A line of a table, or a curve of a figure. `missing` says why it has no runs."""

    id: str
    label: str
    block: str = ""
    method: str | None = None
    origin: str = "own"
    source: str = ""
    notes: tuple[str, ...] = ()
    baseline: str | None = None
    printed: Mapping[str, Printed] = field(default_factory=dict)
    setting: str | None = None
    """Name of the synthetic setting, for oh2024's rows."""
    runs: tuple[Run, ...] = ()
    recipe: str | None = None
    """Name of the row's recipe."""
    measured: Mapping[str, tuple[Run, ...]] = field(default_factory=dict)
    """What was measured of its runs, or beside them, by kind."""
    best_of: tuple[str, ...] = ()
    """Ids of the rows of which this one shows the best."""
    deviation_of: tuple[str, ...] = ()
    """Ids of the rows over whose errors this one shows the standard deviation."""
    missing: str | None = None
    stand_in: bool = False
    subset: Mapping[str, Any] | None = None
    """The part of the training images that its runs were trained on; None: all of them."""


@dataclass(frozen=True)
class Description:
    """An artefact as it is built at one scale."""

    name: str
    paper: str
    title: str
    where: str
    scale: str
    scale_title: str
    protocol: str
    stand_in: bool
    stand_in_note: str
    footnotes: tuple[str, ...]
    rows: tuple[Row, ...]
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The named settings that it uses, by kind."""
    claims: tuple[Claim, ...] = ()
    measured: Mapping[str, tuple[Run, ...]] = field(default_factory=dict)
    """What was measured for all of it, by kind."""
    axis: str | None = None
    """What of its rows' subsets is drawn along the horizontal axis."""

    @property
    def heading(self) -> str:
        """The title with the paper and the place in it."""
        return f"{self.paper}, {self.where}: {self.title}"

    @property
    def prints(self) -> bool:
        """Whether a paper prints anything of it; of a comparison of one's own none does."""
        return any(row.printed for row in self.rows)

    @property
    def blocks(self) -> dict[str, list[Row]]:
        """The rows by block, both in their order."""
        blocks: dict[str, list[Row]] = {}
        for row in self.rows:
            blocks.setdefault(row.block, []).append(row)
        return blocks


def read_description(data: Any) -> Description:
    """Return the description in `data`, plain values as the catalog gives them (see `Catalog.description`).

    Raises:
        ValueError: a part of the description is missing.
    """
    if not isinstance(data, dict):
        raise ValueError(f"--artefact: found {type(data).__name__}, expected the catalog's description")
    try:
        return _description(data)
    except KeyError as error:
        raise ValueError(f"--artefact: {error.args[0]}: missing, expected the catalog's description") from None


def _description(data: dict[str, Any]) -> Description:
    plain = ("name", "paper", "title", "where", "scale", "scale_title", "protocol", "stand_in", "stand_in_note")
    return Description(
        **{key: data[key] for key in plain},
        footnotes=tuple(data["footnotes"]),
        rows=tuple(_row(row) for row in data["rows"]),
        settings=data["settings"],
        claims=tuple(Claim.model_validate(claim) for claim in data.get("claims", ())),
        measured=_measured(data["measured"]),
        axis=data.get("axis"),
    )


def _row(data: dict[str, Any]) -> Row:
    plain = ("id", "label", "block", "method", "origin", "source", "baseline", "missing", "stand_in")
    return Row(
        **{key: data[key] for key in plain},
        recipe=data["recipe"],
        measured=_measured(data["measured"]),
        best_of=tuple(data["best_of"]),
        deviation_of=tuple(data["deviation_of"]),
        notes=tuple(data["notes"]),
        printed={metric: Printed.model_validate(printed) for metric, printed in data["printed"].items()},
        setting=data["patches"]["setting"] if data["patches"] else None,
        runs=_runs(data["runs"]),
        subset=data.get("subset"),
    )


def _measured(data: Mapping[str, Any]) -> dict[str, tuple[Run, ...]]:
    return {kind: _runs(runs) for kind, runs in data.items()}


def _runs(data: list[dict[str, Any]]) -> tuple[Run, ...]:
    return tuple(Run(run["seed"], run["identity"]) for run in data)
