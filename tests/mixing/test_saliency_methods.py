"""What Puzzle Mix and Co-Mixup, which ask the network in training for its saliency, keep to as every method does."""

import copy

import pytest
import torch

from mixsuite.mixing.registry import build_mix
from mixsuite.mixing.soft_labels import soft_cross_entropy
from mixsuite.training.specification import LOSSES

SIZES = pytest.mark.parametrize(("channels", "side"), [(1, 8), (3, 32)])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(params=["puzzle_mix", "co_mixup"])
def recipe(request, saliency_settings):
    return {"method": request.param, **saliency_settings[request.param]}


@pytest.fixture
def prepared(toy_network):
    """Make a network, its mix and a batch of 12 images."""

    def make(recipe, channels=3, side=8):
        network = toy_network(5, channels, side)
        images = torch.randn(12, channels, side, side, generator=seeded(99))
        return network, build_mix(recipe, network, torch.full((channels, 1, 1), 0.25)), images

    return make


@SIZES
def test_soft_targets_stay_distributions(recipe, channels, side, prepared):
    _, mix, images = prepared(recipe, channels, side)
    targets = torch.randn(12, 5, generator=seeded(1)).softmax(1)
    mixed, mixed_targets = mix(images, targets, seeded())
    assert mixed.shape == images.shape
    assert mixed.dtype == images.dtype
    assert mixed_targets.dtype == targets.dtype
    assert not mixed.requires_grad
    assert not mixed_targets.requires_grad
    assert (mixed_targets >= 0).all()
    torch.testing.assert_close(mixed_targets.sum(1), torch.ones(12), rtol=0, atol=1e-6)


def test_equal_generators_and_networks_give_equal_mixes(recipe, prepared):
    network, _, images = prepared(recipe)
    results = []
    for seed in (1, 2):
        mix = build_mix(recipe, copy.deepcopy(network), torch.full((3, 1, 1), 0.25))
        torch.manual_seed(seed)
        generator = seeded(7)
        results.append([mix(images, torch.eye(5)[torch.arange(12) % 5], generator) for _ in range(4)])
    for one, other in zip(*results, strict=True):
        assert torch.equal(one[0], other[0])
        assert torch.equal(one[1], other[1])


def test_the_batch_that_came_in_stays(recipe, prepared):
    _, mix, images = prepared(recipe)
    targets = torch.eye(5)[torch.arange(12) % 5]
    before = images.clone(), targets.clone()
    for seed in range(4):
        mix(images, targets, seeded(seed))
    assert torch.equal(images, before[0])
    assert torch.equal(targets, before[1])


@pytest.mark.parametrize("clean_weight", [0.0, 0.7])
@pytest.mark.parametrize(("loss", "factor"), [("cross_entropy", 1.0), ("binary_cross_entropy", 2 / 5)])
def test_a_clean_weight_leaves_the_clean_gradient_and_only_that(recipe, clean_weight, loss, factor, prepared):
    network, _, images = prepared(recipe)
    mix = build_mix({**recipe, "clean_weight": clean_weight}, network, torch.full((3, 1, 1), 0.25), loss)
    targets = torch.eye(5)[torch.arange(12) % 5]
    reference = copy.deepcopy(network)
    (clean_weight * factor * soft_cross_entropy(reference(images), targets)).backward()
    mix(images, targets, seeded())
    assert all(module.training for module in network.modules())
    for ours, theirs in zip(network.parameters(), reference.parameters(), strict=True):
        if clean_weight == 0:
            assert ours.grad is None
        else:
            torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("loss", LOSSES)
def test_clean_and_mixed_gradients_are_of_one_order(recipe, loss, toy_network):
    n_classes = 100
    network = toy_network(n_classes)
    mix = build_mix({**recipe, "clean_weight": 1.0}, network, torch.full((3, 1, 1), 0.25), loss)
    images, targets = torch.randn(20, 3, 8, 8), torch.eye(n_classes)[torch.randint(n_classes, (20,))]
    mixed, mixed_targets = mix(images, targets, seeded())
    clean = torch.cat([parameter.grad.flatten() for parameter in network.parameters()])
    gradients = torch.autograd.grad(LOSSES[loss](network(mixed), mixed_targets), list(network.parameters()))
    assert 0.2 < clean.norm() / torch.cat([gradient.flatten() for gradient in gradients]).norm() < 5


def test_works_in_bfloat16_as_in_float32(recipe, prepared):
    _, mix, images = prepared(recipe)
    targets = torch.eye(5)[torch.arange(12) % 5]
    with torch.autocast("cpu", torch.bfloat16):
        mixed, mixed_targets = mix(images, targets, seeded())
    assert mixed.dtype == torch.float32
    torch.testing.assert_close(mixed_targets.sum(1), torch.ones(12), rtol=0, atol=1e-6)


def test_nothing_it_does_is_refused_as_irreproducible(recipe, prepared):
    _, mix, images = prepared(recipe)
    before = torch.get_deterministic_debug_mode()
    torch.set_deterministic_debug_mode("error")
    try:
        mixed, _ = mix(images, torch.eye(5)[torch.arange(12) % 5], seeded())
    finally:
        torch.set_deterministic_debug_mode(before)
    assert mixed.isfinite().all()


def test_a_network_without_any_gradient_still_gives_a_mix(recipe, prepared):
    network, mix, images = prepared(recipe)
    torch.nn.init.zeros_(network.classifier.weight)
    mixed, mixed_targets = mix(images, torch.eye(5)[torch.arange(12) % 5], seeded())
    assert mixed.isfinite().all()
    torch.testing.assert_close(mixed_targets.sum(1), torch.ones(12), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("method", "changes", "message"),
    [
        ("puzzle_mix", {"alpha": 0}, "alpha: found 0, expected a number above 0"),
        ("puzzle_mix", {"beta": -1}, "beta: found -1, expected a number of at least 0"),
        ("puzzle_mix", {"gamma": "x"}, "gamma: found 'x'"),
        ("puzzle_mix", {"eta": -0.1}, "eta: found -0.1"),
        ("puzzle_mix", {"labels": 1}, "labels: found 1; expected one of 2, 3, 4"),
        ("puzzle_mix", {"labels": 5}, "labels: found 5; expected one of 2, 3, 4"),
        ("puzzle_mix", {"neighbourhood": 0}, "neighbourhood: found 0"),
        ("puzzle_mix", {"blocks": 1}, "blocks: found 1, expected a whole number of at least 2"),
        ("puzzle_mix", {"blocks": "any"}, "blocks: found 'any'"),
        ("puzzle_mix", {"transport": 1}, "transport: found 1, expected true or false"),
        ("puzzle_mix", {"transport_size": 0}, "transport_size: found 0"),
        ("puzzle_mix", {"transport_cost": -1}, "transport_cost: found -1"),
        ("puzzle_mix", {"clean_weight": -1}, "clean_weight: found -1"),
        ("co_mixup", {"alpha": -2}, "alpha: found -2"),
        ("co_mixup", {"beta": -1}, "beta: found -1"),
        ("co_mixup", {"gamma": -1}, "gamma: found -1"),
        ("co_mixup", {"eta": -1}, "eta: found -1"),
        ("co_mixup", {"threshold": -1}, "threshold: found -1"),
        ("co_mixup", {"threshold": 1.1}, "threshold: found 1.1, expected a number from 0 to 1"),
        ("co_mixup", {"threshold_type": "firm"}, "threshold_type: found 'firm'; expected one of hard, soft"),
        ("co_mixup", {"compatibility": 2}, "compatibility: found 2, expected a number from 0 to 1"),
        ("co_mixup", {"blocks": 1}, "blocks: found 1, expected a whole number of at least 2"),
        ("co_mixup", {"part": 1}, "part: found 1, expected a whole number of at least 2"),
        ("co_mixup", {"iterations": 0}, "iterations: found 0"),
        ("co_mixup", {"resolve": "yes"}, "resolve: found 'yes', expected true or false"),
        ("co_mixup", {"clean_weight": -1}, "clean_weight: found -1"),
        ("puzzle_mix", {"std": 1}, "unknown key 'std'"),
        ("puzzle_mix", {"loss": "cross_entropy"}, "unknown key 'loss'"),
        ("co_mixup", {"loss": "cross_entropy"}, "unknown key 'loss'"),
    ],
)
def test_refused_settings_are_named(method, changes, message, saliency_settings, toy_network):
    with pytest.raises(ValueError) as refusal:
        build_mix({"method": method, **saliency_settings[method], **changes}, toy_network(), torch.ones(3, 1, 1))
    assert str(refusal.value).startswith(f"mixing method {method!r}: {message}")


def test_an_unknown_loss_is_refused(recipe, toy_network):
    network = toy_network()
    with pytest.raises(ValueError, match=r"': loss: found 'hinge'; expected one of binary_cross_entropy, cross_e"):
        build_mix(recipe, network, torch.ones(3, 1, 1), "hinge")


def test_what_a_method_needs_besides_its_settings_is_asked_for(saliency_settings, toy_network):
    network = toy_network()
    with pytest.raises(ValueError, match=r"^mixing method 'puzzle_mix': missing key 'std'"):
        build_mix({"method": "puzzle_mix", **saliency_settings["puzzle_mix"]}, network)
    with pytest.raises(ValueError, match=r"^mixing method 'co_mixup': missing key 'network'"):
        build_mix({"method": "co_mixup", **saliency_settings["co_mixup"]}, std=torch.ones(3, 1, 1))
    # Others have no use for them.
    assert build_mix({"method": "vanilla"}, network, torch.ones(3, 1, 1), "binary_cross_entropy") is not None
