import torch
from torch.nn import functional

from mixsuite.mixing.soft_labels import one_hot, soft_cross_entropy


def test_one_hot():
    assert one_hot(torch.tensor([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot(torch.tensor([2, 0]), 3).dtype == torch.float32


def test_soft_cross_entropy_written_out():
    logits = torch.tensor([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]], dtype=torch.float64)
    targets = torch.tensor([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]], dtype=torch.float64)
    total = 0.0
    for z, t in zip(logits, targets, strict=True):
        total -= sum(t[c] * (z[c] - z.exp().sum().log()) for c in range(3))
    torch.testing.assert_close(soft_cross_entropy(logits, targets), total / 2)


def test_soft_cross_entropy_of_one_hot_targets_is_cross_entropy():
    logits, labels = torch.randn(16, 7), torch.randint(7, (16,))
    torch.testing.assert_close(soft_cross_entropy(logits, one_hot(labels, 7)), functional.cross_entropy(logits, labels))


def test_soft_cross_entropy_stands_large_logits():
    logits = torch.tensor([[1e4, -1e4]], requires_grad=True)
    loss = soft_cross_entropy(logits, torch.tensor([[0.0, 1.0]]))
    loss.backward()
    assert loss.item() == 2e4
    assert logits.grad.tolist() == [[1.0, -1.0]]
