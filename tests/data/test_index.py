import csv
import hashlib
import json

import numpy as np
import pytest

from mixsuite.data.description import combined_sha256
from mixsuite.data.errors import DatasetError
from mixsuite.data.image_files import FileFacts
from mixsuite.data.index import load_index, load_index_split, write_index_split

IMAGES = [("train/a/1.jpg", 0), ("train/b, c/2 é.jpg", 1), ('train/"d"/3.jpg', 2)]
FACTS = [FileFacts(10, None), FileFacts(20, None), FileFacts(30, None)]


@pytest.fixture
def description(tmp_path):
    (tmp_path / "root").mkdir()
    return {"classes": ["a", "b", "c"], "names": ["A", "B", "C"], "root": str(tmp_path / "root"), "source": "made up"}


@pytest.fixture
def split(tmp_path, description):
    write_index_split(tmp_path / "prepared" / "train", IMAGES, FACTS, description)
    return tmp_path / "prepared" / "train"


@pytest.fixture
def dataset(split, description):
    write_index_split(split.parent / "test", IMAGES[:2], FACTS[:2], description)
    return split.parent


def rewrite(split, content):
    """Change the table and keep its sha256 right, as a faulty program would write both."""
    (split / "index.csv").write_bytes(content)
    said = json.loads((split / "dataset.json").read_text())
    (split / "dataset.json").write_text(json.dumps({**said, "sha256": hashlib.sha256(content).hexdigest()}))


def test_what_was_written_is_read(split, tmp_path, description):
    loaded = load_index_split(split)
    assert [loaded.path(place) for place in range(3)] == [tmp_path / "root" / path for path, _ in IMAGES]
    assert loaded.labels.tolist() == [0, 1, 2]
    assert loaded.labels.dtype == np.int64
    assert loaded.n_classes == 3
    said = {key: value for key, value in loaded.description.items() if key not in ("n", "sha256")}
    assert said == description


def test_the_table_is_plain_csv(split):
    with (split / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["path"], int(row["label"])) for row in rows] == IMAGES
    assert [row["bytes"] for row in rows] == ["10", "20", "30"]
    assert "sha256" not in rows[0]


def test_checksums_are_a_column_when_there_are_any(tmp_path, description):
    facts = [FileFacts(1, "00"), FileFacts(2, "01"), FileFacts(3, "02")]
    write_index_split(tmp_path / "with", IMAGES, facts, description)
    with (tmp_path / "with" / "index.csv").open(newline="", encoding="utf-8") as file:
        assert [row["sha256"] for row in csv.DictReader(file)] == ["00", "01", "02"]
    assert load_index_split(tmp_path / "with").labels.tolist() == [0, 1, 2]


def test_the_sha256_depends_on_every_column_and_not_on_the_root(tmp_path, description):
    first = write_index_split(tmp_path / "a", IMAGES, FACTS, description)
    assert first == write_index_split(tmp_path / "b", IMAGES, FACTS, {**description, "root": "elsewhere"})
    for number, (images, facts) in enumerate(
        [
            ([("x", 0), *IMAGES[1:]], FACTS),
            ([(IMAGES[0][0], 1), *IMAGES[1:]], FACTS),
            (IMAGES, [FileFacts(11, None), *FACTS[1:]]),
            (IMAGES, [fact._replace(sha256="0") for fact in FACTS]),
            (IMAGES[::-1], FACTS[::-1]),
        ]
    ):
        assert write_index_split(tmp_path / str(number), images, facts, description) != first


@pytest.mark.parametrize("file", ["index.csv", "dataset.json"])
def test_a_missing_file_is_named(split, file):
    (split / file).unlink()
    with pytest.raises(DatasetError, match=f"{file}: cannot be read"):
        load_index_split(split)


def test_a_missing_root_is_named(split, tmp_path):
    (tmp_path / "root").rmdir()
    with pytest.raises(DatasetError, match=r"root: no such folder, expected the images of .*train: were they moved"):
        load_index_split(split)


def test_a_changed_table_is_noticed(split):
    (split / "index.csv").write_text((split / "index.csv").read_text().replace(",0,10", ",1,10"))
    with pytest.raises(DatasetError, match=r"index\.csv: has sha256"):
        load_index_split(split)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"file,label,bytes\na,0,1\n", "lacks the columns path, label, bytes"),
        (b"", "lacks the columns"),
        (b"path,label,bytes\n", "holds no image"),
        (b"path,label,bytes\na,0,1\nb\n", r"line 3: found \['b'\], expected a path and a label"),
        (b"path,label,bytes\na,x,1\n", "line 2: found"),
        (b"path,label,bytes\na,0,1\n", "found 1 images, expected 3"),
        (b"path,label,bytes\na,0,1\nb,3,1\nc,0,1\n", r"found a label outside 0\.\.2"),
        (b"path,label,bytes\na,0,1\nb,-1,1\nc,0,1\n", r"found a label outside 0\.\.2"),
        (b"path,label,bytes\n\xff,0,1\n", "is not in UTF-8"),
    ],
)
def test_a_wrong_table_is_named(split, content, message):
    rewrite(split, content)
    with pytest.raises(DatasetError, match=rf"index\.csv: .*{message}"):
        load_index_split(split)


def test_a_description_without_a_key_is_refused(split):
    (split / "dataset.json").write_text(json.dumps({"classes": []}))
    with pytest.raises(DatasetError, match="lacks root, sha256"):
        load_index_split(split)


def test_a_dataset_is_both_splits_and_one_sha256(dataset):
    train, test, sha256 = load_index(dataset)
    assert (len(train.labels), len(test.labels)) == (3, 2)
    assert sha256 == combined_sha256(train.description["sha256"], test.description["sha256"])
    assert load_index(dataset, sha256)[2] == sha256


def test_a_dataset_of_another_sha256_is_refused(dataset):
    with pytest.raises(DatasetError, match="expected 0123: it was prepared differently"):
        load_index(dataset, "0123")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DatasetError, match="nowhere: no such folder, expected an indexed dataset"):
        load_index(tmp_path / "nowhere")


def test_splits_of_different_classes_are_refused(dataset, description):
    write_index_split(dataset / "test", IMAGES, FACTS, {**description, "classes": ["a", "b", "d"]})
    with pytest.raises(DatasetError, match="differ in their classes"):
        load_index(dataset)
