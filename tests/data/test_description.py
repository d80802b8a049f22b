import json

import pytest

from mixsuite.data.description import combined_sha256, read_description
from mixsuite.data.errors import DatasetError


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"dataset\.json: cannot be read"),
        ("[]", r"dataset\.json: lacks classes, n; expected the description of a prepared split"),
        ('{"classes": []}', r"dataset\.json: lacks n; expected"),
    ],
)
def test_what_is_no_description_is_named(tmp_path, content, message):
    (tmp_path / "dataset.json").write_text(content)
    with pytest.raises(DatasetError, match=message):
        read_description(tmp_path / "dataset.json", ("classes", "n"))


def test_a_description_may_say_more(tmp_path):
    said = {"classes": ["a"], "n": 1, "more": True}
    (tmp_path / "dataset.json").write_text(json.dumps(said))
    assert read_description(tmp_path / "dataset.json", ("classes", "n")) == said


def test_the_sha256_depends_on_both_splits_and_on_which_is_which():
    assert len({combined_sha256(*splits) for splits in (("a", "b"), ("b", "a"), ("a", "a"))}) == 3
