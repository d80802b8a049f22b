import hashlib
import io
import os
import pickle
import tarfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from mixsuite.checks import SettingError
from mixsuite.data.cifar import LAYOUTS, read, read_layout
from mixsuite.data.download import md5_of
from mixsuite.data.errors import DatasetError

KINDS = ("cifar10", "cifar100")


def assert_holds(raw, layout, contents):
    for files, (images, labels) in ((layout.train, raw.train), (layout.test, raw.test)):
        data = np.concatenate([contents[name][0] for name in files])
        assert labels.tolist() == [label for name in files for label in contents[name][1]]
        assert labels.dtype == np.int64
        for image, row in zip(images, data, strict=True):
            for channel in range(3):
                np.testing.assert_array_equal(image[..., channel].ravel(), row[1024 * channel : 1024 * (channel + 1)])
    assert raw.classes == [f"class {number}" for number in range(layout.n_classes)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_is_read(cifar, tmp_path, kind):
    layout, archive, contents = cifar(kind)
    assert_holds(read_layout(layout, str(archive), tmp_path), layout, contents)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("inside", [True, False])
def test_an_unpacked_archive_is_read(cifar, tmp_path, kind, inside):
    layout, archive, contents = cifar(kind)
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    folder = tmp_path / "unpacked" / layout.folder if inside else tmp_path / "unpacked"
    assert_holds(read_layout(layout, str(folder), tmp_path), layout, contents)


def test_without_a_source_the_archive_is_fetched_once(cifar, server, tmp_path):
    layout, archive, contents = cifar()
    content = archive.read_bytes()

    def answer(request):
        request.send_response(200)
        request.end_headers()
        request.wfile.write(content)

    server.answer = answer
    url = f"{server.url}/mirror/{layout.archive}"
    for _ in range(2):
        assert_holds(read_layout(layout, url, tmp_path / "cache"), layout, contents)
    assert len(server.asked) == 1
    assert (tmp_path / "cache" / layout.archive).read_bytes() == content


def test_the_authors_page_is_where_it_comes_from():
    assert {kind: layout.url for kind, layout in LAYOUTS.items()} == {
        "cifar10": "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
        "cifar100": "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
    }


def test_names_and_checksums_are_those_of_torchvision():
    from torchvision.datasets import CIFAR10, CIFAR100

    for kind, theirs in (("cifar10", CIFAR10), ("cifar100", CIFAR100)):
        ours = LAYOUTS[kind]
        assert (ours.url, ours.md5, ours.folder) == (theirs.url, theirs.tgz_md5, theirs.base_folder)
        assert [[name, ours.files[name]] for name in (*ours.train, *ours.test)] == theirs.train_list + theirs.test_list
        meta = {"filename": ours.meta, "key": ours.names, "md5": ours.files[ours.meta]}
        assert meta == theirs.meta


def test_another_checksum_is_refused(cifar, tmp_path):
    _, archive, _ = cifar()
    with pytest.raises(
        DatasetError, match=r"cifar-10-python.tar.gz: has md5 \w+, expected c58f30108f718f92721af3b95e74349a"
    ):
        read({"kind": "cifar10", "name": "cifar10"}, str(archive), tmp_path)


def test_a_damaged_file_of_an_unpacked_archive_is_named(cifar, tmp_path):
    layout, archive, _ = cifar()
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    damaged = tmp_path / layout.folder / "data_batch_3"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(DatasetError, match=r"data_batch_3: has md5 \w+, expected \w+: damaged or incomplete"):
        read_layout(layout, str(tmp_path), tmp_path)
    damaged.unlink()
    with pytest.raises(DatasetError, match=r"cifar-10-batches-py: lacks data_batch_3"):
        read_layout(layout, str(tmp_path), tmp_path)


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_truncated_archive_is_one_message(cifar, tmp_path, kept):
    layout, archive, _ = cifar()
    content = archive.read_bytes()[: int(kept * archive.stat().st_size)]
    archive.write_bytes(content)
    with pytest.raises(DatasetError, match=r"has md5 .*: damaged or another file"):
        read_layout(layout, str(archive), tmp_path)
    trusted = replace(layout, md5=hashlib.md5(content).hexdigest())
    with pytest.raises(DatasetError, match="does not unpack, it is damaged or incomplete"):
        read_layout(trusted, str(archive), tmp_path)


def test_an_archive_that_lacks_a_file_is_one_message(cifar, tmp_path):
    layout, archive, _ = cifar()
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("readme"), io.BytesIO())
    with pytest.raises(DatasetError, match="'cifar-10-batches-py/data_batch_1' not found"):
        read_layout(replace(layout, md5=md5_of(archive)), str(archive), tmp_path)


class Hostile:
    def __reduce__(self):
        return os.mkdir, ("made-by-a-pickle",)


def test_a_hostile_pickle_inside_an_archive_is_refused(cifar, tmp_path, monkeypatch):
    def poison(name, content):
        return pickle.dumps(Hostile(), protocol=2) if name == "data_batch_2" else content

    layout, archive, _ = cifar(change=poison)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatasetError, match=r"data_batch_2: refused: it asks for posix\.mkdir"):
        read_layout(layout, str(archive), tmp_path)
    assert not (tmp_path / "made-by-a-pickle").exists()


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ({"labels": [1]}, "test_batch: lacks the array `data`"),
        ({"data": np.zeros((1, 3071), np.uint8), "labels": [1]}, "lacks the array `data` of 3 x 32 x 32 bytes"),
        ({"data": np.zeros((1, 3072), np.uint8), "labels": [10]}, "one class in 0..9 per image"),
        ({"data": np.zeros((1, 3072), np.uint8), "labels": [1, 2]}, "one class in 0..9 per image"),
        ({"data": np.zeros((1, 3072), np.uint8), "labels": [None]}, "one class in 0..9 per image"),
        ({"data": np.zeros((1, 3072), np.uint8)}, "lacks the list `labels`"),
    ],
)
def test_a_batch_that_is_not_cifar_is_refused(cifar, tmp_path, batch, message):
    layout, archive, _ = cifar(
        change=lambda name, content: pickle.dumps(batch, protocol=2) if name == "test_batch" else content
    )
    with pytest.raises(DatasetError, match=message):
        read_layout(layout, str(archive), tmp_path)


def test_missing_names_of_classes_are_told(cifar, tmp_path):
    layout, archive, _ = cifar(
        change=lambda name, content: (
            pickle.dumps({"label_names": []}, protocol=2) if name == "batches.meta" else content
        )
    )
    with pytest.raises(DatasetError, match=r"batches\.meta: lacks the 10 names of the classes"):
        read_layout(layout, str(archive), tmp_path)


SMALL = replace(LAYOUTS["cifar10"], train_per_class=3, test_per_class=1)


@pytest.fixture
def class_folders(tmp_path):
    """Make class folders of SMALL's size; an image's first red pixel is its number."""
    for split, n_images in (("train", 30), ("test", 10)):
        for number in range(n_images):
            folder = tmp_path / "c" / split / f"class{number * 7 % 10}"
            folder.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (32, 32), (number, 0, 0)).save(folder / f"{number:05d}.png")
    return tmp_path / "c"


def test_the_datasets_have_as_many_images_as_their_authors_say():
    for layout in LAYOUTS.values():
        assert layout.n_classes * layout.train_per_class == 50_000
        assert layout.n_classes * layout.test_per_class == 10_000


def test_class_folders_are_read_in_the_order_of_the_images_names(class_folders, tmp_path):
    raw = read_layout(SMALL, str(class_folders), tmp_path)
    for (images, labels), n_images in ((raw.train, 30), (raw.test, 10)):
        assert images[:, 0, 0, 0].tolist() == list(range(n_images))
        assert labels.tolist() == [number * 7 % 10 for number in range(n_images)]


def test_class_folders_of_too_few_images_are_refused(class_folders, tmp_path):
    with pytest.raises(
        DatasetError, match="found 3 images to train of the class class0, expected the 5000 of CIFAR-10"
    ):
        read({"kind": "cifar10", "name": "cifar10"}, str(class_folders), tmp_path)
    next((class_folders / "test" / "class4").iterdir()).unlink()
    Image.new("RGB", (32, 32)).save(class_folders / "test" / "class4" / "a.png")
    Image.new("RGB", (32, 32)).save(class_folders / "test" / "class4" / "b.png")
    with pytest.raises(DatasetError, match="found 2 images to test of the class class4, expected the 1 of CIFAR-10"):
        read_layout(SMALL, str(class_folders), tmp_path)


def test_images_of_another_size_are_refused(class_folders, tmp_path):
    Image.new("RGB", (64, 32)).save(class_folders / "test" / "class0" / "00000.png")
    with pytest.raises(DatasetError, match=r"test/class0/00000\.png: found 64 x 32 pixels, expected 32 x 32"):
        read_layout(SMALL, str(class_folders), tmp_path)


def test_class_folders_of_another_dataset_are_refused(image_folder, tmp_path):
    with pytest.raises(DatasetError, match="found 2 classes, expected the 10 of CIFAR-10"):
        read({"kind": "cifar10", "name": "cifar10"}, str(image_folder()), tmp_path)


def test_a_place_without_cifar_tells_what_would_do(tmp_path):
    with pytest.raises(DatasetError, match=r"found no CIFAR-100 there, expected cifar-100-python\.tar\.gz, the folder"):
        read({"kind": "cifar100", "name": "cifar100"}, str(tmp_path), tmp_path)


def test_cifar_has_no_settings(tmp_path):
    with pytest.raises(SettingError, match="unknown key 'image_size'"):
        read({"kind": "cifar10", "name": "cifar10", "image_size": 32}, None, tmp_path)


def test_the_first_training_images_of_each_class_are_a_dataset(cifar, tmp_path, monkeypatch):
    layout, archive, _ = cifar(n_images=40)
    monkeypatch.setitem(LAYOUTS, "cifar10", layout)
    whole = read({"kind": "cifar10", "name": "cifar10"}, str(archive), tmp_path)
    part = read({"kind": "cifar10", "name": "part", "train_per_class": 3}, str(archive), tmp_path)
    both = {"kind": "cifar10", "name": "both", "train_per_class": 3, "test_per_class": 1}
    tested = read(both, str(archive), tmp_path)
    assert len(tested.train[1]) == 30
    assert sorted(tested.test[1].tolist()) == sorted(set(whole.test[1].tolist()))
    seen, places = dict.fromkeys(range(10), 0), []
    for place, label in enumerate(whole.train[1].tolist()):
        seen[label] += 1
        places += [place] if seen[label] <= 3 else []
    assert len(places) == 30
    np.testing.assert_array_equal(part.train[0], whole.train[0][places])
    np.testing.assert_array_equal(part.train[1], whole.train[1][places])
    np.testing.assert_array_equal(part.test[0], whole.test[0])
    assert part.source.endswith("the first 3 images of each class to train")


def test_a_class_has_no_more_images_than_it_has(tmp_path):
    for found, expected in ((501, "expected at most the 500 of CIFAR-100"), (0, "expected a whole number")):
        with pytest.raises(SettingError, match=f"train_per_class: found {found}, {expected}"):
            read({"kind": "cifar100", "name": "part", "train_per_class": found}, None, tmp_path)
