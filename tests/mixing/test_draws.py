import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, kstest

from mixsuite.mixing.draws import dirichlet, permuted_partners, proportions


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@given(alpha=st.floats(1e-8, 1e4), n_components=st.integers(2, 9), seed=st.integers(0, 2**31))
@settings(max_examples=100)
def test_dirichlet_draws_are_distributions_for_any_alpha(alpha, n_components, seed):
    phi = dirichlet(alpha, n_components, 50, seeded(seed))
    assert phi.shape == (n_components, 50)
    assert phi.dtype == torch.float64
    assert (phi >= 0).all()
    torch.testing.assert_close(phi.sum(0), torch.ones(50, dtype=torch.float64), rtol=0, atol=1e-12)


@pytest.mark.parametrize("alpha", [0.1, 0.2, 1 / 3, 1.0, 4.0])
@pytest.mark.parametrize("n_components", [2, 5])
def test_dirichlet_marginals_are_beta(alpha, n_components):
    phi = dirichlet(alpha, n_components, 5000, seeded(1))
    for k in range(n_components):
        assert kstest(phi[k].numpy(), beta(alpha, (n_components - 1) * alpha).cdf).pvalue > 1e-4


def test_dirichlet_of_a_tiny_alpha_picks_each_component_equally_often():
    phi = dirichlet(1e-6, 5, 5000, seeded(2))
    assert (phi.max(0).values > 0.999).float().mean() > 0.99
    counts = phi.argmax(0).bincount(minlength=5)
    assert (counts - 1000).abs().max() < 5 * (5000 * 0.2 * 0.8) ** 0.5


def mixed_batches(probability, n_batches):
    generator = seeded(8)
    return sum(bool((proportions(5.0, 3, 4, probability, generator)[0] < 1).all()) for _ in range(n_batches))


@pytest.mark.parametrize(("probability", "expected"), [(0.0, 0), (1.0, 500)])
def test_the_coin_is_certain_at_the_ends(probability, expected):
    assert mixed_batches(probability, 500) == expected


def test_the_coin_has_its_probability():
    assert abs(mixed_batches(0.3, 2000) - 600) < 5 * (2000 * 0.3 * 0.7) ** 0.5


def test_a_batch_that_is_not_mixed_keeps_all_of_itself():
    phi = proportions(0.5, 3, 2, 0.0, seeded())
    assert phi.tolist() == [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]


def test_a_batch_that_is_mixed_has_dirichlet_proportions():
    assert torch.equal(proportions(0.5, 3, 20, 1.0, seeded(4)), dirichlet(0.5, 3, 20, seeded(4)))


def test_partners_are_the_sample_itself_and_permutations():
    partners = permuted_partners(4, 10, seeded())
    assert torch.equal(partners[0], torch.arange(10))
    assert torch.equal(partners.sort(1).values, torch.arange(10).expand(4, 10))
    assert len({tuple(row.tolist()) for row in partners}) == 4


def test_partners_are_uniform():
    generator = seeded(3)
    counts = torch.stack([permuted_partners(2, 5, generator)[1] for _ in range(2000)])
    for sample in range(5):
        frequency = counts[:, sample].bincount(minlength=5)
        assert (frequency - 400).abs().max() < 5 * (2000 * 0.2 * 0.8) ** 0.5
