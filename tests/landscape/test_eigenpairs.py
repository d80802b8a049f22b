from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.landscape import eigenpairs as module
from mixsuite.landscape.eigenpairs import leading_eigenpairs, orient
from mixsuite.landscape.hessian import Hessian
from mixsuite.landscape.weights import Weights
from mixsuite.models.registry import build_model

HOW = {"engine": "lanczos", "order": "magnitude", "count": 2, "tolerance": 1e-5, "iterations": 200, "seed": 0}


@pytest.fixture
def new_hessian(new_network, new_data):
    def make(seed=0, dtype=torch.float64, parameters="all", batch_size=100):
        return Hessian(Weights(new_network(seed, dtype), parameters), new_data(dtype=dtype), batch_size)

    return make


def dense_pairs(hessian, dense_hessian, order):
    data = module_data(hessian)
    values, vectors = np.linalg.eigh(dense_hessian(hessian.weights.model, data, hessian.weights.names).numpy())
    ranks = np.argsort(-np.abs(values) if order == "magnitude" else -values)[:2]
    return values[ranks], vectors[:, ranks].T


def module_data(hessian):
    from mixsuite.landscape.images import Labelled

    images, labels = (torch.cat(parts) for parts in zip(*hessian.batches, strict=True))
    return Labelled(images, labels)


@pytest.mark.parametrize("order", ["magnitude", "algebraic"])
@pytest.mark.parametrize("parameters", ["all", "without_normalisation"])
@pytest.mark.parametrize("seed", [0, 1])
def test_pairs_are_those_of_the_dense_hessian(new_hessian, dense_hessian, seed, parameters, order):
    hessian = new_hessian(seed, parameters=parameters)
    values, vectors = dense_pairs(hessian, dense_hessian, order)
    found = leading_eigenpairs(hessian, **{**HOW, "order": order})
    assert found.values == pytest.approx(values.tolist(), rel=1e-4)
    assert torch.linalg.vector_norm(found.vectors, dim=1).tolist() == pytest.approx([1, 1])
    assert np.abs(np.sum(found.vectors.numpy() * vectors, axis=1)) == pytest.approx([1, 1], abs=1e-4)
    assert max(found.residuals) < 1e-4


@pytest.mark.parametrize("batch_size", [15, 100])
@pytest.mark.parametrize("parameters", ["all", "without_normalisation"])
def test_both_engines_agree(new_hessian, parameters, batch_size):
    hessian = new_hessian(dtype=torch.float32, parameters=parameters, batch_size=batch_size)
    lanczos = leading_eigenpairs(hessian, **HOW)
    theirs = leading_eigenpairs(hessian, **{**HOW, "engine": "pyhessian", "tolerance": 1e-7, "iterations": 1000})
    assert theirs.values == pytest.approx(lanczos.values, rel=1e-4)
    assert torch.allclose(theirs.vectors, lanczos.vectors, atol=2e-3)
    assert all(tensor.grad is None and tensor.requires_grad for tensor in hessian.weights.model.parameters())


def test_the_digits_networks_hessian_agrees_with_the_dense_one_in_float32(dense_hessian, new_data):
    """A network of the suite, with fewer than 2,000 parameters, on images in the layout of the programs."""
    torch.manual_seed(0)
    model = build_model({"family": "demo_cnn", "width": 2, "blocks": 1}, n_classes=4, in_channels=2, image_size=5)
    weights = Weights(model.eval())
    data = new_data(20, dtype=torch.float32)
    hessian = Hessian(weights, data, 20)
    values = torch.linalg.eigvalsh(dense_hessian(model, data, weights.names).double())
    found = leading_eigenpairs(hessian, **HOW)
    assert found.values == pytest.approx(values[values.abs().argsort(descending=True)[:2]].tolist(), rel=1e-4)


def test_a_leading_eigenvalue_may_be_negative(new_hessian, monkeypatch):
    hessian = new_hessian()
    right = hessian.product
    monkeypatch.setattr(hessian, "product", lambda vector: -right(vector))
    largest, most_positive = (leading_eigenpairs(hessian, **{**HOW, "order": each}) for each in module.ORDERS)
    assert largest.values[0] < 0
    assert most_positive.values[0] > most_positive.values[1]
    assert most_positive.values[0] > 0
    assert max(*largest.residuals, *most_positive.residuals) < 1e-4


@pytest.mark.parametrize("engine", ["lanczos", "pyhessian"])
def test_equal_seeds_give_equal_bits_and_the_global_generator_stays(new_hessian, engine):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    how = {**HOW, "engine": engine, "tolerance": 1e-3}
    first, second = (leading_eigenpairs(new_hessian(dtype=torch.float32), **how) for _ in range(2))
    assert torch.equal(first.vectors, second.vectors)
    assert first.values == second.values
    assert torch.equal(torch.get_rng_state(), before)


def test_the_loss_rises_along_every_vector(new_hessian):
    hessian = new_hessian()
    found = {seed: leading_eigenpairs(hessian, **{**HOW, "seed": seed}) for seed in range(4)}
    for each in found.values():
        assert (each.vectors @ hessian.gradient() > 0).all()
        assert torch.allclose(each.vectors, found[0].vectors, atol=1e-4)


def test_orientation_flips_what_goes_down():
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    found = orient(vectors, torch.tensor([-2.0, 0.0]))
    assert found.tolist() == [[-1, 0], [0, 1], [pytest.approx(-0.6), pytest.approx(-0.8)]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"engine": "magic"}, "hessian: engine: found 'magic'; expected one of lanczos, pyhessian"),
        ({"order": "random"}, "hessian: order: found 'random'"),
        ({"engine": "pyhessian", "order": "algebraic"}, "expected 'magnitude', which is what pyhessian finds"),
        ({"count": 500}, "found 234 parameters, expected more than 500 eigenpairs"),
    ],
)
def test_wrong_settings_are_named(new_hessian, changes, message):
    with pytest.raises(SettingError, match=message):
        leading_eigenpairs(new_hessian(), **{**HOW, **changes})


def test_no_convergence_is_told(new_hessian):
    with pytest.raises(ValueError, match=r"of 2 eigenpairs found after 1 restarts, expected all"):
        leading_eigenpairs(new_hessian(), **{**HOW, "tolerance": 1e-14, "iterations": 1})


def test_weights_that_diverged_are_told(new_hessian):
    hessian = new_hessian()
    hessian.weights.set(torch.full((hessian.weights.size,), torch.nan, dtype=torch.float64))
    diverged = Hessian(hessian.weights, module_data(hessian), 100)
    with pytest.raises(ValueError, match="a product with it is not finite"):
        leading_eigenpairs(diverged, **HOW)


def test_without_pyhessian_the_message_says_how_to_get_it(new_hessian, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyhessian", None)
    with pytest.raises(SettingError, match=r"found 'pyhessian', which is not installed \(pip install pyhessian\)"):
        leading_eigenpairs(new_hessian(), **{**HOW, "engine": "pyhessian"})
