from __future__ import annotations

import numpy as np
import pytest
import torch

from mixsuite.landscape.hessian import Hessian
from mixsuite.landscape.spectrum import Spectrum, estimate_spectrum, tridiagonalise
from mixsuite.landscape.weights import Weights


@pytest.fixture
def hessian(new_network, new_data):
    return Hessian(Weights(new_network()), new_data(), 100)


@pytest.fixture
def dense(hessian, new_data, dense_hessian):
    return dense_hessian(hessian.weights.model, new_data(), hessian.weights.names)


def test_the_trace_is_within_its_error(hessian, dense):
    found = estimate_spectrum(hessian, probes=1, steps=1, trace_probes=199, seed=0)
    assert abs(found.trace - dense.trace().item()) < 3 * found.trace_error
    # Hutchinson's estimate with random signs has the variance 2 (‖H‖² - Σ H_ii²).
    variance = 2 * (dense.square().sum() - dense.diagonal().square().sum()).item()
    assert found.trace_error == pytest.approx((variance / 200) ** 0.5, rel=0.25)


def test_a_probes_trace_is_its_product_with_the_hessian(hessian, dense):
    generator_free = [
        estimate_spectrum(hessian, probes=3, steps=steps, trace_probes=2, seed=4).traces for steps in (1, 6)
    ]
    assert generator_free[0] == pytest.approx(generator_free[1])
    # Σ_j weights_j nodes_j is the first moment that the probe sees, its trace over the size.
    found = estimate_spectrum(hessian, probes=3, steps=6, trace_probes=2, seed=4)
    moments = [np.dot(nodes, weights) for nodes, weights in zip(found.nodes, found.weights, strict=True)]
    assert moments == pytest.approx([trace / hessian.weights.size for trace in found.traces[:3]])


def test_the_rules_integrate_moments_of_the_spectrum_exactly(hessian, dense):
    """A rule with m nodes is exact for polynomials up to degree 2 m - 1, along its probe."""
    start = torch.randn(len(dense), dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    start = start / start.norm()
    diagonal, off_diagonal = tridiagonalise(hessian, start, 4)
    small = torch.diag(diagonal) + torch.diag(off_diagonal, 1) + torch.diag(off_diagonal, -1)
    for degree in range(8):
        expected = (start @ torch.linalg.matrix_power(dense, degree) @ start).item()
        assert torch.linalg.matrix_power(small, degree)[0, 0].item() == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_with_enough_steps_the_extreme_nodes_are_eigenvalues(hessian, dense):
    found = estimate_spectrum(hessian, probes=1, steps=60, trace_probes=1, seed=0)
    values = torch.linalg.eigvalsh(dense)
    assert min(found.nodes[0]) == pytest.approx(values.min().item(), rel=1e-6)
    assert max(found.nodes[0]) == pytest.approx(values.max().item(), rel=1e-6)
    assert sum(found.weights[0]) == pytest.approx(1)


def test_an_exhausted_space_ends_the_steps(hessian):
    class Reflection:
        weights = hessian.weights

        @staticmethod
        def product(vector):
            return torch.cat([vector[:10], -vector[10:]])

    # Two eigenvalues: from any start, the second step spans all that the first two directions reach.
    diagonal, off_diagonal = tridiagonalise(Reflection, torch.ones(len(hessian.weights.vector())).double(), 50)
    assert len(diagonal) == 2
    small = torch.diag(diagonal) + torch.diag(off_diagonal, 1) + torch.diag(off_diagonal, -1)
    assert torch.linalg.eigvalsh(small).tolist() == pytest.approx([-1, 1])


def test_one_probe_has_no_error():
    assert Spectrum([3.0], [[1.0]], [[1.0]]).trace_error is None
