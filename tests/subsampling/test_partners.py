"""Which images an anchor is mixed with."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from mixsuite.checks import SettingError
from mixsuite.subsampling.partners import PartnerPool


def allowed(labels, anchor, pool):
    others = set(range(len(labels))) - {anchor}
    if pool == "any":
        return others
    return {each for each in others if (labels[each] == labels[anchor]) == (pool == "same_class")}


@given(
    labels=st.lists(st.integers(0, 3), min_size=2, max_size=12),
    pool=st.sampled_from(["any", "same_class", "other_classes"]),
)
def test_every_allowed_partner_is_drawn_and_no_other(labels, pool):
    partners = [allowed(labels, anchor, pool) for anchor in range(len(labels))]
    if not all(partners):
        with pytest.raises(SettingError, match="by which some image has no other"):
            PartnerPool(torch.tensor(labels), pool)
        return
    drawn = PartnerPool(torch.tensor(labels), pool).draw(
        torch.arange(len(labels)), 400, torch.Generator().manual_seed(0)
    )
    assert [set(column) for column in drawn.T.tolist()] == partners


@pytest.mark.parametrize("pool", ["any", "same_class", "other_classes"])
def test_partners_are_drawn_evenly(pool):
    drawn = PartnerPool(torch.tensor([0, 1, 1, 0, 0, 1, 0, 0]), pool).draw(
        torch.tensor([1]), 20_000, torch.Generator().manual_seed(0)
    )
    counts = torch.bincount(drawn[:, 0])
    assert chisquare(counts[counts > 0].tolist()).pvalue > 1e-3


def test_an_unknown_pool_is_named():
    with pytest.raises(SettingError, match="partners: found 'others'"):
        PartnerPool(torch.tensor([0, 1]), "others")
