"""Recipes: a named augmentation or regulariser with all of its settings (workflow/recipes.yaml)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, NotNegative, Number, Positive, Probability, Switch, Whole

Images = Annotated[Whole, Field(ge=2)]
Saliency = Literal["uint8", "as_released"]


class Recipe(Strict):
    """What all recipes have."""

    method: str
    title: str
    released: dict[str, Any] = {}
    """Settings that the released code has otherwise than the paper's text (protocol `released`)."""
    note: str = ""

    def settings(self, protocol: str) -> dict[str, Any]:
        """Return what a run is made of: the method and its settings under `protocol`, without any label."""
        chosen = self.model_copy(update=self.released) if protocol == "released" else self
        return chosen.model_dump(exclude={"title", "released", "note"})


class Vanilla(Recipe):
    """No augmentation beyond crops and flips."""

    method: Literal["vanilla"]


class Cutout(Recipe):
    """Cutout (DeVries and Taylor 2017); `length` is a fraction of the image's side."""

    method: Literal["cutout"]
    length: Annotated[Number, Field(gt=0, le=1)]


class Mixup(Recipe):
    """Mixup (Zhang et al. 2017), λ ~ Beta(α, α)."""

    method: Literal["mixup"]
    alpha: Positive
    probability: Probability


class ManifoldMixup(Recipe):
    """Manifold Mixup (Verma et al. 2019): Mixup of the hidden states of a random layer."""

    method: Literal["manifold_mixup"]
    alpha: Positive
    probability: Probability


class CutMix(Recipe):
    """CutMix (Yun et al. 2019), λ ~ Beta(α, α)."""

    method: Literal["cutmix"]
    alpha: Positive
    probability: Probability


class SmallCutMix(Recipe):
    """CutMix with boxes of at most `largest` of the image's area."""

    method: Literal["small_cutmix"]
    alpha: Positive
    probability: Probability
    largest: Probability


class RandomErasing(Recipe):
    """Random Erasing (Zhong et al. 2020); `area` and `aspect_ratio` are the ends of their ranges."""

    method: Literal["random_erasing"]
    probability: Probability
    area: tuple[Probability, Probability]
    aspect_ratio: tuple[Positive, Positive]
    fill: Literal["mean", "noise"]


class DMixup(Recipe):
    """DMixup: K images weighted by φ ~ Dir(α, ..., α) (jeong2021, Eq. 2)."""

    method: Literal["dmixup"]
    images: Images
    alpha: Positive
    probability: Probability


class DCutMix(Recipe):
    """DCutMix: K images in nested boxes by stick-breaking (jeong2021, Eqs 3 to 5)."""

    method: Literal["dcutmix"]
    images: Images
    alpha: Positive
    probability: Probability


class SaliencyDCutMix(Recipe):
    """Saliency-DCutMix: DCutMix of patches around the most salient pixels (jeong2021, supplement)."""

    method: Literal["saliency_dcutmix"]
    images: Images
    alpha: Positive
    probability: Probability
    saliency: Saliency


class SaliencyMix(Recipe):
    """SaliencyMix (Uddin et al. 2021), λ ~ Beta(α, α)."""

    method: Literal["saliencymix"]
    alpha: Positive
    probability: Probability
    saliency: Saliency


class PuzzleMix(Recipe):
    """Puzzle Mix (Kim, Choo and Song 2020), λ ~ Beta(α, α)."""

    method: Literal["puzzle_mix"]
    alpha: Positive
    beta: NotNegative
    gamma: NotNegative
    eta: NotNegative
    labels: Literal[2, 3, 4]
    neighbourhood: Count
    transport: Switch
    transport_size: Count
    transport_cost: NotNegative
    blocks: Annotated[
        Annotated[Literal["random"], Tag("<word>")] | Annotated[Whole, Field(ge=2), Tag("<number>")],
        Discriminator(lambda value: "<word>" if isinstance(value, str) and not value.isdigit() else "<number>"),
    ]
    clean_weight: NotNegative


class CoMixup(Recipe):
    """Co-Mixup (Kim et al. 2021), with a Dirichlet prior Dir(α, ..., α)."""

    method: Literal["co_mixup"]
    alpha: Positive
    beta: NotNegative
    gamma: NotNegative
    eta: NotNegative
    threshold: Probability
    threshold_type: Literal["hard", "soft"]
    compatibility: Probability
    blocks: Annotated[Whole, Field(ge=2)]
    part: Annotated[Whole, Field(ge=2)]
    iterations: Count
    resolve: Switch
    clean_weight: NotNegative


class LabelSmoothing(Recipe):
    """Label smoothing (Szegedy et al. 2016): ε spread evenly over all classes."""

    method: Literal["label_smoothing"]
    epsilon: Probability


class DropBlock(Recipe):
    """DropBlock (Ghiasi, Lin and Le 2018)."""

    method: Literal["dropblock"]
    keep_probability: Annotated[Number, Field(gt=0, le=1)]
    block_size: Count


class StochasticDepth(Recipe):
    """Stochastic depth (Huang et al. 2016); `drop_rate` is that of the last block."""

    method: Literal["stochastic_depth"]
    drop_rate: Probability


_MODELS: tuple[type[Recipe], ...] = (
    Vanilla,
    Cutout,
    Mixup,
    ManifoldMixup,
    CutMix,
    SmallCutMix,
    RandomErasing,
    DMixup,
    DCutMix,
    SaliencyDCutMix,
    SaliencyMix,
    PuzzleMix,
    CoMixup,
    LabelSmoothing,
    DropBlock,
    StochasticDepth,
)
RECIPES: dict[str, type[Recipe]] = {model.model_fields["method"].annotation.__args__[0]: model for model in _MODELS}
"""The model of each method's recipe, by the method's name."""
