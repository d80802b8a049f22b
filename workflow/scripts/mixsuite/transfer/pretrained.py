"""A pretrained network, and the networks for a target that start from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from mixsuite.checks import SettingError, check_keys
from mixsuite.data.arrays import ImageArrays
from mixsuite.files import digest
from mixsuite.intact import read_intact
from mixsuite.models.registry import build_model
from mixsuite.models.staged import StagedNetwork, check_staged
from mixsuite.models.weights_file import check_shapes, read_weights
from mixsuite.randomness import derived_seed
from mixsuite.training.trained import load_trained

_HEAD = "classifier."
# Of the names that the catalog gives to runs; the steps know nothing of it.
_IDENTITY_LENGTH = 12


@dataclass(frozen=True)
class Pretrained:
    """The weights and buffers of a network with the `settings` of its family, and the images that it was trained on.

    These had `mean` and `std` per channel, of pixels in [0, 1], and `image_size` pixels a side.
    """

    settings: dict[str, Any]
    weights: dict[str, torch.Tensor]
    mean: list[float]
    std: list[float]
    image_size: int


def load_pretrained(folder: Path, source: ImageArrays, source_sha256: str) -> Pretrained:
    """Return what a training on the dataset of the split `source` left in `folder`: model.safetensors and run.json.

    Raises:
        ValueError: a file is missing or damaged, or the network was trained on another dataset (`load_trained`).
    """
    trained = load_trained(folder, source, source_sha256, torch.device("cpu"))
    return Pretrained(
        settings=trained.run["specification"]["model"],
        weights=trained.model.state_dict(),
        mean=trained.mean.flatten().tolist(),
        std=trained.std.flatten().tolist(),
        image_size=trained.image_size,
    )


def load_weights(folder: Path) -> Pretrained:
    """Return what `mixsuite.transfer.weights` left in `folder`: model.safetensors and weights.json.

    Raises:
        ValueError: a file is missing or damaged.
    """
    model_file = folder / "model.safetensors"
    settings = read_intact(folder / "weights.json", model_file)["specification"]
    weights = read_weights(model_file)
    return Pretrained(settings["model"], weights, settings["mean"], settings["std"], settings["image_size"])


def check_pretrained(pretrained: Any, kind: str, record: Path) -> None:
    """Raise SettingError unless `pretrained` is {kind: the identity of the result whose `record` this is}.

    Raises:
        RecordError: the record is missing or damaged.
    """
    check_keys("pretrained", pretrained, (kind,))
    found = digest(read_intact(record)["specification"])[:_IDENTITY_LENGTH]
    if pretrained[kind] != found:
        raise SettingError(f"pretrained: {kind}: found {pretrained[kind]!r}, expected {found!r}, that of {record}")


def check_other_dataset(source_sha256: str, target_sha256: str) -> None:
    """Raise SettingError where the target is the dataset that the network was pretrained on."""
    if source_sha256 == target_sha256:
        raise SettingError(
            f"target: found the dataset that the network was pretrained on, expected another (sha256 {target_sha256})"
        )


def check_target(pretrained: Pretrained, target: ImageArrays, image_size: int | None) -> None:
    """Raise SettingError unless the images of `target` have the shape of those that the network was pretrained on.

    They will be resized to `image_size` pixels a side, unless that is None.
    """
    found, side = target.images.shape[1:], pretrained.image_size
    if image_size is not None:
        found = (image_size, image_size, found[2])
    expected = (side, side, len(pretrained.mean))
    if found != expected:
        raise SettingError(
            f"target: found images of {_shape(found)}, expected {_shape(expected)}, which the network was pretrained on"
        )


def initial_network(
    pretrained: Pretrained, n_classes: int, seed: int, start: str, image_size: int | None
) -> StagedNetwork:
    """Return a network for `n_classes` classes: with `start` "pretrained" all but its classifier is, else nothing.

    It resizes the images that it is given to `image_size` pixels a side (bilinear), unless that is None.
    What is not pretrained follows the `seed`; the classifier starts the same in both cases.

    Raises:
        SettingError: the weights are those of a network of other shapes, or of one without stages.
    """
    # Initialisers draw from torch's global generator; it is put back as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "initialisation", 0))
        network = build_model(
            pretrained.settings,
            n_classes=n_classes,
            in_channels=len(pretrained.mean),
            image_size=pretrained.image_size,
        )
    check_staged(network)
    if start == "pretrained":
        own = {name: value for name, value in network.state_dict().items() if name.startswith(_HEAD)}
        weights = {name: value for name, value in pretrained.weights.items() if not name.startswith(_HEAD)} | own
        check_shapes("pretrained weights", weights, network.state_dict())
        network.load_state_dict(weights)
    if image_size is not None:
        network.register_forward_pre_hook(
            lambda _, images: functional.interpolate(images[0], image_size, mode="bilinear")
        )
    return network


def _shape(shape: tuple[int, ...]) -> str:
    height, width, channels = shape
    return f"{height} x {width} pixels in {channels} channel{'' if channels == 1 else 's'}"
