"""Mixes of an anchor with a fixed share."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, kstest

from mixsuite.subsampling.draws import BLOCK, conditional_proportions, draw_anchor, draw_block, place_of_anchor
from mixsuite.subsampling.partners import PartnerPool


def draws(ratio=0.5, alpha=2 / 9, n_images=3, place=0, count=20_000, seed=0):
    return conditional_proportions(ratio, alpha, n_images, place, count, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("n_images", [3, 5])
def test_the_others_shares_follow_their_own_dirichlet_law(ratio, n_images):
    phi = draws(ratio=ratio, n_images=n_images)
    for other in phi[1:] / (1 - ratio):
        # One component of Dir(α, ..., α) of K - 1 is Beta(α, (K - 2) α).
        assert kstest(other.numpy(), beta(2 / 9, (n_images - 2) * 2 / 9).cdf).pvalue > 1e-3


def test_it_is_the_law_of_a_dirichlet_variable_given_the_anchors_share():
    # Of many draws of Dir(2/9, 2/9, 2/9), those in which the first is near 0.5.
    generator = torch.Generator().manual_seed(0)
    gamma = torch._standard_gamma(torch.full((3, 400_000), 2 / 9, dtype=torch.float64), generator=generator)
    whole = gamma / gamma.sum(dim=0)
    near = whole[:, (whole[0] - 0.5).abs() < 0.02]
    assert near.shape[1] > 2000
    assert kstest((near[1] / (1 - near[0])).numpy(), (draws()[1] / 0.5).numpy()).pvalue > 1e-3


@settings(max_examples=15)
@given(
    ratio=st.floats(0.01, 0.99),
    alpha=st.floats(0.01, 5),
    n_images=st.integers(3, 6),
    place=st.sampled_from(["outer", "middle", "inner"]),
)
def test_the_anchor_has_its_share_at_its_place_and_all_sum_to_one(ratio, alpha, n_images, place):
    number = place_of_anchor(place, n_images)
    phi = draws(ratio, alpha, n_images, number, count=7)
    assert (phi[number] == ratio).all()
    assert (phi >= 0).all()
    torch.testing.assert_close(phi.sum(dim=0), torch.ones(7, dtype=torch.float64))


def test_places_have_their_names():
    assert [place_of_anchor(name, 3) for name in ("outer", "middle", "inner")] == [0, 1, 2]
    assert [place_of_anchor(name, 5) for name in ("outer", "middle", "inner")] == [0, 2, 4]


@pytest.mark.parametrize("place", ["outer", "middle", "inner"])
def test_a_mix_holds_its_anchor_there(new_scoring, place):
    labels = torch.arange(30) % 3
    mixes = draw_block(0, new_scoring(anchor_place=place), PartnerPool(labels, "any"), 30, (32, 32))
    number = place_of_anchor(place, 3)
    assert torch.equal(mixes.sources[number], torch.arange(30).repeat_interleave(4))
    others = torch.cat([mixes.sources[:number], mixes.sources[number + 1 :]])
    assert (others != mixes.sources[number]).all()
    # Whole pixels: sides of 32 are rounded.
    assert (mixes.shares[number] - 0.5).abs().max() < 0.07


def test_partners_are_drawn_per_mix_or_per_anchor(new_scoring):
    pool = PartnerPool(torch.arange(30) % 3, "any")

    def partners_of_first(redraw):
        scoring = new_scoring(redraw_partners=redraw)
        return set(draw_block(0, scoring, pool, 30, (8, 8)).sources[1, :4].tolist())

    assert len(partners_of_first(False)) == 1
    assert len(partners_of_first(True)) > 1


def test_each_draw_of_shares_has_its_places(new_scoring):
    pool = PartnerPool(torch.arange(30) % 3, "any")
    mixes = draw_block(0, new_scoring(draws=2, places=3, alpha=5.0), pool, 30, (64, 64))
    assert mixes.sources.shape == (3, 30 * 2 * 3)
    shares = mixes.shares[1].view(30, 2, 3)
    # One share of pixels per draw, since rounding knows only shares; the boxes lie elsewhere.
    assert (shares == shares[:, :, :1]).all()
    assert len(set(mixes.boxes.start[0, 0, :3].tolist())) > 1


def test_an_anchors_mixes_can_be_had_again(new_scoring):
    n = BLOCK + 20
    pool = PartnerPool(torch.arange(n) % 3, "any")
    whole = draw_block(1, new_scoring(), pool, n, (8, 8))
    one = draw_anchor(BLOCK + 7, new_scoring(), pool, n, (8, 8))
    assert torch.equal(one.sources, whole.sources[:, 28:32])
    assert torch.equal(one.boxes.start, whole.boxes.start[..., 28:32])
    assert (one.sources[0] == BLOCK + 7).all()


def test_an_anchors_mixes_can_be_had_again_with_several_places(new_scoring):
    pool, scoring = PartnerPool(torch.arange(30) % 3, "any"), new_scoring(draws=2, places=3)
    whole = draw_block(0, scoring, pool, 30, (8, 8))
    one = draw_anchor(7, scoring, pool, 30, (8, 8))
    assert torch.equal(one.sources, whole.sources[:, 42:48])
    assert torch.equal(one.boxes.start, whole.boxes.start[..., 42:48])
    assert one.sources[0].tolist() == [7] * 6
