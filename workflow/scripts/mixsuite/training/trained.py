"""The network of a finished training, ready to be evaluated, with the statistics that its images are normalised by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from mixsuite.mixing.registry import build_mix
from mixsuite.models.genotype import with_genotype
from mixsuite.models.registry import build_model
from mixsuite.records import RecordError, damages, parse_record
from mixsuite.training.specification import check_run

_REMEDY = "delete the folder, and the network is trained anew"


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
    content = _read_run(folder / "run.json")
    run = content["specification"]
    if (found := content["dataset"]["sha256"]) != dataset_sha256:
        raise ValueError(f"{folder}: was trained on the dataset with sha256 {found}, expected {dataset_sha256}")
    weights = _read_weights(folder / "model.safetensors")
    if damage := damages(content, [folder / "model.safetensors"]):
        raise ValueError(f"{folder}: {damage[0]}; {_REMEDY}")
    schedule, network = run["schedule"], with_genotype(run["model"], content.get("genotype"))
    in_channels, image_size = _image_shape(split, schedule)
    statistics = split.description if schedule["normalisation"] == "dataset" else schedule["normalisation"]
    mean, std = (torch.tensor(statistics[key]).view(-1, 1, 1) for key in ("mean", "std"))
    # Initialisers draw from torch's global generator; it is put back as it was.
    with torch.random.fork_rng(devices=[]):
        model = build_model(network, n_classes=split.n_classes, in_channels=in_channels, image_size=image_size)
    build_mix(run["recipe"], model, std, schedule["loss"])
    _check_weights(folder / "model.safetensors", weights, model)
    model.load_state_dict(weights)
    return Trained(model.to(device).eval(), content, mean.to(device), std.to(device), image_size, split.n_classes)


def _read_run(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes()
        content = json.loads(text)
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: cannot be read ({error}); {_REMEDY}") from None
    if not (isinstance(content, dict) and "specification" in content and "sha256" in content.get("dataset", ())):
        raise ValueError(f"{path}: lacks specification or dataset; expected the result of a training")
    # Older versions kept no checksum.
    if "checksum" in content:
        try:
            parse_record(text, str(path))
        except RecordError as error:
            raise ValueError(f"{error}; {_REMEDY}") from None
    check_run(content["specification"])
    return content


def _read_weights(path: Path) -> dict[str, torch.Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path}: cannot be read ({error}); {_REMEDY}") from None


def _image_shape(split: Any, schedule: dict[str, Any]) -> tuple[int, int]:
    if schedule["resized_crop"] is not None:
        return 3, schedule["resized_crop"]["size"]
    _, height, _, channels = split.images.shape
    return channels, height


def _check_weights(path: Path, weights: dict[str, torch.Tensor], model: nn.Module) -> None:
    expected = model.state_dict()
    for name in sorted(expected.keys() | weights.keys()):
        found, wanted = (str(tuple(each[name].shape)) if name in each else "none" for each in (weights, expected))
        if found != wanted:
            raise ValueError(f"{path}: {name}: found the shape {found}, expected {wanted}, by run.json and the dataset")
