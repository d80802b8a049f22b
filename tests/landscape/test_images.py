from __future__ import annotations

import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.data.loader import ResidentImages
from mixsuite.landscape.images import collect


@pytest.fixture
def split():
    """300 images of one pixel, each with its own value, normalised by 10 and 2."""
    pixels = torch.arange(300).remainder(256).to(torch.uint8).view(-1, 1, 1, 1)
    return ResidentImages(pixels, torch.arange(300) % 7, torch.full((1, 1, 1), 10.0), torch.full((1, 1, 1), 2.0))


def test_the_whole_split_is_there_in_order_and_normalised(split):
    data = collect(split)
    assert len(data) == 300
    assert torch.equal(data.images.flatten(), (torch.arange(300).remainder(256).float() - 10) / 2)
    assert torch.equal(data.labels, split.labels)


def test_batches_hold_every_image_once(split):
    batches = list(collect(split).batches(128))
    assert [len(labels) for _, labels in batches] == [128, 128, 44]
    assert torch.equal(torch.cat([images for images, _ in batches]), collect(split).images)


def test_a_sample_follows_its_seed_and_purpose(split):
    data = collect(split)
    chosen = data.sample(50, 0, "hessian")
    assert len(chosen) == 50
    pixels = [2 * image.item() + 10 for image in chosen.images.flatten()]
    # Images stay with their labels; of 300, drawn without replacement, not the first 50.
    places = [next(i for i in range(300) if i % 256 == p and i % 7 == y) for p, y in zip(pixels, chosen.labels)]  # noqa: B905
    assert len(set(places)) == 50
    assert places != list(range(50))
    assert torch.equal(chosen.images, data.sample(50, 0, "hessian").images)
    assert not torch.equal(chosen.images, data.sample(50, 1, "hessian").images)
    assert not torch.equal(chosen.images, data.sample(50, 0, "surface").images)
    assert data.sample(None, 0, "hessian") is data


def test_more_images_than_there_are_is_told(split):
    with pytest.raises(SettingError, match="hessian: images: found 301, expected at most the 300 of the split"):
        collect(split).sample(301, 0, "hessian")
