"""Reading the pickles of the CIFAR archives without letting them build anything but byte arrays and plain containers.

A pickle is a program that may call any function it names. The CIFAR files name numpy's array constructors only; here
those names lead to stand-ins that accept arrays of bytes, and every other name is refused. numpy itself never sees
what the file says.
"""

from __future__ import annotations

import io
import math
import pickle
from typing import Any

import numpy as np

from mixsuite.data.errors import DatasetError

_BYTE_CODES = ("u1", "uint8", "|u1")


def load_batch(content: bytes, name: str) -> dict[str, Any]:
    """Return the dict pickled in `content`, its keys as text; `name` is what messages call the file.

    Strings that Python 2 wrote come back as bytes, arrays as uint8.

    Raises:
        DatasetError: the pickle is damaged, is no dict, or asks for anything that a CIFAR file does not need.
    """
    try:
        found = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    except DatasetError as error:
        raise DatasetError(f"{name}: refused: {error}") from None
    # A damaged pickle may raise almost any exception.
    except Exception as error:
        raise DatasetError(f"{name}: not a readable CIFAR file ({type(error).__name__}: {error})") from None
    if not isinstance(found, dict):
        raise DatasetError(f"{name}: found a {type(found).__name__}, expected the dict of a CIFAR file")
    return {as_text(key): value.content if isinstance(value, _Array) else value for key, value in found.items()}


def as_text(value: Any) -> str:
    """Return a name that either Python 2 or Python 3 pickled as text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _STAND_INS:
            raise DatasetError(f"it asks for {module}.{name}, which no CIFAR file needs")
        return _STAND_INS[module, name]


class _Type:
    """Stands in for numpy.dtype; unsigned bytes are the only one allowed."""

    def __init__(self, code: Any, *_: Any) -> None:
        if as_text(code) not in _BYTE_CODES:
            raise DatasetError(f"it holds an array of {as_text(code)!r}, expected unsigned bytes")

    def __setstate__(self, state: Any) -> None:
        """Ignore byte order and alignment, which bytes do not have."""


class _Array:
    """Stands in for numpy.ndarray: takes the state that numpy pickles and holds it as `content`."""

    content = np.empty(0, np.uint8)

    def __init__(self, *_: Any) -> None:
        """Ignore the placeholder shape and type that precede the state."""

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, fortran_order, data = state
        if not isinstance(kind, _Type) or not isinstance(data, bytes) or math.prod(shape) != len(data):
            raise DatasetError("it holds an array whose size, type and content do not fit together")
        order = "F" if fortran_order else "C"
        self.content = np.frombuffer(data, np.uint8).reshape(tuple(shape), order=order)


def _reconstruct(*_: Any) -> _Array:
    return _Array()


def _encode(text: str, encoding: Any) -> bytes:
    # How Python 3 writes bytes in the old protocol.
    if as_text(encoding) != "latin1":
        raise DatasetError(f"it asks for the encoding {as_text(encoding)!r}, expected latin1")
    return text.encode("latin1")


_STAND_INS = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _encode,
}
