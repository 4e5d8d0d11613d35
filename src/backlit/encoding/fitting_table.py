"""How a table is learnt: each column by itself, within limits that all share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from backlit.encoding.column_threads import each_column
from backlit.encoding.columns import KINDS, QUANTITIES, Column
from backlit.encoding.encoder import MAX_NUMBERS, FrameEncoder
from backlit.encoding.fitting import Affines, FittedColumn, Options, fit_column
from backlit.encoding.frames import read_frame
from backlit.encoding.text import TextOptions, TextReading, missing_texts, options_of, readings_of, style_of
from backlit.errors import DataError, ParameterError

MIN_STEPS = 4
"""With fewer steps a piecewise linear encoding is worth less than periodic features."""


def fit_encoder(
    frame: object,
    *,
    max_onehot: int = 32,
    onehot_budget: int = 1_024,
    scale_onehot: bool = True,
    steps: int = 0,
    step_budget: int = 512,
    missing: str | Sequence[str] | None = None,
    day_first: bool | None = None,
) -> FrameEncoder:
    """Learn how the rows of a table become numbers; `FrameEncoder` describes what becomes of each kind of column.

    Parameters
    ----------
    frame : data frame, ndarray of shape (n_rows, n_columns), or list of rows
    max_onehot : int, default 32
        Up to how many categories of one column all have an output each.
    onehot_budget : int, default 1024
        How many such outputs all columns with more categories have together; each of these has `max_onehot` at least.
    scale_onehot : bool, default True
        Whether the outputs of categories are scaled and clipped like numbers (RealMLP does), or stay 0 and 1.
    steps : int, default 0
        How many steps between its quantiles each column of numbers has (piecewise linear encoding, Gorishniy 2022).
    step_budget : int, default 512
        How many steps all columns have together; the share of one is at least `MIN_STEPS`, or none.
    missing : str or sequence of str, optional
        All texts (and numbers) that stand for what is missing, besides the empty one; the cells decide unless given.
    day_first : bool, optional
        Whether the day stands before the month in dates that do not show it.

    Returns
    -------
    FrameEncoder

    Raises
    ------
    DataError
        If there is no table, row or usable column, or a column holds what is neither number, text nor time.

    Examples
    --------
    >>> import pyarrow as pa
    >>> encoder = fit_encoder(pa.table({"age": [20, 30, None], "job": ["cook", "smith", "cook"]}))
    >>> encoder.feature_names_out
    ('age', 'age is missing', 'job=smith')
    """
    _check_whole(max_onehot)
    table = read_frame(frame)
    numbers = sum(KINDS["numeric"].holds(table.cells(name).type) for name in table.names) if steps else 0
    options = options_for_rows(table.rows, numbers, max_onehot=max_onehot, onehot_budget=onehot_budget, steps=steps,
                               step_budget=step_budget, scale_onehot=scale_onehot)  # fmt: skip
    text, readings = _text_options(frame, TextOptions(missing_texts(missing), day_first))

    def fit_one(name: str, options: Options) -> FittedColumn:
        return fit_column(name, table.columns[name], options, text, readings.get(name))

    known = encoder_of(table.names, fit_one, options, text, table.rows)
    return replace(known, named=table.named, style=style_of(frame))


def encoder_of(
    names: Sequence[str], fit_one: Callable[[str, Options], FittedColumn], options: Options, text: TextOptions,
    rows: int = 0,
) -> FrameEncoder:  # fmt: skip
    """The encoder of columns that are fitted one by one.

    Parameters
    ----------
    names : sequence of str
        Of all columns, in order.
    fit_one : callable
        What is learnt of a column, by its name and the options; asked again where columns must share outputs.
    options : Options
    text : TextOptions
        What the user has decided about cells of text.
    rows : int, default 0
        How many `fit_one` reads of each column.

    Raises
    ------
    DataError
        If no column can be learnt from.
    """
    options, fitted = _fit_columns(names, fit_one, options, rows)
    columns, affines = _concatenated(fitted)
    order, columns = _numbers_first(columns)
    center, factor = np.array(affines, dtype=np.float64)[order].T.copy()
    notes = tuple(chain.from_iterable(part.notes for part in fitted))
    return FrameEncoder(tuple(columns), center, factor, options, True, notes, text.missing)


def options_for_rows(
    rows: int, number_columns: int, *, max_onehot: int = 32, onehot_budget: int = 1_024, steps: int = 0,
    step_budget: int = 512, scale_onehot: bool = True,
) -> Options:  # fmt: skip
    """What so many rows leave each column of the budgets that `fit_encoder` describes.

    Examples
    --------
    >>> options_for_rows(1_000, 4, steps=32).steps, options_for_rows(10_000_000, 4, steps=32).steps
    (32, 0)
    """
    onehot_limit = max(max_onehot, min(onehot_budget, MAX_NUMBERS // max(rows, 1)))
    each = min(steps, step_budget // max(number_columns, 1), MAX_NUMBERS // max(number_columns * rows, 1))
    return Options(max_onehot, bool(scale_onehot), each if each >= MIN_STEPS else 0, onehot_limit)


def _check_whole(max_onehot: object) -> None:
    """Refuse what is no whole number from 0."""
    if isinstance(max_onehot, bool) or not isinstance(max_onehot, int) or max_onehot < 0:
        raise ParameterError(f"max_onehot is {max_onehot!r}; give a whole number from 0", parameter="max_onehot")


def _text_options(frame: object, given: TextOptions) -> tuple[TextOptions, Mapping[str, TextReading]]:
    """What is decided about a table's texts: by what is given here, else with the table, as its readings are then."""
    known = options_of(frame)
    if given == TextOptions():
        return known, readings_of(frame)
    missing = known.missing if given.missing is None else given.missing
    day_first = known.day_first if given.day_first is None else given.day_first
    return replace(known, missing=missing, day_first=day_first), {}


def _fit_columns(
    names: Sequence[str], fit_one: Callable[[str, Options], FittedColumn], options: Options, rows: int
) -> tuple[Options, list[FittedColumn]]:  # fmt: skip
    """Learn each column; those with most one-hot outputs again with fewer, where all together exceed the limit."""
    parts = each_column(lambda name: fit_one(name, options), names, rows)
    fitted = dict(zip(names, parts, strict=True))
    n_onehot = {name: part.column.n_onehot for name, part in fitted.items()}
    widths = [width for width in n_onehot.values() if width > options.max_onehot]
    if sum(widths) > options.onehot_limit:
        options = replace(options, onehot_limit=max(options.max_onehot, _largest_share(widths, options.onehot_limit)))
        for name, width in n_onehot.items():
            if width > options.onehot_limit:
                fitted[name] = fit_one(name, options)
    return options, list(fitted.values())


def _concatenated(fitted: Sequence[FittedColumn]) -> tuple[list[Column], Affines]:
    """The columns with the offsets of their outputs, and the scaling of all outputs."""
    columns: list[Column] = []
    affines: Affines = []
    for part in fitted:
        columns.append(_with_offsets(part.column, len(affines)))
        affines += part.affines
    if not affines:
        why = f"column {columns[0].name!r}: {columns[0].dropped}"
        raise DataError(f"no column can be learnt from ({why}); give at least one whose values vary")
    return columns, affines


def _largest_share(widths: Sequence[int], budget: int) -> int:
    """The largest width that each may have, so that all together stay within the budget.

    Examples
    --------
    >>> _largest_share([50, 400, 900], 1000)
    550
    """
    left, share = budget, 0
    for number, width in enumerate(sorted(widths)):
        share = left // (len(widths) - number)
        left -= min(width, share)
    return share


def _with_offsets(column: Column, start: int) -> Column:
    """The column with its blocks one after the other from output `start`."""
    blocks = []
    for block in column.blocks:
        blocks.append(replace(block, start=start))
        start += block.width
    return replace(column, blocks=tuple(blocks))


def _numbers_first(columns: Sequence[Column]) -> tuple[list[int], list[Column]]:
    """The columns with the blocks of quantities before all others, and where each output was."""
    blocks = sorted((block for column in columns for block in column.blocks), key=lambda block: block.start)
    blocks.sort(key=lambda block: block.kind not in QUANTITIES)
    order = [output for block in blocks for output in range(block.start, block.start + block.width)]
    starts = np.argsort(order).tolist()
    return order, [
        replace(column, blocks=tuple(replace(block, start=starts[block.start]) for block in column.blocks))
        for column in columns
    ]
