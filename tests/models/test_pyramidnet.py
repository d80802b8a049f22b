import pytest
import torch
from torch import nn

from mixsuite.models.pyramidnet import ZeroPaddedShortcut, build


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [
        ({"depth": 110, "alpha": 64}, 1_725_300),
        ({"depth": 200, "alpha": 240}, 26_844_952),
        ({"depth": 110, "alpha": 64, "bottleneck": False}, 2_623_666),
    ],
)
def test_parameters(count_parameters, settings, parameters):
    assert count_parameters({"family": "pyramidnet", **settings}) == parameters


def test_channels_grow_by_alpha_in_equal_steps():
    network = build(n_classes=10, in_channels=3, image_size=32, depth=29, alpha=90)
    planes = [block.residual[1].out_channels for stage in network.stages for block in stage]
    assert planes == [26, 36, 46, 56, 66, 76, 86, 96, 106]
    assert network.classifier.in_features == 4 * 106


def test_stages_halve_the_image_twice():
    network = build(n_classes=10, in_channels=3, image_size=32, depth=20, alpha=6, bottleneck=False)
    hidden, sizes = network.stem(torch.randn(2, 3, 32, 32)), []
    for stage in network.stages:
        hidden = stage(hidden)
        sizes.append(hidden.shape[1:])
    assert sizes == [(18, 32, 32), (20, 16, 16), (22, 8, 8)]


@pytest.mark.parametrize("bottleneck", [True, False])
def test_blocks_begin_without_relu_and_end_with_a_norm(bottleneck):
    network = build(n_classes=10, in_channels=3, image_size=32, depth=20, alpha=6, bottleneck=bottleneck)
    for stage in network.stages:
        for block in stage:
            kinds = [type(part) for part in block.residual]
            assert kinds[:2] == [nn.BatchNorm2d, nn.Conv2d]
            assert kinds[-2:] == [nn.Conv2d, nn.BatchNorm2d]
            assert kinds.count(nn.ReLU) == (2 if bottleneck else 1)


def test_shortcut_averages_and_pads_with_zeros():
    hidden = torch.tensor([[[[1.0, 2.0, 3.0], [5.0, 6.0, 7.0], [9.0, 10.0, 11.0]]]])
    padded = ZeroPaddedShortcut(new_channels=2, stride=2)(hidden)
    assert padded.tolist() == [[[[3.5, 5.0], [9.5, 11.0]], [[0.0] * 2] * 2, [[0.0] * 2] * 2]]
    assert torch.equal(ZeroPaddedShortcut(new_channels=0, stride=1)(hidden), hidden)
