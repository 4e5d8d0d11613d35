"""Encoded rows on the disk, dealt into bins of which each is a sample of all; found again by what they follow from."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit import __version__
from backlit.engine.rng import Stream
from backlit.errors import DamagedFile
from backlit.files import plain_os_error, read_model, write_model
from backlit.scale.progress import Progress
from backlit.scale.reading_ahead import read_ahead
from backlit.scale.row_file import FLOAT, RowFile
from backlit.scale.source import Source

Matrix = NDArray[np.float32]
Encode = Callable[[pa.Table], tuple[Matrix, Matrix, NDArray[np.float32]]]
"""A chunk -> its encoded rows, targets, weights (empty: all count alike)."""

CACHE_FORMAT = 1
BIN_BYTES = 4 * 2**20
"""Bytes of a bin's rows, about."""
SPARE_BYTES = 64 * 2**20
"""Of the disk, which the cache leaves free."""

ARRAYS = ("inputs", "targets", "weights")


@dataclass(frozen=True, slots=True)
class Layout:
    """How many rows there are, how wide, and where each goes.

    Examples
    --------
    >>> layout = Layout(10, 2, 1, False, bin_bytes=24)
    >>> layout.bins, layout.bounds.tolist()
    (4, [0, 3, 6, 8, 10])
    >>> layout.positions(np.arange(10)).tolist()  # dealt: one to each bin, and again
    [0, 3, 6, 8, 1, 4, 7, 9, 2, 5]
    """

    rows: int
    inputs: int
    targets: int
    weighted: bool
    bin_bytes: int = BIN_BYTES

    @property
    def bins(self) -> int:
        """How many bins there are."""
        return max(1, -(-self.rows * self.inputs * FLOAT.itemsize // self.bin_bytes))

    @property
    def bounds(self) -> NDArray[np.int64]:
        """Where each bin begins, and the last one ends."""
        each, more = divmod(self.rows, self.bins)
        numbers = np.arange(self.bins + 1)
        return numbers * each + np.minimum(numbers, more)

    def bin(self, number: int) -> tuple[int, int]:
        """Where one bin begins and ends."""
        each, more = divmod(self.rows, self.bins)
        begin = number * each + min(number, more)
        return begin, begin + each + (number < more)

    def positions(self, dealt: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where the rows go that are dealt as these numbers."""
        return np.asarray(self.bounds[dealt % self.bins] + dealt // self.bins, np.int64)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each array."""
        weights = self.rows if self.weighted else 0
        return {"inputs": (self.rows, self.inputs), "targets": (self.rows, self.targets), "weights": (weights,)}

    @property
    def bytes(self) -> int:
        """What all arrays take of a disk."""
        return sum(int(np.prod(shape)) for shape in self.shapes().values()) * FLOAT.itemsize


@dataclass(frozen=True, slots=True)
class Held:
    """The rows of a cache that validate: those from `first` to `end` of every so many-th bin.

    Examples
    --------
    >>> layout = Layout(10, 2, 1, False, bin_bytes=24)
    >>> held = Held(1, 2, every=2)
    >>> held.of(layout, 0), held.others(layout, 0), held.count(layout)
    (slice(1, 2, None), (slice(0, 1, None), slice(2, 3, None)), 2)
    >>> held.of(layout, 1), held.others(layout, 1)
    (slice(3, 3, None), (slice(3, 3, None), slice(3, 6, None)))
    """

    first: int = 0
    end: int = 0
    every: int = 1

    def of(self, layout: Layout, number: int) -> slice:
        """Those of a bin, as rows of the cache."""
        begin, _ = layout.bin(number)
        return slice(begin, begin) if number % self.every else slice(begin + self.first, begin + self.end)

    def others(self, layout: Layout, number: int) -> tuple[slice, slice]:
        """The rows of a bin before and after them."""
        held, (begin, end) = self.of(layout, number), layout.bin(number)
        return slice(begin, held.start), slice(held.stop, end)

    def count(self, layout: Layout) -> int:
        """How many there are."""
        return -(-layout.bins // self.every) * (self.end - self.first)


NOTHING_HELD = Held()


@dataclass
class EncodedCache:
    """Encoded rows, targets and weights on the disk; `facts` and `arrays` are what the fit learnt with them.

    Attributes
    ----------
    folder : Path
    layout : Layout
    digest : str
        Of all numbers.
    inputs, targets, weights : RowFile
        Read when they are asked for.
    reused : bool
        Whether an earlier fit wrote it.
    """

    folder: Path
    layout: Layout
    digest: str
    facts: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    inputs: RowFile
    targets: RowFile
    weights: RowFile
    reused: bool = False
    _temporary: Any = field(default=None, repr=False)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The cache in a folder.

        Raises
        ------
        DamagedFile
            If it is not whole.
        """
        header, arrays = read_model(folder / "manifest")
        layout = Layout(**header["layout"])
        files: dict[str, Any] = {name: RowFile(folder / name, shape) for name, shape in layout.shapes().items()}
        return cls(folder, layout, header["digest"], header["facts"], arrays, **files)

    def __len__(self) -> int:
        return self.layout.rows

    def sample(self, rows: int, held: Held = NOTHING_HELD) -> tuple[Matrix, Matrix, NDArray[np.float32]]:
        """So many rows of all that are not held out, about, with targets and weights: of each bin as many.

        Where there are more bins than rows, it is one row of each of as many bins, which are evenly spaced.
        """
        bins = self.layout.bins
        chosen = np.unique(np.linspace(0, bins - 1, min(rows, bins)).astype(np.int64))
        each = max(1, rows // bins)
        parts: list[slice] = []
        for number in chosen.tolist():
            before, after = held.others(self.layout, number)
            last = slice(max(after.start, after.stop - each), after.stop)
            missing = each - (last.stop - last.start)
            parts += [slice(max(before.start, before.stop - missing), before.stop), last]
        return self.rows(parts)

    def rows(self, parts: list[slice]) -> tuple[Matrix, Matrix, NDArray[np.float32]]:
        """Copies of some rows, with targets and weights."""
        parts = [part for part in parts if part.stop > part.start]
        weights = np.concatenate([self.weights[part] for part in parts]) if self.layout.weighted else self.weights[:]
        inputs, targets = (np.concatenate([array[part] for part in parts]) for array in (self.inputs, self.targets))
        return inputs, targets, weights


def cache_key(*facts: object) -> str:
    """The name of a cache by what its content follows from."""
    return hashlib.blake2b(repr((CACHE_FORMAT, __version__, *facts)).encode(), digest_size=16).hexdigest()


def existing_cache(source: Source, key: str | None) -> EncodedCache | None:
    """The cache that an earlier fit wrote, if it is there and whole."""
    folder = None if key is None or source.cache_dir is None else source.cache_dir / key
    if folder is None or not (folder / "manifest").exists():
        return None
    cache = EncodedCache.open(folder)
    cache.reused = True
    return cache


def write_cache(
    source: Source, key: str | None, layout: Layout, encode: Encode, facts: Callable[[], tuple[dict[str, Any], Any]]
) -> EncodedCache:
    """Encode all rows, and deal them into bins.

    Parameters
    ----------
    source : Source
    key : str or None
        None: it is kept as long as the object that is returned.
    layout : Layout
    encode : callable
        A chunk's table -> inputs, targets, weights.
    facts : callable
        What is kept with the rows, asked after the last of them: JSON, and arrays by name.

    Raises
    ------
    OSError
        If the disk has no space for it, or it cannot be written; nothing is left behind.
    """
    kept = key is not None and source.cache_dir is not None
    base = source.cache_dir if kept and source.cache_dir is not None else Path(tempfile.gettempdir())
    try:
        base.mkdir(parents=True, exist_ok=True)
        check_disk(base, layout.bytes)
        folder = Path(tempfile.mkdtemp(prefix="part-" if kept else "backlit-", dir=base))
    except OSError as error:
        raise _unwritable(error, base) from None
    try:
        digest = _write(folder, source, layout, encode)
        header, arrays = facts()
        layout_facts = {name: getattr(layout, name) for name in layout.__slots__}
        write_model(folder / "manifest", {"layout": layout_facts, "digest": digest, "facts": header}, arrays)
        if kept:
            assert key is not None
            folder = _named(folder, base / key)
        cache = EncodedCache.open(folder)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError) and error.strerror:
            raise _unwritable(error, base) from None
        raise
    if not kept:
        cache._temporary = _Removed(folder)
    return cache


def check_disk(folder: Path, size: int) -> None:
    """Refuse a cache for which there is no space, before the work.

    Raises
    ------
    OSError
    """
    free = shutil.disk_usage(folder).free
    if free < size + SPARE_BYTES:
        raise OSError(
            f"{folder}: the encoded rows take {size / 2**30:,.1f} GiB, and {free / 2**30:,.1f} GiB are free; "
            "free some space, or name another folder (cache_dir, --cache)"
        )


def _write(folder: Path, source: Source, layout: Layout, encode: Encode) -> str:
    """Write all arrays; the digest of them."""
    shuffles = Stream(0, "shuffle")  # not the fit's seed: fits of all seeds share the cache
    stage = f"encoding ({layout.bytes / 2**30:,.2f} GiB in {folder.parent})"
    progress = Progress(stage, layout.rows, source.on_rows)
    progress.begin()
    mapped: dict[str, Any] = {}
    for name, shape in layout.shapes().items():
        size = int(np.prod(shape)) * FLOAT.itemsize
        with (folder / name).open("wb") as file:
            if size:
                reserve(file, size)
        mapped[name] = np.memmap(folder / name, FLOAT, "r+", shape=shape) if size else np.empty(shape, FLOAT)
    first = 0
    for number, chunk in enumerate(read_ahead(source.chunks())):
        with chunk.located():
            parts = encode(chunk.table)
        rows = len(parts[0])
        if first + rows > layout.rows:
            break
        order = shuffles.at(number).permutation(rows)
        positions = layout.positions(first + np.arange(rows))
        by_bin = np.argsort(positions, kind="stable")  # neighbours in the file one after the other
        for name, part in zip(ARRAYS, parts, strict=True):
            if len(part):
                mapped[name][positions[by_bin]] = part[order[by_bin]]
        first += rows
        progress.add(rows)
    progress.finish()
    if first != layout.rows:
        raise DamagedFile(f"{source.name} has changed while it was read; fit again when nothing writes to it")
    return _digest(mapped, layout)


def reserve(file: BinaryIO, size: int) -> None:
    """Take space of the disk before the file is mapped: else a full disk would end the process by a signal.

    Raises
    ------
    OSError
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        return
    block = bytes(2**20)
    for first in range(0, size, len(block)):
        file.write(block[: size - first])


def _digest(mapped: Mapping[str, Any], layout: Layout) -> str:
    """Of the shapes, and of the checksum of each bin."""
    digest = hashlib.sha256(repr(layout).encode())
    for a, b in zip(layout.bounds[:-1], layout.bounds[1:], strict=True):
        for name in ARRAYS:
            digest.update(zlib.crc32(np.ascontiguousarray(mapped[name][a:b]).data).to_bytes(4, "little"))
    return digest.hexdigest()


def _named(folder: Path, name: Path) -> Path:
    """Give a whole cache its name; another fit may have been faster with the same."""
    try:
        folder.rename(name)
    except OSError:
        if not (name / "manifest").exists():
            raise
        shutil.rmtree(folder, ignore_errors=True)
    return name


def _unwritable(error: OSError, folder: Path) -> OSError:
    """The error with the mend; one of ours as it is."""
    if error.strerror is None:
        return error
    return plain_os_error(error, "cannot write the cache of encoded rows in", folder)


class _Removed:
    """A folder that goes with the last reference to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __del__(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
