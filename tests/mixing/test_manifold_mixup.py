import copy

import pytest
import torch
from scipy.stats import beta, chisquare, kstest

from mixsuite.mixing.manifold_mixup import build
from mixsuite.mixing.soft_labels import soft_cross_entropy
from mixsuite.models.registry import build_model


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def networks():
    """Return two networks with the same weights, of which the first mixes its hidden states, and the mix."""
    torch.manual_seed(0)
    plain = build_model({"family": "cifar_resnet", "depth": 18, "width": 4}, 16, 3, 8)
    mixing = copy.deepcopy(plain)
    return mixing, plain, build(network=mixing, alpha=1.0, probability=1.0)


def literal_forward(network, images, layer, lam, partner):
    """Mix at `layer` (0: the input, 1: after the first stage ...) while running the network part by part."""

    def mixed_at(place, hidden):
        return lam * hidden + (1 - lam) * hidden[partner] if place == layer else hidden

    hidden = network.stem(mixed_at(0, images))
    for place, stage in enumerate(network.stages, start=1):
        hidden = mixed_at(place, stage(hidden))
    return network.classifier(hidden.mean((2, 3)))


def test_equals_a_forward_pass_written_out_with_its_gradients(networks):
    mixing, plain, mix = networks
    images, labels = torch.randn(16, 3, 8, 8), torch.eye(16)
    layers = set()
    for seed in range(12):
        mixed_images, targets = mix(images, labels, seeded(seed))
        logits = mixing(mixed_images)
        # Every sample is a class of its own, so that its target tells λ and its partner; one that met itself has 1.
        lam = targets.diagonal().min()
        partner = (targets - lam * torch.eye(16)).argmax(1)
        possible = [literal_forward(plain, images, layer, lam, partner) for layer in range(3)]
        (layer,) = [layer for layer, expected in enumerate(possible) if torch.allclose(logits, expected, atol=1e-4)]
        assert torch.equal(mixed_images, images) == (layer > 0)
        layers.add(layer)
        soft_cross_entropy(logits, targets).backward()
        soft_cross_entropy(possible[layer], lam * labels + (1 - lam) * labels[partner]).backward()
        for ours, theirs in zip(mixing.parameters(), plain.parameters(), strict=True):
            torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-3, atol=1e-4)
            ours.grad = theirs.grad = None
    assert layers == {0, 1, 2}


def test_each_layer_is_drawn_equally_often_and_lambda_is_beta(networks):
    network, _, _ = networks
    mix = build(network=network, alpha=0.5, probability=1.0)
    generator, images, labels = seeded(0), torch.randn(8, 3, 8, 8), torch.eye(8, dtype=torch.float64)
    at_input, lambdas = 0, []
    for _ in range(1500):
        mixed, targets = mix(images, labels, generator)
        at_input += not torch.equal(mixed, images)
        lambdas.append(targets.diagonal().min().item())
    assert chisquare([at_input, 1500 - at_input], [500, 1000]).pvalue > 1e-4
    assert kstest(lambdas, beta(0.5, 0.5).cdf).pvalue > 1e-4


def test_a_hidden_state_is_mixed_once(networks):
    mixing, plain, mix = networks
    images = torch.randn(16, 3, 8, 8)
    for seed in range(6):
        mixed, _ = mix(images, torch.eye(16), seeded(seed))
        mixing(mixed)
        # A second pass, and one with another batch, are those of the plain network.
        assert torch.equal(mixing(images[:5]), plain(images[:5]))


def test_evaluation_mixes_nothing(networks):
    mixing, plain, mix = networks
    images = torch.randn(16, 3, 8, 8)
    for seed in range(6):
        mix(images, torch.eye(16), seeded(seed))
        assert torch.equal(mixing.eval()(images), plain.eval()(images))


def test_probability_0_is_the_plain_network(networks):
    network, plain, _ = networks
    mix = build(network=network, alpha=1.0, probability=0.0)
    images = torch.randn(16, 3, 8, 8)
    for seed in range(6):
        mixed, targets = mix(images, torch.eye(16), seeded(seed))
        assert torch.equal(targets, torch.eye(16))
        assert torch.equal(network(mixed), plain(images))


def test_torchvision_s_networks_are_mixed_too_and_save_their_own_weights():
    network, plain = (build_model({"family": "resnet", "depth": 18}, 5, 3, 32) for _ in range(2))
    mix = build(network=network, alpha=1.0, probability=1.0)
    images, _ = mix(torch.randn(4, 3, 32, 32), torch.eye(5)[:4], seeded(0))
    assert network(images).shape == (4, 5)
    plain.load_state_dict(network.state_dict(), strict=True)
