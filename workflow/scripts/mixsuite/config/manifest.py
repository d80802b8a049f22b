"""Manifests (workflow/papers/KEY.yaml): every artefact of a paper, its cells, printed values and claims."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from mixsuite.checks import suggest
from mixsuite.config.metrics import METRICS
from mixsuite.config.numbers import printed_number
from mixsuite.config.patches import PatchMethod, PatchMixing, PatchSetting, PatchSweep
from mixsuite.config.searches import SearchReference
from mixsuite.config.strict import Strict
from mixsuite.config.subsampling import SubsetReference
from mixsuite.config.values import Count, Name, Switch

Origin = Literal["own", "copied"]


class Printed(Strict):
    """A value as the paper prints it; `text` keeps its digits ("20.5"), `value` is the number in it."""

    text: str
    value: float | None
    origin: Origin | None = None
    """Whether the paper measured it itself; None: as its row says."""
    source: str = ""
    approximate: Switch = False
    """True where it was read off a figure by eye."""
    recalled: Switch = False
    """True where no source at hand prints it: recalled, unverified, and never called the paper's figure."""
    inferred: Switch = False
    """True where it follows from another statement, which `source` names, and is not printed as such."""
    note: str = ""

    @property
    def doubts(self) -> list[str]:
        """What a reader must know before trusting it, in words."""
        return [
            *["read off by eye"] * self.approximate,
            *[f"inferred from {self.source}"] * self.inferred,
            *["recalled, unverified"] * self.recalled,
        ]

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        if isinstance(data, dict):
            if isinstance(data.get("text"), str) and "value" not in data:
                return {**data, "value": _number(data["text"])}
            return data
        if isinstance(data, str):
            return {"text": data, "value": _number(data)}
        raise ValueError(f"found {data!r}, expected the value in quotes, digit for digit as printed")

    @model_validator(mode="after")
    def _inferred_from_something(self) -> Printed:
        if self.inferred and not self.source:
            raise ValueError("source: missing, expected what the value is inferred from")
        return self


def _number(text: str) -> float | None:
    number = printed_number(text)
    return None if number is None else float(number)


class RunReference(Strict):
    """The training that a row shows, in the manifests' own names (a scale may run something else instead)."""

    dataset: Name
    model: Name
    recipe: Name
    schedule: Name


class PatchReference(Strict):
    """The synthetic experiment that a row shows."""

    setting: Name
    method: PatchMethod
    mixing: Name | None = None
    """The distribution of the patches that CutMix mixes; None: the poster's."""

    @model_validator(mode="after")
    def _mixing_of_cutmix(self) -> PatchReference:
        if self.mixing and self.method != "cutmix":
            raise ValueError(f"mixing: found {self.mixing!r} for {self.method}, expected none: only cutmix mixes")
        return self


class Row(Strict):
    """A line of a table, or a curve or point of a figure, with its printed values per metric."""

    id: str
    label: str
    block: str = ""
    run: RunReference | None = None
    subset: SubsetReference | None = None
    """The part of the training images that it is trained on; None: all of them."""
    search: SearchReference | None = None
    """What the cells of its network are searched on, where the network has none of its own."""
    model: Name | None = None
    """The network whose size it shows, where it runs nothing."""
    patches: PatchReference | None = None
    baseline: str | None = None
    """Row id that changes (`top1_error_change`) are counted from."""
    best_of: list[str] = []
    """Row ids of which this row shows the one with the lowest error."""
    deviation_of: list[str] = []
    """Row ids over whose errors this row shows the standard deviation."""
    origin: Origin = "own"
    source: str = ""
    printed: dict[str, Printed] = {}
    notes: list[str] = []

    @field_validator("printed")
    @classmethod
    def _known_metrics(cls, printed: dict[str, Printed]) -> dict[str, Printed]:
        for metric in printed:
            if metric not in METRICS:
                raise ValueError(f"unknown metric {metric!r}{suggest(metric, METRICS)}")
        return printed


class Order(Strict):
    """Claim that in every pair the first row's metric is lower (or higher) than the second's."""

    kind: Literal["lower", "higher"]
    metric: str
    pairs: Annotated[list[tuple[str, str]], Field(min_length=1)]

    def rows(self) -> set[str]:
        """Return the ids of the rows that the claim speaks of."""
        return {row for pair in self.pairs for row in pair}


class Bound(Strict):
    """Claim that a metric is at least (or at most) a value in every named row."""

    kind: Literal["at_least", "at_most"]
    metric: str
    value: float
    of: Annotated[list[str], Field(min_length=1)]

    def rows(self) -> set[str]:
        """Return the ids of the rows that the claim speaks of."""
        return set(self.of)


class Claim(Strict):
    """A sentence of the paper that measurements can bear out; without a test it stays `not run`."""

    id: Name
    text: str
    where: str
    test: Annotated[Order | Bound, Field(discriminator="kind")] | None = None
    stand_in: Switch = False
    """True where a stand-in (smaller data and networks) can test the claim."""


class Composition(Strict):
    """Images of a dataset as recipes mix them, for figures that show images."""

    dataset: Name
    recipes: Annotated[list[Name], Field(min_length=1)]
    samples: Count = 1
    """How many mixed images of each recipe are shown."""
    draws: Count
    """How many mixed images of each recipe are measured."""


class Artefact(Strict):
    """One table or figure. `step` names the rule that builds it; None: this version does not build it yet."""

    title: str
    where: str
    kind: Literal["table", "figure"]
    step: Name | None = None
    sweep: Name | None = None
    """The grid of synthetic experiments that it shows."""
    composition: Composition | None = None
    """The mixed images that it shows."""
    settings: dict[Name, Name] = {}
    """The named settings that its steps use: the file workflow/KIND.yaml, and the entry in it."""
    seeds: Count | None = None
    """How many seeds its trainings have; None: as many as the scale says."""
    axis: Literal["t", "interval", "anchor_ratio"] | None = None
    """What of its rows' subsets is drawn along the horizontal axis."""
    rows: list[Row] = []
    claims: list[Claim] = []
    footnotes: list[str] = []

    @model_validator(mode="after")
    def _consistent(self) -> Artefact:
        known = [row.id for row in self.rows]
        for row in self.rows:
            if row.subset and not (row.run and "subsampling" in self.settings):
                raise ValueError(f"rows: {row.id}: subset: found one, expected it with run and settings.subsampling")
            if row.search and not (row.run and "searches" in self.settings):
                raise ValueError(f"rows: {row.id}: search: found one, expected it with run and settings.searches")
            if known.count(row.id) > 1:
                raise ValueError(f"rows: id {row.id!r} is there twice, expected it once")
            named = {"baseline": [row.baseline or row.id], "best_of": row.best_of, "deviation_of": row.deviation_of}
            for field, others in named.items():
                for other in others:
                    if other not in known:
                        raise ValueError(f"rows: {row.id}: {field} {other!r} is no row{suggest(other, known)}")
        for claim in self.claims:
            for row_id in sorted(claim.test.rows() if claim.test else ()):
                if row_id not in known:
                    raise ValueError(f"claims: {claim.id}: {row_id!r} is no row{suggest(row_id, known)}")
            if claim.test and claim.test.metric not in METRICS:
                raise ValueError(
                    f"claims: {claim.id}: metric {claim.test.metric!r}{suggest(claim.test.metric, METRICS)}"
                )
        return self


class Manifest(Strict):
    """A paper: what it is, and all of its artefacts. The synthetic settings are oh2024's alone."""

    key: Name
    title: str
    authors: str
    venue: str
    url: str = ""
    patch_settings: dict[Name, PatchSetting] = {}
    patch_mixings: dict[Name, PatchMixing] = {}
    patch_sweeps: dict[Name, PatchSweep] = {}
    patch_seeds: Count = 1
    artefacts: dict[Name, Artefact]

    @model_validator(mode="after")
    def _known_settings(self) -> Manifest:
        for name, artefact in self.artefacts.items():
            if artefact.sweep is not None and artefact.sweep not in self.patch_sweeps:
                raise ValueError(f"{name}: sweep {artefact.sweep!r}{suggest(artefact.sweep, self.patch_sweeps)}")
            for row in artefact.rows:
                if row.patches:
                    self._check_reference(f"{name}: {row.id}", row.patches)
        return self

    def _check_reference(self, where: str, reference: PatchReference) -> None:
        named = {"setting": (reference.setting, self.patch_settings), "mixing": (reference.mixing, self.patch_mixings)}
        for field, (found, known) in named.items():
            if found is not None and found not in known:
                raise ValueError(f"{where}: {field} {found!r}{suggest(found, known)}")
