import shutil

import pytest
from PIL import Image

from mixsuite.checks import SettingError
from mixsuite.data.errors import DatasetError
from mixsuite.data.imagenet import N_CLASSES, read

IMAGENET = {"kind": "imagenet", "name": "imagenet"}
SOLUTION = "ImageId,PredictionString\n" + "".join(
    f"ILSVRC2012_val_{number:08d},{wnid} 1 2 3 4 {wnid} 5 6 7 8 \n"
    for number, wnid in enumerate(("n02", "n01", "n03") * 2, start=1)
)
CLASSES = ["n01", "n02", "n03"]
TRAIN = [(f"train/{wnid}/{wnid}_{n}.JPEG", label) for label, wnid in enumerate(CLASSES) for n in range(3)]


def test_class_folders_are_read_in_the_order_of_their_names(imagenet_folder):
    folder = imagenet_folder()
    raw = read(IMAGENET, str(folder))
    assert raw.classes == raw.names == CLASSES
    assert raw.root == folder
    assert raw.train == TRAIN
    assert raw.test == [
        (f"val/{wnid}/ILSVRC2012_val_{number:08d}.JPEG", label)
        for label, (wnid, numbers) in enumerate({"n01": (2, 5), "n02": (1, 4), "n03": (3, 6)}.items())
        for number in numbers
    ]


def test_flat_validation_images_get_the_labels_of_a_table(imagenet_folder):
    folder = imagenet_folder(flat=True)
    (folder / "LOC_val_solution.csv").write_text(SOLUTION)
    raw = read(IMAGENET, str(folder))
    assert raw.train == TRAIN
    labels = (1, 0, 2, 1, 0, 2)
    assert raw.test == [(f"val/ILSVRC2012_val_{n:08d}.JPEG", label) for n, label in enumerate(labels, start=1)]


def test_kaggles_layout_gives_the_same_index(imagenet_folder, tmp_path):
    folder = imagenet_folder(flat=True)
    (folder / "LOC_val_solution.csv").write_text(SOLUTION)
    plain = read(IMAGENET, str(folder))
    shutil.move(folder, tmp_path / "plain")
    folder = imagenet_folder(flat=True, inside="ILSVRC/Data/CLS-LOC")
    (folder / "LOC_val_solution.csv").write_text(SOLUTION)
    (folder / "ILSVRC" / "Data" / "CLS-LOC" / "test").mkdir()
    kaggle = read(IMAGENET, str(folder))
    assert kaggle.root == folder / "ILSVRC" / "Data" / "CLS-LOC"
    assert (kaggle.train, kaggle.test) == (plain.train, plain.test)


def test_a_class_may_have_no_validation_image(imagenet_folder):
    folder = imagenet_folder()
    shutil.rmtree(folder / "val" / "n02")
    assert {label for _, label in read(IMAGENET, str(folder)).test} == {0, 2}


def test_the_source_may_be_a_relative_path(imagenet_folder, monkeypatch):
    folder = imagenet_folder()
    monkeypatch.chdir(folder.parent)
    assert read(IMAGENET, folder.name).root == folder


def remove(*parts):
    return lambda folder: shutil.rmtree(folder.joinpath(*parts))


def empty(folder):
    shutil.rmtree(folder / "train" / "n02")
    (folder / "train" / "n02").mkdir()


def leave_one_class(folder):
    for split in ("train", "val"):
        for wnid in ("n02", "n03"):
            shutil.rmtree(folder / split / wnid)


def swap_a_class(folder):
    (folder / "train" / "n02").rename(folder / "train" / "n04")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (remove(), "photos: no such folder, expected one that holds train/ and val/"),
        (remove("train"), "photos: holds neither train/ nor ILSVRC/Data/CLS-LOC/train/"),
        (remove("val"), "photos: holds no folder val/, expected it beside train/"),
        (empty, "train/n02: a class folder without images"),
        (remove("train", "n02"), "photos/train: found 2 class folders, expected ImageNet's 3; for a part of it, add a"),
        (swap_a_class, "photos: val/ has the class n02, which train/ lacks"),
        (leave_one_class, "train: found 1 class folders, expected at least 2"),
    ],
)
def test_what_is_missing_is_named(imagenet_folder, change, message):
    folder = imagenet_folder()
    change(folder)
    with pytest.raises(DatasetError, match=message):
        read(IMAGENET, str(folder))


def test_an_image_without_a_label_is_named(imagenet_folder):
    folder = imagenet_folder(flat=True)
    (folder / "LOC_val_solution.csv").write_text(SOLUTION)
    Image.new("RGB", (4, 4)).save(folder / "val" / "ILSVRC2012_val_00000007.JPEG")
    with pytest.raises(DatasetError, match=r"val_00000007\.JPEG: has no label in .*LOC_val_solution\.csv"):
        read(IMAGENET, str(folder))


def test_a_label_that_is_no_class_is_named(imagenet_folder):
    folder = imagenet_folder(flat=True)
    (folder / "LOC_val_solution.csv").write_text(SOLUTION.replace("n03", "n04"))
    with pytest.raises(DatasetError, match=r"val_00000003\.JPEG: is of the class n04 .*, which train/ lacks"):
        read(IMAGENET, str(folder))


@pytest.mark.parametrize(
    ("settings", "source", "message"),
    [
        ({}, None, "dataset imagenet: source: missing, expected the folder that holds train/ and val/"),
        ({"image_size": 8}, "x", "unknown key 'image_size'"),
    ],
)
def test_wrong_settings_are_named(settings, source, message):
    with pytest.raises(SettingError, match=message):
        read({**IMAGENET, **settings}, source)


def test_imagenet_has_1000_classes_and_a_part_has_a_kind_of_its_own(imagenet_folder, monkeypatch):
    folder = imagenet_folder()
    monkeypatch.setattr("mixsuite.data.imagenet.N_CLASSES", N_CLASSES)
    expected = (
        r"photos/train: found 3 class folders, expected ImageNet's 1000; for a part of it, add a dataset with kind: "
        r"large_folder and let stand_ins: {datasets: {imagenet: NAME}} name it$"
    )
    with pytest.raises(DatasetError, match=expected):
        read(IMAGENET, str(folder))
