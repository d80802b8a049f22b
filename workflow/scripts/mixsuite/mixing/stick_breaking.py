"""The stick-breaking boxes of DCutMix (jeong2021, Eqs 3 to 5): from mixing proportions to nested boxes."""

from __future__ import annotations

import torch

from mixsuite.mixing.boxes import Boxes


def kept_ratios(phi: torch.Tensor) -> torch.Tensor:
    """Return 1 - v (K-1, B) with v_k = φ_k / Π_{j<k} (1 - v_j) of Eq. 3: the share of what is left that image k leaves.

    phi: (K, B), columns summing to 1. For φ ~ Dir(α, ..., α), v_k ~ Beta(α, (K - k) α), and not Beta(1, α) as the
    paper says after Eq. 3.
    """
    # Π_{j<k} (1 - v_j) = Σ_{j>=k} φ_j; summed from the end it keeps its digits where 1 - φ_1 - ... would cancel.
    left = phi.flip(0).cumsum(0).flip(0)
    return left[1:] / left[:-1].clamp_min(torch.finfo(phi.dtype).tiny)


def nested_boxes(phi: torch.Tensor, height: int, width: int, generator: torch.Generator) -> Boxes:
    """Return K-1 nested boxes per sample: box k is what images k+1, ..., K share of the image.

    Each side is round(side of the box around it · sqrt(1 - v_k)), so that about v_k of that box's area stays outside,
    and the place is uniform over all whole-pixel places inside it (Eqs 4 and 5; supplement, Algorithm 1, lines 7 to
    17). Sizes and places are drawn per sample, as in the released code (clovaai/DCutMix, main.py).

    phi: (K, B), float64, columns summing to 1.
    """
    whole = phi.new_full((2, phi.shape[1]), height)
    whole[1] = width
    sides = [whole]
    for factor in kept_ratios(phi).sqrt_():
        sides.append((sides[-1] * factor).round_())
    sides = torch.stack(sides)
    places = (sides[:-1] - sides[1:]).add_(1.0)
    # In float64 the product stays below `places`, since the largest uniform draw is 1 - 2^-53.
    step = torch.rand(places.shape, generator=generator, device=phi.device, dtype=phi.dtype).mul_(places).floor_()
    start = step.cumsum(0)
    return Boxes(start.int(), (start + sides[1:]).int())
