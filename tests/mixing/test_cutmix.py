import math

import numpy as np
import torch
from scipy.stats import ks_2samp

from mixsuite.mixing.cutmix import build


def literal_box(height, width, alpha, rng):
    """Yun et al.'s box (top, bottom, left, right) for one λ, clipped at the border."""
    cut = math.sqrt(1 - rng.beta(alpha, alpha))
    cut_height, cut_width = int(height * cut), int(width * cut)
    y, x = rng.integers(height), rng.integers(width)
    return (
        max(y - cut_height // 2, 0),
        min(y + cut_height // 2, height),
        max(x - cut_width // 2, 0),
        min(x + cut_width // 2, width),
    )


def test_one_box_and_one_permutation_per_batch(traced_batch, traced_sources):
    images, targets = traced_batch(10, 2, 12, 9)
    mixed, mixed_targets = build(alpha=1.0, probability=1.0)(images, targets, torch.Generator().manual_seed(2))
    foreign = traced_sources(mixed) != torch.arange(10)[:, None, None]
    met_another = foreign.flatten(1).any(1)
    box = foreign[met_another][0]
    assert 0 < box.sum() < box.numel()
    assert (foreign[met_another] == box).all()
    partner = traced_sources(mixed)[:, box][:, 0]
    assert partner.sort().values.tolist() == list(range(10))
    area = box.double().mean()
    torch.testing.assert_close(mixed_targets[met_another].amax(1), area.clamp_min(1 - area).expand(met_another.sum()))


def test_boxes_are_distributed_as_the_literal_ones():
    height, width, n_draws = 12, 16, 2000
    mix = build(alpha=1.0, probability=1.0)
    generator, rng = torch.Generator().manual_seed(0), np.random.default_rng(0)
    images = torch.arange(2, dtype=torch.float32).view(2, 1, 1, 1).expand(2, 1, height, width)
    drawn = []
    while len(drawn) < n_draws:
        mixed, mixed_targets = mix(images, torch.eye(2), generator)
        foreign = mixed[0, 0] == 1
        # In half of the draws both samples meet themselves, and no box is to be seen: but an empty box looks alike.
        if foreign.any():
            rows, columns = foreign.any(1).nonzero(), foreign.any(0).nonzero()
            drawn.append((rows[0].item(), rows[-1].item() + 1, columns[0].item(), columns[-1].item() + 1))
            area = foreign.float().mean()
            torch.testing.assert_close(mixed_targets[0], torch.stack([1 - area, area]))
    boxes = (literal_box(height, width, 1.0, rng) for _ in range(10 * n_draws))
    literal = [box for box in boxes if box[1] > box[0] and box[3] > box[2]][:n_draws]
    drawn, literal = np.array(drawn), np.array(literal)
    for side in range(4):
        assert ks_2samp(drawn[:, side], literal[:, side]).pvalue > 1e-4
    area = [(boxes[:, 1] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 2]) for boxes in (drawn, literal)]
    assert ks_2samp(*area).pvalue > 1e-4
