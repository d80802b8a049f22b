"""Mixes of an anchor with a fixed share: conditional proportions, partners and boxes, drawn per mixed image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from mixsuite.mixing.boxes import Boxes
from mixsuite.mixing.draws import dirichlet
from mixsuite.mixing.owner_map import shares_of_boxes
from mixsuite.mixing.stick_breaking import nested_boxes
from mixsuite.randomness import stream
from mixsuite.subsampling.partners import PartnerPool

BLOCK = 100
"""Anchors whose mixes are drawn together: those of one anchor can be had again without those of all before it."""


@dataclass(frozen=True)
class Mixes:
    """Mixed images before they are made: `sources` (K, B) int64, who gives the k-th image, in the stick's order.

    `boxes` are the K - 1 nested boxes of the images k > 0, and `shares` (K, B), float64, the areas that come of them.
    The mixes of one anchor stand together.
    """

    sources: torch.Tensor
    boxes: Boxes
    shares: torch.Tensor

    def part(self, places: slice) -> Mixes:
        """Return some of them."""
        boxes = Boxes(*(edge[..., places] for edge in self.boxes))
        return Mixes(self.sources[:, places], boxes, self.shares[:, places])

    def to(self, device: torch.device) -> Mixes:
        """Return them on `device`."""
        return Mixes(self.sources.to(device), Boxes(*(edge.to(device) for edge in self.boxes)), self.shares.to(device))


def conditional_proportions(
    ratio: float, alpha: float, n_images: int, place: int, n_draws: int, generator: torch.Generator
) -> torch.Tensor:
    """Return (n_images, n_draws) float64 proportions in which the image at `place` has the fixed share `ratio`.

    Given φ_i, the others of a Dirichlet variable, divided by 1 - φ_i, are themselves Dirichlet with their own
    parameters: φ∖φ_i = (1 - φ_i) · Dir(α, ..., α) of n_images - 1 components (jeong2021, section "Subsampling using
    the Measured Data Uncertainty"). Columns sum to 1.
    """
    others = (1 - ratio) * dirichlet(alpha, n_images - 1, n_draws, generator)
    return torch.cat([others[:place], torch.full_like(others[:1], ratio), others[place:]])


def draw_block(block: int, scoring: dict[str, Any], pool: PartnerPool, n_anchors: int, size: tuple[int, int]) -> Mixes:
    """Return the mixes of the anchors in the block number `block`, `draws` · `places` of each.

    `size` is that of an image, (H, W). Each draw of proportions gets `places` draws of boxes. Partners are drawn for
    every mixed image, or without `redraw_partners` once per anchor. All is drawn on the CPU, so that it is the same
    whatever the network computes on.
    """
    generator = stream(scoring["seed"], "anchored mixes", block)
    anchors = torch.arange(block * BLOCK, min((block + 1) * BLOCK, n_anchors))
    n_images, draws, places = scoring["images"], scoring["draws"], scoring["places"]
    place = place_of_anchor(scoring["anchor_place"], n_images)
    phi = conditional_proportions(
        scoring["anchor_ratio"], scoring["alpha"], n_images, place, len(anchors) * draws, generator
    ).repeat_interleave(places, dim=1)
    each = anchors.repeat_interleave(draws * places)
    if scoring["redraw_partners"]:
        partners = pool.draw(each, n_images - 1, generator)
    else:
        partners = pool.draw(anchors, n_images - 1, generator).repeat_interleave(draws * places, dim=1)
    boxes = nested_boxes(phi, *size, generator)
    sources = torch.cat([partners[:place], each[None], partners[place:]])
    return Mixes(sources, boxes, shares_of_boxes(boxes, *size))


def draw_anchor(
    anchor: int, scoring: dict[str, Any], pool: PartnerPool, n_anchors: int, size: tuple[int, int]
) -> Mixes:
    """Return the mixes of one `anchor`, those that it was scored by."""
    per_anchor = scoring["draws"] * scoring["places"]
    first = anchor % BLOCK * per_anchor
    return draw_block(anchor // BLOCK, scoring, pool, n_anchors, size).part(slice(first, first + per_anchor))


def place_of_anchor(name: str, n_images: int) -> int:
    """Return the anchor's number, from 0, among the images to which the stick gives shares."""
    return {"outer": 0, "middle": n_images // 2, "inner": n_images - 1}[name]
