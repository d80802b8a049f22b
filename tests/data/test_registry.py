import csv
import hashlib
import importlib
import json
import multiprocessing
import time

import numpy as np
import pytest

from mixsuite.checks import SettingError
from mixsuite.data.arrays import load_dataset, write_split
from mixsuite.data.errors import DatasetError
from mixsuite.data.index import load_index
from mixsuite.data.registry import INDEX_MODULES, MODULES, index, prepare

PETS = {"kind": "folder", "name": "pets", "image_size": 8}
IMAGENET = {"kind": "imagenet", "name": "imagenet"}


def test_every_kind_has_a_module_that_reads_it():
    for module in MODULES.values():
        assert callable(importlib.import_module(f"mixsuite.data.{module}").read)


def test_a_prepared_dataset_is_as_its_reader_gave_it(image_folder, tmp_path):
    root, destination = image_folder(), tmp_path / "prepared" / "pets"
    description = prepare(PETS, str(root), destination, tmp_path / "cache")
    raw = importlib.import_module("mixsuite.data.folder").read(PETS, str(root), tmp_path)
    train, test, sha256 = load_dataset(destination)
    for loaded, (images, labels) in ((train, raw.train), (test, raw.test)):
        np.testing.assert_array_equal(loaded.images, images)
        np.testing.assert_array_equal(loaded.labels, labels)
    assert json.loads((destination / "dataset.json").read_text()) == description
    assert description["sha256"] == sha256
    assert description["n"] == {"train": 6, "test": 6}
    assert description["dataset"] == PETS


def test_both_splits_carry_the_statistics_of_the_training_images(image_folder, tmp_path):
    prepare(PETS, str(image_folder()), tmp_path / "p", tmp_path)
    train, test, _ = load_dataset(tmp_path / "p")
    scaled = train.images.astype(np.float64) / 255
    for split, name in ((train, "train"), (test, "test")):
        np.testing.assert_allclose(split.description["mean"], scaled.mean((0, 1, 2)), atol=1e-12)
        np.testing.assert_allclose(split.description["std"], scaled.std((0, 1, 2)), atol=1e-12)
        assert split.description["split"] == name


def test_preparing_again_gives_the_same_content(image_folder, tmp_path):
    root = image_folder()
    first = prepare(PETS, str(root), tmp_path / "p", tmp_path)
    assert prepare(PETS, str(root), tmp_path / "p", tmp_path) == first


def test_empty_folders_that_wait_for_the_outputs_are_taken(image_folder, tmp_path):
    (tmp_path / "p" / "train").mkdir(parents=True)
    prepared = prepare(PETS, str(image_folder()), tmp_path / "p", tmp_path)
    *_, sha256 = load_dataset(tmp_path / "p")
    assert sha256 == prepared["sha256"]


def test_an_error_in_the_last_image_leaves_nothing(image_folder, tmp_path):
    root, results = image_folder(), tmp_path / "results"
    (root / "test" / "dog" / "2.png").write_bytes(b"")
    with pytest.raises(DatasetError, match="does not decode"):
        prepare(PETS, str(root), results / "pets", tmp_path)
    assert not results.exists() or list(results.iterdir()) == []


def test_an_interruption_while_writing_leaves_nothing(image_folder, tmp_path, monkeypatch):
    written = []

    def write_one_then_stop(*arguments):
        if written:
            raise KeyboardInterrupt
        written.append(arguments)

    monkeypatch.setattr("mixsuite.data.registry.write_split", write_one_then_stop)
    with pytest.raises(KeyboardInterrupt):
        prepare(PETS, str(image_folder()), tmp_path / "results" / "pets", tmp_path)
    assert list((tmp_path / "results").iterdir()) == []


def test_a_preparation_that_is_killed_leaves_nothing_that_could_be_taken_for_data(image_folder, tmp_path, monkeypatch):
    root, destination, reached = image_folder(), tmp_path / "results" / "pets", tmp_path / "reached"

    def write_then_wait(*arguments):
        write_split(*arguments)
        reached.touch()
        time.sleep(60)

    with monkeypatch.context() as patched:
        patched.setattr("mixsuite.data.registry.write_split", write_then_wait)
        child = multiprocessing.get_context("fork").Process(
            target=prepare, args=(PETS, str(root), destination, tmp_path)
        )
        child.start()
        while not reached.exists():
            assert child.is_alive()
            time.sleep(0.005)
        child.kill()
        child.join()
    assert not destination.exists()
    prepare(PETS, str(root), destination, tmp_path)
    load_dataset(destination)
    assert list(destination.parent.iterdir()) == [destination]


def test_the_source_itself_is_never_overwritten(image_folder, tmp_path):
    root = image_folder()
    with pytest.raises(DatasetError, match="would be lost"):
        prepare(PETS, str(root), root, tmp_path)
    assert len(list(root.rglob("*.png"))) == 12


def test_images_without_any_contrast_are_refused(image_folder, tmp_path):
    from PIL import Image

    root = image_folder()
    for path in root.rglob("*.png"):
        Image.new("RGB", (8, 8)).save(path)
    with pytest.raises(DatasetError, match="the same value in every training image"):
        prepare(PETS, str(root), tmp_path / "p", tmp_path)


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (
            {"kind": "cifar"},
            r"kind: found 'cifar' \(did you mean 'cifar10'\?\); expected one of cifar10, cifar100, digits",
        ),
        ({"name": "x"}, "kind: found None"),
        ({"kind": "digits"}, "name: found None, expected a name"),
        ([], r"dataset: found \[\], expected its settings"),
        ({"kind": ["digits"], "name": "x"}, r"dataset: kind: found \['digits'\]; expected one of"),
    ],
)
def test_wrong_datasets_are_named(tmp_path, dataset, message):
    with pytest.raises(SettingError, match=message):
        prepare(dataset, None, tmp_path / "p", tmp_path)


def test_every_indexed_kind_has_a_module_that_reads_it():
    for module in INDEX_MODULES.values():
        assert callable(importlib.import_module(f"mixsuite.data.{module}").read)
    assert not MODULES.keys() & INDEX_MODULES.keys()


@pytest.mark.parametrize("checksums", [False, True])
def test_an_indexed_dataset_is_as_its_reader_gave_it(imagenet_folder, tmp_path, checksums):
    root, destination = imagenet_folder(), tmp_path / "prepared" / "imagenet"
    dataset = {**IMAGENET, "checksums": True} if checksums else IMAGENET
    description = index(dataset, str(root), destination)
    raw = importlib.import_module("mixsuite.data.imagenet").read(dataset, str(root))
    train, test, sha256 = load_index(destination)
    for loaded, images, name in ((train, raw.train, "train"), (test, raw.test, "test")):
        assert [loaded.path(place) for place in range(len(images))] == [root / path for path, _ in images]
        assert loaded.labels.tolist() == [label for _, label in images]
        assert loaded.description["split"] == name
        with (destination / name / "index.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        contents = [(root / path).read_bytes() for path, _ in images]
        assert [int(row["bytes"]) for row in rows] == [len(content) for content in contents]
        hashes = [hashlib.sha256(content).hexdigest() for content in contents]
        assert [row.get("sha256") for row in rows] == (hashes if checksums else [None] * len(rows))
    assert json.loads((destination / "dataset.json").read_text()) == description
    assert description["sha256"] == sha256
    assert description["n"] == {"train": 9, "test": 6}
    assert description["dataset"] == dataset
    assert "mean" not in description


def test_one_form_takes_the_place_of_the_other(image_folder, tmp_path):
    root, destination, large = str(image_folder()), tmp_path / "p", {"kind": "large_folder", "name": "pets"}
    prepare(PETS, root, destination, tmp_path)
    indexed = index(large, root, destination)
    assert load_index(destination)[2] == indexed["sha256"]
    assert not list(destination.rglob("*.npy"))
    prepared = prepare(PETS, root, destination, tmp_path)
    assert load_dataset(destination)[2] == prepared["sha256"]
    assert not list(destination.rglob("index.csv"))


def test_which_formats_an_image_may_have_follows_the_kind(imagenet_folder, tmp_path):
    from PIL import Image

    root = imagenet_folder()
    Image.new("RGB", (20, 20)).save(root / "train" / "n01" / "n01_0.JPEG", "WEBP")
    index({"kind": "large_folder", "name": "pets"}, str(root), tmp_path / "p")
    with pytest.raises(DatasetError, match=r"n01_0\.JPEG \(does not start like a JPEG or PNG image\)"):
        index(IMAGENET, str(root), tmp_path / "p")


def test_images_that_were_moved_keep_their_sha256(imagenet_folder, tmp_path):
    root = imagenet_folder()
    first = index(IMAGENET, str(root), tmp_path / "p")
    second = index(IMAGENET, str(root.rename(tmp_path / "moved")), tmp_path / "p")
    assert (first["sha256"], first["root"]) == (second["sha256"], str(root))
    assert second["root"] == str(tmp_path / "moved")


def test_an_empty_image_leaves_nothing(imagenet_folder, tmp_path):
    root, results = imagenet_folder(), tmp_path / "results"
    (root / "val" / "n03" / "ILSVRC2012_val_00000006.JPEG").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"ILSVRC2012_val_00000006\.JPEG \(is empty\)"):
        index(IMAGENET, str(root), results / "imagenet")
    assert list(results.iterdir()) == []


def test_indexing_never_overwrites_the_images(imagenet_folder):
    root = imagenet_folder()
    with pytest.raises(DatasetError, match="would be lost"):
        index(IMAGENET, str(root), root)
    assert len(list(root.rglob("*.JPEG"))) == 15


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ({"kind": "digits", "name": "x"}, "kind: found 'digits'; expected one of imagenet, large_folder"),
        ({**IMAGENET, "checksums": "yes"}, "dataset: checksums: found 'yes', expected true or false"),
    ],
)
def test_wrong_indexed_datasets_are_named(tmp_path, dataset, message):
    with pytest.raises(SettingError, match=message):
        index(dataset, str(tmp_path), tmp_path / "p")
