import torch

from mixsuite.mixing.vanilla import build


def test_gives_back_what_came_in():
    images, targets = torch.randn(3, 1, 4, 4), torch.eye(3)
    mixed, mixed_targets = build()(images, targets, torch.Generator())
    assert torch.equal(mixed, images)
    assert torch.equal(mixed_targets, targets)
