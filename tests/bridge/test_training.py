import math

import pytest
import torch
from torch import nn

from mixsuite.bridge.training import check_training, is_right, train_network
from mixsuite.mixing.registry import build_mix
from mixsuite.randomness import stream


@pytest.fixture
def task(mapping):
    """Return a linear network, 23 images of two classes that differ in their mean, and a training."""

    def make(**changes):
        torch.manual_seed(0)
        network = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
        generator = torch.Generator().manual_seed(1)
        labels = torch.arange(23) % 2
        images = torch.randn(23, 3, 2, 2, generator=generator) + 2 * (labels[:, None, None, None] - 0.5)
        return network, images, labels, mapping(training=changes)["training"]

    return make


def literal_training(network, images, labels, training, seed):
    """Plain SGD, one weight tensor and one image at a time, as torch.optim.SGD documents it."""
    velocities = [torch.zeros_like(w) for w in network.parameters()]
    steps = math.ceil(len(images) / training["batch_size"])
    for epoch in range(training["epochs"]):
        order = torch.randperm(len(images), generator=stream(seed, "order", epoch)).tolist()
        for step in range(steps):
            batch = order[step * training["batch_size"] : (step + 1) * training["batch_size"]]
            loss = sum(-torch.log_softmax(network(images[i : i + 1]), 1)[0, labels[i]] for i in batch) / len(batch)
            gradients = torch.autograd.grad(loss, list(network.parameters()))
            rate = training["learning_rate"]
            if epoch >= training["milestones"][0] * training["epochs"]:
                rate *= training["decay"]
            rate *= min(1, (epoch * steps + step + 1) / (training["warmup_epochs"] * steps))
            with torch.no_grad():
                for w, v, g in zip(network.parameters(), velocities, gradients, strict=True):
                    g = g + training["weight_decay"] * w
                    v.mul_(training["momentum"]).add_(g)
                    w -= rate * (g + training["momentum"] * v)


def test_training_without_a_mix_is_plain_sgd(task):
    network, images, labels, training = task(epochs=4)
    reference = task()[0]
    vanilla = build_mix({"method": "vanilla"})
    train_network(network, images, labels, vanilla, training, 5)
    literal_training(reference, images, labels, training, 5)
    for found, expected in zip(network.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    assert is_right(network, images, labels).double().mean() > 0.9


def test_a_seed_fixes_the_weights_and_the_mix_changes_them(task):
    def weights(method, seed):
        network, images, labels, training = task()
        train_network(network, images, labels, build_mix(method), training, seed)
        return network[1].weight.detach()

    mixup = {"method": "mixup", "alpha": 1.0, "probability": 1.0}
    assert torch.equal(weights(mixup, 0), weights(mixup, 0))
    assert not torch.equal(weights(mixup, 0), weights(mixup, 1))
    assert not torch.equal(weights(mixup, 0), weights({"method": "vanilla"}, 0))


def test_a_loss_that_is_not_finite_is_one_message(task):
    network, images, labels, training = task(learning_rate=1e30)
    with pytest.raises(ValueError, match=r"learning_rate: found 1e\+30, with which the loss became"):
        train_network(network, images, labels, build_mix({"method": "vanilla"}), training, 0)


def test_right_answers_are_counted_in_batches_of_any_size(task):
    network, images, labels, _ = task()
    whole = is_right(network, images, labels)
    assert torch.equal(is_right(network, images, labels, batch_size=4), whole)
    assert whole.tolist() == [bool(network(x[None]).argmax() == y) for x, y in zip(images, labels, strict=True)]


def test_right_answers_depend_on_no_other_image_of_the_batch():
    network = nn.Sequential(nn.BatchNorm2d(1, affine=False), nn.Flatten(), nn.Linear(1, 2, bias=False))
    network[2].weight.data = torch.tensor([[-1.0], [1.0]])
    # All are above the running mean, 0, and right; half of them are below the mean of any batch.
    images, labels = torch.linspace(1, 2, 12).reshape(12, 1, 1, 1), torch.ones(12, dtype=torch.long)
    for batch_size in (12, 4, 3):
        network.train()
        assert is_right(network, images, labels, batch_size).all()
    assert network[0].running_mean.item() == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs: found 0"),
        ({"learning_rate": 0}, "learning_rate: found 0, expected a number above 0"),
        ({"momentum": 1.5}, "momentum, milestones: found 1.5"),
        ({"rate": 1}, "training: unknown key 'rate'"),
    ],
)
def test_a_bad_training_is_refused(change, message, mapping):
    with pytest.raises(ValueError, match=message):
        check_training(mapping(training=change)["training"])
