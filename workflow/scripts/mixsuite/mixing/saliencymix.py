"""SaliencyMix (Uddin et al. 2021): CutMix whose box is centred on the most salient pixel of the image it comes from."""

from __future__ import annotations

import torch

from mixsuite.mixing.boxes import boxes_around
from mixsuite.mixing.draws import check_proportions, permuted_partners, proportions
from mixsuite.mixing.mix import HintedMix, Mix
from mixsuite.mixing.owner_map import compose, owners_by_boxes
from mixsuite.mixing.saliency import check_saliency, most_salient_pixel_as_released, most_salient_pixels


def build(*, alpha: float, probability: float, saliency: str) -> Mix | HintedMix:
    """Return the mix of afm-shahab-uddin/SaliencyMix: one λ ~ Beta(α, α) and one permutation per batch.

    The box has sqrt(1 - λ) of the image's sides, truncated to pixels, and is clipped at the border; it is pasted where
    it was cut, and the target is weighted with the area that is left. A batch is mixed with `probability`, else left as
    it is.

    saliency: `uint8` centres the box of each sample on the most salient pixel of its own partner, found in the raw
    pixels, and needs it as a hint; `as_released` has one box per batch, around the pixel that the released code
    (SaliencyMix_CIFAR/saliencymix.py) finds in the first sample's partner.

    Raises:
        SettingError: alpha not above 0, probability outside 0 to 1, another saliency.
    """
    check_proportions(alpha, probability)
    check_saliency(saliency)

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator, centres: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        batch_size, _, height, width = images.shape
        partners = permuted_partners(2, batch_size, generator)
        _, cut = proportions(alpha, 2, 1, probability, generator)
        if centres is None:
            centre = most_salient_pixel_as_released(images[partners[1, 0]])[:, None].expand(-1, batch_size)
        else:
            centre = centres[partners[1]].t()
        boxes = boxes_around(centre, cut.sqrt(), height, width)
        return compose(images, targets, owners_by_boxes(boxes, height, width), partners)

    return HintedMix(mix, most_salient_pixels) if saliency == "uint8" else mix
