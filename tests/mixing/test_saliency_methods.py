"""What Puzzle Mix and Co-Mixup, which ask the network in training for its saliency, keep to as every method does."""

import copy

import pytest
import torch

from mixsuite.mixing.registry import build_mix
from mixsuite.mixing.soft_labels import soft_cross_entropy
from mixsuite.models.registry import build_model

PUZZLE_MIX = {
    "method": "puzzle_mix",
    "alpha": 1.0,
    "beta": 1.2,
    "gamma": 0.5,
    "eta": 0.2,
    "labels": 3,
    "neighbourhood": 4,
    "transport": True,
    "transport_size": 4,
    "transport_cost": 0.8,
    "blocks": "random",
    "clean_weight": 0.0,
}
CO_MIXUP = {
    "method": "co_mixup",
    "alpha": 2.0,
    "beta": 0.32,
    "gamma": 1.0,
    "eta": 0.05,
    "threshold": 0.83,
    "threshold_type": "hard",
    "compatibility": 0.001,
    "blocks": 4,
    "part": 5,
    "iterations": 4,
    "resolve": True,
    "clean_weight": 1.0,
}
BOTH = pytest.mark.parametrize("recipe", [PUZZLE_MIX, CO_MIXUP], ids=lambda recipe: recipe["method"])
SIZES = pytest.mark.parametrize(("channels", "side"), [(1, 8), (3, 32)])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def prepared(recipe, channels=3, side=8):
    """Return a network, its mix and a batch of 12 images."""
    torch.manual_seed(0)
    network = build_model({"family": "demo_cnn", "width": 2, "blocks": 1}, 5, channels, side).train()
    images = torch.randn(12, channels, side, side, generator=seeded(99))
    return network, build_mix(recipe, network, torch.full((channels, 1, 1), 0.25)), images


@BOTH
@SIZES
def test_soft_targets_stay_distributions(recipe, channels, side):
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


@BOTH
def test_equal_generators_and_networks_give_equal_mixes(recipe):
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


@BOTH
def test_the_batch_that_came_in_stays(recipe):
    _, mix, images = prepared(recipe)
    targets = torch.eye(5)[torch.arange(12) % 5]
    before = images.clone(), targets.clone()
    for seed in range(4):
        mix(images, targets, seeded(seed))
    assert torch.equal(images, before[0])
    assert torch.equal(targets, before[1])


@BOTH
@pytest.mark.parametrize("clean_weight", [0.0, 0.7])
def test_a_clean_weight_leaves_the_clean_gradient_and_only_that(recipe, clean_weight):
    network, _, images = prepared(recipe)
    mix = build_mix({**recipe, "clean_weight": clean_weight}, network, torch.full((3, 1, 1), 0.25))
    targets = torch.eye(5)[torch.arange(12) % 5]
    reference = copy.deepcopy(network)
    (2 * clean_weight / 5 * soft_cross_entropy(reference(images), targets)).backward()
    mix(images, targets, seeded())
    assert all(module.training for module in network.modules())
    for ours, theirs in zip(network.parameters(), reference.parameters(), strict=True):
        if clean_weight == 0:
            assert ours.grad is None
        else:
            torch.testing.assert_close(ours.grad, theirs.grad)


@BOTH
def test_works_in_bfloat16_as_in_float32(recipe):
    _, mix, images = prepared(recipe)
    targets = torch.eye(5)[torch.arange(12) % 5]
    with torch.autocast("cpu", torch.bfloat16):
        mixed, mixed_targets = mix(images, targets, seeded())
    assert mixed.dtype == torch.float32
    torch.testing.assert_close(mixed_targets.sum(1), torch.ones(12), rtol=0, atol=1e-6)


@BOTH
def test_nothing_it_does_is_refused_as_irreproducible(recipe):
    _, mix, images = prepared(recipe)
    before = torch.get_deterministic_debug_mode()
    torch.set_deterministic_debug_mode("error")
    try:
        mixed, _ = mix(images, torch.eye(5)[torch.arange(12) % 5], seeded())
    finally:
        torch.set_deterministic_debug_mode(before)
    assert mixed.isfinite().all()


@BOTH
def test_a_network_without_any_gradient_still_gives_a_mix(recipe):
    network, mix, images = prepared(recipe)
    torch.nn.init.zeros_(network.classifier.weight)
    mixed, mixed_targets = mix(images, torch.eye(5)[torch.arange(12) % 5], seeded())
    assert mixed.isfinite().all()
    torch.testing.assert_close(mixed_targets.sum(1), torch.ones(12), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ({**PUZZLE_MIX, "alpha": 0}, "alpha: found 0, expected a number above 0"),
        ({**PUZZLE_MIX, "beta": -1}, "beta: found -1, expected a number of at least 0"),
        ({**PUZZLE_MIX, "gamma": "x"}, "gamma: found 'x'"),
        ({**PUZZLE_MIX, "eta": -0.1}, "eta: found -0.1"),
        ({**PUZZLE_MIX, "labels": 1}, "labels: found 1, expected a whole number of at least 2"),
        ({**PUZZLE_MIX, "neighbourhood": 0}, "neighbourhood: found 0"),
        ({**PUZZLE_MIX, "blocks": 1}, "blocks: found 1, expected a whole number of at least 2"),
        ({**PUZZLE_MIX, "blocks": "any"}, "blocks: found 'any'"),
        ({**PUZZLE_MIX, "transport": 1}, "transport: found 1, expected true or false"),
        ({**PUZZLE_MIX, "transport_size": 0}, "transport_size: found 0"),
        ({**PUZZLE_MIX, "transport_cost": -1}, "transport_cost: found -1"),
        ({**PUZZLE_MIX, "clean_weight": -1}, "clean_weight: found -1"),
        ({**CO_MIXUP, "alpha": -2}, "alpha: found -2"),
        ({**CO_MIXUP, "beta": -1}, "beta: found -1"),
        ({**CO_MIXUP, "gamma": -1}, "gamma: found -1"),
        ({**CO_MIXUP, "eta": -1}, "eta: found -1"),
        ({**CO_MIXUP, "threshold": -1}, "threshold: found -1"),
        ({**CO_MIXUP, "threshold_type": "firm"}, "threshold_type: found 'firm'; expected one of hard, soft"),
        ({**CO_MIXUP, "compatibility": 2}, "compatibility: found 2, expected a number from 0 to 1"),
        ({**CO_MIXUP, "blocks": 0}, "blocks: found 0"),
        ({**CO_MIXUP, "part": 0}, "part: found 0"),
        ({**CO_MIXUP, "iterations": 0}, "iterations: found 0"),
        ({**CO_MIXUP, "resolve": "yes"}, "resolve: found 'yes', expected true or false"),
        ({**CO_MIXUP, "clean_weight": -1}, "clean_weight: found -1"),
        ({**PUZZLE_MIX, "std": 1}, "unknown key 'std'"),
    ],
)
def test_refused_settings_are_named(recipe, message):
    network = build_model({"family": "demo_cnn", "width": 2, "blocks": 1}, 5, 3, 8)
    with pytest.raises(ValueError) as refusal:
        build_mix(recipe, network, torch.ones(3, 1, 1))
    assert str(refusal.value).startswith(f"mixing method {recipe['method']!r}: {message}")


def test_what_a_method_needs_besides_its_settings_is_asked_for():
    network = build_model({"family": "demo_cnn", "width": 2, "blocks": 1}, 5, 3, 8)
    with pytest.raises(ValueError, match=r"^mixing method 'puzzle_mix': missing key 'std'"):
        build_mix(PUZZLE_MIX, network)
    with pytest.raises(ValueError, match=r"^mixing method 'co_mixup': missing key 'network'"):
        build_mix(CO_MIXUP, std=torch.ones(3, 1, 1))
    # Others have no use for them.
    assert build_mix({"method": "vanilla"}, network, torch.ones(3, 1, 1)) is not None
