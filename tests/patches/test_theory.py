import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.patches.cutmix import CutMix
from mixsuite.patches.subsets import size_probabilities, uniform_size
from mixsuite.patches.theory import learning_thresholds, predicted_accuracy, uniform_activation


def sizes(patches):
    return size_probabilities(uniform_size(patches)).tolist()


@pytest.mark.parametrize(("patches", "expected"), [(3, 1.3954), (4, 0.9931), (8, 0.4644), (16, 0.2263)])
def test_uniform_activation_has_the_known_values(patches, expected):
    assert uniform_activation(sizes(patches)) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("patches", [3, 4, 5])
def test_cutmix_is_stationary_at_the_uniform_activation_of_balanced_labels(patches):
    labels = torch.tensor([1.0, -1.0, -1.0, 1.0, 1.0, -1.0], dtype=torch.float64)
    objective = CutMix(labels, uniform_size(patches))
    c = uniform_activation(sizes(patches))
    table = c * labels[:, None].expand(6, patches)
    assert objective.gradient(table).abs().max() < 1e-14
    for change in (-0.01, 0.01):
        assert objective.loss((1 + change) * table) > objective.loss(table)


@given(patches=st.integers(3, 6), positives=st.integers(1, 5))
def test_uniform_activation_minimises_the_loss_along_uniform_activations(patches, positives):
    labels = torch.tensor([1.0] * positives + [-1.0] * (6 - positives), dtype=torch.float64)
    same_label = (positives**2 + (6 - positives) ** 2) / 36
    objective = CutMix(labels, uniform_size(patches))
    table = uniform_activation(sizes(patches), same_label) * labels[:, None].expand(6, patches)
    slope = (objective.gradient(table) * labels[:, None]).sum()
    assert abs(slope) < 1e-13


def test_uniform_activation_follows_the_distribution_of_sizes():
    # One patch of three from one image: the root of E[(2s - 3)(sigmoid(c (2s - 3)) - s/3)] is log 2.
    assert uniform_activation([0, 0.5, 0.5, 0], same_label=0) == pytest.approx(0.6931471805599453, abs=1e-14)


@pytest.mark.parametrize("probabilities", [[0.5, 0, 0, 0.5], [1 / 3, 1 / 3, 1 / 3]])
def test_a_loss_without_a_minimiser_is_refused(probabilities):
    with pytest.raises(ValueError, match=r"size_probabilities: found .*the loss falls for ever"):
        uniform_activation(probabilities)


def test_same_label_is_checked():
    with pytest.raises(ValueError, match="same_label: found 1, expected 0 <= same_label < 1"):
        uniform_activation(sizes(3), same_label=1)


def test_predicted_accuracies_are_those_of_the_theorems(setting):
    several = setting(rho=[0.5, 0.2, 0.2, 0.1], rarity=["common", "rare", "rare", "extremely_rare"])
    assert predicted_accuracy(several, "erm") == pytest.approx(1 - 0.5 * 0.5)
    assert predicted_accuracy(several, "cutout") == pytest.approx(1 - 0.5 * 0.1)
    assert predicted_accuracy(several, "cutmix") == 1
    with pytest.raises(ValueError, match="method: found 'mixup'"):
        predicted_accuracy(several, "mixup")


def test_thresholds_are_the_noise_that_each_method_outgrows(setting):
    thresholds = learning_thresholds(setting(dimension=2000, sigma_d=0.25, sigma_b=0.15))
    assert thresholds == pytest.approx({"erm": 125, "cutout": 45, "cutmix": 0})
