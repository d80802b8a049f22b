import pytest
import torch
from torch import nn

from mixsuite.training.sgd import SGD

SETTINGS = [
    {"momentum": 0.9, "nesterov": True, "weight_decay": 1e-4},
    {"momentum": 0.9, "nesterov": False, "weight_decay": 5e-4},
    {"momentum": 0.5, "nesterov": True, "weight_decay": 0.0},
    {"momentum": 0.0, "nesterov": False, "weight_decay": 0.0},
]


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3))


@pytest.mark.parametrize("settings", SETTINGS)
def test_twenty_steps_equal_torchs_bit_for_bit(settings):
    ours, theirs = network(), network()
    optimizer, reference = SGD(ours.parameters(), **settings), torch.optim.SGD(theirs.parameters(), lr=1, **settings)
    batches = torch.randn(20, 8, 5)
    for step, batch in enumerate(batches):
        rate = 0.1 * 0.9**step
        ours(batch).square().mean().backward()
        optimizer.step(rate)
        theirs(batch).square().mean().backward()
        reference.param_groups[0]["lr"] = rate
        reference.step()
        reference.zero_grad()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("settings", SETTINGS)
def test_two_steps_by_hand(settings):
    weight = nn.Parameter(torch.tensor([2.0], dtype=torch.float64))
    optimizer = SGD([weight], **settings)
    w, v = 2.0, 0.0
    for gradient, rate in ((3.0, 0.1), (-1.0, 0.01)):
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step(rate)
        g = gradient + settings["weight_decay"] * w
        v = settings["momentum"] * v + g
        w -= rate * (g + settings["momentum"] * v if settings["nesterov"] else v)
    assert weight.item() == pytest.approx(w, rel=1e-14)


def test_a_step_clears_the_gradients():
    model = network()
    optimizer = SGD(model.parameters(), **SETTINGS[0])
    model(torch.ones(1, 5)).sum().backward()
    optimizer.step(0.1)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_weight_without_gradient_stays_even_with_weight_decay():
    used, unused = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    optimizer = SGD([unused, used], momentum=0.9, nesterov=True, weight_decay=0.1)
    used.sum().backward()
    optimizer.step(0.1)
    assert torch.equal(unused.detach(), torch.ones(2))
    assert (used < 1).all()
