"""What a user sets (config.yaml), what a scale stands for, and the named datasets and networks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from mixsuite.config.image_sets import StandInSet
from mixsuite.config.strict import Strict
from mixsuite.config.values import MOST_SEEDS, Count, Name, Protocol, Switch, Whole, each_once

Seeds = Annotated[Whole, Field(ge=1, le=MOST_SEEDS)]
Digit = Annotated[Whole, Field(ge=0, le=9)]
DatasetKind = Literal["digits", "photographs", "cifar10", "cifar100", "imagenet", "folder", "large_folder"]


# A key whose lines below are all commented out is empty, and means what a missing one means.
_EMPTY = BeforeValidator(lambda value: {} if value is None else value)


class PublishedCScores(Strict):
    """Where C-scores of a dataset's training images are published, and the checksum of what is there."""

    url: str
    md5: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class Dataset(Strict):
    """A named dataset (workflow/datasets.yaml), or a user's own (config.yaml, with `kind: folder`)."""

    kind: DatasetKind
    title: str = ""
    part_of: Name | None = None
    """The dataset of which it is a part: what the user says of that holds for it, too."""
    image_size: Count | None = None
    """Side in pixels to which a folder's images are resized; None for datasets that have a size of their own."""
    cscores: PublishedCScores | None = None
    """Where C-scores of its training images are published."""
    groups: Annotated[list[Annotated[list[Digit], Field(min_length=1)]], Field(min_length=2)] | None = None
    """The digits of each class, where classes are not the digits themselves."""
    skip_per_class: Count | None = None
    """How many of each digit are left out before those that are to train."""
    train_per_class: Count | None = None
    """How many images of each class are to train, the first; None: all."""
    test_per_class: Count | None = None
    """How many images of each class are to test, the first; None: all."""

    @model_validator(mode="after")
    def _of_their_kinds_alone(self) -> Dataset:
        digits, cifar = ("digits",), ("cifar10", "cifar100")
        kinds = {"groups": digits, "skip_per_class": digits, "train_per_class": cifar, "test_per_class": cifar}
        for name, expected in kinds.items():
            if getattr(self, name) is not None and self.kind not in expected:
                expected_kind = f"kind: {' or '.join(expected)}"
                raise ValueError(f"{name}: found {getattr(self, name)}, expected it only with {expected_kind}")
        return self


class UserDataset(Strict):
    """Where a dataset lies; with a `kind` a dataset of the user's own: small images, or large ones of many sizes."""

    source: Annotated[str, Field(min_length=1)] | None = None
    kind: Literal["folder", "large_folder"] | None = None
    title: str = ""
    image_size: Annotated[Count, Field(le=4096)] | None = None
    checksums: Switch = False
    """Whether the index of large images holds the sha256 of each, so that replaced ones are noticed."""
    cscores: Annotated[str, Field(min_length=1)] | None = None
    """A file of C-scores of the training images, instead of published or estimated ones."""


# Snakemake's --config passes a null inside of braces as text.
_NULLS = BeforeValidator(
    lambda names: (
        {name: None if value == "null" else value for name, value in names.items()}
        if isinstance(names, dict)
        else names
    )
)


class StandIns(Strict):
    """What is run instead of a manifest's datasets and networks; null means: not run at this scale."""

    datasets: Annotated[dict[str, str | None], _NULLS] = {}
    models: Annotated[dict[str, str | None], _NULLS] = {}
    pictures: dict[str, str] = {}
    """Datasets that stand in where a figure shows images and nothing is trained."""
    image_sets: Annotated[dict[str, StandInSet | None], _NULLS] = {}
    """What is made of images at hand instead of sets such as ImageNet-A; null means: the set itself."""


class Comparison(Strict):
    """A table of the user's own: recipes side by side on one dataset with one network."""

    title: str = "Comparison"
    dataset: Name
    model: Name
    schedule: Name = "cifar"
    recipes: Annotated[list[Name], Field(min_length=1), AfterValidator(each_once)]


class Config(Strict):
    """config.yaml."""

    scale: Name
    papers: Annotated[list[Name], Field(min_length=1), AfterValidator(each_once)]
    protocol: Protocol
    seeds: Seeds | None = None
    """Seeds of every run; None: as many as the scale and the manifests say."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    processes: Annotated[Count, Field(le=1024)] = 1
    """Processes that train one network together, each on a GPU of its own."""
    compile: Switch = False
    """Whether torch.compile makes the networks faster, where trainings are long enough to be worth its minutes."""
    datasets: Annotated[dict[Name, UserDataset], _EMPTY] = {}
    image_sets: Annotated[dict[Name, str], _EMPTY] = {}
    """Where sets of images lie on which trained networks are tested, such as ImageNet-A: a folder of class folders."""
    stand_ins: Annotated[StandIns, _EMPTY] = StandIns()
    schedules: Annotated[dict[str, dict[str, Any]], _EMPTY] = {}
    """Changes to the training schedules, such as {cifar: {epochs: 100}}."""
    landscapes: Annotated[dict[str, dict[str, Any]], _EMPTY] = {}
    """Changes to the measurements of landscapes, such as {hessian-plane: {hessian: {engine: pyhessian}}}."""
    cscores: Annotated[dict[str, dict[str, Any]], _EMPTY] = {}
    """Changes to how C-scores are estimated and held out, such as {held-out: {part: 0.5}}."""
    mixed_outputs: Annotated[dict[str, dict[str, Any]], _EMPTY] = {}
    """Changes to which mixed images are shown to networks, such as {two-classes: {classes: [frog, truck]}}."""
    robustness: Annotated[dict[str, dict[str, Any]], _EMPTY] = {}
    """Changes to the evaluations of robustness, such as {attacks: {space: normalised}}."""
    subsampling: Annotated[dict[str, dict[str, Any]], _EMPTY] = {}
    """Changes to how images are scored and selected, such as {high-cv: {pool: all}}."""
    searches: Annotated[dict[str, dict[str, Any]], _EMPTY] = {}
    """Changes to architecture searches, such as {pc-darts: {split: unshuffled}}."""
    weights: Annotated[dict[str, dict[str, Any]], _EMPTY] = {}
    """Where weights that others trained lie, such as {imagenet-resnet18: {source: FILE}}."""
    transfers: Annotated[dict[str, dict[str, Any]], _EMPTY] = {}
    """Changes to the fine-tunings, such as {few-images: {target: {images_per_class: 20}}}."""
    bridges: Annotated[dict[str, dict[str, Any]], _EMPTY] = {}
    """Changes to the images of patches and the training on them, such as {quadrants: {training: {epochs: 30}}}."""
    patches: Annotated[dict[str, dict[str, Any]], _EMPTY] = {}
    """Changes to the synthetic experiments' named settings, such as {paper: {steps: 2000}}."""
    comparison: Comparison | None = None


class Scale(Strict):
    """workflow/scales/NAME.yaml."""

    title: str
    seeds: Seeds
    stand_ins: StandIns = StandIns()
    schedules: dict[str, dict[str, Any]] = {}
    """Per schedule, the settings that this scale changes."""
    landscapes: dict[str, dict[str, Any]] = {}
    """Per landscape, the settings that this scale changes, part by part."""
    cscores: dict[str, dict[str, Any]] = {}
    """Per way to hold out images by their C-scores, the settings that this scale changes, part by part."""
    mixed_outputs: dict[str, dict[str, Any]] = {}
    """Per choice of mixed images, the settings that this scale changes."""
    robustness: dict[str, dict[str, Any]] = {}
    """Per evaluation of robustness, the settings that this scale changes, part by part."""
    subsampling: dict[str, dict[str, Any]] = {}
    """Per way of subsampling, the settings that this scale changes, part by part."""
    searches: dict[str, dict[str, Any]] = {}
    """Per search, the settings that this scale changes, part by part."""
    weights: dict[str, dict[str, Any]] = {}
    """Per weights that others trained, the settings that this scale changes."""
    transfers: dict[str, dict[str, Any]] = {}
    """Per fine-tuning, the settings that this scale changes, part by part."""
    bridges: dict[str, dict[str, Any]] = {}
    """Per bridge, the settings that this scale changes, part by part."""
