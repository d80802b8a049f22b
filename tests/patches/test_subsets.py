import pytest
import torch

from mixsuite.patches import subsets


def test_membership_reads_the_bits_of_a_subsets_number():
    assert subsets.membership(2).tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    members = subsets.membership(5)
    assert torch.equal(members.flip(0), 1 - members)


@pytest.mark.parametrize("patches", range(1, 9))
def test_sizes_are_uniform_and_subsets_of_a_size_alike(patches, literal):
    probabilities = subsets.uniform_size(patches)
    probability = literal.uniform_size_probability(patches)
    for number, members in enumerate(subsets.membership(patches)):
        chosen = tuple(members.nonzero().flatten().tolist())
        assert probabilities[number].item() == pytest.approx(probability(chosen), abs=1e-15)
    assert probabilities.sum().item() == pytest.approx(1, abs=1e-14)
    expected = torch.full((patches + 1,), 1 / (patches + 1), dtype=torch.float64)
    torch.testing.assert_close(subsets.size_probabilities(probabilities), expected)
