"""Settings of oh2024's synthetic experiments."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, NotNegative, Number, Positive, Probability, Whole

Rarity = Literal["common", "rare", "extremely_rare"]
PatchMethod = Literal["erm", "cutout", "cutmix"]
MOST_PATCHES = 16
"""CutMix goes over 2^P sets of patches at every step."""


class PatchSetting(Strict):
    """The distribution D, the network and the descent of one synthetic experiment (oh2024, sections 2 and 3)."""

    title: str
    patches: Annotated[Whole, Field(ge=3, le=MOST_PATCHES)]
    """P, patches of a sample."""
    dimension: Count
    """d, length of a patch."""
    samples: Annotated[Count, Field(le=10_000)]
    """n, training samples."""
    sigma_d: Positive
    sigma_b: Positive
    alpha: Positive
    """Strength of the feature noise in the dominant noise patch."""
    rho: list[Probability]
    """Probability of each of the K features of a label."""
    rarity: list[Rarity]
    """Class of each feature, in the order of `rho`."""
    beta: Annotated[Number, Field(gt=0, le=1)]
    r: Positive
    """Slope and smoothing width of the smoothed leaky ReLU."""
    learning_rate: Positive
    cut_size: Count
    """C, patches that Cutout removes."""
    steps: Count
    sigma_0: NotNegative
    """Standard deviation of the initial weights."""
    test_samples: Count
    recalled: list[str] = []
    """Fields whose value is recalled and unverified, not read in the paper."""
    chosen: list[str] = []
    """Fields that no source at hand gives; their value was chosen."""

    @model_validator(mode="after")
    def _consistent(self) -> PatchSetting:
        if abs(sum(self.rho) - 1) > 1e-9:
            raise ValueError(f"rho: found {self.rho} with the sum {sum(self.rho):g}, expected the sum 1")
        if 0 in self.rho or self.rho != sorted(self.rho, reverse=True):
            raise ValueError(f"rho: found {self.rho}, expected positive probabilities, the largest first")
        if len(self.rho) != len(self.rarity):
            raise ValueError(f"rarity: found {len(self.rarity)} classes for {len(self.rho)} features of rho")
        for rarity in get_args(Rarity):
            if rarity not in self.rarity:
                raise ValueError(f"rarity: found {self.rarity}, expected each of {', '.join(get_args(Rarity))}")
        if not self.cut_size < self.patches / 2:
            raise ValueError(f"cut_size: found {self.cut_size}, expected 1 <= C < P/2 with P = {self.patches} patches")
        if self.dimension <= 2 * len(self.rho):
            raise ValueError(f"dimension: found {self.dimension}, expected more than the {2 * len(self.rho)} features")
        known = set(type(self).model_fields)
        for field in [*self.recalled, *self.chosen]:
            if field not in known:
                raise ValueError(f"recalled, chosen: found {field!r}, expected the name of a setting")
        return self


class PatchMixing(Strict):
    """Another distribution of the patches that CutMix mixes than the poster's (see mixsuite.patches.mixing)."""

    title: str
    beta: Positive
    """Both parameters of the Beta distribution of λ, the expected share of the first image."""
    shape: Literal["free", "box"]
    layout: tuple[Count, Count] | None = None
    """Rows and columns of the patches, for boxes."""

    @model_validator(mode="after")
    def _layout_of_boxes(self) -> PatchMixing:
        if self.shape == "box" and self.layout is None:
            raise ValueError("layout: missing, expected rows and columns of the patches, for boxes")
        if self.shape == "free" and self.layout is not None:
            raise ValueError(f"layout: found {list(self.layout)} for free sets of patches, expected none")
        return self


class PatchSweep(Strict):
    """The phase picture: final accuracy per feature over a grid of noise strengths."""

    title: str
    base: PatchSetting
    sigma_d: list[Positive]
    sigma_ratio: Positive
    """σ_b / σ_d, kept along the grid."""
    seeds: Count
