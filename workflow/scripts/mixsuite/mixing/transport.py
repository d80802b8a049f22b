"""Moving the salient blocks of an image into its visible part (Kim, Choo and Song 2020, masked transport)."""

from __future__ import annotations

import math

import torch
from torch.nn import functional


def transport_plan(saliency: torch.Tensor, visible: torch.Tensor, cost: float) -> torch.Tensor:
    """Return (B, n, n), int64: which block of the same image, numbered row by row, is shown at each visible place.

    saliency: (B, n, n), not negative, summing to 1 in each image; visible: (B, n, n), bool; n at least 2. Showing block
    i at place j is worth saliency_i - cost · d²(i, j) / (n - 1)², with d the distance in blocks. Invisible places keep
    their number: nothing of what is there is seen.

    As in the paper's algorithm, every block asks for the place where it is worth most, each place keeps the block worth
    most there, and those turned away ask for their next best place, until none is left that would be worth anything.
    No block is shown twice, and no place is worse off than with its own block. (The released code, snu-mllab/PuzzleMix,
    mixup.py, stops after n rounds; in one of its versions those turned away do not ask again, since the line that makes
    them stands behind the loop.)
    """
    batch_size, count, _ = saliency.shape
    offsets, costs, margin = _moves(saliency, cost)
    side = count + 2 * margin
    place = torch.arange(batch_size * side**2, device=saliency.device).view(batch_size, side, side)
    # Beyond the border, and where nothing is seen, no block is worth enough.
    worth = functional.pad(saliency.where(visible, torch.inf), [margin] * 4, value=torch.inf).flatten()
    value = functional.pad(saliency, [margin] * 4).flatten()
    inside = (slice(None), slice(margin, margin + count), slice(margin, margin + count))
    shown = place.flatten().clone()
    asking = place[inside][~visible]
    while len(asking) and len(offsets):
        offers = value[asking, None] - costs
        offers = offers.where(offers > worth[asking[:, None] + offsets], -torch.inf)
        offer, choice = offers.max(dim=1)
        asks = offer > -torch.inf
        asking, offer, wanted = asking[asks], offer[asks], (asking + offsets[choice])[asks]
        worth = worth.scatter_reduce(0, wanted, offer, "amax")
        best = offer == worth[wanted]
        # Of equals, the one with the smallest number is let in.
        winner = torch.full_like(shown, len(shown)).scatter_reduce(0, wanted[best], asking[best], "amin")
        wins = winner[wanted] == asking
        won = wanted[wins]
        turned_away = torch.cat([asking[~wins], shown[won]])
        shown[won] = asking[wins]
        asking = turned_away
    source = shown.view(place.shape)[inside]
    row, column = source // side % side, source % side
    return (row - margin) * count + column - margin


def _moves(saliency: torch.Tensor, cost: float) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Return all moves that may be worth making, as steps through the padded grid, their costs and the padding."""
    count = saliency.shape[-1]
    per_step = cost / (count - 1) ** 2
    most = saliency.max().item() / per_step if per_step > 0 else math.inf
    margin = min(count - 1, math.isqrt(int(min(most, count**2))))
    step = torch.arange(-margin, margin + 1, device=saliency.device)
    squared = step[:, None] ** 2 + step**2
    offsets = step[:, None] * (count + 2 * margin) + step
    possible = (squared > 0) & (squared < most)
    return offsets[possible], squared[possible] * per_step, margin
