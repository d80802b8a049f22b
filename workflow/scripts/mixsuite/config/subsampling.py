"""Subsampling: how training images are scored (workflow/subsampling.yaml), and which subset a row trains on."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, Name, Number, Positive, Switch

Inside = Annotated[Number, Field(gt=0, lt=1)]
Ratio = Annotated[Number, Field(gt=0, le=1)]
SortedBy = Literal["cv", "mean", "std", "bald", "variation_ratios"]
SelectedBy = Literal[SortedBy, "k_center", "random"]


class Scorer(Strict):
    """Which network scores: that of a row, trained on all images with this recipe and schedule, with the row's seed."""

    recipe: Name
    schedule: Name


class MixedLosses(Strict):
    """How an anchor is mixed with others, of which the losses are taken (mixsuite.subsampling.draws)."""

    images: Annotated[Count, Field(ge=3)]
    alpha: Positive
    draws: Annotated[Count, Field(ge=2)]
    places: Count
    anchor_ratio: Inside
    anchor_place: Literal["outer", "middle", "inner"]
    partners: Literal["any", "same_class", "other_classes"]
    redraw_partners: Switch


class Dropout(Strict):
    """The dropout of penultimate features behind BALD and variation ratios."""

    rate: Inside
    passes: Annotated[Count, Field(ge=2)]


class Gallery(Strict):
    """How many anchors of much and of little variation a figure shows, and how many mixes of each."""

    anchors: Count
    composites: Count


class SubsamplingSettings(Strict):
    """How images are scored and of what a ratio t is kept: of each `class`, or of `all` images."""

    scorer: Scorer
    mixed_losses: MixedLosses
    dropout: Dropout
    ddof: Annotated[int, Field(ge=0, le=1)]
    pool: Literal["class", "all"]
    gallery: Gallery

    @model_validator(mode="after")
    def _enough_mixes(self) -> SubsamplingSettings:
        shown, mixes = self.gallery.composites, self.mixed_losses.draws * self.mixed_losses.places
        if shown > mixes:
            raise ValueError(f"gallery: composites: found {shown}, expected at most the {mixes} mixes of an anchor")
        return self


class SubsetReference(Strict):
    """The part of the training images that a row's network is trained on.

    `anchor_ratio` (φ_i) takes the place of that of the settings; `interval` 1 is the deterministic function.
    """

    t: Ratio
    measure: SelectedBy
    order: Literal["high", "low"] | None = None
    interval: Count = 1
    anchor_ratio: Inside | None = None

    @model_validator(mode="after")
    def _fitting(self) -> SubsetReference:
        sorts = self.measure in get_args(SortedBy)
        if sorts and self.order is None:
            raise ValueError(f"order: missing, expected high or low with {self.measure}")
        if not sorts and (self.order is not None or self.interval != 1):
            raise ValueError(f"order, interval: found some, expected none with {self.measure}, which sorts nothing")
        if self.interval * self.t > 1:
            raise ValueError(f"interval: found {self.interval}, expected at most 1 / t = {1 / self.t:g}")
        return self
