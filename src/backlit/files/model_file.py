"""What a model file is: safetensors, with a header of JSON among its arrays, a format version and a digest.

Format 3 keeps the header as an array of bytes, so that the file's metadata, which scanners and other programs show,
is one short line. Format 2 kept it in the metadata, and is still read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from backlit.errors import BacklitError, DamagedFile
from backlit.files.atomic import write_whole
from backlit.files.strict_json import from_json, to_json
from backlit.files.system_errors import plain_os_error

FORMAT = 3
OLDEST_FORMAT = 2
"""The oldest one that is still read."""

KEY = "backlit"
HEADER = "__header__"
"""The array of bytes that is the header; no other array may have its name."""

DTYPES: Mapping[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8")}
"""safetensors' names of the types of arrays that a model file keeps."""

NATIVE = tuple(dtype.newbyteorder("=") for dtype in DTYPES.values())
MOST_ARRAYS = 100_000
LENGTH_BYTES = 8
"""A safetensors file begins with the length of its own description, in so many bytes."""

Array = NDArray[Any]
Check = Callable[[Mapping[str, Any]], None]


def write_model(path: str | os.PathLike[str], header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write a header and named arrays as one safe file, whole or not at all.

    Equal content gives equal bytes. The file is a valid safetensors file: data only, nothing that is run.

    Parameters
    ----------
    path : path-like
        The file to write.
    header : mapping
        What JSON can hold: text, finite numbers, booleans, None, lists, and mappings with text as keys.
    arrays : mapping of str to ndarray
        Of float32, float64 or int64, of any shape.

    Raises
    ------
    BacklitError
        If the header is not JSON, an array is of another type, or has a name that is taken.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_model(folder + "/m.backlit", {"loss": "squared"}, {"w[1]": np.zeros((2, 3))})
    ...     header, arrays = read_model(folder + "/m.backlit")
    >>> header, arrays["w[1]"].shape
    ({'loss': 'squared'}, (2, 3))
    """
    for name, array in arrays.items():
        if array.dtype not in NATIVE:
            raise BacklitError(f"array {name!r} holds {array.dtype}; a model file keeps float32, float64 or int64")
        if name in (HEADER, "__metadata__"):
            raise BacklitError(f"an array cannot be named {name!r}; give it another name")
    # order="C" and not ascontiguousarray, which would turn a scalar into a vector
    tensors = {name: np.asarray(arrays[name], order="C") for name in sorted(arrays)}
    content = to_json(header)
    note = to_json({"digest": _digest(content, tensors), "format": FORMAT})
    as_bytes = np.frombuffer(content.encode(), np.uint8)
    write_whole(path, save({HEADER: as_bytes, **tensors}, metadata={KEY: note}))


def read_model(path: str | os.PathLike[str], check: Check | None = None) -> tuple[dict[str, Any], dict[str, Array]]:
    """Read what `write_model` wrote; anything else is refused, before memory is taken for it.

    Parameters
    ----------
    path : path-like
        The file to read.
    check : callable, optional
        Is given the header before any array is read, and may refuse it with a `DamagedFile`.

    Returns
    -------
    header : dict
        As written.
    arrays : dict of str to ndarray
        As written, in the order of their names; each its own writable copy.

    Raises
    ------
    DamagedFile
        If the file is foreign, cut off, damaged, or of another format.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> read_model("/no/such/model")
    Traceback (most recent call last):
        ...
    FileNotFoundError: cannot read /no/such/model: no such file or directory; mend the path, ...
    """
    try:
        with Path(path).open("rb") as file:
            return _read(path, file, check)
    except MemoryError:
        _refuse(path, "it does not fit into memory; take a machine with more")
    except OSError as error:
        raise plain_os_error(error, "cannot read", path) from None


def _read(path: str | os.PathLike[str], file: BinaryIO, check: Check | None) -> tuple[dict[str, Any], dict[str, Array]]:
    """Header and arrays of an open file, the header first."""
    parts, note = _description(path, file)
    text, header = _header(path, file, parts, note)
    if check is not None:
        try:
            check(header)
        except DamagedFile as error:
            _refuse(path, str(error))
    start = _data_start(file)
    arrays = {name: _array(path, file, name, parts[name], start) for name in sorted(parts)}
    if note.get("digest") != _digest(text, arrays):
        _refuse(path, "its content is damaged; take a fresh copy")
    return header, arrays


def _description(path: str | os.PathLike[str], file: BinaryIO) -> tuple[dict[str, Any], dict[str, Any]]:
    """What each array is and where it lies, checked by safetensors too, and our note of format and digest."""
    try:
        with safe_open(os.fspath(path), framework="numpy"):  # checks sizes, shapes, and that every byte belongs to one
            pass
        file.seek(0)
        length = int.from_bytes(file.read(LENGTH_BYTES), "little")
        raw = file.read(length)
        if raw.count(b'"data_offsets"') > MOST_ARRAYS:
            raise ValueError("too many arrays")
        parts = from_json(raw.decode())
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        _refuse(path, f"it is cut off, damaged, or of another kind ({why}); take a fresh copy")
    note_text = parts.pop("__metadata__", {}).get(KEY)
    if note_text is None:
        _refuse(path, "it is a safetensors file of another program; take a file that Backlit saved")
    note = _parsed(path, note_text)
    if not isinstance(note, dict) or type(note.get("format")) is not int:
        _refuse(path, "its header is not one of Backlit's; take a file that Backlit saved")
    if note["format"] > FORMAT:
        _refuse(path, f"it has format {note['format']}, this Backlit reads up to {FORMAT}; install a newer one")
    if 1 <= note["format"] < OLDEST_FORMAT:
        _refuse(path, f"it has format {note['format']}, which is no longer read; train again and save")
    return parts, note


def _header(
    path: str | os.PathLike[str], file: BinaryIO, parts: dict[str, Any], note: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The header, and its text as the digest takes it."""
    if note["format"] == OLDEST_FORMAT:
        header = note.get("header")
        if not isinstance(header, dict):
            _refuse(path, "its content is damaged; take a fresh copy")
        try:
            return to_json(header), header
        except BacklitError:
            _refuse(path, "its header is damaged; take a fresh copy")
    part = parts.pop(HEADER, None)
    if note["format"] < OLDEST_FORMAT or part is None or part["dtype"] != "U8":
        _refuse(path, "its content is damaged; take a fresh copy")
    begin, end = part["data_offsets"]
    file.seek(_data_start(file) + begin)
    try:
        text = file.read(end - begin).decode("ascii")
    except ValueError:
        _refuse(path, "its header is damaged; take a fresh copy")
    header = _parsed(path, text)
    if not isinstance(header, dict):
        _refuse(path, "its header is damaged; take a fresh copy")
    return text, header


def _data_start(file: BinaryIO) -> int:
    """Where the arrays begin."""
    file.seek(0)
    return LENGTH_BYTES + int.from_bytes(file.read(LENGTH_BYTES), "little")


def _array(path: str | os.PathLike[str], file: BinaryIO, name: str, part: Mapping[str, Any], start: int) -> Array:
    """One array, read from the file into memory of its own."""
    if part["dtype"] not in DTYPES:
        _refuse(path, f"its array {name!r:.60} is of type {part['dtype']}; take a fresh copy")
    begin, end = part["data_offsets"]
    dtype = DTYPES[part["dtype"]]
    file.seek(start + begin)
    numbers: Array = np.empty((end - begin) // dtype.itemsize, dtype)
    if file.readinto(numbers.view(np.uint8)) != end - begin:  # type: ignore[attr-defined]  # of every binary file
        _refuse(path, "it is cut off, damaged, or of another kind (it ends too early); take a fresh copy")
    array: Array = numbers.reshape(part["shape"])
    return array.astype(dtype.newbyteorder("="), copy=False)


def _parsed(path: str | os.PathLike[str], text: str) -> Any:
    """Strict JSON."""
    try:
        return from_json(text)
    except (ValueError, TypeError, RecursionError):
        _refuse(path, "its header is damaged; take a fresh copy")


def _refuse(path: str | os.PathLike[str], why: str) -> NoReturn:
    """Raise the one error of reading."""
    raise DamagedFile(f"{os.fspath(path)} is not a whole Backlit model: {why}", path=path) from None


def _digest(header: str, arrays: Mapping[str, Array]) -> str:
    """SHA-256 of the header and of every array with its name, type and shape."""
    digest = hashlib.sha256(header.encode())
    for name in sorted(arrays):
        array = np.asarray(arrays[name], arrays[name].dtype.newbyteorder("<"))
        digest.update(f"\n{name!r} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
