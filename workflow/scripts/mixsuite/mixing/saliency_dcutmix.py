"""Saliency-DCutMix (jeong2021, supplement): DCutMix whose patches show what is most salient in their images.

The supplement says: salient patches are obtained with the most salient pixel as their centre, their width and height
are given by Eq. 3, and these patches are then mixed as in DCutMix by Eq. 4. So a patch is cut out around the most
salient pixel of its source, wherever that is, and pasted where DCutMix draws its box (Eq. 5). It keeps its size, so
that areas follow φ as they do in DCutMix: at the border it is shifted into the image and not clipped.

The other reading, after SaliencyMix, which pastes a patch where it was cut, is not built. Eq. 4 nests the boxes: box k
would have to be shifted into box k - 1, away from the very pixel that is its centre, whenever the salient pixels of two
images lie apart, and the salient part would be lost that the supplement's Fig. 2 calls fully contained.
"""

from __future__ import annotations

import torch

from mixsuite.mixing.boxes import Boxes
from mixsuite.mixing.draws import check_proportions, permuted_partners, proportions
from mixsuite.mixing.mix import HintedMix, Mix
from mixsuite.mixing.owner_map import compose, owners_by_boxes
from mixsuite.mixing.saliency import check_saliency, most_salient_pixel_as_released, most_salient_pixels
from mixsuite.mixing.stick_breaking import nested_boxes


def build(*, images: int, alpha: float, probability: float, saliency: str) -> Mix | HintedMix:
    """Return the mix of `images` (K) images in proportions φ ~ Dir(α, ..., α), with φ and the boxes drawn per sample.

    saliency: `uint8` centres each patch on the most salient pixel of its own source, found in the raw pixels, and needs
    it as a hint; `as_released` takes over what the released code of SaliencyMix does, one centre per batch and
    permutation, that of the first sample's partner, found in normalised floats. What jeong2021 did is not said.

    As in DCutMix, one coin is thrown for a whole batch: with `probability` all of its samples are mixed, else none.

    Raises:
        SettingError: images below 2, alpha not above 0, probability outside 0 to 1, another saliency.
    """
    check_proportions(alpha, probability, images)
    check_saliency(saliency)
    n_images = images

    def mix(
        images: torch.Tensor, targets: torch.Tensor, generator: torch.Generator, centres: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        batch_size, _, height, width = images.shape
        partners = permuted_partners(n_images, batch_size, generator)
        phi = proportions(alpha, n_images, batch_size, probability, generator)
        boxes = nested_boxes(phi, height, width, generator)
        if centres is None:
            of_first = [most_salient_pixel_as_released(images[partner]) for partner in partners[1:, 0]]
            centre = torch.stack(of_first)[:, :, None].expand(-1, -1, batch_size)
        else:
            centre = centres[partners[1:]].movedim(2, 1)
        offsets = cut_offsets(boxes, centre, height, width)
        return compose(images, targets, owners_by_boxes(boxes, height, width), partners, offsets)

    return HintedMix(mix, most_salient_pixels) if saliency == "uint8" else mix


def cut_offsets(boxes: Boxes, centre: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Return (n_boxes + 1, 2, B), int64: how far from its place in the mix each image's pixels lie in their source.

    Box k is filled from the box of its size around `centre` (n_boxes, 2, B), shifted to lie inside the source. The
    first image, which is outside all boxes, is not moved.
    """
    side = (boxes.end - boxes.start).long()
    start = centre - side // 2
    for axis, length in enumerate((height, width)):
        start[:, axis] = torch.minimum(start[:, axis].clamp(min=0), length - side[:, axis])
    offsets = start - boxes.start
    return torch.cat([torch.zeros_like(offsets[:1]), offsets])
