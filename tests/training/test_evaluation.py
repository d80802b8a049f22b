import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from mixsuite.data.loader import ResidentImages
from mixsuite.training.evaluation import evaluate

CPU = torch.device("cpu")


class Table(nn.Module):
    """Reads the number of each image in its two pixels and looks its logits up."""

    def __init__(self, logits):
        super().__init__()
        self.logits = logits

    def forward(self, images):
        return self.logits[(images[:, 0, 0, 0] * 256 + images[:, 0, 0, 1]).long()]


def numbered(labels):
    numbers = torch.arange(len(labels))
    images = torch.stack([numbers // 256, numbers % 256], 1).to(torch.uint8).view(-1, 1, 1, 2)
    return ResidentImages(images, torch.tensor(labels), torch.zeros(1, 1, 1), torch.ones(1, 1, 1))


@pytest.mark.parametrize("n_images", [1, 2, 249, 250, 251, 603])
def test_agrees_with_counting_image_by_image(n_images):
    generator = torch.Generator().manual_seed(n_images)
    logits = torch.randn(n_images, 12, generator=generator)
    labels = torch.randint(12, (n_images,), generator=generator).tolist()
    loss, wrong1, wrong5, halves = 0.0, 0, 0, {"even": [], "odd": []}
    for place, (row, label) in enumerate(zip(logits.tolist(), labels, strict=True)):
        loss += math.log(sum(math.exp(value) for value in row)) - row[label]
        ranking = sorted(range(12), key=lambda c: -row[c])
        wrong1 += label != ranking[0]
        wrong5 += label not in ranking[:5]
        halves["odd" if place % 2 else "even"].append(label != ranking[0])
    found = evaluate(Table(logits), numbered(labels), CPU)
    assert found["loss"] == pytest.approx(loss / n_images, rel=1e-5)
    assert found["top1_error"] == pytest.approx(100 * wrong1 / n_images)
    assert found["top5_error"] == pytest.approx(100 * wrong5 / n_images)
    for half, wrong in halves.items():
        assert found[f"top1_error_{half}"] == pytest.approx(100 * sum(wrong) / max(len(wrong), 1))


@given(st.integers(2, 5), st.data())
def test_with_five_classes_or_fewer_the_top5_error_is_0(n_classes, data):
    labels = data.draw(st.lists(st.integers(0, n_classes - 1), min_size=1, max_size=9))
    logits = torch.randn(len(labels), n_classes, generator=torch.Generator().manual_seed(0))
    assert evaluate(Table(logits), numbered(labels), CPU)["top5_error"] == 0


def test_a_network_that_never_decides_is_not_called_perfect():
    assert evaluate(Table(torch.zeros(60, 6)), numbered([n % 6 for n in range(60)]), CPU)["top1_error"] > 50


def test_the_network_is_asked_in_evaluation_mode():
    model = nn.Sequential(Table(torch.randn(8, 3)), nn.Dropout(0.5)).train()
    results = [evaluate(model, numbered([0, 1, 2, 0, 1, 2, 0, 1]), CPU) for _ in range(2)]
    assert results[0] == results[1]
    assert not model.training
