import torch
from torch import nn
from torch.nn import functional

from mixsuite.models.resnext import build

TINY = {"n_classes": 10, "in_channels": 3, "image_size": 8, "depth": 11, "cardinality": 4, "base_width": 24}


def test_parameters(count_parameters):
    model = {"family": "resnext", "depth": 29, "cardinality": 4, "base_width": 24}
    assert count_parameters(model) == 4_937_252


def test_grouped_convolutions():
    grouped = [part for part in build(**TINY).modules() if isinstance(part, nn.Conv2d) and part.groups > 1]
    assert [(part.in_channels, part.groups, part.stride[0]) for part in grouped] == [
        (96, 4, 1),
        (192, 4, 2),
        (384, 4, 2),
    ]


def test_a_block_written_out():
    block = build(**TINY).stages[1][0]
    reduce, norm1, _, group, norm2, _, expand, norm3 = block.residual
    projection, norm4 = block.shortcut
    hidden = torch.randn(2, 256, 8, 8)
    inner = functional.relu(norm2(group(functional.relu(norm1(reduce(hidden))))))
    torch.testing.assert_close(block(hidden), functional.relu(norm3(expand(inner)) + norm4(projection(hidden))))


def test_classifier_starts_from_he_s_normal_without_bias():
    torch.manual_seed(0)
    classifier = build(**{**TINY, "n_classes": 100}).classifier
    assert (classifier.bias == 0).all()
    assert abs(classifier.weight.std() - (2 / 1024) ** 0.5) < 0.001
