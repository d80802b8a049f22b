"""What every network keeps to, whatever its family."""

import subprocess
import sys

import pytest
import torch

from mixsuite.mixing.soft_labels import soft_cross_entropy
from mixsuite.models.registry import build_model

SMALL = {
    "demo_cnn": ({"width": 4, "blocks": 2}, 8),
    "preactresnet": ({"depth": 18, "width": 4}, 16),
    "cifar_resnet": ({"depth": 18, "width": 4}, 16),
    "wideresnet": ({"depth": 10, "widen_factor": 1}, 8),
    "resnext": ({"depth": 11, "cardinality": 2, "base_width": 4}, 8),
    "pyramidnet": ({"depth": 20, "alpha": 12}, 9),
    "resnet": ({"depth": 18}, 32),
}
EVERY_FAMILY = pytest.mark.parametrize("family", SMALL)


def small(family, seed=0, in_channels=3):
    settings, image_size = SMALL[family]
    torch.manual_seed(seed)
    return build_model({"family": family, **settings}, 7, in_channels, image_size), image_size


@EVERY_FAMILY
@pytest.mark.parametrize("in_channels", [1, 3])
def test_shapes(family, in_channels):
    network, image_size = small(family, in_channels=in_channels)
    images = torch.randn(2, in_channels, image_size, image_size)
    network.eval()
    features = network.features(images)
    assert features.shape == (2, network.classifier.in_features)
    assert network(images).shape == (2, 7)
    torch.testing.assert_close(network.classifier(features), network(images))


@EVERY_FAMILY
def test_parts_in_a_row_are_the_network(family):
    network, image_size = small(family)
    hidden = network.eval().stem(images := torch.randn(2, 3, image_size, image_size))
    for stage in network.stages:
        hidden = stage(hidden)
    torch.testing.assert_close(network.tail(hidden).mean((2, 3)), network.features(images))


@EVERY_FAMILY
def test_every_parameter_gets_a_gradient(family):
    network, image_size = small(family)
    logits = network(torch.randn(8, 3, image_size, image_size))
    soft_cross_entropy(logits, torch.randn(8, 7).softmax(1)).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
    with_gradient = [name for name, parameter in network.named_parameters() if parameter.grad.abs().sum() > 0]
    assert len(with_gradient) > 0.9 * len(list(network.parameters()))


@EVERY_FAMILY
def test_equal_seeds_give_equal_weights_and_outputs(family):
    (one, image_size), (same, _), (other, _) = small(family, 5), small(family, 5), small(family, 6)
    assert one.state_dict().keys() == same.state_dict().keys()
    for name, value in one.state_dict().items():
        assert torch.equal(value, same.state_dict()[name]), name
    assert not torch.equal(one.classifier.weight, other.classifier.weight)
    images = torch.randn(4, 3, image_size, image_size)
    assert torch.equal(one(images), same(images))


@pytest.mark.parametrize(
    ("model", "image_size", "message"),
    [
        ({}, 32, ": missing key 'family'"),
        ({"family": "lenet"}, 32, ": found 'lenet' (did you mean 'resnet'?); expected one of cifar_resnet,"),
        ({"family": "staged"}, 32, ": found 'staged'; expected one of"),
        ({"family": "demo_cnn", "width": 8}, 8, " 'demo_cnn': missing key 'blocks'"),
        ({"family": "demo_cnn", "width": 8, "blocks": 1, "n_classes": 3}, 8, " 'demo_cnn': unknown key 'n_classes'"),
        ({"family": "demo_cnn", "width": 0, "blocks": 1}, 8, " 'demo_cnn': width: found 0, expected a whole number"),
        ({"family": "demo_cnn", "width": 8, "blocks": 1}, 2, " 'demo_cnn': image_size: found 2, expected a whole"),
        ({"family": "preactresnet", "depth": 20}, 32, " 'preactresnet': depth: found 20; expected one of 18, 34"),
        ({"family": "wideresnet", "depth": 17, "widen_factor": 1}, 32, " 'wideresnet': depth: found 17, expected 6n"),
        ({"family": "resnext", "depth": 30, "cardinality": 1, "base_width": 4}, 32, " 'resnext': depth: found 30, exp"),
        ({"family": "pyramidnet", "depth": 111, "alpha": 8}, 32, " 'pyramidnet': depth: found 111, expected 9n + 2"),
        ({"family": "pyramidnet", "depth": 110, "alpha": 0}, 32, " 'pyramidnet': alpha: found 0, expected a number"),
        ({"family": "resnet", "depth": 51}, 224, " 'resnet': depth: found 51; expected one of 18, 34, 50"),
    ],
)
def test_what_cannot_be_built_is_named(model, image_size, message):
    with pytest.raises(ValueError) as refusal:
        build_model(model, 10, 3, image_size)
    assert str(refusal.value).startswith(f"network{message}")


def test_networks_but_resnet_do_without_torchvision(root):
    code = (
        "import sys; import mixsuite.models.resnet; from mixsuite.models.registry import build_model; "
        "build_model({'family': 'demo_cnn', 'width': 2, 'blocks': 1}, 10, 1, 8); "
        "sys.exit('torchvision' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=root / "workflow" / "scripts").returncode == 0
