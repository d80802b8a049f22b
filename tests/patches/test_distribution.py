import pytest
import torch

from mixsuite.patches.distribution import draw_patch_set, draw_weights
from mixsuite.randomness import stream


@pytest.fixture
def many(setting):
    """20,000 images of five patches, and their setting."""
    chosen = setting(patches=5, dimension=16, samples=20_000, alpha=0.25)
    return chosen, draw_patch_set(chosen, stream(0, "training data"))


def parts(setting, data):
    """Split each image's patches by what their entries along the features say: (feature, dominant, background)."""
    along_features = data.images()[..., : 2 * setting.features]
    size = along_features.abs().sum(-1)
    return size == 1, size == setting.alpha, size == 0


def test_each_image_has_one_feature_patch_of_its_label_and_one_dominant_patch(many):
    setting, data = many
    is_feature, is_dominant, is_background = parts(setting, data)
    assert (is_feature.sum(1) == 1).all()
    assert (is_dominant.sum(1) == 1).all()
    assert (is_background.sum(1) == setting.patches - 2).all()
    row = data.features + torch.where(data.labels > 0, 0, setting.features)
    expected = torch.eye(setting.dimension, dtype=torch.float64)[row]
    assert torch.equal(data.images()[is_feature], expected)


def test_frequencies_are_those_of_d(many):
    setting, data = many
    is_feature, is_dominant, _ = parts(setting, data)
    n = setting.samples

    def agree(found, expected):
        # Five standard deviations of a frequency.
        expected = torch.as_tensor(expected, dtype=torch.float64)
        assert ((found - expected).abs() < 5 * (expected * (1 - expected) / n).sqrt()).all()

    agree((data.labels > 0).double().mean(), 0.5)
    for label in (1, -1):
        counts = torch.bincount(data.features[data.labels == label], minlength=setting.features)
        frequencies = counts / counts.sum()
        assert (frequencies - torch.tensor(setting.rho)).abs().max() < 0.025
    places = torch.zeros(5, 5, dtype=torch.float64)
    places.index_put_((is_feature.int().argmax(1), is_dominant.int().argmax(1)), torch.tensor(1 / n).double(), True)
    assert (places.diagonal() == 0).all()
    agree(places[~torch.eye(5, dtype=torch.bool)], torch.full((20,), 1 / 20))
    first_features = data.images()[is_dominant][:, [0, setting.features]]
    assert ((first_features == setting.alpha).sum(1) == 1).all()
    agree((first_features[:, 0] > 0).double().mean(), 0.5)


def test_noise_is_gaussian_of_the_right_size_and_orthogonal_to_the_features(many):
    setting, data = many
    _, is_dominant, is_background = parts(setting, data)
    for chosen, sigma in ((is_dominant, setting.sigma_d), (is_background, setting.sigma_b)):
        noise = data.images()[chosen][:, 2 * setting.features :]
        standard = noise / sigma
        assert abs(standard.mean()) < 5 / standard.numel() ** 0.5
        assert abs(standard.var() - 1) < 5 * (2 / standard.numel()) ** 0.5
        assert abs((standard**4).mean() - 3) < 5 * (96 / standard.numel()) ** 0.5
        correlations = torch.corrcoef(standard.T) - torch.eye(standard.shape[1], dtype=torch.float64)
        assert correlations.abs().max() < 6 / len(standard) ** 0.5
    assert (data.images()[is_background][:, : 2 * setting.features] == 0).all()


def test_the_dictionary_holds_every_feature_and_each_noise_patch_once(setting):
    chosen = setting(samples=4)
    data = draw_patch_set(chosen, stream(0, "training data"))
    assert data.dictionary.shape == (6 + 4 * 2, chosen.dimension)
    assert torch.equal(data.dictionary[:6], torch.eye(chosen.dimension, dtype=torch.float64)[:6])
    assert sorted(data.index[data.index >= 6].tolist()) == list(range(6, 14))


def test_a_seed_fixes_the_data_and_the_weights(setting):
    first, again = (draw_patch_set(setting(), stream(7, "training data")) for _ in range(2))
    other = draw_patch_set(setting(), stream(8, "training data"))
    assert torch.equal(first.images(), again.images())
    assert torch.equal(first.labels, again.labels)
    assert not torch.equal(first.dictionary, other.dictionary)
    weights = draw_weights(setting(dimension=20_000, sigma_0=0.03), stream(7, "initial weights"))
    assert weights.shape == (2, 20_000)
    assert abs(weights.std() / 0.03 - 1) < 0.02
    assert abs(torch.corrcoef(weights)[0, 1]) < 0.03


def test_data_at_other_noise_differ_in_the_noise_alone(setting):
    quiet, loud = (draw_patch_set(setting(sigma_d=s, sigma_b=0.6 * s), stream(0, "training data")) for s in (0.1, 0.4))
    assert torch.equal(quiet.index, loud.index)
    torch.testing.assert_close(4 * quiet.dictionary[6:, 6:], loud.dictionary[6:, 6:], rtol=1e-12, atol=1e-12)
