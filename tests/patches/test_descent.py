from itertools import product
from math import comb

import pytest
import torch

from mixsuite.patches import cutmix, cutout, erm
from mixsuite.patches.descent import DivergedError, GramDescent
from mixsuite.patches.distribution import draw_patch_set, draw_weights
from mixsuite.patches.network import SmoothedLeakyReLU, logits
from mixsuite.randomness import stream

OBJECTIVES = {"erm": erm.objective, "cutout": cutout.objective, "cutmix": cutmix.objective}


def plain_loss(method, weights, images, labels, activation):
    """Return the poster's loss, with C = 1, on images that are cut and mixed patch by patch."""
    n, patches, d = images.shape

    def mean_logistic(images, labels):
        return torch.log1p(torch.exp(-labels * logits(weights, images, activation))).mean()

    if method == "erm":
        return mean_logistic(images, labels)
    if method == "cutout":
        kept = 1 - torch.eye(patches, dtype=torch.float64)
        return mean_logistic((images[:, None] * kept[:, :, None]).flatten(0, 1), labels.repeat_interleave(patches))
    subsets = torch.tensor(list(product((False, True), repeat=patches)))
    sizes = subsets.sum(1).tolist()
    probability = torch.tensor([1 / (patches + 1) / comb(patches, size) for size in sizes], dtype=torch.float64)
    share = subsets.double().mean(1)[:, None, None]
    mixed = torch.where(subsets[:, None, None, :, None], images[None, :, None], images[None, None, :])
    f = logits(weights, mixed.view(-1, patches, d), activation).view(-1, n, n)
    first, second = (torch.log1p(torch.exp(-y * f)) for y in (labels[:, None], labels[None, :]))
    return (probability[:, None, None] * (share * first + (1 - share) * second)).sum() / n**2


def start(setting, method, seed=0):
    data = draw_patch_set(setting, stream(seed, "training data"))
    weights = draw_weights(setting, stream(seed, "initial weights"))
    activation = SmoothedLeakyReLU(setting.beta, setting.r)
    objective = OBJECTIVES[method](data.labels, setting)
    return data, weights, activation, GramDescent(data, weights, objective, activation, setting.learning_rate)


@pytest.mark.parametrize(
    ("method", "patches", "steps"), [("erm", 3, 1000), ("cutout", 3, 1000), ("cutmix", 3, 1000), ("cutmix", 5, 50)]
)
def test_gram_descent_is_plain_descent(method, patches, steps, setting):
    data, initial, activation, descent = start(setting(dimension=12, patches=patches, samples=5), method)
    images, weights = data.images(), initial.clone().requires_grad_()
    for _ in range(steps):
        (gradient,) = torch.autograd.grad(plain_loss(method, weights, images, data.labels, activation), weights)
        weights = (weights - gradient).detach().requires_grad_()
    descent.advance(steps)
    found = initial + descent.coefficients @ data.dictionary
    close = {"rtol": 0, "atol": 1e-8}
    assert (weights - initial).norm() > 1
    torch.testing.assert_close(found, weights.detach(), **close)
    torch.testing.assert_close(descent.projections, weights.detach() @ data.dictionary.T, **close)
    torch.testing.assert_close(descent.weight_products(), (weights @ weights.T).detach(), **close)
    loss = plain_loss(method, weights, images, data.labels, activation)
    torch.testing.assert_close(descent.objective.loss(descent.activations()), loss.detach(), **close)
    (gradient,) = torch.autograd.grad(loss, weights)
    torch.testing.assert_close(descent.gradient() @ data.dictionary, gradient, **close)
    torch.testing.assert_close(descent.gradient_norm(), gradient.norm(), **close)


def test_steps_can_be_taken_in_parts(setting):
    *_, whole = start(setting(), "cutmix")
    *_, parts = start(setting(), "cutmix")
    whole.advance(30)
    for steps in (0, 1, 9, 20):
        parts.advance(steps)
        parts.gradient_norm()
    assert parts.step == 30
    assert torch.equal(parts.projections, whole.projections)


@pytest.mark.parametrize("method", OBJECTIVES)
def test_descent_that_leaves_float64_names_the_step(method, setting):
    *_, descent = start(setting(learning_rate=1e5), method)
    with pytest.raises(DivergedError, match=r"diverged by step 1 at learning rate 100000.*activation is \d"):
        descent.advance(50)
    assert descent.step == 1


def test_values_that_are_not_finite_name_the_step(setting):
    *_, descent = start(setting(), "erm")
    descent.advance(3)
    descent.projections[0, -1] = torch.nan
    with pytest.raises(DivergedError, match=r"by step 3 .* nan"):
        descent.advance(1)
