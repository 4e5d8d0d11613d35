"""What a model file is: safetensors, whose metadata carries one JSON header with a format version and a digest."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from backlit.errors import BacklitError, DamagedFile
from backlit.files.atomic import write_whole
from backlit.files.system_errors import plain_os_error

FORMAT = 2
KEY = "backlit"
DTYPES = tuple(np.dtype(kind) for kind in (np.float32, np.float64, np.int64))

Array = NDArray[Any]


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
        If the header is not JSON or an array is of another type.
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
        if array.dtype not in DTYPES:
            raise BacklitError(f"array {name!r} holds {array.dtype}; a model file keeps float32, float64 or int64")
    # order="C" and not ascontiguousarray, which would turn a scalar into a vector
    tensors = {name: np.asarray(arrays[name], order="C") for name in sorted(arrays)}
    if "__metadata__" in tensors:
        raise BacklitError("an array cannot be named '__metadata__'; give it another name")
    content = _as_json(header)
    note = {"digest": _digest(content, tensors), "format": FORMAT, "header": json.loads(content)}
    write_whole(path, save(tensors, metadata={KEY: _as_json(note)}))


def read_model(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Read what `write_model` wrote; anything else is refused.

    Parameters
    ----------
    path : path-like
        The file to read.

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
    note, arrays = _open(path)
    if not isinstance(note, dict) or type(note.get("format")) is not int:
        _refuse(path, "its header is not one of Backlit's; take a file that Backlit saved")
    if note["format"] > FORMAT:
        _refuse(path, f"it has format {note['format']}, this Backlit reads up to {FORMAT}; install a newer one")
    if 1 <= note["format"] < FORMAT:
        _refuse(path, f"it has format {note['format']}, which is no longer read; train again and save")
    header = note.get("header")
    if note["format"] < 1 or not isinstance(header, dict) or note.get("digest") != _digest(_as_json(header), arrays):
        _refuse(path, "its content is damaged; take a fresh copy")
    return header, arrays


def _open(path: str | os.PathLike[str]) -> tuple[Any, dict[str, Array]]:
    """The parsed note and the arrays, checked by safetensors for sizes and shapes."""
    try:
        with Path(path).open("rb"):  # its errors are clearer than those of safetensors
            pass
    except OSError as error:
        raise plain_os_error(error, "cannot read", path) from None
    try:
        with safe_open(os.fspath(path), framework="numpy") as file:
            text = (file.metadata() or {}).get(KEY)
            arrays = {name: file.get_tensor(name) for name in sorted(file.keys())}
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError, OverflowError, MemoryError) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        _refuse(path, f"it is cut off, damaged, or of another kind ({why}); take a fresh copy")
    if text is None:
        _refuse(path, "it is a safetensors file of another program; take a file that Backlit saved")
    try:
        return json.loads(text, parse_constant=_no_constant), arrays
    except (ValueError, RecursionError):
        _refuse(path, "its header is damaged; take a fresh copy")


def _refuse(path: str | os.PathLike[str], why: str) -> NoReturn:
    """Raise the one error of reading."""
    raise DamagedFile(f"{os.fspath(path)} is not a whole Backlit model: {why}", path=path) from None


def _no_constant(name: str) -> NoReturn:
    """NaN and the infinities are no JSON, though Python reads them."""
    raise ValueError(name)


def _as_json(content: Mapping[str, Any]) -> str:
    """The one text of some content: sorted keys, no spaces, no NaN."""
    try:
        return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise BacklitError(f"the model's header is not JSON ({error}); keep text and finite numbers in it") from None


def _digest(header: str, arrays: Mapping[str, Array]) -> str:
    """SHA-256 of the header and of every array with its name, type and shape."""
    digest = hashlib.sha256(header.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"\n{name!r} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
