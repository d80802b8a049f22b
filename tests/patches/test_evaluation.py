import pytest
import torch

from mixsuite.patches.descent import GramDescent
from mixsuite.patches.distribution import draw_patch_set, draw_weights
from mixsuite.patches.erm import objective
from mixsuite.patches.evaluation import NoiseDraws, feature_outputs
from mixsuite.patches.network import SmoothedLeakyReLU, logits
from mixsuite.randomness import stream

CPU = torch.device("cpu")


def trained(setting, steps=30):
    """Return descent, weights and activation of a network that is right about some features and wrong about others."""
    data = draw_patch_set(setting, stream(0, "training data"))
    initial = draw_weights(setting, stream(0, "initial weights"))
    activation = SmoothedLeakyReLU(setting.beta, setting.r)
    descent = GramDescent(data, initial, objective(data.labels, setting), activation, setting.learning_rate)
    descent.advance(steps)
    return descent, initial + descent.coefficients @ data.dictionary, activation


@pytest.mark.parametrize("patches", [3, 5])
def test_accuracy_is_that_on_real_test_patches(patches, setting):
    chosen = setting(patches=patches, dimension=50, samples=20, alpha=0.3, test_samples=100_000)
    descent, weights, activation = trained(chosen)
    draws = NoiseDraws(chosen, stream(0, "test noise"), CPU)
    accuracy = draws.accuracy(descent.projections, descent.weight_products(), activation)
    test = draw_patch_set(chosen, stream(1, "test images"), samples=40_000)
    right = test.labels * logits(weights, test.images(), activation) > 0
    for row, label in enumerate((1, -1)):
        for k in range(chosen.features):
            found = right[(test.labels == label) & (test.features == k)].double()
            expected = accuracy[row, k].item()
            # Five standard deviations of both Monte Carlo means.
            tolerance = 5 * (expected * (1 - expected) * (1 / len(found) + 1 / chosen.test_samples)) ** 0.5
            assert abs(found.mean().item() - expected) < tolerance
    assert accuracy.max() - accuracy.min() > 0.2


def test_noise_has_the_covariance_of_the_products_with_real_noise(setting):
    chosen = setting(test_samples=200_000)
    draws = NoiseDraws(chosen, stream(0, "test noise"), CPU)
    weights = torch.randn(2, chosen.dimension, dtype=torch.float64, generator=stream(0, "weights"))
    identity = SmoothedLeakyReLU(1.0, 1.0)
    projections = weights[:, : 2 * chosen.features]
    covariance = weights[:, 6:] @ weights[:, 6:].T
    outputs = draws.outputs(projections, covariance, identity)
    # With the identity as activation, the outputs are <w_1 - w_-1, noise>.
    difference = weights[0] - weights[1]
    variance = (chosen.sigma_d**2 + chosen.sigma_b**2) * (difference[6:] ** 2).sum()
    torch.testing.assert_close(outputs.var(1), variance.expand(2), rtol=0.02, atol=0)
    expected = chosen.alpha * difference[[0, 3]]
    assert ((outputs.mean(1) - expected).abs() < 5 * (variance / chosen.test_samples).sqrt()).all()


def test_outputs_are_signed_so_that_learned_is_positive(setting):
    chosen = setting()
    weights = torch.zeros(2, chosen.dimension, dtype=torch.float64)
    weights[0, :3] = torch.tensor([1.0, 2.0, 3.0])
    weights[1, 3:6] = torch.tensor([4.0, 5.0, -1.0])
    outputs = feature_outputs(weights[:, :6], chosen, SmoothedLeakyReLU(0.1, 1.0))
    expected = torch.tensor([[0.55, 1.55, 2.55], [3.55, 4.55, -0.1]], dtype=torch.float64)
    torch.testing.assert_close(outputs, expected)


def test_a_network_that_says_nothing_is_never_right(setting):
    draws = NoiseDraws(setting(), stream(0, "test noise"), CPU)
    nothing = torch.zeros(2, 6, dtype=torch.float64)
    accuracy = draws.accuracy(nothing, torch.zeros(2, 2, dtype=torch.float64), SmoothedLeakyReLU(0.1, 1.0))
    assert torch.equal(accuracy, torch.zeros(2, 3, dtype=torch.float64))


def test_the_same_noise_serves_every_step(setting):
    draws = NoiseDraws(setting(), stream(0, "test noise"), CPU)
    again = NoiseDraws(setting(), stream(0, "test noise"), CPU)
    assert torch.equal(draws.normals, again.normals)
