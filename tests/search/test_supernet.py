import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from mixsuite.checks import SettingError
from mixsuite.models.cell_operations import build_operation
from mixsuite.models.genotype import OPERATIONS, CellGenotype
from mixsuite.models.searched import SearchedCell
from mixsuite.search.architecture import Architecture, edges_into
from mixsuite.search.mixed_edges import MixedEdges
from mixsuite.search.supernet import MixedCell, Supernet

SIZES = {"n_classes": 5, "in_channels": 2, "channels": 8, "cells": 3, "nodes": 3, "partial": 4}


@pytest.fixture(scope="session")
def both(literal):
    """Make the supernet and the literal one with its weights, and an architecture far from uniform; in float64."""

    def make(seed=0, **changes):
        torch.manual_seed(seed)
        sizes = SIZES | changes
        fused = Supernet(**sizes, image_size=8).double()
        slow = literal.LiteralSupernet(**sizes).double()
        literal.copy_weights(fused, slow)
        architecture = Architecture(sizes["nodes"]).double()
        for parameter in architecture.parameters():
            nn.init.normal_(parameter)
        return fused, slow, architecture

    return make


@settings(max_examples=8, deadline=None)
@given(partial=st.sampled_from([1, 2, 4]), nodes=st.integers(1, 4), cells=st.integers(3, 5), seed=st.integers(0, 10**6))
def test_logits_and_gradients_are_those_of_the_literal_loop(both, partial, nodes, cells, seed):
    fused, slow, architecture = both(seed, partial=partial, nodes=nodes, cells=cells)
    images = torch.randn(3, 2, 8, 8, dtype=torch.float64)
    labels = torch.tensor([0, 1, 2])
    gradients = []
    for network in (fused, slow):
        logits = network(images, architecture)
        loss = functional.cross_entropy(logits, labels)
        gradients.append((logits, *torch.autograd.grad(loss, [*architecture.parameters(), network.stem[0].weight])))
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-8, atol=1e-9)


def test_running_statistics_are_those_of_the_literal_loop(both):
    fused, slow, architecture = both()
    images = torch.randn(4, 2, 8, 8, dtype=torch.float64)
    for network in (fused, slow):
        network.train()(images, architecture)
        network.eval()
    torch.testing.assert_close(fused(images, architecture), slow(images, architecture), rtol=1e-8, atol=1e-9)


def one_hot_architecture(genotype, n_nodes):
    """Return operation weights that are one-hot at the genotype's, and edge weights 1 on its edges, else 0."""
    edges = edges_into(n_nodes)
    operation_weights = torch.zeros(len(edges), len(OPERATIONS), dtype=torch.float64)
    edge_weights = torch.zeros(len(edges), dtype=torch.float64)
    for node in range(n_nodes):
        for name, source in genotype.edges_of(node):
            place = edges.index((node, source))
            operation_weights[place, OPERATIONS.index(name)] = 1
            edge_weights[place] = 1
    return operation_weights, edge_weights


@st.composite
def cells(draw):
    """Draw a cell of three nodes whose two edges come from different states."""
    names = st.sampled_from(OPERATIONS[1:])
    edges = []
    for node in range(3):
        sources = draw(st.lists(st.integers(0, node + 1), min_size=2, max_size=2, unique=True))
        edges += [(draw(names), source) for source in sources]
    return CellGenotype(tuple(edges), (2, 3, 4))


@settings(max_examples=20, deadline=None)
@given(genotype=cells(), reducing=st.booleans(), seed=st.integers(0, 10**6))
def test_at_one_hot_weights_a_cell_is_the_derived_networks(literal, genotype, reducing, seed):
    """With all channels read (K = 1) a one-hot supernet cell is the evaluation network's, weights shared."""
    torch.manual_seed(seed)
    channels = 4
    # One channel group, so that all channels are read and none pass by.
    mixed = MixedCell((6, 6), channels, partial=1, n_nodes=3, reduces=(False, reducing)).double()
    derived = SearchedCell(genotype, (6, 6), channels, (False, reducing), drop=0).double()
    share(literal, mixed, derived)
    earlier, last = torch.randn(2, 3, 6, 8, 8, dtype=torch.float64)
    ours = mixed(earlier, last, *one_hot_architecture(genotype, 3))
    # A search normalises what pooling gives; an evaluation network does not, and neither shuffles one group.
    for place, (name, _) in enumerate(genotype.edges):
        if "pool" in name:
            norm = nn.BatchNorm2d(channels, affine=False).double()
            derived.operations[place] = nn.Sequential(derived.operations[place], norm)
    torch.testing.assert_close(ours, derived(earlier, last), rtol=1e-8, atol=1e-9)


@torch.no_grad()
def share(literal, mixed, derived):
    """Give the derived cell the weights of the mixed one; scales of normalisation stay 1, shifts 0."""
    for theirs, ours in zip(derived.inputs, mixed.inputs, strict=True):
        theirs.load_state_dict(ours.state_dict(), strict=False)
    for place, (name, source) in enumerate(derived.genotype.edges):
        number = place // 2 - max(0, source - 1)
        convolutions = [part for part in derived.operations[place].modules() if isinstance(part, nn.Conv2d)]
        weights = literal.edge_weights_of(mixed.mixed[source], number).get(name, [])
        for convolution, weight in zip(convolutions, weights, strict=True):
            convolution.weight.copy_(weight)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("name", OPERATIONS)
def test_one_edge_with_one_operation_is_that_operation(literal, name, stride):
    torch.manual_seed(0)
    edges = MixedEdges(4, 2, stride).double()
    hidden = torch.randn(3, 4, 8, 8, dtype=torch.float64)
    weights = torch.zeros(2, len(OPERATIONS), dtype=torch.float64)
    weights[1, OPERATIONS.index(name)] = 1
    first, second = edges(hidden, weights).unbind(dim=1)
    assert torch.count_nonzero(first) == 0
    if name == "none":
        assert torch.count_nonzero(second) == 0
        return
    operation = build_operation(name, 4, stride, affine=False).double()
    if "pool" in name:
        operation = nn.Sequential(operation, nn.BatchNorm2d(4, affine=False).double())
    weights = literal.edge_weights_of(edges, 1).get(name, [])
    convolutions = [part for part in operation.modules() if isinstance(part, nn.Conv2d)]
    with torch.no_grad():
        for convolution, weight in zip(convolutions, weights, strict=True):
            convolution.weight.copy_(weight)
    torch.testing.assert_close(second, operation(hidden), rtol=1e-8, atol=1e-9)


def test_gradients_of_both_levels_agree_with_finite_differences(both):
    """The loss along a random direction of α and β, and along one of the weights."""
    fused, _, architecture = both(nodes=2, channels=4, partial=2)
    images, labels = torch.randn(4, 2, 8, 8, dtype=torch.float64), torch.tensor([0, 1, 2, 3])

    def loss():
        return functional.cross_entropy(fused(images, architecture), labels)

    for parameters in (list(architecture.parameters()), list(fused.parameters())):
        direction = [torch.randn_like(each) for each in parameters]
        slope = sum((g * d).sum() for g, d in zip(torch.autograd.grad(loss(), parameters), direction, strict=True))
        values = []
        # Small, so that no ReLU and no maximum on the way changes over.
        step = 1e-8
        for factor in (step, -2 * step):
            with torch.no_grad():
                for parameter, along in zip(parameters, direction, strict=True):
                    parameter.add_(along, alpha=factor)
                values.append(loss())
        assert ((values[0] - values[1]) / (2 * step)).item() == pytest.approx(slope.item(), rel=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channels": 6}, "channels: found 6, expected a multiple of partial, 4"),
        ({"cells": 2}, "cells: found 2"),
        ({"nodes": 0}, "nodes: found 0"),
        ({"partial": 0}, "partial: found 0"),
    ],
)
def test_settings_that_do_not_do_are_named(changes, message):
    with pytest.raises(SettingError, match=message):
        Supernet(**SIZES | changes, image_size=8)


def test_sides_that_cannot_be_halved_twice_are_named():
    with pytest.raises(SettingError, match="image_size: found 10, expected a multiple of 4"):
        Supernet(**SIZES, image_size=10)
