"""Images whose patches are those of oh2024's data distribution, seen through an orthonormal map."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mixsuite.checks import SettingError, check_count, check_list
from mixsuite.patches.distribution import PatchSet
from mixsuite.patches.setting import Setting


@dataclass(frozen=True)
class Grid:
    """Square images of `size` pixels a side and so many `channels`, in `rows` x `columns` patches of equal size."""

    rows: int
    columns: int
    size: int
    channels: int

    @classmethod
    def of(cls, layout: list[int], size: int, channels: int, setting: Setting) -> Grid:
        """Return the grid for the patches of `setting`; `layout` is [rows, columns].

        Raises:
            SettingError: another number of patches, or patches with more or fewer pixels than a patch has entries.
        """
        check_list("layout", layout, "two numbers, rows and columns")
        if len(layout) != 2:
            raise SettingError(f"layout: found {list(layout)}, expected two numbers, rows and columns")
        for name, value in (("layout", layout[0]), ("layout", layout[1]), ("size", size), ("channels", channels)):
            check_count(name, value, at_least=1)
        rows, columns = layout
        if rows * columns != setting.patches:
            raise SettingError(f"layout: found {rows} x {columns}, expected {setting.patches} patches in all")
        if size % rows or size % columns or channels * size**2 != setting.patches * setting.dimension:
            raise SettingError(
                f"size: found {channels} channels of {size} x {size} pixels in {rows} x {columns} patches, "
                f"expected {setting.dimension} values in each patch"
            )
        return cls(rows, columns, size, channels)


def random_basis(dimension: int, generator: torch.Generator) -> Tensor:
    """Return an orthonormal basis of R^dimension as rows (dimension, dimension), float64, uniform on the group O(d)."""
    factor, triangle = torch.linalg.qr(torch.randn(dimension, dimension, dtype=torch.float64, generator=generator))
    # With the signs of R's diagonal the distribution is exactly Haar's (Mezzadri 2007), whatever the algorithm's signs.
    return factor * torch.sign(torch.diagonal(triangle))


def draw_images(patches: PatchSet, basis: Tensor, grid: Grid) -> Tensor:
    """Return the images (n, channels, size, size), float64, of the patch set.

    The entries of a patch are its coordinates in `basis`, whose rows are patterns of channels x height x width pixels:
    lengths and angles of patches stay what they were. Patch number p lies in row p // columns, column p % columns.
    """
    height, width = grid.size // grid.rows, grid.size // grid.columns
    pixels = (patches.dictionary @ basis)[patches.index]
    tiles = pixels.view(-1, grid.rows, grid.columns, grid.channels, height, width)
    return tiles.permute(0, 3, 1, 4, 2, 5).reshape(-1, grid.channels, grid.size, grid.size)
