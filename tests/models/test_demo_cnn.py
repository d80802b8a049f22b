import pytest
import torch
from sklearn.datasets import load_digits

from mixsuite.mixing.soft_labels import one_hot, soft_cross_entropy
from mixsuite.models.demo_cnn import build


@pytest.mark.parametrize("image_size", [8, 28, 32])
def test_two_stages_at_a_half_and_a_quarter(image_size):
    network = build(n_classes=10, in_channels=1, image_size=image_size, width=4, blocks=2)
    hidden = network.stages[0](network.stem(torch.randn(2, 1, image_size, image_size)))
    assert hidden.shape == (2, 4, image_size // 2, image_size // 2)
    assert network.stages[1](hidden).shape == (2, 8, image_size // 4, image_size // 4)
    assert [len(stage) for stage in network.stages] == [2, 2]


def test_width_and_blocks_make_it_larger():
    def size(width, blocks):
        network = build(n_classes=10, in_channels=1, image_size=8, width=width, blocks=blocks)
        return sum(parameter.numel() for parameter in network.parameters())

    assert size(8, 1) < size(8, 2) < size(16, 1) < size(16, 2)


def test_learns_digits_in_a_few_steps():
    torch.manual_seed(0)
    digits = load_digits()
    images = torch.tensor(digits.images[:640], dtype=torch.float32)[:, None] / 8 - 1
    targets = one_hot(torch.tensor(digits.target[:640]), 10)
    network = build(n_classes=10, in_channels=1, image_size=8, width=8, blocks=1)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    losses = []
    for _ in range(4):
        for batch in torch.randperm(640).split(64):
            loss = soft_cross_entropy(network(images[batch]), targets[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
    assert losses[0] > 1.5
    assert sum(losses[-5:]) / 5 < 0.4
