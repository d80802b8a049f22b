"""Adversarial images made once with a substitute network, to be shown to any other: one split of prepared arrays.

Stored as bytes, as real images are: each is rounded to the nearest byte within the attack's ball.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mixsuite.checks import check_count, check_keys
from mixsuite.data.arrays import FILES, arrays_sha256
from mixsuite.data.replacement import replaced_folder
from mixsuite.randomness import stream
from mixsuite.records import write_record
from mixsuite.robustness.pixel_model import PixelModel, pixel_model
from mixsuite.robustness.pixels import Pixels
from mixsuite.robustness.registry import build_attack
from mixsuite.training.trained import Trained


def check_adversarial_set(specification: Any) -> None:
    """Raise SettingError unless `specification` is {"run": ..., "attack": {...}, "seed": ...}."""
    check_keys("adversarial set", specification, ("run", "attack", "seed"))
    check_count("adversarial set: seed", specification["seed"], at_least=0)


def write_adversarial_set(
    destination: Path,
    specification: dict[str, Any],
    trained: Trained,
    pixels: Pixels,
    device: torch.device,
    code: str,
    report: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """Attack every image of `pixels` with the network `trained`, write the set to `destination`, return its record.

    `specification` is {"run": identity of the substitute's training, "attack": settings, "seed": of the attack}. The
    record, its dataset.json, tells it with the substitute's own specification, and its accuracy before and after (%).
    Memory holds one batch at a time. `report` is called with how many images are done.

    Raises:
        SettingError: a setting of the attack is missing, unknown or out of range.
        DatasetError: `destination` holds something else.
    """
    check_adversarial_set(specification)
    attack = build_attack(specification["attack"], trained.std)
    generator = stream(specification["seed"], "attack", device=device)
    model = pixel_model(trained)
    n, size = len(pixels), trained.image_size
    correct = {"before": 0, "after": 0}
    with replaced_folder(destination, FILES) as folder:
        images = np.lib.format.open_memmap(
            folder / "images.npy", mode="w+", dtype=np.uint8, shape=(n, size, size, len(trained.mean))
        )
        labels = np.empty(n, np.int64)
        done = 0
        for batch, own in pixels.batches():
            stored = to_bytes(attack(model, batch, own, generator), batch, attack.radius)
            correct["before"] += _correct(model, batch, own)
            correct["after"] += _correct(model, stored.float().div(255), own)
            part = slice(done, done + len(own))
            images[part], labels[part] = stored.permute(0, 2, 3, 1).cpu().numpy(), own.cpu().numpy()
            done = part.stop
            report(done)
        images.flush()
        np.save(folder / "labels.npy", labels)
        record = {
            "classes": pixels.description["classes"],
            "mean": trained.mean.flatten().tolist(),
            "std": trained.std.flatten().tolist(),
            "source": f"adversarial images of {pixels.description['source']}",
            "specification": specification,
            "substitute": trained.run["specification"],
            "dataset": {"sha256": trained.run["dataset"]["sha256"]},
            "substitute_accuracy": {when: 100 * count / n for when, count in correct.items()},
            "n": n,
            "sha256": arrays_sha256(images, labels),
        }
        write_record(folder / "dataset.json", record, code, [folder / "images.npy", folder / "labels.npy"])
    return record


def to_bytes(adversarial: torch.Tensor, pixels: torch.Tensor, radius: torch.Tensor) -> torch.Tensor:
    """Return `adversarial` (B, C, H, W) as uint8: of the bytes within `radius` of `pixels`, each the nearest.

    All are in [0, 1], and `pixels` are bytes divided by 255.
    """
    # A radius of 8/255 is a whole number of bytes but for its rounding.
    levels = radius.mul(255).add(1e-3).floor()
    change = (adversarial - pixels).mul(255).round().clamp(-levels, levels)
    return pixels.mul(255).round().add(change).to(torch.uint8)


@torch.no_grad()
def _correct(model: PixelModel, pixels: torch.Tensor, labels: torch.Tensor) -> int:
    return int((model(pixels).argmax(dim=1) == labels).sum())
