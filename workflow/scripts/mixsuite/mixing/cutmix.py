"""CutMix (Yun et al. 2019): a box of each image is replaced by the same box of another image."""

from __future__ import annotations

import torch

from mixsuite.checks import check_fraction
from mixsuite.mixing.boxes import Boxes, centred_boxes
from mixsuite.mixing.draws import check_proportions, permuted_partners, proportions
from mixsuite.mixing.mix import Mix
from mixsuite.mixing.owner_map import compose, owners_by_boxes


def build(*, alpha: float, probability: float, largest: float = 1) -> Mix:
    """Return the mix of clovaai/CutMix-PyTorch (train.py): one λ ~ Beta(α, α), one box and one permutation per batch.

    The box has sqrt(1 - λ) of the image's sides, truncated to pixels, a centre uniform over the image, and is clipped
    at the border; the target is weighted with the area that is left. A batch is mixed with `probability`, else left as
    it is. `largest` times 1 - λ takes the place of 1 - λ: below 1, no box has more of the image's area than that.

    Raises:
        SettingError: alpha not above 0, probability or largest outside 0 to 1.
    """
    check_proportions(alpha, probability)
    check_fraction("largest", largest)

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        batch_size, _, height, width = images.shape
        partners = permuted_partners(2, batch_size, generator)
        _, cut = proportions(alpha, 2, 1, probability, generator)
        start, end = centred_boxes((largest * cut).sqrt(), height, width, 1, generator)
        same_for_all = Boxes(start.expand(-1, -1, batch_size), end.expand(-1, -1, batch_size))
        return compose(images, targets, owners_by_boxes(same_for_all, height, width), partners)

    return mix
