"""The loss distribution L_i of each image as an anchor: the losses of its mixes with others (jeong2021, Eq. 8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mixsuite.data.loader import ResidentImages
from mixsuite.mixing.boxes import innermost_box
from mixsuite.models.layout import fastest_layout
from mixsuite.subsampling.draws import BLOCK, Mixes, draw_block
from mixsuite.subsampling.partners import PartnerPool
from mixsuite.training.precision import autocast

# Mixed images that go through the network together.
_BATCH = {"cpu": 250, "cuda": BLOCK * 10}


@torch.inference_mode()
def score(
    scoring: dict[str, Any],
    network: nn.Module,
    images: ResidentImages,
    precision: str,
    tell: Callable[[int], object],
) -> np.ndarray:
    """Return the losses L_{i,m}, float32 (N, draws · places), in nats, of all `images` as anchors.

    Each is the cross-entropy of a mixed image, which holds `anchor_ratio` of the anchor, against its mixed label: the
    areas as they came out in whole pixels. Images are neither cropped nor mirrored. `network` is in evaluation mode.
    `tell` is called with the number of anchors that are done.
    """
    device = images.labels.device
    pool = PartnerPool(images.labels.cpu(), scoring["partners"])
    per_anchor, n = scoring["draws"] * scoring["places"], len(images)
    losses = np.empty((n, per_anchor), np.float32)
    for start in range(0, n, BLOCK):
        mixes = draw_block(start // BLOCK, scoring, pool, n, images.images.shape[2:]).to(device)
        count = mixes.sources.shape[1]
        parts = (mixes.part(slice(at, at + _BATCH[device.type])) for at in range(0, count, _BATCH[device.type]))
        found = torch.cat([losses_of(part, network, images, precision) for part in parts])
        losses[start : start + BLOCK] = found.view(-1, per_anchor).cpu().numpy()
        tell(min(start + BLOCK, n))
    return losses


def compose_mixes(mixes: Mixes, images: torch.Tensor) -> torch.Tensor:
    """Return the mixed images (B, C, H, W), as bytes, of whole `images` (N, C, H, W)."""
    # Whole images are copied and chosen from: far quicker than to gather pixel by pixel.
    owner = innermost_box(mixes.boxes, *images.shape[2:])[:, None]
    mixed = images.index_select(0, mixes.sources[0])
    for number, source in enumerate(mixes.sources[1:], start=1):
        mixed = torch.where(owner == number, images.index_select(0, source), mixed)
    return mixed


def losses_of(mixes: Mixes, network: nn.Module, images: ResidentImages, precision: str) -> torch.Tensor:
    """Return the loss of each of the `mixes`, (B,), float32: -Σ_k share_k log p(class of source k)."""
    inputs = fastest_layout(images.normalise(compose_mixes(mixes, images.images)))
    with autocast(inputs.device, precision):
        logits = network(inputs)
    logs = functional.log_softmax(logits.float(), dim=1).gather(1, images.labels[mixes.sources].T)
    return -(mixes.shares.T.float() * logs).sum(dim=1)
