"""DropBlock (Ghiasi, Lin and Le 2018): squares of hidden channels are set to zero."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional

from mixsuite.checks import check_count, check_fraction
from mixsuite.mixing.dropping import DroppingLayer, lend_generator
from mixsuite.mixing.mix import Mix
from mixsuite.models.residual import residual_blocks
from mixsuite.models.staged import StagedNetwork, check_staged


class DropBlock(DroppingLayer):
    """Sets blocks of block_size × block_size units to zero in training, in each channel of each sample for itself.

    Where a hidden state is smaller than a block, the block is as large as the hidden state. What is left is scaled up
    by the share of all units that are left. In evaluation nothing is done.
    """

    needs_whole_batch = True
    """It cannot work in several processes, each with a part of the batch."""

    def __init__(self, keep_probability: float, block_size: int) -> None:
        super().__init__()
        self.keep_probability, self.block_size = keep_probability, block_size

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the hidden state (B, C, H, W) with its blocks dropped."""
        if not self.training:
            return hidden
        batch_size, channels, height, width = hidden.shape
        block = min(self.block_size, height), min(self.block_size, width)
        # Blocks lie inside the hidden state, so that there are fewer places for them than units.
        places = height - block[0] + 1, width - block[1] + 1
        gamma = seed_probability(self.keep_probability, (height, width), block)
        draws = torch.rand(batch_size, channels, *places, generator=self.generator, device=hidden.device)
        seeds = (draws < gamma).to(hidden.dtype)
        # A unit is dropped where any of the places whose block would hold it has a seed.
        reach = block[0] - 1, block[1] - 1
        padded = functional.pad(seeds, (reach[1], reach[1], reach[0], reach[0]))
        kept = 1 - functional.max_pool2d(padded, block, stride=1)
        kept *= kept.numel() / kept.sum(dtype=torch.float32).clamp(min=1)
        return hidden * kept


def seed_probability(keep_probability: float, size: tuple[int, int], block: tuple[int, int]) -> float:
    """Return γ: the probability of a block at each place where one can be, such that about 1 - keep is dropped.

    γ = (1 - keep) / (area of a block) · (area of the hidden state) / (number of places), as tensorflow/tpu has it
    (models/official/resnet/resnet_model.py). miguelvr/dropblock simplifies it to the first quotient.
    """
    (height, width), (rows, columns) = size, block
    n_places = (height - rows + 1) * (width - columns + 1)
    return (1 - keep_probability) / (rows * columns) * (height * width) / n_places


def build(*, network: StagedNetwork, keep_probability: float, block_size: int) -> Mix:
    """Let blocks be dropped in the last two stages of `network`; return the mix that leaves its batches as they are.

    As the paper's authors do in ResNet-50 (tensorflow/tpu, models/official/resnet), they are dropped after every
    convolution with the normalisation and ReLU that follow it, and in the last stage but one a quarter as often.
    Unlike there, the shortcuts are left alone, since along the 44 blocks of PyramidNet-200 nearly nothing would come
    through, and `keep_probability` is the same in all epochs, since Yun et al. (2019) are known for no schedule.

    Raises:
        SettingError: keep_probability outside 0 to 1, block_size below 1, a network without `ResidualBlock`s.
    """
    check_fraction("keep_probability", keep_probability)
    check_count("block_size", block_size, at_least=1)
    check_staged(network)
    layers = []
    for stage, rarer in zip(reversed(network.stages), (1, 4), strict=False):
        layer = DropBlock(1 - (1 - keep_probability) / rarer, block_size).train(network.training)
        for block in residual_blocks(stage):
            block.residual = _with_drops(block.residual, layer)
        layers.append(layer)
    return lend_generator(layers)


def _with_drops(residual: nn.Sequential, layer: DropBlock) -> nn.Sequential:
    # The other layers keep their names, and so the weights theirs.
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    convolutions = 0
    for name, part in residual.named_children():
        if isinstance(part, nn.Conv2d):
            if convolutions:
                layers[f"dropblock{convolutions}"] = layer
            convolutions += 1
        layers[name] = part
    layers[f"dropblock{convolutions}"] = layer
    return nn.Sequential(layers)
