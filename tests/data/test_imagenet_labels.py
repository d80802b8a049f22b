import numpy as np
import pytest
from scipy.io import savemat

from mixsuite.data.errors import DatasetError
from mixsuite.data.imagenet_labels import class_names, validation_labels

FIELDS = [
    ("ILSVRC2012_ID", object),
    ("WNID", object),
    ("words", object),
    ("gloss", object),
    ("num_children", object),
    ("children", object),
    ("wordnet_height", object),
    ("num_train_images", object),
]
# Numbers are not in the order of WNIDs; the last only groups others.
SYNSETS = [(1, "n30", "kit fox, Vulpes macrotis", 0), (2, "n10", "English setter", 0), (3, "n20", "tench", 0)]
GROUP = (4, "n00", "animal", 2)


@pytest.fixture
def devkit(tmp_path):
    """Write the development kit's two files, as MATLAB would, for three classes and a group -> folder of both."""

    def write(truth="2\n3\n1\n2\n", synsets=(*SYNSETS, GROUP)):
        data = tmp_path / "ILSVRC2012_devkit_t12" / "data"
        data.mkdir(parents=True)
        table = np.array(
            [[(float(i), wnid, words, "gloss", float(n), np.arange(n), 0.0, 1300.0)] for i, wnid, words, n in synsets],
            dtype=FIELDS,
        )
        savemat(data / "meta.mat", {"synsets": table})
        (data / "ILSVRC2012_validation_ground_truth.txt").write_text(truth)
        return data

    return write


def test_the_development_kits_numbers_are_classes(devkit, tmp_path):
    data = devkit()
    labels, file = validation_labels(tmp_path, tmp_path / "val")
    assert file == data / "ILSVRC2012_validation_ground_truth.txt"
    expected = ("n10", "n20", "n30", "n10")
    assert labels == {f"ILSVRC2012_val_{number:08d}": wnid for number, wnid in enumerate(expected, start=1)}


def test_the_development_kit_is_read_as_torchvision_reads_it(devkit, tmp_path, monkeypatch):
    import tarfile

    from torchvision.datasets import imagenet

    devkit()
    archive = tmp_path / "ILSVRC2012_devkit_t12.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "ILSVRC2012_devkit_t12", "ILSVRC2012_devkit_t12")
    monkeypatch.setattr(imagenet, "_verify_archive", lambda *_: None)
    imagenet.parse_devkit_archive(tmp_path)
    words, wnids = imagenet.load_meta_file(tmp_path)
    assert list(validation_labels(tmp_path, tmp_path / "val")[0].values()) == wnids
    assert {wnid: tuple(text.split(", ")) for wnid, text in class_names(tmp_path).items()} == words


def test_the_classes_words_come_from_any_table(devkit, tmp_path):
    assert class_names(tmp_path) == {}
    devkit()
    assert class_names(tmp_path) == {"n10": "English setter", "n20": "tench", "n30": "kit fox, Vulpes macrotis"}
    (tmp_path / "LOC_synset_mapping.txt").write_text("n10 a setter\nn20 tench, Tinca tinca\n\nn30\n")
    assert class_names(tmp_path) == {"n10": "a setter", "n20": "tench, Tinca tinca"}


def test_without_any_table_all_names_are_told(tmp_path):
    with pytest.raises(DatasetError) as error:
        validation_labels(tmp_path, tmp_path / "val")
    for name in ("LOC_val_solution.csv", "ILSVRC2012_validation_ground_truth.txt", "meta.mat"):
        assert name in str(error.value)


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        ("2\n9\n", "line 2: found '9', expected the number of a class"),
        ("4\n", "line 1: found '4', expected the number of a class"),
        ("1\n\n", "line 2: found ''"),
        ("n10\n", "line 1: found 'n10'"),
    ],
)
def test_a_number_of_no_class_is_named(devkit, tmp_path, truth, message):
    devkit(truth)
    with pytest.raises(DatasetError, match=rf"ground_truth\.txt: {message}"):
        validation_labels(tmp_path, tmp_path / "val")


def test_a_kit_without_its_table_is_named(devkit, tmp_path):
    (devkit() / "meta.mat").unlink()
    with pytest.raises(DatasetError, match=r"ground_truth\.txt: lacks meta\.mat beside it"):
        validation_labels(tmp_path, tmp_path / "val")


def damaged(content):
    return lambda path: path.write_bytes(content(path.read_bytes()))


@pytest.mark.parametrize(
    "damage",
    [
        damaged(lambda content: b""),
        damaged(lambda content: content[:200]),
        damaged(lambda content: content[: len(content) // 2]),
        damaged(lambda content: b"no table" * 100),
        lambda path: savemat(path, {"others": np.zeros(3)}),
        lambda path: savemat(path, {"synsets": np.zeros(3)}),
        lambda path: savemat(path, {"synsets": 1.0}),
    ],
)
def test_a_damaged_table_is_named(devkit, tmp_path, damage):
    damage(devkit() / "meta.mat")
    with pytest.raises(DatasetError, match=r"meta\.mat: cannot be read as the development kit's table"):
        validation_labels(tmp_path, tmp_path / "val")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("LOC_val_solution.csv", "a,b\n1,2\n", r"LOC_val_solution\.csv: line 2: expected ImageId and PredictionString"),
        ("LOC_val_solution.csv", "ImageId,PredictionString\nx,\n", "line 2: expected ImageId"),
        ("LOC_val_solution.csv", "ImageId,PredictionString\nx\n", "line 2: expected ImageId"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, file, content, message):
    (tmp_path / "val").mkdir()
    (tmp_path / file).write_text(content)
    with pytest.raises(DatasetError, match=message):
        validation_labels(tmp_path, tmp_path / "val")


def test_a_table_that_is_no_text_is_named(tmp_path):
    (tmp_path / "LOC_val_solution.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match=r"LOC_val_solution\.csv: cannot be read"):
        validation_labels(tmp_path, tmp_path / "val")
