import copy

import pytest
import torch
from torch import nn

from mixsuite.mixing.input_gradient import CLEAN_FACTORS, input_saliency
from mixsuite.mixing.soft_labels import soft_cross_entropy
from mixsuite.models.registry import build_model
from mixsuite.training.specification import LOSSES

N_CLASSES = 5
FACTORS = [("cross_entropy", 1.0), ("binary_cross_entropy", 2 / N_CLASSES)]


@pytest.fixture(params=[1, 3])
def batch(request):
    torch.manual_seed(0)
    network = build_model({"family": "demo_cnn", "width": 4, "blocks": 1}, N_CLASSES, request.param, 8)
    images = torch.randn(6, request.param, 8, 8)
    return network, images, torch.randn(6, N_CLASSES).softmax(1)


def literal_saliency(network, images, targets, factor=1.0):
    """Return the saliency by Kim, Choo and Song (2020): the gradient's L2 norm across channels, up to a constant."""
    images = images.clone().requires_grad_()
    loss = factor * soft_cross_entropy(network(images), targets)
    loss.backward()
    return (images.grad**2).mean(1) ** 0.5


def state(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def test_without_clean_weight_nothing_stays_behind(batch):
    network, images, targets = batch
    network.train()
    # Statistics that differ from the batch's, so that the two modes disagree.
    network(torch.randn_like(images) * 3 + 1)
    before, expected = state(network), literal_saliency(copy.deepcopy(network).eval(), images, targets)
    network.classifier.weight.grad = kept_gradient = torch.ones_like(network.classifier.weight)
    saliency = input_saliency(network, images, targets, 0.0, "cross_entropy")
    torch.testing.assert_close(saliency, expected)
    assert saliency.shape == (6, 8, 8)
    assert not saliency.requires_grad
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
    assert network.training
    assert torch.equal(network.classifier.weight.grad, torch.ones_like(kept_gradient))
    assert all(p.grad is None for name, p in network.named_parameters() if name != "classifier.weight")


def test_parts_that_were_in_evaluation_stay_so(batch):
    network, images, targets = batch
    network.train()
    norm = next(module for module in network.modules() if isinstance(module, nn.BatchNorm2d))
    norm.eval()
    input_saliency(network, images, targets, 0.0, "cross_entropy")
    assert not norm.training
    assert network.training
    assert sum(not module.training for module in network.modules()) == 1


@pytest.mark.parametrize("clean_weight", [1.0, 0.3])
@pytest.mark.parametrize(("loss", "factor"), FACTORS)
def test_a_clean_weight_leaves_exactly_the_clean_loss_s_gradient(batch, clean_weight, loss, factor):
    network, images, targets = batch
    network.train()
    reference = copy.deepcopy(network)
    expected = literal_saliency(reference, images, targets, clean_weight * factor)
    torch.testing.assert_close(input_saliency(network, images, targets, clean_weight, loss), expected)
    for ours, theirs in zip(network.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad)
    # Batch statistics are updated once, as by any pass in training.
    for ours, theirs in zip(network.buffers(), reference.buffers(), strict=True):
        torch.testing.assert_close(ours, theirs)
    # A second pass adds its gradient to what is there.
    input_saliency(network, images, targets, clean_weight, loss)
    for ours, theirs in zip(network.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, 2 * theirs.grad)


def test_every_loss_of_a_training_has_its_factor():
    assert CLEAN_FACTORS.keys() == LOSSES.keys()


@pytest.mark.parametrize("clean_weight", [0.0, 1.0])
def test_images_are_left_alone_whatever_the_mode_of_gradients(batch, clean_weight):
    network, images, targets = batch
    before = images.clone()
    with torch.no_grad():
        without = input_saliency(copy.deepcopy(network), images, targets, clean_weight, "cross_entropy")
    torch.testing.assert_close(without, input_saliency(network, images, targets, clean_weight, "cross_entropy"))
    assert torch.equal(images, before)
    assert images.grad is None
    assert not images.requires_grad


def test_is_float32_under_autocast(batch):
    network, images, targets = batch
    exact = input_saliency(network, images, targets, 0.0, "cross_entropy")
    with torch.autocast("cpu", torch.bfloat16):
        rounded = input_saliency(network, images, targets, 0.0, "cross_entropy")
    assert rounded.dtype == torch.float32
    assert not torch.equal(rounded, exact)
    assert (rounded - exact).norm() < 0.5 * exact.norm()
