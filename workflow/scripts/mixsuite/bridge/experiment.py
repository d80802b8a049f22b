"""The bridge: a network trained on images of patches, and its accuracy per feature, for all seeds of one method."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from mixsuite.bridge.drawing import Grid, draw_images, random_basis
from mixsuite.bridge.training import check_training, is_right, train_network
from mixsuite.checks import check_count, check_keys
from mixsuite.mixing.registry import build_mix
from mixsuite.models.registry import build_model
from mixsuite.patches.distribution import PatchSet, draw_patch_set
from mixsuite.patches.setting import Setting, check_method
from mixsuite.randomness import derived_seed, stream

KEYS = (
    "method", "setting", "layout", "image_size", "channels", "model", "recipe", "training", "test_samples", "seeds",
)  # fmt: skip


@dataclass(frozen=True)
class Bridge:
    """What the networks of one method are trained on, and how; `method` is oh2024's name for the `recipe`."""

    method: str
    setting: Setting
    grid: Grid
    model: Mapping[str, Any]
    recipe: Mapping[str, Any]
    training: Mapping[str, Any]
    test_samples: int
    """Test images per feature."""
    seeds: int

    @classmethod
    def from_mapping(cls, mapping: Mapping) -> Bridge:
        """Build a bridge from a plain mapping with KEYS, such as parsed JSON; layout is [rows, columns] of patches.

        Raises:
            SettingError: names the setting, the value found and what is expected.
        """
        check_keys("bridge", mapping, KEYS)
        check_method(mapping["method"])
        setting = Setting.from_mapping(mapping["setting"])
        check_training(mapping["training"])
        for name in ("test_samples", "seeds"):
            check_count(name, mapping[name], at_least=1)
        return cls(
            method=mapping["method"],
            setting=setting,
            grid=Grid.of(mapping["layout"], mapping["image_size"], mapping["channels"], setting),
            **{name: mapping[name] for name in ("model", "recipe", "training", "test_samples", "seeds")},
        )


def run_bridge(
    bridge: Bridge, device: torch.device, report: Callable[[int, str], None] = lambda done, note: None
) -> Iterator[dict[str, Any]]:
    """Yield a row per seed and feature: accuracy on new images whose only signal is that feature.

    The training images are those of the patch experiment of the same setting and seed, patch by patch, in a random
    basis; `training_fit` is the fraction of them that the network gets right, without augmentation. Pixels are divided
    by their standard deviation. `report(done, note)` is called after each seed.
    """
    for seed in range(bridge.seeds):
        basis = random_basis(bridge.setting.dimension, stream(seed, "patterns"))
        drawn = draw_patch_set(bridge.setting, stream(seed, "training data"))
        pixels = draw_images(drawn, basis, bridge.grid)
        scale = pixels.std()
        images, labels = _on_device(pixels / scale, drawn, device)
        network = _initial_network(bridge, seed).to(device, memory_format=torch.channels_last)
        mix = build_mix(bridge.recipe, network)
        loss = train_network(network, images, labels, mix, bridge.training, seed)
        fit = is_right(network, images, labels).double().mean().item()
        tested = draw_patch_set(_even(bridge.setting), stream(seed, "test images"), _test_size(bridge))
        right = is_right(network, *_on_device(draw_images(tested, basis, bridge.grid) / scale, tested, device))
        yield from _rows(bridge.setting, seed, drawn.features, tested.features, right, fit)
        report(seed + 1, f"loss {loss:.4f}")


def _rows(
    setting: Setting, seed: int, drawn: Tensor, tested: Tensor, right: Tensor, fit: float
) -> Iterator[dict[str, Any]]:
    for k, rho in enumerate(setting.rho):
        yield {
            "seed": seed,
            "feature": k + 1,
            "rarity": setting.rarity[k],
            "rho": rho,
            "expected_images": setting.samples * rho,
            "drawn_images": (drawn == k).sum().item(),
            "class_accuracy": right[tested == k].double().mean().item(),
            "training_fit": fit,
        }


def _initial_network(bridge: Bridge, seed: int) -> torch.nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "initial weights"))
        return build_model(bridge.model, 2, bridge.grid.channels, bridge.grid.size)


def _on_device(pixels: Tensor, patches: PatchSet, device: torch.device) -> tuple[Tensor, Tensor]:
    images = pixels.to(device, torch.float32, memory_format=torch.channels_last)
    return images, (patches.labels > 0).long().to(device)


def _even(setting: Setting) -> Setting:
    return replace(setting, rho=(1 / setting.features,) * setting.features)


def _test_size(bridge: Bridge) -> int:
    return bridge.test_samples * bridge.setting.features
