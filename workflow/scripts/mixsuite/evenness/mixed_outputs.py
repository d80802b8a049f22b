"""How a network's outputs for two classes answer the share of an image of each, if it acts evenly on all parts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

from mixsuite.checks import SettingError
from mixsuite.mixing.boxes import Boxes
from mixsuite.mixing.owner_map import owners_by_boxes
from mixsuite.randomness import stream

_BATCH_SIZE = 250


@dataclass(frozen=True)
class Pairs:
    """Places of images in a split, int64 (n,) each: `first` of one class, `second` of another."""

    first: torch.Tensor
    second: torch.Tensor


@dataclass(frozen=True)
class MixedOutputs:
    """Differences of two outputs, float64 (n,), for the mixed images of all pairs and for each pair's own images.

    `share` is the first image's, exact: the mixed image has it in so many of its pixels.
    """

    share: float
    mixed: torch.Tensor
    first: torch.Tensor
    second: torch.Tensor

    def output_share(self) -> float:
        """Return how far the mean output is from the second class's mean towards the first's, 0 to 1.

        A network whose output is a sum over all parts of an image, each acting alike, has the `share` here.
        """
        first, second = self.first.mean(), self.second.mean()
        return ((self.mixed.mean() - second) / (first - second)).item()

    def departure(self) -> float:
        """Return the root mean square of what the outputs depart from the `share` by, over the mean distance of a pair.

        Pair by pair the output is held against share · first + (1 - share) · second.
        """
        expected = self.share * self.first + (1 - self.share) * self.second
        distance = (self.first - self.second).mean()
        return ((self.mixed - expected).square().mean().sqrt() / distance).item()


def draw_pairs(labels: torch.Tensor, classes: tuple[int, int], count: int, seed: int) -> Pairs:
    """Return `count` random pairs of images whose `labels` (N,) are the first and the second of `classes`.

    Raises:
        SettingError: a class has no image.
    """
    chosen = []
    for position, label in enumerate(classes):
        places = (labels == label).nonzero().flatten().cpu()
        if not len(places):
            raise SettingError(f"classes: found no image of the class number {label}, expected at least one")
        drawn = torch.randint(len(places), (count,), generator=stream(seed, "pairs", position))
        chosen.append(places[drawn])
    return Pairs(*chosen)


def nearest_box(share: float, height: int, width: int) -> tuple[int, int]:
    """Return the sides of the box nearest in area to (1 - `share`) of the image, a square or one pixel off it."""
    area = (1 - share) * height * width
    side = math.isqrt(round(area))
    candidates = [(side, side), (side, side + 1), (side + 1, side + 1)]
    return min(
        (box for box in candidates if max(box) <= min(height, width)), key=lambda box: abs(math.prod(box) - area)
    )


def boxes_inside(sides: tuple[int, int], height: int, width: int, count: int, generator: torch.Generator) -> Boxes:
    """Return `count` boxes with these sides, upright or lying, uniform over all places that are wholly in the image."""
    turned = torch.randint(2, (count,), generator=generator).bool()
    side = torch.tensor(sides)[:, None].expand(2, count)
    side = torch.where(turned, side.flip(0), side)
    room = torch.tensor([[height], [width]]) - side + 1
    start = (torch.rand(2, count, generator=generator) * room).long()
    return Boxes(start.int()[None], (start + side).int()[None])


def measure_mixed_outputs(
    logits: Callable[[torch.Tensor], torch.Tensor],
    images: Callable[[torch.Tensor], torch.Tensor],
    pairs: Pairs,
    classes: tuple[int, int],
    shares: list[float],
    seed: int,
) -> list[MixedOutputs]:
    """Return, for each of `shares`, the outputs for the first of `classes` minus those for the second.

    A mixed image is the first of a pair with a box of the second, as CutMix pastes it, wholly inside: the area left is
    `nearest_box`'s. All networks see the same pairs and boxes.

    logits: images (B, C, H, W) -> (B, n_classes).
    images: places (B,) in the split -> images (B, C, H, W), normalised.
    """

    def difference(inputs: torch.Tensor) -> torch.Tensor:
        outputs = logits(inputs).double()
        return (outputs[:, classes[0]] - outputs[:, classes[1]]).cpu()

    own: list[list[torch.Tensor]] = [[], []]
    mixed: list[list[torch.Tensor]] = [[] for _ in shares]
    height, width = images(pairs.first[:1]).shape[2:]
    sides = [nearest_box(share, height, width) for share in shares]
    generators = [stream(seed, "boxes", str(share)) for share in shares]
    for first, second in zip(pairs.first.split(_BATCH_SIZE), pairs.second.split(_BATCH_SIZE), strict=True):
        both = images(first), images(second)
        for position, inputs in enumerate(both):
            own[position].append(difference(inputs))
        for position, (box, generator) in enumerate(zip(sides, generators, strict=True)):
            boxes = boxes_inside(box, height, width, len(first), generator)
            owner = owners_by_boxes(boxes, height, width).owner[:, None].to(both[0].device)
            mixed[position].append(difference(torch.where(owner == 1, both[1], both[0])))
    first, second = (torch.cat(parts) for parts in own)
    return [
        MixedOutputs(1 - math.prod(box) / (height * width), torch.cat(parts), first, second)
        for box, parts in zip(sides, mixed, strict=True)
    ]
