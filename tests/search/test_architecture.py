import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.models.genotype import OPERATIONS, parse_genotype
from mixsuite.search.architecture import Architecture, derived_cell, edges_into


def literal_cell(weights, n_nodes):
    """Derive the cell edge by edge, as PC-DARTS' code does."""
    gene, start = [], 0
    for node in range(n_nodes):
        rows = weights[start : start + 2 + node]
        best = [max(row[1:]) for row in rows]
        strongest = sorted(range(2 + node), key=lambda place: -best[place])[:2]
        gene += [(OPERATIONS[1 + rows[source][1:].index(best[source])], source) for source in strongest]
        start += 2 + node
    return tuple(gene)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(
                st.lists(st.integers(0, 6), min_size=8, max_size=8),
                min_size=len(edges_into(n)),
                max_size=len(edges_into(n)),
            ),
        )
    )
)
def test_derivation_is_the_codes_also_among_equals(given_weights):
    n_nodes, weights = given_weights
    cell = derived_cell(weights, n_nodes)
    assert cell.edges == literal_cell(weights, n_nodes)
    assert cell.concat == tuple(range(2, 2 + n_nodes))


def test_none_is_never_chosen_but_takes_its_share():
    weights = [[0.9, 0.1, 0, 0, 0, 0, 0, 0], [0.2, 0, 0.3, 0, 0, 0, 0, 0]]
    assert derived_cell(weights, 1).edges == (("avg_pool_3x3", 1), ("max_pool_3x3", 0))


def test_both_softmaxes_sum_to_one_where_they_should():
    architecture = Architecture(4)
    for parameter in architecture.parameters():
        torch.nn.init.normal_(parameter)
    for kind in ("normal", "reduce"):
        torch.testing.assert_close(architecture.operation_weights(kind).sum(1), torch.ones(14))
        sums = [into.sum().item() for into in architecture.edge_weights(kind).split([2, 3, 4, 5])]
        assert sums == pytest.approx([1] * 4)


def test_a_strong_edge_wins_by_its_edge_weight():
    architecture = Architecture(2)
    with torch.no_grad():
        architecture.beta["normal"][edges_into(2).index((1, 2))] += 5
        architecture.alpha["normal"][edges_into(2).index((1, 2)), OPERATIONS.index("dil_conv_3x3")] += 5
    genotype = architecture.genotype()
    assert genotype.normal.edges[2] == ("dil_conv_3x3", 2)
    assert parse_genotype(genotype.as_json()) == genotype


def test_a_strong_operation_on_a_weak_edge_is_left_out():
    architecture = Architecture(2)
    into_second = [edges_into(2).index((1, source)) for source in range(3)]
    with torch.no_grad():
        for parameter in architecture.parameters():
            parameter.zero_()
        # The first edge's best operation outweighs the others', but not once the edges' own weights are in.
        architecture.alpha["reduce"][into_second[0], OPERATIONS.index("skip_connect")] = 1
        architecture.beta["reduce"][into_second[1:]] = 3
    assert [source for _, source in architecture.genotype().reduce.edges[2:]] == [1, 2]


def test_architectures_start_near_zero():
    values = torch.cat([parameter.detach().flatten() for parameter in Architecture(4).parameters()])
    assert len(values) == 2 * 14 * 9
    assert 0.0005 < values.std() < 0.002
