"""Files of C-scores, and holding them against the data's order."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mixsuite.cscores.scores import CScores, check_order, read_cscores, write_cscores

LABELS = np.array([0, 1, 2, 1, 0])
SCORES = np.array([0.1, 0.9, 1.0, 0.0, 0.5])


def test_what_is_written_is_read_by_its_place(tmp_path):
    write_cscores(tmp_path / "a.npz", CScores(SCORES, LABELS), profile=np.ones((2, 5)))
    found = read_cscores(tmp_path / "a.npz")
    assert found.scores.tolist() == SCORES.tolist()
    assert found.labels.tolist() == LABELS.tolist()
    check_order(found, LABELS, "a.npz")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array([0, 1, 2, 1]), "x.npz: found C-scores of 5 images, expected those of the 4 training images"),
        (LABELS[::-1][[0, 2, 1, 3, 4]], "differ from the training images' in 2 of 5 places (first at 1: found 1, "),
    ],
)
def test_scores_of_other_images_or_in_another_order_are_refused(labels, message):
    with pytest.raises(ValueError, match=re.escape(message)) as found:
        check_order(CScores(SCORES, LABELS), labels, "x.npz")
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"scores": SCORES}, "lacks the array 'labels'"),
        ({"scores": SCORES[:4], "labels": LABELS}, "expected as many fractional scores as whole labels"),
        ({"scores": SCORES, "labels": LABELS.astype(float)}, "expected as many fractional scores as whole labels"),
        ({"scores": SCORES + 0.1, "labels": LABELS}, "found scores that are not from 0 to 1"),
        ({"scores": SCORES * np.nan, "labels": LABELS}, "found scores that are not from 0 to 1"),
    ],
)
def test_what_is_no_file_of_scores_is_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ValueError, match=message):
        read_cscores(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_damaged_and_missing_files_are_one_line(tmp_path, content):
    path = tmp_path / "a.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.npz: (no such file|cannot be read)") as found:
        read_cscores(path)
    assert "\n" not in str(found.value)


def test_a_plain_array_is_no_file_of_scores(tmp_path):
    with (tmp_path / "a.npz").open("wb") as file:
        np.save(file, SCORES)
    with pytest.raises(ValueError, match=r"a\.npz: cannot be read, expected C-scores"):
        read_cscores(tmp_path / "a.npz")
