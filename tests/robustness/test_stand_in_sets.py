import dataclasses
import json

import numpy as np
import pytest

from mixsuite.checks import SettingError
from mixsuite.data.arrays import load_split
from mixsuite.records import read_record
from mixsuite.robustness.stand_in_sets import photograph_patches, rotated_noisy, write_stand_in_set

TURNED = {"kind": "rotated_noisy", "angle": 20, "noise": 0.1, "seed": 0}
PATCHES = {"kind": "photograph_patches", "one_per": 5, "seed": 0}


@pytest.mark.parametrize("settings", [TURNED, PATCHES])
def test_a_set_is_a_split_like_any_other_and_the_same_again(settings, splits, tmp_path):
    counts = [write_stand_in_set(tmp_path / name, settings, splits[1], "sha", "c0de") for name in ("a", "b")]
    first, again = (load_split(tmp_path / name) for name in ("a", "b"))
    assert counts == [len(first.labels)] * 2
    assert np.array_equal(first.images, again.images)
    assert first.images.shape[1:] == splits[1].images.shape[1:]
    description = json.loads((tmp_path / "a" / "dataset.json").read_text())
    assert description["specification"] == {"set": settings, "dataset": splits[1].description["dataset"]}
    assert read_record(tmp_path / "a" / "dataset.json") == description
    assert description["dataset"] == {"sha256": "sha"}
    assert description["classes"] == splits[1].description["classes"]
    other = write_stand_in_set(tmp_path / "c", {**settings, "seed": 1}, splits[1], "sha", "c0de")
    assert other == counts[0]
    assert not np.array_equal(load_split(tmp_path / "c").images, first.images)


def test_images_are_turned_one_way_or_the_other():
    image = np.zeros((15, 15, 1), np.uint8)
    image[7] = 200
    test = _split(np.stack([image] * 40))
    images, labels, source = rotated_noisy({**TURNED, "angle": 90, "noise": 0}, test)
    assert np.array_equal(images, np.stack([np.rot90(image)] * 40))
    assert labels.tolist() == [0] * 40
    assert "turned by 90°" in source
    ways, counts = np.unique(rotated_noisy({**TURNED, "noise": 0}, test)[0], axis=0, return_counts=True)
    assert len(ways) == 2
    assert min(counts) > 8
    # A line through the centre turned one way is the mirror image of that turned the other.
    assert np.abs(ways[0].astype(int) - ways[1][:, ::-1]).max() <= 1


def test_noise_has_the_deviation_that_is_asked_for():
    test = _split(np.full((200, 8, 8, 3), 128, np.uint8))
    images, _, _ = rotated_noisy({**TURNED, "angle": 0}, test)
    noise = (images.astype(float) - 128) / 255
    assert noise.std() == pytest.approx(0.1, rel=0.03)
    assert noise.mean() == pytest.approx(0, abs=0.002)


@pytest.mark.parametrize(("channels", "size"), [(1, 8), (3, 32)])
def test_patches_are_pieces_of_photographs(channels, size):
    test = _split(np.zeros((50, size, size, channels), np.uint8))
    images, labels, _ = photograph_patches(PATCHES, test)
    assert images.shape == (10, size, size, channels)
    assert labels.tolist() == [0] * 10
    assert len(np.unique(images, axis=0)) == 10
    assert images.std() > 20


def test_a_very_small_dataset_has_one_patch():
    assert len(photograph_patches(PATCHES, _split(np.zeros((3, 8, 8, 1), np.uint8)))[0]) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({**TURNED, "kind": "turned"}, "set: kind: found 'turned'"),
        ({**TURNED, "angle": -1}, "angle: found -1"),
        ({**TURNED, "one_per": 5}, "unknown key 'one_per'"),
        ({**PATCHES, "one_per": 0}, "one_per: found 0"),
        ({**PATCHES, "seed": 0.5}, "seed: found 0.5"),
        (None, "set: found None"),
    ],
)
def test_a_wrong_setting_is_named(settings, message, splits, tmp_path):
    with pytest.raises(SettingError, match=message):
        write_stand_in_set(tmp_path / "set", settings, splits[1], "sha", "c0de")
    assert not (tmp_path / "set").exists()


@dataclasses.dataclass
class _Split:
    images: np.ndarray
    labels: np.ndarray
    description: dict


def _split(images):
    return _Split(images, np.zeros(len(images), np.int64), {"source": "made up"})
