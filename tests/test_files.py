import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.files import atomic_path, canonical_json, digest, write_csv, write_json, write_text

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "table.csv"
    write_text(path, "old")
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError("disk full")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_makes_the_folders_that_it_needs(tmp_path):
    write_json(tmp_path / "a" / "b.json", {"x": 1})
    assert json.loads((tmp_path / "a" / "b.json").read_text()) == {"x": 1}


def test_files_are_readable_as_any_new_file_is(tmp_path):
    write_text(tmp_path / "atomic", "")
    (tmp_path / "plain").touch()
    assert (tmp_path / "atomic").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_in_a_csv_numbers_keep_their_digits_and_none_is_empty(tmp_path):
    path = tmp_path / "folder" / "table.csv"
    write_csv(path, ("a", "b"), [{"a": 0.1 + 0.2, "b": None}, {"a": 1, "b": "x"}])
    assert path.read_text() == "a,b\n0.30000000000000004,\n1,x\n"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_know_are_refused(tmp_path, value):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "x.json", {"loss": value})
    assert not (tmp_path / "x.json").exists()


@given(st.dictionaries(st.text(), PLAIN, max_size=6))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value):
    backwards = dict(reversed(value.items()))
    assert canonical_json(value) == canonical_json(backwards)
    assert digest(value) == digest(backwards)
    assert json.loads(canonical_json(value)) == value
