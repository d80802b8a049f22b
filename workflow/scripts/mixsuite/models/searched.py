"""Networks of searched cells, with an auxiliary head and drop path (DARTS; PC-DARTS evaluates its genotypes so)."""

from __future__ import annotations

import torch
from torch import nn

from mixsuite.checks import SettingError, check_count, check_fraction, check_not_negative
from mixsuite.models.auxiliary import AuxiliaryHead, WithAuxiliary
from mixsuite.models.cell_operations import FactorizedReduce, build_operation, relu_convolution_norm
from mixsuite.models.drop_path import DropPath
from mixsuite.models.genotype import N_INPUTS, CellGenotype, Genotype


def reduction_places(cells: int) -> tuple[int, int]:
    """Return at which of `cells` cells in a row (from 0) the two reductions stand: a third and two thirds on."""
    return cells // 3, 2 * cells // 3


class SearchedCell(nn.Module):
    """A cell of a genotype: each node is the sum of two operations on earlier states; some states are put out."""

    def __init__(
        self, genotype: CellGenotype, previous: tuple[int, int], channels: int, reduces: tuple[bool, bool], drop: float
    ) -> None:
        """Take states with `previous` channels, the earlier cell's first.

        `reduces`: whether the cell before this one halved height and width, and whether this one does.
        """
        super().__init__()
        before, now = reduces
        first = FactorizedReduce if before else relu_convolution_norm
        self.inputs = nn.ModuleList(
            [first(previous[0], channels, True), relu_convolution_norm(previous[1], channels, True)]
        )
        self.operations = nn.ModuleList()
        for name, source in genotype.edges:
            operation = build_operation(name, channels, stride=2 if now and source < N_INPUTS else 1, affine=True)
            # What is handed on as it is, is never dropped.
            dropped = drop > 0 and not isinstance(operation, nn.Identity)
            self.operations.append(nn.Sequential(operation, DropPath(drop)) if dropped else operation)
        self.genotype = genotype

    def forward(self, earlier: torch.Tensor, last: torch.Tensor) -> torch.Tensor:
        """Return the concatenated states for the outputs of the two cells before."""
        states = [prepare(state) for prepare, state in zip(self.inputs, (earlier, last), strict=True)]
        operations = iter(self.operations)
        for node in range(self.genotype.n_nodes):
            states.append(sum(next(operations)(states[source]) for _, source in self.genotype.edges_of(node)))
        return torch.cat([states[state] for state in self.genotype.concat], dim=1)


class SearchedNetwork(nn.Module):
    """Stem, cells, pooling, linear classifier; in training with an auxiliary head after the second reduction.

    It gives logits (B, n_classes) of images (B, C, H, W), and in training, with an auxiliary head, WithAuxiliary.
    """

    def __init__(
        self,
        genotype: Genotype,
        stems: list[nn.Module],
        stem_channels: int,
        stem_stride: int,
        *,
        n_classes: int,
        image_size: int,
        cells: int,
        channels: int,
        auxiliary_weight: float,
        drop_path: float,
    ) -> None:
        """Build `cells` cells that begin with `channels` channels, behind the last two outputs of `stems`.

        `stem_stride` is what all stems together divide height and width by.
        """
        super().__init__()
        check_count("cells", cells, at_least=3)
        check_not_negative("auxiliary_weight", auxiliary_weight)
        check_fraction("drop_path", drop_path)
        divisor = 4 * stem_stride
        if image_size % divisor:
            raise SettingError(f"image_size: found {image_size}, expected a multiple of {divisor}")
        self.stems = nn.ModuleList(stems)
        self.cells = nn.ModuleList()
        self.auxiliary_weight = auxiliary_weight
        previous, before = (stem_channels, stem_channels), len(stems) > 1
        self._after = reduction_places(cells)[1]
        for place in range(cells):
            now = place in reduction_places(cells)
            channels *= 2 if now else 1
            kind = genotype.reduce if now else genotype.normal
            self.cells.append(SearchedCell(kind, previous, channels, (before, now), drop_path))
            previous, before = (previous[1], channels * len(kind.concat)), now
            if place == self._after and auxiliary_weight:
                # By what DARTS has: normalised twice for CIFAR's one stem, once for ImageNet's two.
                self.auxiliary = AuxiliaryHead(previous[1], n_classes, image_size // divisor, len(stems) == 1)
        self.classifier = nn.Linear(previous[1], n_classes)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return the penultimate features (B, n_features) of images (B, C, H, W)."""
        return self._states(images)[1].mean(dim=(2, 3))

    def forward(self, images: torch.Tensor) -> torch.Tensor | WithAuxiliary:
        """Return the logits (B, n_classes) of images (B, C, H, W); in training, with those of the auxiliary head."""
        middle, last = self._states(images)
        logits = self.classifier(last.mean(dim=(2, 3)))
        if not (self.training and self.auxiliary_weight):
            return logits
        return WithAuxiliary(logits, self.auxiliary(middle), self.auxiliary_weight)

    def _states(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the outputs of the second reduction and of the last cell."""
        earlier = last = images
        for stem in self.stems:
            earlier, last = last, stem(last)
        # Of one stem, both inputs of the first cell are its output.
        if len(self.stems) == 1:
            earlier = last
        for place, cell in enumerate(self.cells):
            earlier, last = last, cell(earlier, last)
            if place == self._after:
                middle = last
        return middle, last
