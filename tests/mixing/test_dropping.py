"""What the methods that drop parts of a network have in common."""

import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.mixing.dropping import DroppingLayer
from mixsuite.mixing.registry import build_mix
from mixsuite.models.registry import build_model

DROPPING = [
    {"method": "stochastic_depth", "drop_rate": 0.5},
    {"method": "dropblock", "keep_probability": 0.7, "block_size": 2},
]
EVERY_DROPPING = pytest.mark.parametrize("recipe", DROPPING, ids=lambda recipe: recipe["method"])


def small_network():
    torch.manual_seed(0)
    return build_model({"family": "demo_cnn", "width": 4, "blocks": 2}, 5, 1, 16)


def outputs_in_training(recipe, seed):
    network, generator = small_network(), torch.Generator().manual_seed(seed)
    images = torch.randn(8, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    mix = build_mix(recipe, network)
    return torch.stack([network(mix(images, torch.eye(5)[[0] * 8], generator)[0]) for _ in range(6)])


@EVERY_DROPPING
def test_what_is_dropped_follows_the_lent_generator_alone(recipe):
    first = outputs_in_training(recipe, seed=3)
    torch.manual_seed(99)
    assert torch.equal(first, outputs_in_training(recipe, seed=3))
    assert not torch.equal(first, outputs_in_training(recipe, seed=4))
    # Every batch has draws of its own.
    assert len(first.flatten(1).unique(dim=0)) > 1


@EVERY_DROPPING
def test_torch_s_global_generator_stays_as_it_was(recipe):
    network = small_network()
    mix = build_mix(recipe, network)
    before = torch.get_rng_state()
    images, _ = mix(torch.ones(4, 1, 16, 16), torch.eye(5)[:4], torch.Generator())
    network(images)
    assert torch.equal(torch.get_rng_state(), before)


@EVERY_DROPPING
def test_evaluation_draws_nothing(recipe):
    network, generator = small_network().eval(), torch.Generator().manual_seed(5)
    before = generator.get_state()
    mix = build_mix(recipe, network)
    images, _ = mix(torch.randn(4, 1, 16, 16), torch.eye(5)[:4], generator)
    assert torch.equal(network(images), network(images))
    assert torch.equal(generator.get_state(), before)


@EVERY_DROPPING
def test_the_layers_take_over_the_network_s_mode(recipe):
    for mode in (True, False):
        network = small_network().train(mode)
        build_mix(recipe, network)
        dropping = [part for part in network.modules() if isinstance(part, DroppingLayer)]
        assert [layer.training for layer in dropping] == [mode] * len(dropping)
        assert dropping


@EVERY_DROPPING
@pytest.mark.parametrize(
    "model",
    [
        {"family": "preactresnet", "depth": 18, "width": 4},
        {"family": "pyramidnet", "depth": 20, "alpha": 12},
        {"family": "resnext", "depth": 11, "cardinality": 2, "base_width": 4},
        {"family": "wideresnet", "depth": 10, "widen_factor": 1},
        {"family": "cifar_resnet", "depth": 18, "width": 4},
    ],
    ids=lambda model: model["family"],
)
def test_every_family_of_our_own_saves_the_weights_of_the_plain_network(recipe, model):
    plain, trained = (build_model(model, 5, 3, 16) for _ in range(2))
    mix = build_mix(recipe, trained)
    images, _ = mix(torch.randn(4, 3, 16, 16), torch.eye(5)[:4], torch.Generator())
    trained(images).sum().backward()
    assert [name for name, _ in trained.named_parameters()] == [name for name, _ in plain.named_parameters()]
    plain.load_state_dict(trained.state_dict(), strict=True)


@EVERY_DROPPING
def test_torchvision_s_networks_are_refused(recipe):
    network = build_model({"family": "resnet", "depth": 18}, 5, 3, 32)
    with pytest.raises(SettingError, match=f"^mixing method '{recipe['method']}': network: found no residual blocks"):
        build_mix(recipe, network)
