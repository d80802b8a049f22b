"""The gallery of anchors whose loss varies most and least."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.data.arrays import load_dataset
from mixsuite.data.loader import to_device
from mixsuite.subsampling.gallery import compose_gallery, extreme_anchors, spread_by_loss
from mixsuite.subsampling.measures import coefficient_of_variation
from mixsuite.subsampling.mixed_losses import score
from mixsuite.subsampling.scores import Scores

GALLERY = {"anchors": 2, "composites": 3, "ddof": 0, "scores": "0123456789ab"}


def test_extremes_are_of_different_classes():
    cv, labels = np.array([0.9, 0.8, 0.7, 0.1, 0.2]), np.array([0, 0, 1, 1, 2])
    assert extreme_anchors(cv, labels, 2, "high") == [0, 2]
    assert extreme_anchors(cv, labels, 3, "low") == [3, 4, 1]
    with pytest.raises(SettingError, match="anchors: found 4, expected at most 3"):
        extreme_anchors(cv, labels, 4, "low")


def test_composites_range_from_the_smallest_to_the_largest_loss():
    losses = np.array([5.0, 1.0, 4.0, 2.0, 3.0])
    assert losses[spread_by_loss(losses, 3)].tolist() == [1, 3, 5]
    assert losses[spread_by_loss(losses, 2)].tolist() == [1, 5]


def test_what_is_shown_was_scored(dataset, new_scoring, new_network):
    train, _, _ = load_dataset(dataset[0])
    network, images = new_network(), to_device(train, [0.5], [0.25], torch.device("cpu"))
    losses = score(new_scoring(), network, images, "float32", lambda done: None)
    cv = coefficient_of_variation(losses)
    shown, arrays = compose_gallery(GALLERY, Scores({"specification": new_scoring()}, losses), train)
    assert arrays["composites"].shape == (4, 3, 8, 8, 1)
    assert [each["side"] for each in shown["anchors"]] == ["high", "high", "low", "low"]
    assert shown["anchors"][0]["place"] == cv.argmax()
    assert shown["anchors"][2]["place"] == cv.argmin()
    for each, anchor, composites in zip(shown["anchors"], arrays["anchors"], arrays["composites"], strict=True):
        np.testing.assert_array_equal(anchor, train.images[each["place"]])
        assert each["class"] == "abc"[train.labels[each["place"]]]
        for made_of, composite in zip(each["composites"], composites, strict=True):
            assert made_of["classes"][0] == each["class"]
            top, left, bottom, right = made_of["boxes"][0]
            outside = np.ones((8, 8), bool)
            outside[top:bottom, left:right] = False
            np.testing.assert_array_equal(composite[outside], anchor[outside])
            # The very image that has this loss.
            with torch.inference_mode():
                pixels = images.normalise(torch.from_numpy(composite).permute(2, 0, 1)[None])
                logs = network(pixels).log_softmax(dim=1)[0]
            targets = zip(made_of["shares"], made_of["classes"], strict=True)
            loss = -sum(share * logs["abc".index(name)].item() for share, name in targets)
            assert loss == pytest.approx(made_of["loss"], abs=1e-5)


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"composites": 5}, "mixed_losses", "composites: found 5, expected at most the 4"),
        ({"anchors": 0}, "mixed_losses", "gallery: anchors: found 0"),
        ({}, "dropout", "scores: found dropout, expected mixed_losses"),
    ],
)
def test_mistakes_are_named(dataset, new_scoring, changes, kind, message):
    train, _, _ = load_dataset(dataset[0])
    scores = Scores({"specification": new_scoring(kind=kind)}, np.ones((60, 4)))
    with pytest.raises(SettingError, match=message):
        compose_gallery({**GALLERY, **changes}, scores, train)
