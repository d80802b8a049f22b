import json
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from mixsuite.models.registry import build_model
from mixsuite.search.counting import count_multiply_adds, count_parameters

GENOTYPES = Path(__file__).parents[2] / "workflow" / "genotypes"


def network(name, family="searched_imagenet", size=224, **changes):
    genotype = json.loads((GENOTYPES / f"pc-darts-{name}.json").read_text())["genotype"]
    model = {"family": family, "genotype": genotype, **changes}
    return build_model(model, n_classes=1000, in_channels=3, image_size=size)


@pytest.mark.parametrize(
    ("name", "parameters", "multiply_adds"), [("cifar10", 5.271e6, 571.1e6), ("imagenet", 5.342e6, 581.6e6)]
)
def test_published_genotypes_have_their_size(name, parameters, multiply_adds):
    """Printed are 5.3 M and 586 M, 5.3 M and 597 M; the counter behind the printed FLOPs has about 15 M more."""
    found = network(name)
    assert count_parameters(found) == pytest.approx(parameters, abs=500)
    assert count_multiply_adds(found, 3, 224) == pytest.approx(multiply_adds, abs=5e4)


def test_multiply_adds_are_half_of_torchs_flops():
    small = network("cifar10", "searched_cifar", 8, channels=4, cells=3).eval()
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        small(torch.zeros(1, 3, 8, 8))
    assert count_multiply_adds(small, 3, 8) == counter.get_total_flops() / 2


def test_by_hand():
    layers = nn.Sequential(nn.Conv2d(3, 4, 3, groups=1), nn.Conv2d(4, 4, 3, groups=4), nn.Flatten(), nn.Linear(16, 5))
    assert count_multiply_adds(layers.train(), 3, 6) == 4 * 16 * 27 + 4 * 4 * 9 + 16 * 5
    assert layers.training
    assert count_parameters(layers) == 4 * 28 + 4 * 10 + 17 * 5
