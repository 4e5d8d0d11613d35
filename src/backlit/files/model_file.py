"""What a model file is: safetensors, with a header of JSON among its arrays, a format version and a digest.

Format 3 keeps the header as an array of bytes, so that the file's metadata, which scanners and other programs show,
is one short line. Format 2 kept it in the metadata, and is still read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from backlit.errors import BacklitError, DamagedFile
from backlit.files.atomic import write_whole
from backlit.files.safetensors_layout import Layout, Part, read_layout, with_longer_description
from backlit.files.strict_json import FREE_MEMORY, SPARE_MEMORY, from_json, to_json, weight
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
HASHED_AT_ONCE = 2**16
"""Characters of a header: a copy of all would take memory."""

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
    data = save({HEADER: as_bytes, **tensors}, metadata={KEY: note})
    allowed = content_memory(len(data), len(content) + sum(array.nbytes for array in tensors.values()))
    if weight(content, allowed) > allowed:  # many columns, few parameters
        missing = weight(content) - allowed
        try:
            data = with_longer_description(data, -(-missing // 2))
        except ValueError as error:
            raise BacklitError(f"the model's header is too large ({error}); keep fewer columns or categories") from None
    write_whole(path, data)


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
        with open(path, "rb") as file:
            return _read(path, file, check)
    except MemoryError:
        _refuse(path, "it does not fit into memory; take a machine with more")
    except OSError as error:
        raise plain_os_error(error, "cannot read", path) from None


def _read(path: str | os.PathLike[str], file: BinaryIO, check: Check | None) -> tuple[dict[str, Any], dict[str, Array]]:
    """Header and arrays of an open file, the header first."""
    layout, note = _description(path, file)
    text, header = _header(path, file, layout, note)
    if check is not None:
        try:
            check(header)
        except DamagedFile as error:
            _refuse(path, str(error))
    arrays = {name: _array(path, file, name, layout.parts[name], layout.start) for name in sorted(layout.parts)}
    if note.get("digest") != _digest(text, arrays):
        _refuse(path, "its content is damaged; take a fresh copy")
    return header, arrays


def _description(path: str | os.PathLike[str], file: BinaryIO) -> tuple[Layout, dict[str, Any]]:
    """What each array is and where it lies, and our note of format and digest."""
    try:
        layout = read_layout(file)
    except (OSError, ValueError, RecursionError) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        _refuse(path, f"it is cut off, damaged, or of another kind ({why}); take a fresh copy")
    note_text = layout.metadata.get(KEY)
    if note_text is None:
        _refuse(path, "it is a safetensors file of another program; take a file that Backlit saved")
    note = _parsed(path, note_text, content_memory(layout.size, layout.size))
    if not isinstance(note, dict) or type(note.get("format")) is not int:
        _refuse(path, "its header is not one of Backlit's; take a file that Backlit saved")
    if note["format"] > FORMAT:
        _refuse(path, f"it has format {note['format']}, this Backlit reads up to {FORMAT}; install a newer one")
    if 1 <= note["format"] < OLDEST_FORMAT:
        _refuse(path, f"it has format {note['format']}, which is no longer read; train again and save")
    return layout, note


def _header(
    path: str | os.PathLike[str], file: BinaryIO, layout: Layout, note: dict[str, Any]
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
    part = layout.parts.pop(HEADER, None)
    if note["format"] < OLDEST_FORMAT or part is None or part.dtype != "U8":
        _refuse(path, "its content is damaged; take a fresh copy")
    file.seek(layout.start + part.begin)
    try:
        text = file.read(part.end - part.begin).decode("ascii")
    except ValueError:
        _refuse(path, "its header is damaged; take a fresh copy")
    header = _parsed(path, text, content_memory(layout.size, layout.size - layout.start))
    if not isinstance(header, dict):
        _refuse(path, "its header is damaged; take a fresh copy")
    return text, header


def _array(path: str | os.PathLike[str], file: BinaryIO, name: str, part: Part, start: int) -> Array:
    """One array, read from the file into memory of its own."""
    dtype = DTYPES.get(part.dtype)
    if dtype is None:
        _refuse(path, f"its array {name!r:.60} is of type {part.dtype}; take a fresh copy")
    file.seek(start + part.begin)
    numbers: Array = np.empty((part.end - part.begin) // dtype.itemsize, dtype)
    if file.readinto(numbers.view(np.uint8)) != part.end - part.begin:  # type: ignore[attr-defined]  # of binary files
        _refuse(path, "it is cut off, damaged, or of another kind (it ends too early); take a fresh copy")
    array: Array = numbers.reshape(part.shape)
    return array.astype(dtype.newbyteorder("="), copy=False)


def content_memory(size: int, kept: int) -> int:
    """Bytes of memory that a header's content may take, so that reading takes twice the file's size and a little.

    Parameters
    ----------
    size : int
        Bytes of the file.
    kept : int
        Those that are in memory at the end: the header's text and the arrays.
    """
    return 2 * size + FREE_MEMORY - SPARE_MEMORY - kept


def _parsed(path: str | os.PathLike[str], text: str, allowed: int) -> Any:
    """Strict JSON."""
    try:
        return from_json(text, allowed)
    except (ValueError, TypeError, RecursionError):
        _refuse(path, "its header is damaged; take a fresh copy")


def _refuse(path: str | os.PathLike[str], why: str) -> NoReturn:
    """Raise the one error of reading."""
    raise DamagedFile(f"{os.fspath(path)} is not a whole Backlit model: {why}", path=path) from None


def _digest(header: str, arrays: Mapping[str, Array]) -> str:
    """SHA-256 of the header and of every array with its name, type and shape."""
    digest = hashlib.sha256()
    for first in range(0, len(header), HASHED_AT_ONCE):
        digest.update(header[first : first + HASHED_AT_ONCE].encode())
    for name in sorted(arrays):
        array = np.asarray(arrays[name], arrays[name].dtype.newbyteorder("<"))
        digest.update(f"\n{name!r} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
