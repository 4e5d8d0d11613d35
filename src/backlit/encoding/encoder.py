"""A raw table becomes a float32 matrix: learnt once from the training rows, then applied to any rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.encoding.column_threads import each_column
from backlit.encoding.columns import (
    BLOCKS,
    LABEL_BLOCKS,
    OUTPUT_NAMES,
    QUANTITIES,
    STRAIGHT_BLOCKS,
    Block,
    Column,
    Reading,
)
from backlit.encoding.fitting import Options
from backlit.encoding.frames import Frame, read_frame
from backlit.encoding.scaling import SATURATED, smooth_clip
from backlit.encoding.state import column_from, column_state, form_fits
from backlit.encoding.text import (
    FileStyle,
    TextReading,
)
from backlit.errors import DamagedFile, DataError, DataWarning, warn

CHUNK_ROWS = 65_536
"""Rows that are encoded at once: enough to be quick, few enough to stay in the cache."""

CHUNK_NUMBERS = 2**21
"""Numbers that are encoded at once, where a column has many outputs."""

MAX_NUMBERS = 2**27
"""Numbers that steps, and outputs of single categories, may take in all rows together: 512 MiB."""

PART_NUMBERS = 2**25
"""Numbers of a part of the rows, where they are wanted part by part: 128 MiB."""


def _warn_of(notes: Iterable[str]) -> None:
    """One warning with all notes that say something."""
    said = [note for note in notes if note]
    if said:
        warn(DataWarning(said))


@dataclass(frozen=True, eq=False)
class FrameEncoder:
    """How the rows of a table become numbers, learnt by `fit_encoder`; it does not change.

    Numbers are scaled by median and quartiles and clipped smoothly at 3, as RealMLP does (see `scaling`); a null is
    0 and has a separate output. Two categories become -1 and +1, up to `max_onehot` an output each; of more than
    that those seen twice have one, as far as `onehot_budget` goes, the rest share one, and all have the logarithm of
    their count. A category's output times its outgoing weights is what is called an embedding. Moments become
    seconds, year, and cyclic encodings of the month, the weekday and the hour. What is constant is left out. Text is
    a number or a date if every cell reads as one, an empty cell is null. Numbers and moments come first, then the
    others.

    Attributes
    ----------
    columns : tuple of Column
        What was learnt of each column, with why it is left out (`dropped`) if it is.
    center, factor : ndarray of shape (n_outputs,), float64
        Each output is ``(raw - center) * factor``, clipped smoothly.
    options : Options
        What was chosen in `fit_encoder`.
    named : bool
        Whether columns are found by name; those of a matrix are found by position.
    notes : tuple of str
        A sentence about each column that is left out, or is read as something else than it looks.
    missing : tuple of str or None
        The texts that the user calls missing, besides the empty one; None where each column's cells decided.
    target : TextReading or None
        How a target of text is read.
    style : FileStyle or None
        How the file was written that was learnt from; further files are read alike where they do not show theirs.

    Examples
    --------
    >>> from backlit.encoding import fit_encoder
    >>> encoder = fit_encoder(np.array([[0.0, 7.0], [1.0, 7.0], [2.0, 7.0]]))
    >>> encoder.encode(np.array([[1.0, 7.0], [2.0, 7.0]]))
    array([[0.       ],
           [0.9486833]], dtype=float32)
    >>> encoder.dropped
    {'x[1]': 'constant'}
    """

    columns: tuple[Column, ...]
    center: NDArray[np.float64]
    factor: NDArray[np.float64]
    options: Options
    named: bool
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] | None = None
    target: TextReading | None = None
    style: FileStyle | None = None

    @property
    def feature_names_in(self) -> tuple[str, ...]:
        """The names of all columns of the training table."""
        return tuple(column.name for column in self.columns)

    @property
    def feature_names_out(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return tuple(name for block in self.blocks for name in OUTPUT_NAMES[block.kind](block))

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Which outputs come from which column, and how, in the order of the outputs."""
        return tuple(sorted((b for column in self.columns for b in column.blocks), key=lambda block: block.start))

    @property
    def n_quantities(self) -> int:
        """How many of the outputs, from the first, are numbers or moments, not labels."""
        return sum(block.width for block in self.blocks if block.kind in QUANTITIES)

    @property
    def n_straight(self) -> int:
        """How many of the outputs, the last ones, are not clipped."""
        return sum(block.width for block in self.blocks if block.kind in STRAIGHT_BLOCKS)

    @property
    def n_outputs(self) -> int:
        """How many numbers a row becomes."""
        return len(self.center)

    @property
    def dropped(self) -> dict[str, str]:
        """The columns without outputs, and why."""
        return {column.name: column.dropped for column in self.columns if column.dropped}

    @property
    def text_columns(self) -> tuple[str, ...]:
        """The columns of categories and of text in a form, which are kept as written when a text file is read."""
        return tuple(column.name for column in self.columns if column.kind == "category" or column.form is not None)

    def with_straight(self) -> FrameEncoder:
        """The same, with each number once more behind all outputs, scaled and not clipped.

        Examples
        --------
        >>> from backlit.encoding import fit_encoder
        >>> encoder = fit_encoder(np.arange(5.0)[:, None]).with_straight()
        >>> encoder.encode(np.array([[200.0]])).round(2).tolist(), encoder.n_straight
        ([[3.0, 99.0]], 1)
        """
        numbers = [block for block in self.blocks if block.kind == "numeric"]
        start = {block.column: self.n_outputs + number for number, block in enumerate(numbers)}
        columns = tuple(
            replace(column, blocks=(*column.blocks, Block(column.name, "straight", start[column.name], 1)))
            if column.name in start
            else column
            for column in self.columns
        )
        at = [*range(self.n_outputs), *(block.start for block in numbers)]
        return replace(self, columns=columns, center=self.center[at], factor=self.factor[at])

    def encode(self, frame: object) -> NDArray[np.float32]:
        """The rows as numbers.

        Columns are found by name, in any order; more of them are ignored, and those that were dropped are not
        needed. A category unseen in training has zeros before scaling.

        Parameters
        ----------
        frame : data frame, ndarray of shape (n_rows, n_columns), or list of rows
            Like the one of `fit_encoder`, from any library.

        Returns
        -------
        ndarray of shape (n_rows, n_outputs), float32, C-contiguous
            All finite.

        Raises
        ------
        DataError
            If a column is missing or a cell does not fit its column, naming both, or the width of a matrix differs.
        """
        table = read_frame(frame)
        out = np.empty((table.rows, self.n_outputs), dtype=np.float32)

        def encode_one(used: tuple[Column, str]) -> str:
            reading = used[0].read(table.cells(used[1]))
            self._encode_column(used[0], reading, out)
            return reading.note

        _warn_of(each_column(encode_one, self._used_columns(table), table.rows))
        return out

    def parts(self, frame: object) -> Iterator[NDArray[np.float32]]:
        """The rows as numbers, in parts of so many rows that a part has `PART_NUMBERS` of them at most; see `encode`.

        Examples
        --------
        >>> from backlit.encoding import fit_encoder
        >>> encoder = fit_encoder(np.arange(6.0).reshape(3, 2))
        >>> [part.shape for part in encoder.parts(np.zeros((5, 2)))]
        [(5, 2)]
        """
        table = read_frame(frame)

        def read_one(used: tuple[Column, str]) -> tuple[Column, Reading]:
            return used[0], used[0].read(table.cells(used[1]))

        readings = each_column(read_one, self._used_columns(table), table.rows)
        _warn_of(reading.note for _, reading in readings)
        step = max(1, PART_NUMBERS // self.n_outputs)
        for first in range(0, table.rows, step):
            out = np.empty((min(step, table.rows - first), self.n_outputs), dtype=np.float32)
            write_one = partial(self._encode_rows, slice(first, first + step), out)
            each_column(write_one, readings, len(out))
            yield out

    def _encode_rows(self, rows: slice, out: NDArray[np.float32], read: tuple[Column, Reading]) -> None:
        """Write the outputs of some rows of one column."""
        self._encode_column(read[0], read[1].rows(rows), out)

    def _used_columns(self, table: Frame) -> list[tuple[Column, str]]:
        """The columns with outputs, and their names in the table."""
        names = self._names_in(table)
        return [(column, names[column.name]) for column in self.columns if not column.dropped]

    def _names_in(self, table: Frame) -> dict[str, str]:
        """Which column of the table each of ours is."""
        if self.named and table.named:
            for column in self.columns:
                if not column.dropped and column.name not in table.columns:
                    message = f"column {column.name!r} is missing; add it, or train again without it"
                    raise DataError(message, column=column.name)
            return {name: name for name in self.feature_names_in}
        if len(table.names) != len(self.columns):
            raise DataError(
                f"X has {len(table.names)} features, but it is expecting {len(self.columns)} features as input; "
                "give the columns of the fit"
            )
        return dict(zip(self.feature_names_in, table.names, strict=True))

    def _encode_column(self, column: Column, reading: Reading, out: NDArray[np.float32]) -> None:
        """Write the outputs of one column."""
        widest = max(block.width for block in column.blocks)
        step = max(1, min(CHUNK_ROWS, CHUNK_NUMBERS // widest))
        for first in range(0, len(out), step):
            rows = slice(first, first + step)
            part = reading.rows(rows)
            for block in column.blocks:
                outputs = slice(block.start, block.start + block.width)
                raw = BLOCKS[block.kind](column, block, part)
                with np.errstate(over="ignore", invalid="ignore"):  # what overflows is clipped below
                    scaled = (raw - self.center[outputs]) * self.factor[outputs]
                plain = block.kind in LABEL_BLOCKS and not self.options.scale_onehot
                if block.kind in STRAIGHT_BLOCKS:
                    out[rows, outputs] = np.nan_to_num(np.clip(scaled, -SATURATED, SATURATED))
                else:
                    out[rows, outputs] = scaled if plain else np.nan_to_num(smooth_clip(scaled))

    def to_state(self) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
        """All that was learnt, as what JSON can hold and as arrays.

        Returns
        -------
        state : dict
            Of text, finite numbers, booleans, lists and dicts.
        arrays : dict of str to ndarray
            ``center`` and ``factor``.
        """
        state = {
            "named": self.named,
            "options": asdict(self.options),
            "columns": [column_state(column) for column in self.columns],
            "notes": list(self.notes),
            "missing": None if self.missing is None else list(self.missing),
            "target": None if self.target is None else self.target.to_state(),
            "style": None if self.style is None else asdict(self.style),
        }
        return state, {"center": self.center, "factor": self.factor}

    @classmethod
    def from_state(cls, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FrameEncoder:
        """The encoder whose `to_state` this is.

        Raises
        ------
        DamagedFile
            If the parts do not fit together.

        Examples
        --------
        >>> from backlit.encoding import fit_encoder
        >>> encoder = fit_encoder(np.arange(6.0).reshape(3, 2))
        >>> FrameEncoder.from_state(*encoder.to_state()).feature_names_out
        ('x[0]', 'x[1]')
        """
        try:
            columns = tuple(column_from(kept) for kept in state["columns"])
            center, factor = (np.asarray(arrays[name], dtype=np.float64) for name in ("center", "factor"))
            missing, target, style = state["missing"], state["target"], state.get("style")
            encoder = cls(
                columns, center, factor, Options(**state["options"]), bool(state["named"]),
                tuple(map(str, state["notes"])), None if missing is None else tuple(map(str, missing)),
                None if target is None else TextReading.from_state(target),
                None if style is None else FileStyle.from_state(style),
            )  # fmt: skip
            encoder._check_whole()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DamagedFile(f"the saved encoder is damaged ({error}); save the model again") from None
        return encoder

    def _check_whole(self) -> None:
        """Refuse, with a ValueError, what no fit makes: the encoder may come from a file."""
        starts = [*accumulate((block.width for block in self.blocks), initial=0)]
        quantities = [block.kind in QUANTITIES for block in self.blocks]
        if self.center.ndim != 1 or self.factor.shape != self.center.shape:
            raise ValueError("its scaling has another shape")
        if starts != [*(block.start for block in self.blocks), self.n_outputs] or not self.n_outputs:
            raise ValueError("its blocks do not meet")
        if quantities != sorted(quantities, reverse=True):
            raise ValueError("a quantity stands after labels")
        straight = [block.kind in STRAIGHT_BLOCKS for block in self.blocks]
        if straight != sorted(straight):
            raise ValueError("an unclipped number stands before others")
        if not (np.isfinite(self.center).all() and np.isfinite(self.factor).all()):
            raise ValueError("its scaling is not finite")
        if len(set(self.feature_names_in)) < len(self.columns):
            raise ValueError("two columns have one name")
        if self.target is not None and not form_fits(self.target.form, self.target.kind):
            raise ValueError("its target has a form of another kind")
