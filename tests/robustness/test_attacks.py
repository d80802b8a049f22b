"""FGSM, PGD and margin PGD against what their papers say, written out image by image and pixel by pixel."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.checks import SettingError
from mixsuite.robustness.ascent import margin
from mixsuite.robustness.registry import build_attack

FGSM = {"method": "fgsm", "epsilon": 8, "space": "pixels"}
PGD = {"method": "pgd", "epsilon": 8, "step_size": 2, "steps": 7, "start": "random", "space": "pixels"}
MARGIN = {"method": "margin_pgd", "epsilon": 8, "step_size": 2, "steps": 7, "restarts": 2, "space": "pixels"}


def own_gradient(network, image, loss):
    leaf = image.clone().requires_grad_()
    loss(network(leaf[None])[0]).backward()
    return leaf.grad


def literal_step(network, image, original, epsilons, steps, loss):
    """Take a signed step: each value goes up or down, is kept near the original, then within [0, 1]."""
    gradient, result = own_gradient(network, image, loss), image.clone()
    for place in torch.cartesian_prod(*(torch.arange(length) for length in image.shape)).tolist():
        place = tuple(place)
        epsilon, step = epsilons[place[0]], steps[place[0]]
        value = image[place].item() + step * math.copysign(1, gradient[place].item()) * (gradient[place].item() != 0)
        value = min(max(value, original[place].item() - epsilon), original[place].item() + epsilon)
        result[place] = min(max(value, 0.0), 1.0)
    return result


def literal_cross_entropy(label):
    return lambda logits: torch.log(sum(torch.exp(each) for each in logits)) - logits[label]


def literal_margin(label):
    return lambda logits: max(each for number, each in enumerate(logits) if number != label) - logits[label]


def literal_noise(pixels, seed):
    return torch.empty_like(pixels).uniform_(-1, 1, generator=torch.Generator().manual_seed(seed))


def scales(space, std):
    return [(1.0 if space == "pixels" else each) / 255 for each in std.flatten().tolist()]


@pytest.mark.parametrize("space", ["pixels", "normalised"])
@pytest.mark.parametrize("channels", [1, 3])
def test_fgsm_is_one_step_of_epsilon(new_network, new_images, space, channels):
    model, (pixels, labels) = new_network(1, channels), new_images(2, channels)
    found = build_attack({**FGSM, "space": space}, model.std)(model, pixels, labels, torch.Generator())
    radii = [8 * scale for scale in scales(space, model.std)]
    for image, label, adversarial in zip(pixels, labels.tolist(), found, strict=True):
        expected = literal_step(model, image, image, radii, radii, literal_cross_entropy(label))
        torch.testing.assert_close(adversarial, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("space", ["pixels", "normalised"])
@pytest.mark.parametrize("start", ["image", "random"])
def test_pgd_is_projected_ascent_from_its_start(new_network, new_images, space, start):
    model, (pixels, labels) = new_network(3), new_images(4)
    attack = build_attack({**PGD, "space": space, "start": start}, model.std)
    found = attack(model, pixels, labels, torch.Generator().manual_seed(9))
    factors = scales(space, model.std)
    radii, steps = [8 * factor for factor in factors], [2 * factor for factor in factors]
    noise = literal_noise(pixels, 9) * torch.tensor(radii).view(-1, 1, 1) * (start == "random")
    for image, label, offset, adversarial in zip(pixels, labels.tolist(), noise, found, strict=True):
        reached = (image + offset).clamp(0, 1)
        for _ in range(7):
            reached = literal_step(model, reached, image, radii, steps, literal_cross_entropy(label))
        torch.testing.assert_close(adversarial, reached, rtol=0, atol=1e-6)


def test_margin_pgd_is_projected_ascent_of_the_margin(new_network, new_images):
    model, (pixels, labels) = new_network(5), new_images(6)
    found = build_attack({**MARGIN, "restarts": 1}, model.std)(model, pixels, labels, torch.Generator().manual_seed(9))
    radii, steps = [8 / 255] * 3, [2 / 255] * 3
    noise = literal_noise(pixels, 9) * 8 / 255
    for image, label, offset, adversarial in zip(pixels, labels.tolist(), noise, found, strict=True):
        reached = (image + offset).clamp(0, 1)
        for _ in range(7):
            reached = literal_step(model, reached, image, radii, steps, literal_margin(label))
        torch.testing.assert_close(adversarial, reached, rtol=0, atol=1e-6)


def test_normalised_epsilon_is_epsilon_of_what_the_network_sees(new_network, new_images):
    model, (pixels, labels) = new_network(7), new_images(8)
    pixels = 0.3 + 0.4 * pixels
    found = build_attack({**FGSM, "space": "normalised"}, model.std)(model, pixels, labels, torch.Generator())
    change = ((found - model.mean) / model.std - (pixels - model.mean) / model.std).abs()
    torch.testing.assert_close(change, torch.full_like(change, 8 / 255))


@given(
    seed=st.integers(0, 2**20),
    method=st.sampled_from([FGSM, PGD, MARGIN]),
    space=st.sampled_from(["pixels", "normalised"]),
    epsilon=st.floats(0.1, 300),
    step_size=st.floats(0.1, 300),
)
def test_images_stay_within_epsilon_and_within_0_to_1(seed, method, space, epsilon, step_size):
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(3 * 16, 4, generator=generator)
    pixels = torch.randint(0, 256, (5, 3, 4, 4), generator=generator) / 255
    labels = torch.randint(4, (5,), generator=generator)
    std = 0.1 + torch.rand(3, 1, 1, generator=generator)
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 4)).eval()
    with torch.no_grad():
        network[1].weight.copy_(weight.T)
    settings = {**method, "space": space, "epsilon": epsilon}
    attack = build_attack({**settings, **({"step_size": step_size} if method is not FGSM else {})}, std)
    before = pixels.clone()
    found = attack(network, pixels, labels, generator)
    radius = epsilon / 255 * (std if space == "normalised" else 1)
    assert found.min() >= 0
    assert found.max() <= 1
    # The last bits of a float32 between 0 and 1.
    assert ((found - pixels).abs() <= radius + 1.2e-7).all()
    assert torch.equal(pixels, before)
    assert not found.requires_grad


@pytest.mark.parametrize("settings", [FGSM, PGD, MARGIN])
def test_gradients_of_the_weights_and_the_network_stay_as_they_were(new_network, new_images, settings):
    model, (pixels, labels) = new_network(), new_images()
    first, *others = model.parameters()
    first.grad = torch.full_like(first, 7.0)
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    build_attack(settings, model.std)(model, pixels, labels, torch.Generator())
    assert torch.equal(first.grad, torch.full_like(first, 7.0))
    assert all(each.grad is None for each in others)
    assert all(torch.equal(state[name], tensor) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize(
    ("settings", "most"), [(FGSM, 1), (PGD, 7), ({**MARGIN, "restarts": 1}, 7 + 1), (MARGIN, 2 * (7 + 1))]
)
def test_a_step_costs_one_forward_and_one_backward_pass(new_network, new_images, settings, most):
    model, (pixels, labels) = new_network(), new_images()
    passes = {"forward": 0, "backward": 0}

    def count(module, inputs, output):
        passes["forward"] += 1
        if output.requires_grad:
            output.register_hook(lambda _: passes.update(backward=passes["backward"] + 1))

    model.register_forward_hook(count)
    build_attack(settings, model.std)(model, pixels, labels, torch.Generator())
    assert passes["forward"] <= most
    assert 0 < passes["backward"] <= passes["forward"]


@pytest.mark.parametrize("settings", [FGSM, PGD, MARGIN])
def test_a_network_in_training_mode_is_refused(new_network, new_images, settings):
    model, (pixels, labels) = new_network(), new_images()
    attack = build_attack(settings, model.std)
    model.model[1].train()
    with pytest.raises(ValueError, match=r"model\.1: is in training mode"):
        attack(model, pixels, labels, torch.Generator())


def test_equal_generators_give_equal_images(new_network, new_images):
    model, (pixels, labels) = new_network(), new_images()
    attack = build_attack(PGD, model.std)
    first, again, other = (attack(model, pixels, labels, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_attacks_work_where_gradients_are_off(new_network, new_images):
    model, (pixels, labels) = new_network(), new_images()
    attack = build_attack(PGD, model.std)
    on = attack(model, pixels, labels, torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.equal(attack(model, pixels, labels, torch.Generator().manual_seed(1)), on)


def test_the_margin_is_that_of_the_best_wrong_class():
    logits = torch.tensor([[1.0, 5.0, 3.0], [2.0, -1.0, 2.5], [4.0, 4.0, 0.0]])
    assert margin(logits, torch.tensor([1, 0, 2])).tolist() == [-2.0, 0.5, 4.0]


def test_the_margin_finds_a_way_where_the_cross_entropy_is_flat(new_network, new_images):
    model = new_network(11)
    pixels, _ = new_images(12, n_images=40)
    with torch.no_grad():
        model.model[4].weight.mul_(1e6)
        model.model[4].bias.mul_(1e6)
        labels = model(pixels).argmax(dim=1)
        by_fgsm, by_margin = (
            build_attack({**settings, "epsilon": 32}, model.std)(model, pixels, labels, torch.Generator())
            for settings in (FGSM, MARGIN)
        )
        assert (model(by_fgsm).argmax(dim=1) == labels).float().mean() > 0.9
        assert (model(by_margin).argmax(dim=1) == labels).float().mean() < 0.5


def test_more_restarts_never_fool_less(new_network, new_images):
    model = new_network(13)
    pixels, _ = new_images(14, n_images=60)
    with torch.no_grad():
        labels = model(pixels).argmax(dim=1)

    def fooled(restarts):
        attack = build_attack({**MARGIN, "epsilon": 60, "steps": 1, "restarts": restarts}, model.std)
        with torch.no_grad():
            found = attack(model, pixels, labels, torch.Generator().manual_seed(0))
            return model(found).argmax(dim=1) != labels

    once, often = fooled(1), fooled(6)
    assert (often | ~once).all()
    assert often.sum() > once.sum() > 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({**FGSM, "epsilon": 0}, "epsilon: found 0"),
        ({**FGSM, "space": "bytes"}, "space: found 'bytes'"),
        ({**FGSM, "steps": 3}, "unknown key 'steps'"),
        ({**PGD, "steps": 0}, "steps: found 0"),
        ({**PGD, "step_size": -1}, "step_size: found -1"),
        ({**PGD, "start": "far"}, "start: found 'far'"),
        ({**MARGIN, "restarts": 0}, "restarts: found 0"),
        ({"method": "pgdd"}, "did you mean 'pgd'"),
        ({"epsilon": 8}, "missing key 'method'"),
    ],
)
def test_a_wrong_setting_is_named(settings, message):
    with pytest.raises(SettingError, match=message):
        build_attack(settings, torch.ones(1, 1, 1))
