"""Subsets as datasets: places in the training split of a whole one."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.data.arrays import load_dataset, write_split
from mixsuite.data.errors import DatasetError
from mixsuite.data.subset import load_subset, write_subset
from mixsuite.training.sources import load_splits

INDICES = np.array([1, 4, 5, 8])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A prepared dataset of 12 images to train and 6 to test on, and its sha256."""
    folder = tmp_path_factory.mktemp("data") / "whole"
    rng = np.random.default_rng(0)
    for name, count in (("train", 12), ("test", 6)):
        images = rng.integers(0, 256, (count, 4, 4, 1), dtype=np.uint8)
        statistics = {"mean": [0.4], "std": [0.2], "classes": list("abc"), "source": "made up"}
        write_split(folder / name, images, np.arange(count) % 3, statistics)
    return folder, load_dataset(folder)[2]


@pytest.fixture
def subset(whole, tmp_path):
    write_subset(tmp_path / "subset", INDICES, *whole, {"t": 0.34})
    return tmp_path / "subset"


def test_it_has_the_chosen_images_and_all_else_of_the_whole(whole, subset):
    train, test, _ = load_dataset(whole[0])
    chosen, same_test, sha256 = load_subset(subset)
    np.testing.assert_array_equal(chosen.images, train.images[INDICES])
    np.testing.assert_array_equal(chosen.labels, train.labels[INDICES])
    np.testing.assert_array_equal(same_test.images, test.images)
    assert chosen.description == {**train.description, "n": 4}
    said = json.loads((subset / "dataset.json").read_text())
    assert (said["sha256"], said["n"], said["dataset"]["sha256"]) == (sha256, {"train": 4}, whole[1])
    assert said["specification"] == {"t": 0.34}


def test_trainings_load_it_like_any_dataset(whole, subset):
    chosen, _, sha256 = load_splits(subset)
    assert len(chosen.labels) == 4
    assert load_splits(subset, sha256)[2] == sha256
    assert load_splits(whole[0])[2] == whole[1] != sha256


def test_it_can_be_moved_with_its_dataset(whole, subset, tmp_path):
    folder = json.loads((subset / "dataset.json").read_text())["dataset"]["folder"]
    assert not folder.startswith("/")
    assert (subset / folder).resolve() == whole[0].resolve()


@settings(max_examples=12)
@given(st.sets(st.integers(0, 11), min_size=1), st.sets(st.integers(0, 11), min_size=1))
def test_equal_subsets_and_no_others_have_one_sha256(whole, tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("subsets")
    found = [
        write_subset(folder / name, np.array(sorted(places)), *whole, {})["sha256"]
        for name, places in (("first", first), ("second", second))
    ]
    assert (found[0] == found[1]) == (first == second)


def test_another_subset_than_expected_is_refused(subset):
    with pytest.raises(DatasetError, match=r"the subset has sha256 .*, expected abc: it was selected differently"):
        load_subset(subset, "abc")


@pytest.mark.parametrize(
    ("indices", "message"),
    [
        (np.array([1, 4, 5, 9]), "the subset has sha256 .*: select it anew"),
        (np.array([1, 4, 5, 12]), r"expected rising places in 0\.\.11"),
        (np.array([4, 1]), "expected rising places"),
        (np.array([1, 1]), "expected rising places"),
        (np.array([], np.int64), r"found int64 of shape \(0,\)"),
        (np.array([1.0]), "found float64"),
    ],
)
def test_other_indices_are_refused(subset, indices, message):
    np.save(subset / "indices.npy", indices)
    with pytest.raises(DatasetError, match=message):
        load_subset(subset)


def test_a_missing_or_other_whole_is_named(whole, subset, tmp_path):
    said = json.loads((subset / "dataset.json").read_text())
    said["dataset"]["folder"] = "../nowhere"
    (subset / "dataset.json").write_text(json.dumps(said))
    with pytest.raises(DatasetError, match="nowhere: no such folder"):
        load_subset(subset)
    said["dataset"] = {"folder": str(whole[0]), "sha256": "abc"}
    (subset / "dataset.json").write_text(json.dumps(said))
    with pytest.raises(DatasetError, match="expected abc: it was prepared differently"):
        load_subset(subset)
    (subset / "indices.npy").write_bytes(b"nothing")
    (subset / "dataset.json").write_text(json.dumps({**said, "dataset": {"folder": str(whole[0]), "sha256": whole[1]}}))
    with pytest.raises(DatasetError, match=r"indices.npy: cannot be read"):
        load_subset(subset)


def test_a_folder_with_other_files_is_left_alone(whole, tmp_path):
    (tmp_path / "subset").mkdir()
    (tmp_path / "subset" / "letter.txt").write_text("dear")
    with pytest.raises(DatasetError, match=r"holds .*letter.txt"):
        write_subset(tmp_path / "subset", INDICES, *whole, {})
