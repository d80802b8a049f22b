"""DCutMix written down from jeong2021's Algorithm 1, a sample at a time, with its two slips mended.

Mended: patches are cut from the batch as it came in (line 5 would shuffle, and line 18 cut from, an already mixed
one), and the innermost image's target is added for K = 2 too (lines 24 to 27). Lines 16 and 17 are taken per sample,
since phi is. Slow on purpose: the tests' reference, and what the benchmark measures against.
"""

import numpy as np
import torch


def dcutmix(images, targets, n_images, alpha, rng: np.random.Generator):
    """Return mixed images, mixed targets and, per sample, its K-1 boxes as (top, left, height, width)."""
    batch_size, _, height, width = images.shape
    shuffles = [rng.permutation(batch_size) for _ in range(n_images - 1)]
    mixed, mixed_targets = images.clone(), torch.zeros_like(targets)
    boxes = [[] for _ in range(batch_size)]
    for b in range(batch_size):
        phi = rng.dirichlet([alpha] * n_images)
        top, left, box_height, box_width = 0, 0, height, width
        previous_target = targets[b]
        left_over = 1.0
        for k in range(n_images - 1):
            v = min(phi[k] / left_over, 1.0) if left_over > 0 else 0.0
            left_over *= 1 - v
            inner_height = int(np.round(box_height * np.sqrt(1 - v)))
            inner_width = int(np.round(box_width * np.sqrt(1 - v)))
            inner_top = int(rng.integers(top, top + box_height - inner_height, endpoint=True))
            inner_left = int(rng.integers(left, left + box_width - inner_width, endpoint=True))
            partner = int(shuffles[k][b])
            rows, columns = slice(inner_top, inner_top + inner_height), slice(inner_left, inner_left + inner_width)
            mixed[b, :, rows, columns] = images[partner, :, rows, columns]
            lam = (box_height * box_width - inner_height * inner_width) / (height * width)
            mixed_targets[b] += lam * previous_target
            top, left, box_height, box_width = inner_top, inner_left, inner_height, inner_width
            previous_target = targets[partner]
            boxes[b].append((top, left, box_height, box_width))
        mixed_targets[b] += box_height * box_width / (height * width) * previous_target
    return mixed, mixed_targets, boxes
