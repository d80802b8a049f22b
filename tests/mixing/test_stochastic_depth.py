import pytest
import torch

from mixsuite.mixing.stochastic_depth import ResidualDrop, build
from mixsuite.models.cifar_resnet import build as build_network

TINY = {"n_classes": 5, "in_channels": 3, "image_size": 8, "depth": 18, "width": 2}


def networks():
    """Return two networks with the same weights, of which the first has stochastic depth, and the mix."""
    dropped, plain = build_network(**TINY), build_network(**TINY)
    plain.load_state_dict(dropped.state_dict())
    return dropped, plain, build(network=dropped, drop_rate=0.8)


def literal_forward(network, images, factors):
    """Run ResNet-18 block by block, the l-th residual branch times factors[l]."""
    hidden, factors = network.stem(images), iter(factors)
    for stage in network.stages:
        for block in stage:
            hidden = (block.shortcut(hidden) + next(factors) * block.residual(hidden)).relu()
    return network.classifier(hidden.mean((2, 3)))


SURVIVAL = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2]  # 1 - l / 8 · 0.8


@pytest.mark.parametrize("seed", range(5))
def test_in_training_each_branch_is_there_or_not_for_a_whole_batch(seed):
    dropped, plain, mix = networks()
    images = torch.randn(6, 3, 8, 8)
    same_images, targets = mix(images, torch.eye(6, 5), torch.Generator().manual_seed(seed))
    assert same_images is images
    assert torch.equal(targets, torch.eye(6, 5))
    coins = torch.Generator().manual_seed(seed)
    gates = [float(torch.rand((), generator=coins) < survival) for survival in SURVIVAL]
    assert 0 < sum(gates) < 8
    torch.testing.assert_close(dropped(images), literal_forward(plain, images, gates))


def test_in_evaluation_each_branch_is_scaled_by_its_survival():
    dropped, plain, _ = networks()
    images = torch.randn(6, 3, 8, 8)
    torch.testing.assert_close(dropped.eval()(images), literal_forward(plain.eval(), images, SURVIVAL))


def test_the_mean_in_training_is_what_evaluation_adds():
    layer, branch = ResidualDrop(0.75), torch.randn(3, 4, 2, 2)
    layer.generator = torch.Generator().manual_seed(0)
    outcomes = torch.stack([layer(branch) for _ in range(4000)])
    there = (outcomes != 0).flatten(1)
    assert torch.equal(there.all(1), there.any(1))
    assert abs(there.all(1).double().mean() - 0.75) < 4 * (0.75 * 0.25 / 4000) ** 0.5
    torch.testing.assert_close(outcomes.mean(0), layer.eval()(branch), rtol=0.04, atol=0)


def test_a_dropped_branch_gets_zero_gradients_rather_than_none():
    network = build_network(**TINY)
    mix = build(network=network, drop_rate=1.0)
    images, _ = mix(torch.randn(4, 3, 8, 8), torch.eye(5)[:4], torch.Generator())
    network(images).sum().backward()
    # The last branch is always dropped.
    for parameter in network.stages[-1][-1].residual.parameters():
        assert (parameter.grad == 0).all()


def test_drop_rate_0_is_the_plain_network():
    network, plain = build_network(**TINY), build_network(**TINY)
    plain.load_state_dict(network.state_dict())
    build(network=network, drop_rate=0.0)
    images = torch.randn(4, 3, 8, 8)
    assert torch.equal(network(images), plain(images))
    assert torch.equal(network.eval()(images), plain.eval()(images))
