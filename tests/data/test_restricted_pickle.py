import os
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.data.errors import DatasetError
from mixsuite.data.restricted_pickle import load_batch

DATA = np.random.default_rng(0).integers(0, 256, (2, 3072), dtype=np.uint8)


def as_python_2_wrote_it(data, labels):
    """Spell out the opcodes of cPickle's protocol 2 for {"data": array, "labels": list}."""
    rows, columns = (struct.pack("<H", side) for side in data.shape)
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR"
    kind = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    state = b"(K\x01M" + rows + b"M" + columns + b"\x86" + kind + b"\x89T" + struct.pack("<i", data.size)
    content = b"]" + b"".join(b"K" + bytes([label]) + b"a" for label in labels)
    return b"\x80\x02}(U\x04data" + array + state + data.tobytes() + b"tbU\x06labels" + content + b"u."


def test_what_python_2_wrote_is_read():
    batch = load_batch(as_python_2_wrote_it(DATA, [3, 7]), "data_batch_1")
    np.testing.assert_array_equal(batch["data"], DATA)
    assert batch["labels"] == [3, 7]


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_numpy_writes_today_is_read(protocol, order):
    content = pickle.dumps({"data": np.array(DATA, order=order), b"names": [b"cat"]}, protocol=protocol)
    batch = load_batch(content, "train")
    np.testing.assert_array_equal(batch["data"], DATA)
    assert batch["names"] == [b"cat"]


class Hostile:
    def __reduce__(self):
        return os.mkdir, ("made-by-a-pickle",)


@pytest.mark.parametrize("protocol", range(6))
def test_a_hostile_pickle_is_refused_and_calls_nothing(tmp_path, monkeypatch, protocol):
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps({"data": Hostile()}, protocol=protocol)
    with pytest.raises(DatasetError, match=r"data_batch_1: refused: it asks for \w+\.mkdir, which no CIFAR file needs"):
        load_batch(content, "data_batch_1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["builtins\neval", "numpy\nload", "numpy.core.multiarray\nscalar", "numpy\n__dict__"])
def test_no_other_name_is_given_out(name):
    with pytest.raises(DatasetError, match="refused: it asks for"):
        load_batch(f"c{name}\n.".encode(), "meta")


def test_nested_names_are_refused():
    content = b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93."
    with pytest.raises(DatasetError, match=r"asks for numpy\.ndarray\.tofile"):
        load_batch(content, "meta")


@pytest.mark.parametrize("array", [DATA.astype(np.float32), np.array([DATA, None], dtype=object)])
def test_arrays_of_anything_but_bytes_are_refused(array):
    with pytest.raises(DatasetError, match="expected unsigned bytes"):
        load_batch(pickle.dumps({"data": array}, protocol=2), "train")


def test_an_array_shorter_than_its_shape_is_refused():
    content = as_python_2_wrote_it(DATA, []).replace(b"M\x02\x00M", b"M\x03\x00M")
    with pytest.raises(DatasetError, match="do not fit together"):
        load_batch(content, "train")


def test_what_is_no_dict_is_refused():
    with pytest.raises(DatasetError, match="train: found a list, expected the dict"):
        load_batch(pickle.dumps([1]), "train")


@given(st.integers(0, 6200), st.binary(min_size=1, max_size=8))
def test_damage_never_ends_in_another_error(place, bytes_):
    content = as_python_2_wrote_it(DATA, [3, 7])
    damaged = content[:place] + bytes_ + content[place + len(bytes_) :]
    try:
        assert isinstance(load_batch(damaged, "train"), dict)
    except DatasetError as error:
        assert str(error).startswith("train: ")
