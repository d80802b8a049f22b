"""Loss and error of a classifier on a split."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from mixsuite.data.batches import Images
from mixsuite.processes import ALONE, Processes
from mixsuite.training.precision import autocast

_BATCH_SIZE = 250


def evaluate(
    model: nn.Module, data: Images, device: torch.device, precision: str = "float32", processes: Processes = ALONE
) -> dict[str, float]:
    """Return how `model` does on `data`; each of `processes` tests a part, and all return the same.

    `loss` is the mean cross-entropy in nats, `top1_error` and `top5_error` are in %, and so are `top1_error_even` and
    `top1_error_odd`, those of the images at even and odd places of the split (from 0): what is chosen on one half can
    be judged on the other. With fewer than five classes the top-5 error is 0. The model is left in evaluation mode.
    """
    model.eval()
    # Counted on the device: the host waits for it once, not per batch.
    sums = torch.zeros(4, dtype=torch.float64, device=device)
    with torch.inference_mode():
        for images, labels, index, _ in data.plain_batches(_BATCH_SIZE, processes):
            with autocast(device, precision):
                logits = model(images).float()
            loss = functional.cross_entropy(logits, labels, reduction="sum")
            missed = logits.topk(min(5, logits.shape[1])).indices != labels[:, None]
            odd = (missed[:, 0] & (index % 2 == 1)).sum()
            sums += torch.stack([loss, missed.all(1).sum(), missed[:, 0].sum() - odd, odd])
        loss, top5, even, odd = processes.total(sums).tolist()
    n_images = len(data)
    n_odd = n_images // 2
    return {
        "loss": loss / n_images,
        "top1_error": 100 * (even + odd) / n_images,
        "top5_error": 100 * top5 / n_images,
        "top1_error_even": 100 * even / (n_images - n_odd),
        # A split of one image has none at an odd place.
        "top1_error_odd": 100 * odd / max(n_odd, 1),
    }
