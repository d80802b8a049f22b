"""Penultimate features of all images."""

from __future__ import annotations

import numpy as np
import torch

from mixsuite.subsampling.features import score


def test_the_classifier_makes_logits_of_them(new_network, new_images):
    network, images = new_network(), new_images(260)
    told = []
    features = score({}, network, images, "float32", told.append)
    assert features.shape == (260, 8)
    assert features.dtype == np.float32
    with torch.inference_mode():
        expected = network(images.normalise(images.images))
        torch.testing.assert_close(network.classifier(torch.from_numpy(features)), expected, atol=1e-5, rtol=1e-5)
    assert told == [250, 260]
