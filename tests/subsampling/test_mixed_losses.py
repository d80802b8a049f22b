"""Losses of mixed images, held against a literal reference, pixel by pixel and image by image."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.subsampling.draws import BLOCK, draw_block
from mixsuite.subsampling.mixed_losses import compose_mixes, score
from mixsuite.subsampling.partners import PartnerPool


def literal_scores(scoring, network, images):
    """Mix every image pixel by pixel (jeong2021, Eqs 2 to 5), and take the loss of one at a time (Eq. 8)."""
    n, channels, height, width = images.images.shape
    pool = PartnerPool(images.labels, scoring["partners"])
    per_anchor = scoring["draws"] * scoring["places"]
    losses = np.empty((n, per_anchor))
    for block in range(math.ceil(n / BLOCK)):
        drawn = draw_block(block, scoring, pool, n, (height, width))
        for column in range(drawn.sources.shape[1]):
            start, end = (edge[:, :, column].tolist() for edge in drawn.boxes)
            mixed = torch.empty(channels, height, width, dtype=torch.uint8)
            owned = [0] * scoring["images"]
            for row in range(height):
                for place in range(width):
                    owner = 0
                    for k, (first, last) in enumerate(zip(start, end, strict=True), start=1):
                        if first[0] <= row < last[0] and first[1] <= place < last[1]:
                            owner = k
                    owned[owner] += 1
                    mixed[:, row, place] = images.images[drawn.sources[owner, column], :, row, place]
            normalised = (mixed.float() - images.mean) / images.std
            with torch.no_grad():
                probabilities = network(normalised[None]).double().softmax(dim=1)[0]
            loss = -sum(
                area / (height * width) * math.log(probabilities[images.labels[source]])
                for area, source in zip(owned, drawn.sources[:, column].tolist(), strict=True)
            )
            losses[block * BLOCK + column // per_anchor, column % per_anchor] = loss
    return losses


@settings(max_examples=4)
@given(
    ratio=st.sampled_from([0.1, 0.5, 0.9]),
    place=st.sampled_from(["outer", "middle", "inner"]),
    partners=st.sampled_from(["any", "same_class", "other_classes"]),
    redraw=st.booleans(),
    n_images=st.integers(3, 4),
    seed=st.integers(0, 100),
)
def test_scores_are_those_of_a_literal_reference(
    new_scoring, new_network, new_images, ratio, place, partners, redraw, n_images, seed
):
    scoring = new_scoring(
        images=n_images,
        anchor_ratio=ratio,
        anchor_place=place,
        partners=partners,
        redraw_partners=redraw,
        draws=2,
        places=2,
        seed=seed,
    )
    network, images = new_network(), new_images(12)
    found = score(scoring, network, images, "float32", lambda done: None)
    np.testing.assert_allclose(found, literal_scores(scoring, network, images), rtol=1e-6, atol=1e-6)


def test_scores_do_not_change_with_the_number_of_images_per_batch(new_scoring, new_network, new_images, monkeypatch):
    network, images = new_network(), new_images(30)
    found = score(new_scoring(), network, images, "float32", lambda done: None)
    monkeypatch.setattr("mixsuite.subsampling.mixed_losses._BATCH", {"cpu": 7})
    again = score(new_scoring(), network, images, "float32", lambda done: None)
    np.testing.assert_allclose(again, found, rtol=1e-5, atol=1e-6)


def test_more_images_than_a_block_are_scored_in_turn(new_scoring, new_network, new_images):
    told = []
    images = new_images(BLOCK + 5)
    losses = score(new_scoring(), new_network(), images, "float32", told.append)
    assert losses.shape == (BLOCK + 5, 4)
    assert told == [BLOCK, BLOCK + 5]
    assert len(np.unique(losses)) == losses.size


def test_colours_are_mixed_together(new_scoring, new_images):
    images = new_images(9, (3, 8, 8))
    drawn = draw_block(0, new_scoring(), PartnerPool(images.labels, "any"), 9, (8, 8))
    mixed = compose_mixes(drawn, images.images)
    assert mixed.dtype == torch.uint8
    for column in range(mixed.shape[0]):
        sources = images.images[drawn.sources[:, column]]
        agreeing = (sources == mixed[column]).all(dim=1)
        assert agreeing.any(dim=0).all(), "every pixel is one source's, in all of its channels"


@pytest.mark.parametrize("seed", [0, 1])
def test_seeds_give_other_losses(new_scoring, new_network, new_images, seed):
    first, second = (
        score(new_scoring(seed=each), new_network(), new_images(), "float32", lambda done: None)
        for each in (seed, seed + 1)
    )
    assert not np.allclose(first, second)
