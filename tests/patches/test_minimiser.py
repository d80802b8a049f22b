import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.patches.cutmix import CutMix
from mixsuite.patches.minimiser import predicted_feature_output
from mixsuite.patches.mixing import Mixing
from mixsuite.patches.subsets import size_probabilities, uniform_size
from mixsuite.patches.theory import uniform_activation


@pytest.mark.parametrize(("patches", "expected"), [(3, 1.3954), (4, 0.9931), (5, 0.7714)])
def test_under_the_posters_distribution_it_is_the_uniform_activation(patches, expected):
    assert predicted_feature_output(uniform_size(patches)) == pytest.approx(expected, abs=5e-5)


@settings(max_examples=20)
@given(beta=st.floats(0.1, 10), patches=st.integers(3, 5), same_label=st.floats(0.1, 0.9))
def test_with_free_sets_it_is_the_uniform_activation(beta, patches, same_label):
    probabilities = Mixing(beta=beta, shape="free", layout=None).probabilities(patches)
    expected = uniform_activation(size_probabilities(probabilities).tolist(), same_label)
    assert predicted_feature_output(probabilities, same_label) == pytest.approx(expected, rel=1e-9)


def test_in_a_square_all_places_are_alike_and_in_a_strip_they_are_not():
    square = Mixing(beta=1, shape="box", layout=(2, 2)).probabilities(4)
    even = uniform_activation(size_probabilities(square).tolist())
    assert predicted_feature_output(square) == pytest.approx(even, rel=1e-9)
    strip = Mixing(beta=1, shape="box", layout=(1, 3)).probabilities(3)
    assert uniform_activation(size_probabilities(strip).tolist()) == pytest.approx(1.3954, abs=5e-5)
    assert predicted_feature_output(strip) == pytest.approx(1.4753, abs=5e-5)


@pytest.mark.parametrize("layout", [(1, 3), (1, 4)])
def test_it_is_where_descent_on_the_loss_itself_ends(layout):
    # Images of both labels with their features at every place; features share one activation, noise is free.
    patches = layout[0] * layout[1]
    probabilities = Mixing(beta=0.5, shape="box", layout=layout).probabilities(patches)
    labels = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat_interleave(patches)
    objective = CutMix(labels, probabilities)
    at_feature = torch.eye(patches, dtype=torch.bool).repeat(2, 1)
    table = labels[:, None].expand(-1, patches).clone()
    for _ in range(6000):
        slope = objective.gradient(table) * labels[:, None]
        slope[at_feature] = slope[at_feature].mean()
        table -= 4 * slope * labels[:, None]
    outputs = (table * labels[:, None])[at_feature]
    assert outputs.std() < 1e-12
    assert predicted_feature_output(probabilities) == pytest.approx(outputs[0].item(), abs=1e-8)


def test_without_mixing_there_is_no_minimum():
    never = torch.tensor([0.5, 0, 0, 0, 0, 0, 0, 0.5], dtype=torch.float64)
    with pytest.raises(ValueError, match="probabilities: found a CutMix loss without a minimum"):
        predicted_feature_output(never)
