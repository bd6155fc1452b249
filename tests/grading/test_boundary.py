"""What crosses the boundary arrives as it was, and what no honest process sends is refused."""

from __future__ import annotations

import io
import json
import math
import struct
from collections import Counter, namedtuple
from enum import Enum, IntEnum
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from roadbook.grading import boundary

Point = namedtuple("Point", "x y")


PLAIN: list[Any] = [None, True, 7, -(10**4000), 2.5, math.inf, "é王", "", [], {}, {1, "a"}, b"\x00", 3j]
KINDS: list[Any] = ["array", "tensor", "frame", "dict", "none", None, [], 3]


class Colour(IntEnum):
    RED = 1


class Word(str, Enum):  # noqa: UP042  (people write it so)
    YES = "yes"


def there_and_back(value: Any) -> Any:
    """Encode, send, receive and decode a value."""
    blobs: list[boundary.Blob] = []
    kept: list[Any] = []

    def keep(each: Any) -> int:
        kept.append(each)
        return len(kept) - 1

    file = io.BytesIO()
    boundary.send(file, {"value": boundary.encode(value, blobs, keep)}, blobs)
    file.seek(0)
    message, received = boundary.receive(file)
    return boundary.decode(message["value"], received, boundary.Handle)


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        *[(each, each) for each in PLAIN],
        *[([1, [2, "x", None]],) * 2, ((1, (2,)), [1, [2]]), (Point(1, 2), [1, 2]), ({"a": [1], 2: {}},) * 2],
        *[(Counter("aab"), {"a": 2, "b": 1}), (Colour.RED, 1), (Word.YES, "yes"), ("\ud800", "?")],
        *[(np.float64(0.5), 0.5), (np.int8(3), 3), (np.bool_(True), True), (np.str_("a"), "a")],
        ({"t": "handle", "n": 0}, {"t": "handle", "n": 0}),
    ],
    ids=lambda v: repr(v)[:30],
)
def test_values(value: Any, arrives: Any) -> None:
    got = there_and_back(value)
    assert got == arrives and type(got) is type(arrives)


def test_nan() -> None:
    assert math.isnan(there_and_back(math.nan))


@pytest.mark.parametrize(
    "array",
    [
        *(
            np.arange(6).reshape(2, 3),
            np.arange(6).reshape(2, 3).T,
            np.arange(12)[::3],
            np.array(2, np.float32),
        ),
        *(np.zeros((0, 3)), np.array(["a", "ab"]), np.array([True]), np.array("2020", dtype="M8[D]")),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.array([1, "a", None], dtype=object),
        np.arange(4).view(np.matrix),
    ],
    ids=lambda a: f"{a.dtype}{a.shape}",
)
def test_arrays(array: Any) -> None:
    got = there_and_back(array)
    assert type(got) is np.ndarray and got.dtype == array.dtype and got.shape == array.shape
    assert np.array_equal(got, array)
    if got.size:
        got[...] = got  # it may be written to


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.int64, torch.bool, torch.complex64])
def test_tensors(dtype: torch.dtype) -> None:
    tensor = torch.tensor([[1, 0], [1, 1]]).to(dtype).T
    got = there_and_back(tensor)
    assert got.dtype == dtype and torch.equal(got, tensor)
    assert not there_and_back(torch.ones(2, requires_grad=True)).requires_grad


def test_tables() -> None:
    frame = pd.DataFrame(
        {"a": [1, 2], "b": ["x", None], "c": pd.to_datetime(["2020-01-01", "NaT"])}, index=[5, 9]
    )
    pd.testing.assert_frame_equal(there_and_back(frame), frame)
    pd.testing.assert_series_equal(there_and_back(frame["a"]), frame["a"])


def test_what_is_no_value_stays_and_equals_nothing() -> None:
    class Agreeable:
        def __eq__(self, other: object) -> bool:
            return True

    class Shy:
        def __repr__(self) -> str:
            raise ValueError

    got = there_and_back([Agreeable(), 1])
    assert got != [3, 1] and got[0].kind == "Agreeable"
    assert "ValueError" in repr(there_and_back(Shy()))
    assert there_and_back(range(3)) != [0, 1, 2]
    with pytest.raises(TypeError, match="a range is not a value"):
        boundary.encode(range(3), [])


def test_a_value_in_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(RecursionError):
        boundary.encode(endless, [])


HEADER = b"\x93NUMPY\x01\x00"


def npy(header: str, data: bytes = b"") -> bytes:
    text = header.encode().ljust(118) + b"\n"
    return HEADER + struct.pack("<H", len(text)) + text + data


@pytest.mark.parametrize(
    ("data", "blob"),
    [
        *[({"t": kind}, b"") for kind in KINDS],
        *[({"t": "array", "b": b}, b"") for b in (1, -2, "0", None, 1.5)],
        *[({"t": "dict", "k": [[1]], "v": [1]}, b""), ({"t": "dict", "k": [1], "v": []}, b""), ({}, b"")],
        *[({"t": "int", "v": "zz"}, b""), ({"t": "complex", "v": [1, 2, 3]}, b""), ({"t": "handle", "n": "x"}, b"")],
        *[({"t": "objects", "shape": [2, 2], "v": [1]}, b""), ({"t": "objects", "shape": [10**12], "v": []}, b"")],
        *[({"t": "array", "b": 0}, b) for b in (b"", HEADER, b"\x80\x04]\x94.", HEADER.replace(b"\x01", b"\x03"))],
        ({"t": "array", "b": 0}, npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"\x80\x04N.")),
        ({"t": "array", "b": 0}, npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}")),
        ({"t": "array", "b": 0}, npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", b"\0" * 8)),
        ({"t": "array", "b": 0}, npy("{'descr': '<f8', 'fortran_order': False, 'shape': __import__('os')}")),
        *[({"t": "tensor", "dtype": d, "b": 0}, npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0,)}"))
          for d in ("torch.load", "torch.hub", "os", "__class__", 7)],
        *[({"t": "frame", "b": 0}, b) for b in (b"", b"ARROW1", b"\xff\xff\xff\xff\xff\xff\xff\x7f")],
    ],
    ids=lambda v: repr(v)[:60],
)  # fmt: skip
def test_what_no_encoder_writes(data: Any, blob: bytes) -> None:
    with pytest.raises(boundary.BoundaryError):
        boundary.decode(data, [bytearray(blob)], boundary.Handle)


def test_deep_nesting_is_refused() -> None:
    text = b"[" * 200_000
    file = io.BytesIO(struct.pack("<IQ", 0, len(text)) + text)
    with pytest.raises(boundary.BoundaryError):
        boundary.receive(file)


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"short",
        struct.pack("<IQ", 0, 2**63),
        struct.pack("<IQ", 2**32 - 1, 2) + b"{}",
        struct.pack("<IQ", 1, 2) + b"{}" + struct.pack("<Q", 2**40),
        struct.pack("<IQ", 0, 4) + b"null",
        struct.pack("<IQ", 0, 3) + b"\xff\xfe\xfd",
        struct.pack("<IQ", 0, 5) + b"{'a'}",
        struct.pack("<IQ", 0, 100) + b"{}",
    ],
)
def test_what_is_no_frame(stream: bytes) -> None:
    with pytest.raises(boundary.BoundaryError):
        boundary.receive(io.BytesIO(stream))


def test_bytes_that_were_changed_never_do_more_than_fail() -> None:
    """Any byte of a frame may be another: decoding gives a value or a BoundaryError, and nothing else."""
    blobs: list[boundary.Blob] = []
    value = {"a": [1.5, np.arange(3.0)], "b": torch.ones(2), "c": pd.DataFrame({"x": [1, 2]}), "d": {1, 2}}
    file = io.BytesIO()
    boundary.send(file, {"value": boundary.encode(value, blobs)}, blobs)
    whole = file.getvalue()
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(whole), 1500):
        changed = bytearray(whole)
        changed[place] = rng.integers(256)
        try:
            message, received = boundary.receive(io.BytesIO(changed))
            boundary.decode(message.get("value"), received, boundary.Handle)
        except boundary.BoundaryError:
            pass
    assert json.loads(json.dumps(boundary.encode([1], []))) == [1]
