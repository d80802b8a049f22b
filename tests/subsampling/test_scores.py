"""The files of a scoring."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mixsuite.subsampling.scores import read_scores, write_scores


@pytest.fixture
def folder(tmp_path, new_scoring):
    record = {"specification": new_scoring(), "dataset": {"sha256": "abc"}}
    write_scores(tmp_path / "scores.json", tmp_path / "values.npy", record, np.arange(6.0).reshape(3, 2), "c0de")
    return tmp_path


def test_what_was_written_is_read(folder, new_scoring):
    scores = read_scores(folder, "abc")
    assert scores.specification == new_scoring()
    assert scores.values.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_scores_of_another_dataset_are_refused(folder):
    with pytest.raises(ValueError, match="scores of the dataset with sha256 abc, expected def"):
        read_scores(folder, "def")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("scores.json", b"{", "scores.json: cannot be read"),
        ("scores.json", b"[]", "scores.json: lacks a specification"),
        ("scores.json", b'{"specification": {}, "provenance": {}}', "lacks dataset or shape"),
        ("values.npy", b"nothing", r"values\.npy was changed: its sha256 .*; delete it, and Snakemake makes it anew"),
    ],
)
def test_damage_is_named(folder, file, content, message):
    (folder / file).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_scores(folder, "abc")


def test_values_of_another_shape_are_refused(folder):
    np.save(folder / "values.npy", np.zeros((2, 2)))
    record = json.loads((folder / "scores.json").read_text())
    del record["files"], record["checksum"]
    (folder / "scores.json").write_text(json.dumps(record))
    with pytest.raises(ValueError, match=r"found the shape \[2, 2\], expected \[3, 2\]"):
        read_scores(folder, "abc")
