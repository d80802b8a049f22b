import sys
import types

import cv2
import numpy as np
import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.mixing.saliency import (
    check_saliency,
    most_salient_pixel_as_released,
    most_salient_pixels,
    saliency_maps,
)


def dots(*places, channels=3, height=40, width=60):
    """A flat image with a dot of 3 x 3 pixels per (row, column, value of each channel), and below them a dark one.

    OpenCV scales what is brighter and what is darker than its surroundings to the same maximum.
    """
    image = torch.full((channels, height, width), 60, dtype=torch.uint8)
    for row, column, values in (*places, (height - 3, 20, (0,) * channels)):
        image[:, row - 1 : row + 2, column - 1 : column + 2] = torch.tensor(values, dtype=torch.uint8)[:, None, None]
    return image


def noise(batch_size, channels=3, height=32, width=32):
    generator = torch.Generator().manual_seed(0)
    return torch.randint(256, (batch_size, channels, height, width), generator=generator, dtype=torch.uint8)


def test_a_dot_on_flat_ground_is_what_is_salient():
    images = torch.stack([dots((10, 50, (255, 255, 255))), dots((32, 7, (255, 255, 255)))])
    assert most_salient_pixels(images).tolist() == [[10, 50], [32, 7]]


def test_grey_images_have_one_channel():
    assert most_salient_pixels(dots((12, 30, (255,)), channels=1)[None]).tolist() == [[12, 30]]


def test_colours_weigh_as_in_rgb():
    # Red counts 0.299 towards grey and blue 0.114: in OpenCV's own order it would be the other way round.
    image = dots((10, 10, (255, 60, 60)), (30, 45, (60, 60, 255)))
    assert most_salient_pixels(image[None]).tolist() == [[10, 10]]
    assert most_salient_pixels(image.flip(0)[None]).tolist() == [[30, 45]]


def test_of_several_the_first_is_taken():
    image = dots((20, 15, (255, 255, 255)), (20, 45, (255, 255, 255)))
    (row, column), saliency = most_salient_pixels(image[None])[0].tolist(), saliency_maps(image[None])[0].numpy()
    places = np.argwhere(saliency == saliency.max())
    assert len(places) > 1
    assert [row, column] == places[0].tolist()
    assert most_salient_pixels(torch.zeros(1, 3, 8, 9, dtype=torch.uint8)).tolist() == [[0, 0]]


@pytest.mark.parametrize("threads", [1, 3])
def test_images_are_looked_at_one_by_one(threads):
    images = noise(7)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = most_salient_pixels(images)
    finally:
        torch.set_num_threads(before)
    detector = cv2.saliency.StaticSaliencyFineGrained_create()
    for place, image in zip(found.tolist(), images, strict=True):
        _, saliency = detector.computeSaliency(cv2.cvtColor(image.permute(1, 2, 0).numpy(), cv2.COLOR_RGB2BGR))
        assert place == list(np.unravel_index(np.argmax(saliency), saliency.shape))
    assert found.dtype == torch.int64


def test_an_image_does_not_depend_on_its_batch():
    images = noise(5)
    assert torch.equal(most_salient_pixels(images)[2:3], most_salient_pixels(images[2:3]))
    assert most_salient_pixels(images[:0]).shape == (0, 2)


def test_as_released_gives_normalised_floats_to_opencv():
    image = (noise(1)[0].float() - 120) / 60
    _, saliency = cv2.saliency.StaticSaliencyFineGrained_create().computeSaliency(
        np.ascontiguousarray(image.permute(1, 2, 0).numpy())
    )
    quantised = (saliency * 255).astype("uint8")
    found = most_salient_pixel_as_released(image)
    assert found.tolist() == list(np.unravel_index(np.argmax(quantised), quantised.shape))
    assert found.dtype == torch.int64


def test_the_place_as_released_is_not_where_the_dot_is():
    image = dots((10, 50, (255, 255, 255)))
    assert most_salient_pixels(image[None]).tolist() == [[10, 50]]
    assert most_salient_pixel_as_released((image.float() - 120) / 60).tolist() != [10, 50]


def test_another_saliency_is_named():
    with pytest.raises(SettingError, match=r"saliency: found 'float32'; expected one of as_released, uint8"):
        check_saliency("float32")


@pytest.mark.parametrize(
    ("pixels", "found"),
    [
        (torch.rand(2, 3, 8, 9), r"float32 \(2, 3, 8, 9\) on cpu"),
        (torch.zeros(3, 8, 9, dtype=torch.uint8), r"uint8 \(3, 8, 9\) on cpu"),
        (torch.zeros(2, 8, 9, 3, dtype=torch.uint8), r"uint8 \(2, 8, 9, 3\) on cpu"),
        (torch.zeros(2, 3, 8, 9, dtype=torch.uint8, device="meta"), r"uint8 \(2, 3, 8, 9\) on meta"),
        (np.zeros((2, 3, 8, 9), np.uint8), "ndarray"),
    ],
)
@pytest.mark.parametrize("function", [most_salient_pixels, saliency_maps])
def test_other_than_raw_pixels_is_refused(function, pixels, found):
    expected = r"the raw pixels before normalisation: uint8 \(B, C, H, W\) on the CPU, C = 3 \(RGB\) or 1 \(grey\)"
    with pytest.raises(SettingError, match=f"^pixels: found {found}, expected {expected}$"):
        function(pixels)


@pytest.mark.parametrize("installed", [None, types.ModuleType("cv2")], ids=["no OpenCV", "OpenCV without contrib"])
def test_how_to_install_what_is_missing_is_told(monkeypatch, installed):
    monkeypatch.setitem(sys.modules, "cv2", installed)
    told = r'pip install "\.\[saliency\]"` .* or `pip install opencv-contrib-python-headless`$'
    with pytest.raises(SettingError, match=told):
        most_salient_pixels(noise(2))
    with pytest.raises(SettingError, match=told):
        most_salient_pixel_as_released(noise(1)[0].float())
