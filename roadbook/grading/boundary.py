"""The boundary between a student's process and the tests: frames of values, in formats that cannot execute.

A frame is a JSON text and the binary blobs that it refers to. Scalars, strings, lists, dicts, arrays (npy),
tensors (npy) and tables (Arrow) cross by value; whatever else a call returns stays where it is and crosses
as a `Handle`. What is received is checked for type and size before it is used: the other side may be
hostile. Sources: the npy format, numpy.lib.format; the Arrow IPC stream format.
"""

from __future__ import annotations

import io
import json
import math
import struct
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import IO, Any

MAX_FRAME = 256 * 2**20
"""Bytes of one frame; more is refused by the receiver before it is read."""
MAX_REPR = 300
"""Characters of the `repr` by which an object that is no value is shown."""
_HEAD = struct.Struct("<IQ")  # number of blobs, bytes of the JSON text
_SIZE = struct.Struct("<Q")
_PLAIN = (type(None), bool, int, float, str)


class BoundaryError(Exception):
    """What arrived is not what the format allows; the connection is of no more use."""


class ClosedError(BoundaryError):
    """The other side has gone."""


# Frames -------------------------------------------------------------------------------------------------


Blob = bytes | bytearray | tuple[bytes, memoryview]
"""Bytes, or a header and the memory of an array, which is not copied: what a call holds is measured."""


def send(file: IO[bytes], message: dict[str, Any], blobs: list[Blob]) -> None:
    """Write one frame.

    Raises:
        BoundaryError: the frame is larger than `MAX_FRAME`.
        OSError: the other side has gone.
    """
    text = json.dumps(message).encode()
    parts = [blob if isinstance(blob, tuple) else (blob,) for blob in blobs]
    sizes = [sum(len(part) for part in blob) for blob in parts]
    if len(text) + sum(sizes) > MAX_FRAME:
        raise BoundaryError(f"expected at most {MAX_FRAME >> 20} MB in one call, got more")
    file.write(_HEAD.pack(len(blobs), len(text)))
    file.write(text)
    for blob, size in zip(parts, sizes, strict=True):
        file.write(_SIZE.pack(size))
        for part in blob:
            file.write(part)
    file.flush()


def receive(file: IO[bytes]) -> tuple[dict[str, Any], list[Blob]]:
    """Read one frame.

    Raises:
        ClosedError: the other side has gone.
        BoundaryError: what arrived is no frame, or larger than `MAX_FRAME`.
    """
    count, size = _HEAD.unpack(_exactly(file, _HEAD.size))
    left = MAX_FRAME - size
    if left < 0 or count * _SIZE.size > left:
        raise BoundaryError(f"expected at most {MAX_FRAME >> 20} MB in one call, got more")
    text = _exactly(file, size)
    blobs: list[Blob] = []
    for _ in range(count):
        (size,) = _SIZE.unpack(_exactly(file, _SIZE.size))
        left -= size
        if left < 0:
            raise BoundaryError(f"expected at most {MAX_FRAME >> 20} MB in one call, got more")
        blobs.append(_exactly(file, size))
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BoundaryError(f"expected JSON, got something else: {error}") from None
    if not isinstance(message, dict):
        raise BoundaryError(f"expected a JSON object, got {type(message).__name__}")
    return message, blobs


def _exactly(file: IO[bytes], size: int) -> bytearray:
    """Read so many bytes. A bytearray may become an array that may be written to, without a copy."""
    data = bytearray(size)
    view = memoryview(data)
    while view:
        got = file.readinto(view)  # type: ignore[attr-defined]  # IO[bytes] of a binary file has it
        if not got:
            raise ClosedError("the other process has ended")
        view = view[got:]
    return data


# Values -------------------------------------------------------------------------------------------------


def encode(value: Any, blobs: list[Blob], keep: Callable[[Any], int] | None = None) -> Any:
    """Return a value as JSON, appending its arrays to `blobs`.

    Args:
        keep: stores an object that is no value and returns its number; without it such an object is refused.

    Raises:
        TypeError: an object is no value, and there is no `keep`.
    """
    if value is None or type(value) in _PLAIN:
        return _scalar(value)
    if type(value) in (list, tuple):
        return [encode(each, blobs, keep) for each in value]
    if (found := _by_library(value, blobs)) is not None:
        return found
    if isinstance(value, Mapping) and all(isinstance(key, _PLAIN) for key in value):
        keys = [_scalar(key) for key in value]
        return {"t": "dict", "k": keys, "v": [encode(each, blobs, keep) for each in value.values()]}
    if isinstance(value, (list, tuple)):  # namedtuple and other subclasses
        return [encode(each, blobs, keep) for each in value]
    if isinstance(value, (set, frozenset)) and all(isinstance(each, _PLAIN) for each in value):
        return {"t": "set", "v": [_scalar(each) for each in value]}
    if isinstance(value, (bytes, bytearray)):
        blobs.append(bytes(value))
        return {"t": "bytes", "b": len(blobs) - 1}
    if isinstance(value, complex):
        return {"t": "complex", "v": [value.real, value.imag]}
    if isinstance(value, _PLAIN):  # bool is no base class; enums and other subclasses of int, float and str
        if isinstance(value, str):
            return _scalar(str.__str__(value))
        if isinstance(value, int):
            return int.__index__(value)
        return float.__float__(value)  # type: ignore[arg-type]  # it is one: `_PLAIN` has no other
    if isinstance(value, Handle):
        return {"t": "handle", "n": value.number, "type": value.kind, "repr": ""}
    if keep is None:
        raise TypeError(f"a {type(value).__name__} is not a value that can be passed to a call")
    try:
        shown = repr(value)[:MAX_REPR]
    except Exception as error:
        shown = f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return {"t": "handle", "n": keep(value), "type": type(value).__name__[:MAX_REPR], "repr": shown}


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # halves of characters are no text
    if type(value) is int and value.bit_length() > 4096:
        return {"t": "int", "v": hex(value)}
    return value


def _by_library(value: Any, blobs: list[Blob]) -> dict[str, Any] | None:
    """Encode what belongs to NumPy, PyTorch, pandas or Polars, if they are loaded; None if it does not."""
    np, torch, pandas, polars = map(sys.modules.get, ("numpy", "torch", "pandas", "polars"))
    if np is not None and isinstance(value, np.generic) and value.dtype.kind in "biufcSU":
        return {"t": "item", "v": encode(value.item(), blobs)}
    if np is not None and isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            return {"t": "objects", "shape": list(value.shape), "v": encode(value.ravel().tolist(), blobs)}
        return {"t": "array", "b": _npy(np.asarray(value), blobs)}
    if torch is not None and isinstance(value, torch.Tensor) and value.layout is torch.strided:
        # NumPy has no bfloat16; float32 holds every value of it
        plain = value.float() if value.dtype is torch.bfloat16 else value
        return {"t": "tensor", "dtype": str(value.dtype), "b": _npy(plain.numpy(force=True), blobs)}
    if pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series)):
        series = isinstance(value, pandas.Series)
        return {
            "t": "series" if series else "frame",
            "b": _arrow(value.to_frame() if series else value, blobs),
        }
    if polars is not None and isinstance(value, polars.DataFrame):
        return {"t": "polars", "b": _arrow(value, blobs)}
    return None


def _npy(array: Any, blobs: list[Blob]) -> int:
    import numpy as np

    if not array.flags.c_contiguous:
        array = np.ascontiguousarray(array)
    head = _npy_head(array.shape, array.dtype)
    blobs.append((head, memoryview(array.reshape(-1).view(np.uint8)) if array.size else memoryview(b"")))
    return len(blobs) - 1


@lru_cache(maxsize=1000)
def _npy_head(shape: tuple[int, ...], dtype: Any) -> bytes:
    from numpy.lib import format as npy

    file = io.BytesIO()
    described = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    npy.write_array_header_1_0(file, described)
    return file.getvalue()


def _arrow(frame: Any, blobs: list[Blob]) -> int:
    import pyarrow

    table = frame.to_arrow() if hasattr(frame, "to_arrow") else pyarrow.Table.from_pandas(frame, nthreads=1)
    file = io.BytesIO()
    with pyarrow.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)
    blobs.append(file.getvalue())
    return len(blobs) - 1


def decode(data: Any, blobs: list[Blob], handle: Callable[[int, str, str], Any]) -> Any:
    """Return the value that `encode` wrote, made of plain types.

    Args:
        handle: gives what stands for an object that stayed on the other side, by number, type name and repr.

    Raises:
        BoundaryError: this is nothing that `encode` writes.
    """
    try:
        return _decode(data, blobs, handle)
    except BoundaryError:
        raise
    except Exception as error:  # whatever a library makes of bytes that it never wrote
        raise BoundaryError(f"expected an encoded value, got something else: {error}") from None


def _decode(data: Any, blobs: list[Blob], handle: Callable[[int, str, str], Any]) -> Any:
    if data is None or type(data) in _PLAIN:
        return data
    if type(data) is list:
        return [_decode(each, blobs, handle) for each in data]
    kind = data["t"]
    if kind == "dict":
        return {
            _decode(key, blobs, handle): _decode(each, blobs, handle)
            for key, each in zip(data["k"], data["v"], strict=True)
        }
    if kind == "item":
        return _decode(data["v"], blobs, handle)
    if kind == "array":
        return _read_npy(_received(blobs[data["b"]]))
    if kind == "tensor":
        name = str(data["dtype"]).removeprefix("torch.")
        if name.rstrip("0123456789") not in ("bool", "int", "uint", "float", "bfloat", "complex"):
            raise BoundaryError(f"expected the name of a dtype, got {name[:MAX_REPR]!r}")
        import torch

        dtype = getattr(torch, name)
        return torch.from_numpy(_read_npy(_received(blobs[data["b"]]))).to(dtype)
    if kind == "objects":
        import numpy as np

        array = np.empty(len(data["v"]), dtype=object)
        array[:] = [_decode(each, blobs, handle) for each in data["v"]]
        return array.reshape([int(size) for size in data["shape"]])
    if kind in ("frame", "series", "polars"):
        return _read_arrow(_received(blobs[data["b"]]), kind)
    if kind == "set":
        return {_decode(each, blobs, handle) for each in data["v"]}
    if kind == "bytes":
        return bytes(_received(blobs[data["b"]]))
    if kind == "complex":
        return complex(*data["v"])
    if kind == "int":
        return int(data["v"], 16)
    if kind == "handle":
        return handle(int(data["n"]), str(data["type"])[:MAX_REPR], str(data["repr"])[:MAX_REPR])
    raise BoundaryError(f"expected a kind of value, got {kind!r}")


def _received(blob: Blob) -> bytearray:
    if not isinstance(blob, bytearray):
        raise BoundaryError("expected bytes that were received")
    return blob


def _read_npy(blob: bytearray) -> Any:
    """Return an array of npy bytes; its data are as long as its header says, and hold no objects."""
    import numpy as np

    if len(blob) < 10:
        raise BoundaryError("expected npy format 1.0")
    start = 10 + int.from_bytes(blob[8:10], "little")
    shape, fortran, dtype = _npy_header(bytes(blob[: min(start, 4096)]))
    size = math.prod(shape) * dtype.itemsize
    if dtype.hasobject or size != len(blob) - start:
        raise BoundaryError(f"expected {size} bytes of plain numbers for shape {shape}")
    array = np.frombuffer(blob, dtype=dtype, offset=start) if size else np.empty(0, dtype)
    return array.reshape(shape, order="F" if fortran else "C")


@lru_cache(maxsize=1000)
def _npy_header(header: bytes) -> tuple[tuple[int, ...], bool, Any]:
    """Read the header of an npy file: the same few come in a hundred calls, and to parse one costs more than
    the rest of a small array."""
    from numpy.lib import format as npy

    file = io.BytesIO(header)
    if npy.read_magic(file) != (1, 0):
        raise BoundaryError("expected npy format 1.0")
    found: tuple[tuple[int, ...], bool, Any] = npy.read_array_header_1_0(file, max_header_size=2000)
    return found


def _read_arrow(blob: bytearray, kind: str) -> Any:
    import pyarrow

    try:
        with pyarrow.ipc.open_stream(memoryview(blob)) as stream:
            table = stream.read_all()
        table.validate(full=True)
        if kind == "polars":
            import polars

            return polars.from_arrow(table)
        frame = table.to_pandas(use_threads=False)
    except pyarrow.ArrowException as error:
        raise BoundaryError(f"expected an Arrow stream: {error}") from None
    return frame.iloc[:, 0] if kind == "series" else frame


class Handle:
    """Stands for an object that stays in the student's process.

    It is equal to itself alone, so an object that claims to be equal to everything gains nothing.
    """

    def __init__(self, number: int, kind: str, shown: str) -> None:
        self.number, self.kind, self.shown = number, kind, shown

    def __repr__(self) -> str:
        return self.shown
