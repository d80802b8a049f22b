"""Loss and error of a classifier on a split."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from mixsuite.data.loader import ResidentImages, plain_batches

_BATCH_SIZE = 500


def evaluate(model: nn.Module, data: ResidentImages) -> dict[str, float]:
    """Return `loss` (mean cross-entropy in nats), `top1_error` and `top5_error` (in %) of `model` on `data`.

    The model is left in evaluation mode. With fewer than five classes the top-5 error is 0.
    """
    model.eval()
    # Counted on the device: the host waits for it once, not per batch.
    totals = torch.zeros(3, dtype=torch.float64, device=data.labels.device)
    with torch.inference_mode():
        for images, labels in plain_batches(data, _BATCH_SIZE):
            logits = model(images)
            loss = functional.cross_entropy(logits, labels, reduction="sum")
            missed = logits.topk(min(5, logits.shape[1])).indices != labels[:, None]
            totals += torch.stack([loss, missed[:, 0].sum(), missed.all(1).sum()])
    loss, top1, top5 = totals.tolist()
    n_images = len(data)
    return {"loss": loss / n_images, "top1_error": 100 * top1 / n_images, "top5_error": 100 * top5 / n_images}
