"""Training schedules: all settings of a training but its data, network, recipe and seed (workflow/protocols.yaml)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, NotNegative, Number, Positive, Probability, Switch, Whole


class Normalisation(Strict):
    """Per-channel mean and standard deviation, of pixels scaled to [0, 1]."""

    mean: list[Probability]
    std: list[Positive]

    @model_validator(mode="after")
    def _alike(self) -> Normalisation:
        if len(self.mean) != len(self.std):
            raise ValueError(
                f"found {len(self.mean)} means and {len(self.std)} deviations, expected one of each per channel"
            )
        return self


class ResizedCrop(Strict):
    """Crops for images of many sizes: random ones to train on, the centre to test on; sides in pixels.

    A training crop covers a share of the image's area within `scale`, with a ratio of width to height within `ratio`,
    and is resized to `size`. A test image is resized, its shorter side to `resize`, and cut to the central `size`.
    """

    size: Count
    resize: Count
    scale: tuple[Positive, Annotated[Number, Field(gt=0, le=1)]]
    ratio: tuple[Positive, Positive]

    @model_validator(mode="after")
    def _ordered(self) -> ResizedCrop:
        for name in ("scale", "ratio"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name}: found {[low, high]}, expected the smaller number first")
        if self.resize < self.size:
            raise ValueError(f"resize: found {self.resize}, expected at least the size {self.size}")
        return self


class Schedule(Strict):
    """SGD with a learning rate that steps down at `milestones`, fractions of `epochs`, or falls by its `annealing`."""

    epochs: Count
    batch_size: Count
    learning_rate: Positive
    momentum: Probability
    nesterov: Switch
    weight_decay: NotNegative
    milestones: list[Annotated[Number, Field(gt=0, lt=1)]]
    decay: Positive
    annealing: Literal["steps", "cosine", "linear"] = "steps"
    """How the rate falls; `cosine` and `linear` go epoch by epoch towards 0, without milestones."""
    gradient_norm: Positive | None = None
    """Longest that a step's gradient may be, all weights together; None: any length."""
    warmup_epochs: Annotated[Whole, Field(ge=0)] = 0
    padding: Annotated[Whole, Field(ge=0)]
    flip: Switch
    normalisation: Annotated[
        Annotated[Literal["dataset"], Tag("<word>")] | Annotated[Normalisation, Tag("<statistics>")],
        Discriminator(lambda value: "<word>" if isinstance(value, str) else "<statistics>"),
    ]
    """`dataset`: by the mean and the deviation of the training images themselves."""
    loss: Literal["cross_entropy", "binary_cross_entropy"]
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of the forward passes; weights, losses and updates are float32."""
    resized_crop: ResizedCrop | None = None
    """None for small images, which are padded, and cropped to their own size."""
    colour_jitter: NotNegative = 0
    """Largest relative change of brightness, contrast and saturation; 0 changes none."""
    lighting: NotNegative = 0
    """Standard deviation of the noise along the principal colours; 0 adds none."""

    @model_validator(mode="after")
    def _ordered(self) -> Schedule:
        if self.milestones != sorted(set(self.milestones)):
            raise ValueError(f"milestones: found {self.milestones}, expected rising fractions of the epochs")
        if self.milestones and self.annealing != "steps":
            raise ValueError(f"milestones: found {self.milestones}, expected none with annealing {self.annealing!r}")
        if self.nesterov and self.momentum == 0:
            raise ValueError("momentum: found 0, expected a number above 0 with nesterov")
        if self.resized_crop and self.padding:
            raise ValueError(f"padding: found {self.padding}, expected 0 with resized_crop")
        return self


class ScheduleProtocols(Strict):
    """One schedule as the paper's text has it, and what the released code does otherwise."""

    title: str
    text: Schedule
    released: dict[str, Any] = {}
    sources: list[str] = []
    """Where each setting was read; printed in the footnotes of the tables."""
