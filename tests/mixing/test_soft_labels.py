import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from mixsuite.mixing.soft_labels import binary_cross_entropy, one_hot, soft_cross_entropy


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


def literal_binary_cross_entropy(logits, targets):
    """Class by class of image by image."""
    total = 0.0
    for row, shares in zip(logits, targets, strict=True):
        exponentials = [math.exp(value) for value in row]
        for value, share in zip(exponentials, shares, strict=True):
            p = value / sum(exponentials)
            log_p, log_rest = (max(math.log(q), -100) if q > 0 else -100 for q in (p, 1 - p))
            total -= share * log_p + (1 - share) * log_rest
    return total / (len(logits) * len(logits[0]))


@given(n_images=st.integers(1, 4), n_classes=st.integers(2, 5), seed=st.integers(0, 2**31))
def test_binary_cross_entropy_written_out(n_images, n_classes, seed):
    generator = torch.Generator().manual_seed(seed)
    # Not so large that 1 - p is lost in rounding.
    logits = (4 * torch.randn(n_images, n_classes, generator=generator, dtype=torch.float64)).clamp(-8, 8)
    targets = torch.rand(n_images, n_classes, generator=generator, dtype=torch.float64)
    targets /= targets.sum(dim=1, keepdim=True)
    expected = literal_binary_cross_entropy(logits.tolist(), targets.tolist())
    assert binary_cross_entropy(logits, targets).item() == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("spread", [1, 10, 1000])
def test_binary_cross_entropy_is_torchs_of_the_softmax(spread):
    logits, targets = spread * torch.randn(6, 10), torch.rand(6, 10).softmax(dim=1)
    expected = nn.BCELoss()(nn.Softmax(dim=1)(logits), targets)
    torch.testing.assert_close(binary_cross_entropy(logits, targets), expected)


def test_the_gradient_of_binary_cross_entropy_is_that_of_differences():
    logits = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    targets = torch.rand(3, 4, dtype=torch.float64).softmax(dim=1)
    assert torch.autograd.gradcheck(binary_cross_entropy, (logits, targets))


@pytest.mark.parametrize("largest", [20.0, 100.0, 1e4, 1e30])
def test_binary_cross_entropy_stands_large_logits(largest):
    logits = torch.tensor([[largest, -largest, 0.0]] * 3, requires_grad=True)
    loss = binary_cross_entropy(logits, torch.eye(3))
    loss.backward()
    assert 0 <= loss.item() <= 200 / 3
    assert torch.isfinite(logits.grad).all()


def test_binary_cross_entropy_takes_shares_that_add_up_to_a_rounding_error_above_one():
    logits = torch.tensor([[2.0, -1.0, 0.5]])
    above, below = torch.tensor([[1 + 2**-23, 0.0, 0.0]]), torch.tensor([[1.0, -(2.0**-30), 0.0]])
    expected = binary_cross_entropy(logits, torch.tensor([[1.0, 0.0, 0.0]]))
    torch.testing.assert_close(binary_cross_entropy(logits, above), expected)
    torch.testing.assert_close(binary_cross_entropy(logits, below), expected)
