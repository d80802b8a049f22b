"""What every mixing method keeps to, whatever it mixes."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.mixing.registry import build_mix
from mixsuite.models.registry import build_model

VANILLA = {"method": "vanilla"}
SMOOTHING = {"method": "label_smoothing", "epsilon": 0.1}
ALL = [
    VANILLA,
    SMOOTHING,
    {"method": "cutout", "length": 0.5},
    {"method": "mixup", "alpha": 1.0, "probability": 0.5},
    {"method": "cutmix", "alpha": 1.0, "probability": 0.5},
    {"method": "small_cutmix", "alpha": 1.0, "probability": 0.5, "largest": 0.25},
    {"method": "random_erasing", "probability": 0.5, "area": [0.02, 0.33], "aspect_ratio": [0.3, 3.3], "fill": "noise"},
    {"method": "dmixup", "images": 4, "alpha": 0.3, "probability": 0.5},
    {"method": "dcutmix", "images": 4, "alpha": 0.3, "probability": 0.5},
    {"method": "saliencymix", "alpha": 1.0, "probability": 0.5, "saliency": "as_released"},
    {"method": "saliency_dcutmix", "images": 4, "alpha": 0.3, "probability": 0.5, "saliency": "as_released"},
    {"method": "manifold_mixup", "alpha": 1.0, "probability": 0.5},
    {"method": "dropblock", "keep_probability": 0.9, "block_size": 4},
    {"method": "stochastic_depth", "drop_rate": 0.25},
]
# Manifold Mixup has a coin, too, but leaves most images as they are; its own tests look into the network.
BY_A_COIN = [recipe for recipe in ALL if "probability" in recipe and recipe["method"] != "manifold_mixup"]
# Random Erasing tosses one for each image.
ONE_COIN = [recipe for recipe in BY_A_COIN if recipe["method"] != "random_erasing"]
EVERY_METHOD = pytest.mark.parametrize("recipe", ALL, ids=lambda recipe: recipe["method"])
EVERY_COIN = pytest.mark.parametrize("recipe", BY_A_COIN, ids=lambda recipe: recipe["method"])

shapes = st.tuples(st.integers(1, 12), st.integers(1, 3), st.integers(1, 24), st.integers(1, 24))
alphas = st.floats(1e-4, 100)
seeds = st.integers(0, 2**31)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def mix_of(recipe):
    """Return the mix of any recipe, on a network that most take no notice of."""
    return build_mix(recipe, build_model({"family": "demo_cnn", "width": 2, "blocks": 1}, 5, 3, 8))


def a_batch(batch_size=16):
    generator = seeded(99)
    return torch.randn(batch_size, 3, 9, 7, generator=generator), torch.eye(5)[torch.arange(batch_size) % 5]


@st.composite
def owning_recipes(draw):
    method = draw(st.sampled_from(["cutmix", "dcutmix"]))
    images = {"images": draw(st.integers(2, 9))} if method == "dcutmix" else {}
    return {"method": method, **images, "alpha": draw(alphas), "probability": draw(st.sampled_from([0.5, 1.0]))}


@given(recipe=owning_recipes(), shape=shapes, seed=seeds)
@settings(max_examples=200)
def test_label_mass_is_the_exact_area_of_pixels_taken_unmixed(traced_batch, traced_sources, recipe, shape, seed):
    images, targets = traced_batch(*shape)
    mixed, mixed_targets = mix_of(recipe)(images, targets, seeded(seed))
    # Reading the sources fails if a pixel was moved, or composed of more than one image.
    source = traced_sources(mixed)
    batch_size, _, height, width = shape
    for b in range(batch_size):
        area = source[b].flatten().bincount(minlength=batch_size).double() / (height * width)
        torch.testing.assert_close(mixed_targets[b], area, rtol=0, atol=1e-12)


@given(length=st.floats(0, 1), shape=shapes, seed=seeds)
@settings(max_examples=100)
def test_cutout_only_blanks(traced_batch, traced_sources, length, shape, seed):
    images, targets = traced_batch(*shape)
    mixed, mixed_targets = build_mix({"method": "cutout", "length": length})(images, targets, seeded(seed))
    source = traced_sources(mixed)
    kept = source == torch.arange(shape[0])[:, None, None]
    assert (kept | (source == -1)).all()
    assert torch.equal(mixed_targets, targets)


@given(n_images=st.integers(2, 9), alpha=alphas, shape=shapes, seed=seeds, method=st.sampled_from(["mixup", "dmixup"]))
@settings(max_examples=100)
def test_label_mass_is_the_weight_of_each_blended_image(traced_batch, n_images, alpha, shape, seed, method):
    images, targets = traced_batch(*shape)
    settings_of_k = {"images": n_images} if method == "dmixup" else {}
    mix = build_mix({"method": method, **settings_of_k, "alpha": alpha, "probability": 1.0})
    mixed, mixed_targets = mix(images, targets, seeded(seed))
    torch.testing.assert_close(mixed, torch.einsum("bs,schw->bchw", mixed_targets, images), rtol=1e-12, atol=1e-12)


@EVERY_METHOD
def test_targets_stay_distributions(recipe):
    images, targets = a_batch()
    mixed, mixed_targets = mix_of(recipe)(images, targets, seeded(0))
    assert mixed.shape == images.shape
    assert mixed.dtype == images.dtype
    assert mixed_targets.dtype == targets.dtype
    assert (mixed_targets >= 0).all()
    torch.testing.assert_close(mixed_targets.sum(1), torch.ones(16), rtol=0, atol=1e-6)


@EVERY_METHOD
def test_soft_targets_stay_distributions(recipe):
    images, _ = a_batch()
    targets = torch.randn(16, 5, generator=seeded(1)).softmax(1)
    _, mixed_targets = mix_of(recipe)(images, targets, seeded(0))
    torch.testing.assert_close(mixed_targets.sum(1), torch.ones(16), rtol=0, atol=1e-6)


@EVERY_METHOD
def test_equal_generators_give_equal_mixes(recipe):
    images, targets = a_batch()
    mix = mix_of(recipe)
    torch.manual_seed(1)
    first = [mix(images, targets, generator) for generator in [seeded(7)] for _ in range(4)]
    torch.manual_seed(2)
    again = [mix(images, targets, generator) for generator in [seeded(7)] for _ in range(4)]
    for one, other in zip(first, again, strict=True):
        assert torch.equal(one[0], other[0])
        assert torch.equal(one[1], other[1])


@EVERY_METHOD
def test_the_batch_that_came_in_stays(recipe):
    images, targets = a_batch()
    images_before, targets_before = images.clone(), targets.clone()
    mix = mix_of(recipe)
    generator = seeded(3)
    for _ in range(4):
        mix(images, targets, generator)
    assert torch.equal(images, images_before)
    assert torch.equal(targets, targets_before)


@EVERY_COIN
def test_probability_0_changes_nothing(recipe):
    images, targets = a_batch()
    mixed, mixed_targets = build_mix({**recipe, "probability": 0.0})(images, targets, seeded(0))
    assert torch.equal(mixed, images)
    assert torch.equal(mixed_targets, targets)


@pytest.mark.parametrize("recipe", ONE_COIN, ids=lambda recipe: recipe["method"])
def test_one_coin_decides_for_the_whole_batch(recipe):
    images, targets = a_batch(64)
    mix = build_mix({**recipe, "alpha": 10.0, "probability": 0.25})
    generator = seeded(5)
    mixed_batches = 0
    for _ in range(400):
        mixed, _ = mix(images, targets, generator)
        changed = (mixed != images).flatten(1).any(1).float().mean()
        # A few samples meet only themselves; alpha = 10 leaves no proportion near 0 or 1.
        assert changed == 0 or changed > 0.8
        mixed_batches += bool(changed > 0)
    assert abs(mixed_batches - 100) < 5 * (400 * 0.25 * 0.75) ** 0.5


@EVERY_COIN
def test_what_the_coin_shows_does_not_change_what_follows(recipe):
    images, targets = a_batch()
    states = []
    for probability in (0.0, 0.999):
        generator = seeded(11)
        mixed, _ = build_mix({**recipe, "probability": probability})(images, targets, generator)
        assert torch.equal(mixed, images) == (probability == 0)
        states.append(generator.get_state())
    assert torch.equal(*states)


@EVERY_METHOD
def test_a_batch_of_one_is_mixed_with_itself(recipe):
    images, targets = a_batch(1)
    mixed, mixed_targets = mix_of(recipe)(images, targets, seeded(0))
    assert mixed_targets.argmax() == targets.argmax()
    # A salient patch is pasted elsewhere than it is cut; what is erased stays so.
    if recipe["method"] not in ("cutout", "random_erasing", "saliency_dcutmix"):
        torch.testing.assert_close(mixed, images)
