import pytest
import torch
from torch import nn

from mixsuite.checks import SettingError
from mixsuite.mixing.mix import HintedMix
from mixsuite.mixing.registry import build_mix
from mixsuite.mixing.saliency import most_salient_pixels
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


@pytest.mark.parametrize(
    "recipe",
    [
        {"method": "stochastic_depth", "drop_rate": 0.25},
        {"method": "manifold_mixup", "alpha": 1.0, "probability": 1.0},
        {"method": "dropblock", "keep_probability": 0.9, "block_size": 4},
    ],
    ids=lambda recipe: recipe["method"],
)
def test_a_network_that_is_not_the_suite_s_is_refused(recipe):
    with pytest.raises(
        SettingError, match=f"^mixing method '{recipe['method']}': network: found .*, expected .*network"
    ):
        build_mix(recipe, nn.Sequential(nn.Flatten(), nn.Linear(192, 5)))


@pytest.mark.parametrize(
    ("std", "found"),
    [
        (torch.ones(3), r"a tensor of shape \(3,\), expected \(C, 1, 1\)"),
        (torch.ones(1, 3, 1, 1), r"a tensor of shape \(1, 3, 1, 1\), expected \(C, 1, 1\)"),
        (torch.ones(1, 1, 3), r"a tensor of shape \(1, 1, 3\), expected \(C, 1, 1\)"),
        (0.25, r"0\.25, expected a tensor of shape \(C, 1, 1\)"),
    ],
)
def test_a_standard_deviation_of_another_shape_is_refused(std, found):
    with pytest.raises(SettingError, match=f"^std: found {found}$"):
        build_mix({"method": "vanilla"}, std=std)


def test_integer_labels_are_refused_by_any_method():
    mix = build_mix({"method": "cutmix", "alpha": 1.0, "probability": 1.0})
    with pytest.raises(SettingError, match=r"^targets: found int64 \(4,\), .*one_hot"):
        mix(torch.randn(4, 3, 8, 8), torch.arange(4), torch.Generator())


def test_a_method_with_hints_is_checked_too():
    mix = build_mix({"method": "saliencymix", "alpha": 1.0, "probability": 1.0, "saliency": "uint8"})
    assert isinstance(mix, HintedMix)
    assert mix.hint is most_salient_pixels
    with pytest.raises(SettingError, match=r"^images: found uint8 \(4, 3, 8, 8\), "):
        mix(torch.zeros(4, 3, 8, 8, dtype=torch.uint8), torch.eye(4), torch.Generator(), torch.zeros(4, 2))
