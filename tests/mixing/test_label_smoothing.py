import torch

from mixsuite.mixing.label_smoothing import build


def test_spreads_epsilon_over_all_classes():
    images = torch.randn(2, 1, 4, 4)
    mixed, targets = build(epsilon=0.1)(images, torch.eye(4)[[2, 0]], torch.Generator())
    assert torch.equal(mixed, images)
    expected = torch.tensor([[0.025, 0.025, 0.925, 0.025], [0.925, 0.025, 0.025, 0.025]])
    torch.testing.assert_close(targets, expected)
