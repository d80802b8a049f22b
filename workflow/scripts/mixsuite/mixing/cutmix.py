"""CutMix (Yun et al. 2019): a box of each image is replaced by the same box of another image."""

from __future__ import annotations

import torch

from mixsuite.mixing.boxes import Boxes, centred_boxes
from mixsuite.mixing.draws import check_proportions, permuted_partners, proportions
from mixsuite.mixing.mix import Mix
from mixsuite.mixing.owner_map import compose, owners_by_boxes


def paste_one_box(
    images: torch.Tensor, targets: torch.Tensor, partners: torch.Tensor, box: Boxes
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images and targets where the same `box`, a single one, of all samples is that of their partners (2, B).

    The target is weighted with the area that is left.
    """
    batch_size, _, height, width = images.shape
    same_for_all = Boxes(*(edge.expand(-1, -1, batch_size) for edge in box))
    return compose(images, targets, owners_by_boxes(same_for_all, height, width), partners)


def build(*, alpha: float, probability: float) -> Mix:
    """Return the mix of clovaai/CutMix-PyTorch (train.py): one λ ~ Beta(α, α), one box and one permutation per batch.

    The box has the area 1 - λ before its sides are truncated to pixels and it is clipped at the border. A batch is
    mixed with `probability`, else left as it is.

    Raises:
        SettingError: alpha not above 0, probability outside 0 to 1.
    """
    check_proportions(alpha, probability)

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        partners = permuted_partners(2, len(images), generator)
        _, cut = proportions(alpha, 2, 1, probability, generator)
        box = centred_boxes(cut.sqrt(), *images.shape[2:], 1, generator)
        return paste_one_box(images, targets, partners, box)

    return mix
