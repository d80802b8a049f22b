"""Images as grids of blocks, each the smallest thing that is moved or mixed."""

from __future__ import annotations

import torch

from mixsuite.checks import SettingError
from mixsuite.mixing.blend import blend


def usable_counts(counts: list[int], height: int, width: int) -> list[int]:
    """Return those `counts` of blocks a side into which an image of such a size divides.

    Raises:
        SettingError: there is none.
    """
    usable = [count for count in counts if height % count == 0 and width % count == 0]
    if not usable:
        raise SettingError(
            f"blocks: found {counts}, expected a number that divides images of {height} x {width} pixels"
        )
    return usable


def refined_count(count: int, size: int, height: int, width: int) -> int:
    """Return the number of cells a side, a multiple of `count`, whose sides are the longest of at most `size` pixels.

    Where blocks are no larger than that, a cell is a block.
    """
    multiples = range(count, min(height, width) + 1, count)
    usable = [cells for cells in multiples if height % cells == 0 and width % cells == 0]
    return next((cells for cells in usable if max(height, width) <= size * cells), usable[-1])


def block_means(values: torch.Tensor, count: int) -> torch.Tensor:
    """Return the means (..., count, count) of `values` (..., H, W) over its blocks."""
    *rest, height, width = values.shape
    return values.reshape(*rest, count, height // count, count, width // count).mean(dim=(-3, -1))


def block_shares(values: torch.Tensor, count: int) -> torch.Tensor:
    """Return the shares (B, count, count) of each block in the sum of `values` (B, H, W), not negative.

    Where all is zero, so are the shares.
    """
    means = block_means(values, count)
    return means / means.sum(dim=(1, 2), keepdim=True).clamp(min=torch.finfo(means.dtype).tiny)


def spread(blocks: torch.Tensor, count: int) -> torch.Tensor:
    """Return (..., count, count): `blocks` (..., n, n), each repeated over the cells that it is divided into."""
    times = count // blocks.shape[-1]
    return blocks.repeat_interleave(times, dim=-2).repeat_interleave(times, dim=-1)


def compose_blocks(images: torch.Tensor, weights: torch.Tensor, sources: torch.Tensor) -> torch.Tensor:
    """Return the images (B, C, H, W) whose block p is Σ_k weights[k, p] · block sources[k, p].

    weights and sources (int64): (K, B, n, n). Blocks are numbered through the whole batch, row by row: block (r, c) of
    image b is (b · n + r) · n + c.
    """
    batch_size, channels, height, width = images.shape
    count = weights.shape[-1]
    grid = batch_size, channels, count, height // count, count, width // count
    rows = images.reshape(grid).permute(0, 2, 4, 1, 3, 5)
    blocks = rows.reshape(batch_size * count**2, -1)
    composed = blend(blocks, weights.flatten(1), sources.flatten(1))
    return composed.view(rows.shape).permute(0, 3, 1, 4, 2, 5).reshape(images.shape)
