import pytest
import torch

from mixsuite.mixing.registry import build_mix
from mixsuite.models.registry import build_model


def test_builds_by_name():
    mix = build_mix({"method": "dcutmix", "images": 3, "alpha": 0.5, "probability": 1.0})
    images, targets = mix(torch.randn(4, 3, 8, 8), torch.eye(4), torch.Generator().manual_seed(0))
    assert images.shape == (4, 3, 8, 8)
    assert targets.shape == (4, 4)


def test_known_methods_are_those_with_a_build():
    with pytest.raises(ValueError) as refusal:
        build_mix({"method": "owner_map"})
    message = str(refusal.value)
    assert message.startswith("mixing method: found 'owner_map'; expected one of ")
    known = message.split("expected one of ")[1].split(", ")
    assert {"vanilla", "cutout", "mixup", "cutmix", "dmixup", "dcutmix", "label_smoothing"} <= set(known)
    assert not {"registry", "boxes", "draws", "mix"} & set(known)


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ({"method": "dcutmix", "images": 1, "alpha": 1, "probability": 1}, "images: found 1, expected a whole number"),
        ({"method": "dmixup", "images": 2.5, "alpha": 1, "probability": 1}, "images: found 2.5, expected a whole"),
        ({"method": "dcutmix", "images": 3, "alpha": 0, "probability": 1}, "alpha: found 0, expected a number above 0"),
        ({"method": "cutmix", "alpha": -1, "probability": 1}, "alpha: found -1"),
        ({"method": "mixup", "alpha": 1, "probability": 1.5}, "probability: found 1.5, expected a number from 0 to 1"),
        ({"method": "cutout", "length": 2}, "length: found 2"),
        ({"method": "label_smoothing", "epsilon": -0.1}, "epsilon: found -0.1"),
        ({"method": "cutmix", "alpha": 1}, "missing key 'probability'"),
        ({"method": "vanilla", "alpha": 1}, "unknown key 'alpha'; expected none"),
        ({"method": "vanilla", "network": 1}, "unknown key 'network'"),
        ({"method": "dropblock", "keep_probability": 2, "block_size": 1}, "keep_probability: found 2, expected a num"),
        ({"method": "dropblock", "keep_probability": 1, "block_size": 0}, "block_size: found 0, expected a whole"),
        ({"method": "stochastic_depth", "drop_rate": -1}, "drop_rate: found -1, expected a number from 0 to 1"),
        ({"method": "stochastic_depth", "drop_rate": 0, "network": 1}, "unknown key 'network'"),
        ({"method": "manifold_mixup", "alpha": 0, "probability": 1}, "alpha: found 0, expected a number above 0"),
    ],
)
def test_refused_settings_are_named(recipe, message):
    network = build_model({"family": "demo_cnn", "width": 2, "blocks": 1}, 10, 1, 8)
    with pytest.raises(ValueError) as refusal:
        build_mix(recipe, network)
    assert str(refusal.value).startswith(f"mixing method {recipe['method']!r}: {message}")


def test_a_method_that_needs_the_network_asks_for_it():
    with pytest.raises(ValueError, match=r"^mixing method 'stochastic_depth': missing key 'network'"):
        build_mix({"method": "stochastic_depth", "drop_rate": 0.25})
