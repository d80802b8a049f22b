import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, kstest

from mixsuite.mixing.draws import dirichlet
from mixsuite.mixing.stick_breaking import kept_ratios, nested_boxes

ALPHAS = [0.2, 1 / 3, 1.0]


@given(n_images=st.integers(2, 9), alpha=st.floats(0.3, 10), seed=st.integers(0, 2**31))
@settings(max_examples=60)
def test_ratios_equal_equation_3(n_images, alpha, seed):
    phi = torch.from_numpy(np.random.default_rng(seed).dirichlet([alpha] * n_images, size=4).T).clamp_min(1e-4)
    phi = phi / phi.sum(0)
    ratios = 1 - kept_ratios(phi)
    for b in range(4):
        v = []
        for k in range(n_images - 1):
            v.append(phi[k, b].item() / math.prod(1 - earlier for earlier in v))
        torch.testing.assert_close(ratios[:, b], torch.tensor(v, dtype=torch.float64), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("n_images", [2, 3, 5, 9])
def test_ratios_of_dirichlet_proportions_are_beta(n_images, alpha):
    ratios = 1 - kept_ratios(dirichlet(alpha, n_images, 5000, torch.Generator().manual_seed(n_images)))
    for k in range(1, n_images):
        assert kstest(ratios[k - 1].numpy(), beta(alpha, (n_images - k) * alpha).cdf).pvalue > 1e-4


def test_the_paper_s_beta_1_alpha_is_told_apart():
    ratios = 1 - kept_ratios(dirichlet(1 / 3, 3, 5000, torch.Generator().manual_seed(0)))
    assert kstest(ratios[0].numpy(), beta(1, 1 / 3).cdf).pvalue < 1e-10


def test_ratios_of_proportions_that_underflow_are_numbers():
    phi = torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]], dtype=torch.float64)
    assert kept_ratios(phi.t()).t().tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 1]]


@given(
    n_images=st.integers(2, 9),
    alpha=st.floats(1e-4, 50),
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=150)
def test_boxes_nest_and_have_the_rounded_sides(n_images, alpha, height, width, seed):
    generator = torch.Generator().manual_seed(seed)
    phi = dirichlet(alpha, n_images, 12, generator)
    boxes = nested_boxes(phi, height, width, generator)
    assert boxes.start.shape == boxes.end.shape == (n_images - 1, 2, 12)
    start, end = boxes
    shrink = kept_ratios(phi).sqrt()
    for b in range(12):
        around = [(0, height), (0, width)]
        for k in range(n_images - 1):
            for axis in range(2):
                low, high = around[axis]
                inner = (start[k, axis, b].item(), end[k, axis, b].item())
                assert low <= inner[0] <= inner[1] <= high
                assert inner[1] - inner[0] == round((high - low) * shrink[k, b].item())
                around[axis] = inner


def test_places_are_uniform_and_reach_both_ends():
    phi = torch.tensor([[0.75], [0.25]], dtype=torch.float64).expand(2, 20_000)
    boxes = nested_boxes(phi, 8, 20, torch.Generator().manual_seed(0))
    for axis, n_places in ((0, 5), (1, 11)):
        counts = boxes.start[0, axis].bincount()
        assert len(counts) == n_places
        assert (counts - 20_000 / n_places).abs().max() < 5 * (20_000 / n_places) ** 0.5
