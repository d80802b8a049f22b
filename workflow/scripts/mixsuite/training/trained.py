"""The network of a finished training, ready to be evaluated, with the statistics that its images are normalised by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mixsuite.intact import read_intact
from mixsuite.mixing.registry import build_mix
from mixsuite.models.genotype import with_genotype
from mixsuite.models.registry import build_model
from mixsuite.models.weights_file import check_shapes, read_weights
from mixsuite.training.specification import check_run


@dataclass(frozen=True)
class Trained:
    """A network in evaluation mode on its device, and the content of its run.json.

    It takes images (B, C, image_size, image_size), normalised by `mean` and `std`, (C, 1, 1), of pixels in [0, 1].
    """

    model: nn.Module
    run: dict[str, Any]
    mean: torch.Tensor
    std: torch.Tensor
    image_size: int
    n_classes: int


def load_trained(folder: Path, split: Any, dataset_sha256: str, device: torch.device) -> Trained:
    """Return the network that a training left in `folder`: model.safetensors and run.json.

    `split`, ImageArrays or an ImageIndex, is one of the dataset that it was trained on, and `dataset_sha256` that
    dataset's. Layers that the training's method put into the network are there, as it asks of who evaluates it.

    Raises:
        ValueError: a file is missing or damaged; the network was trained on another dataset, or its weights are not
            those of the network that run.json describes.
    """
    model_file = folder / "model.safetensors"
    content = read_intact(folder / "run.json", model_file)
    run = content["specification"]
    check_run(run)
    if "sha256" not in content.get("dataset", ()):
        raise ValueError(f"{folder}: lacks the sha256 of its dataset, expected the result of a training")
    if (found := content["dataset"]["sha256"]) != dataset_sha256:
        raise ValueError(f"{folder}: was trained on the dataset with sha256 {found}, expected {dataset_sha256}")
    weights = read_weights(model_file)
    schedule, network = run["schedule"], with_genotype(run["model"], content.get("genotype"))
    in_channels, image_size = _image_shape(split, schedule)
    statistics = split.description if schedule["normalisation"] == "dataset" else schedule["normalisation"]
    mean, std = (torch.tensor(statistics[key]).view(-1, 1, 1) for key in ("mean", "std"))
    # Initialisers draw from torch's global generator; it is put back as it was.
    with torch.random.fork_rng(devices=[]):
        model = build_model(network, n_classes=split.n_classes, in_channels=in_channels, image_size=image_size)
    build_mix(run["recipe"], model, std, schedule["loss"])
    check_shapes(model_file, weights, model.state_dict())
    model.load_state_dict(weights)
    return Trained(model.to(device).eval(), content, mean.to(device), std.to(device), image_size, split.n_classes)


def _image_shape(split: Any, schedule: dict[str, Any]) -> tuple[int, int]:
    if schedule["resized_crop"] is not None:
        return 3, schedule["resized_crop"]["size"]
    _, height, _, channels = split.images.shape
    return channels, height
