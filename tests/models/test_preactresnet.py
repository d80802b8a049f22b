import torch
from torch import nn

from mixsuite.models.preactresnet import build


def test_parameters(count_parameters):
    assert count_parameters({"family": "preactresnet", "depth": 18}) == 11_217_316


def test_final_norm_is_an_option_of_512_channels(count_parameters):
    with_norm = count_parameters({"family": "preactresnet", "depth": 18, "final_norm": True})
    assert with_norm == 11_217_316 + 2 * 512
    assert isinstance(build(n_classes=10, in_channels=3, image_size=32, depth=18, width=2).tail, nn.Identity)


def test_stages_halve_the_image_three_times():
    network = build(n_classes=10, in_channels=3, image_size=32, depth=34, width=2)
    hidden, sizes = network.stem(torch.randn(2, 3, 32, 32)), []
    for stage in network.stages:
        hidden = stage(hidden)
        sizes.append(hidden.shape[1:])
    assert sizes == [(2, 32, 32), (4, 16, 16), (8, 8, 8), (16, 4, 4)]
    assert [len(stage) for stage in network.stages] == [3, 4, 6, 3]
