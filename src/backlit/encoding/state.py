"""A column as what JSON can hold, and back, if its parts fit together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import lt
from typing import Any

from backlit.encoding.columns import KINDS, Block, Column
from backlit.encoding.text.date_form import DateForm
from backlit.encoding.text.judging import Form, form_from

LISTS = ("edges", "categories", "counts", "missing")
"""What a column has several of."""


def column_state(column: Column) -> dict[str, Any]:
    """A column as JSON; what a block repeats of its column is left out."""
    blocks = [[block.kind, block.start, block.width, _parts(block)] for block in column.blocks]
    lists: dict[str, Any] = {"blocks": blocks, **{name: list(getattr(column, name)) for name in LISTS}}
    lists["form"] = None if column.form is None else column.form.to_state()
    return {name: lists.get(name, getattr(column, name)) for name in Column.__dataclass_fields__}


def _parts(block: Block) -> list[str]:
    """The names in a block that are not its column's categories."""
    return list(block.categories) if block.kind == "calendar" else []


def column_from(state: Mapping[str, Any]) -> Column:
    """The column whose state this is.

    Raises
    ------
    ValueError
        If its parts do not fit together: what they were made of was not a fit.
    """
    name, categories = state["name"], tuple(state["categories"])
    onehot = {"binary": categories, "onehot": categories[: state["n_onehot"]]}
    blocks = tuple(
        Block(name, kind, start, width, onehot.get(kind, tuple(parts))) for kind, start, width, parts in state["blocks"]
    )
    lists = {name: tuple(state[name]) for name in LISTS}
    column = Column(**{**state, "blocks": blocks, "form": form_from(state["form"]), **lists})
    for what, holds in CONSISTENT.items():
        if not holds(column):
            raise ValueError(f"column {name!r}: {what}")
    return column


def form_fits(form: Form | None, kind: str) -> bool:
    """Whether a kind of column may have a form.

    Examples
    --------
    >>> form_fits(DateForm("clock"), "time"), form_fits(DateForm("clock"), "numeric")
    (True, False)
    """
    return form is None or kind == (form.kind if isinstance(form, DateForm) else "numeric")


def _is_quantity(column: Column) -> bool:
    return KINDS[column.kind].numbers is not None


def _has_parts(column: Column) -> bool:
    return bool(KINDS[column.kind].parts)


BLOCK_FITS: Mapping[str, Callable[[Column, Block], bool]] = {
    "numeric": lambda column, block: block.width == 1 and _is_quantity(column) and not _has_parts(column),
    "steps": lambda column, block: (
        _is_quantity(column) and not _has_parts(column) and block.width == len(column.edges) - 1
    ),
    "calendar": lambda column, block: block.width == 1 and {*block.categories} <= {*KINDS[column.kind].parts},
    "binary": lambda column, block: block.width == 1 and not _is_quantity(column) and len(column.categories) == 2,
    "onehot": lambda column, block: not _is_quantity(column) and block.width == len(block.categories),
    "other": lambda column, block: block.width == 1 and not _is_quantity(column),
    "frequency": lambda column, block: block.width == 1 and not _is_quantity(column),
    "missing": lambda column, block: block.width == 1,
}
"""Kind of block -> whether one fits its column."""


def _parts_of(blocks: tuple[Block, ...]) -> list[tuple[str, ...]]:
    """What may not be in a column twice: each kind of block, of calendars each part."""
    return [(block.kind, *(block.categories if block.kind == "calendar" else ())) for block in blocks]


CONSISTENT: Mapping[str, Callable[[Column], bool]] = {
    "its blocks are not those of its kind": lambda column: all(
        BLOCK_FITS[block.kind](column, block) for block in column.blocks
    ),
    "a part of a date is missing or unknown": lambda column: all(
        len(block.categories) == 1 for block in column.blocks if block.kind == "calendar"
    ),
    "a block stands twice": lambda column: len({*_parts_of(column.blocks)}) == len(column.blocks),
    "it is left out and has outputs, or neither": lambda column: bool(column.dropped) != bool(column.blocks),
    "its steps do not rise": lambda column: all(map(lt, column.edges, column.edges[1:])),
    "its range is empty": lambda column: column.low <= column.high,
    "categories and counts differ in number": lambda column: len(column.counts) == len(column.categories),
    "a category stands twice": lambda column: len({*column.categories}) == len(column.categories),
    "more outputs than categories": lambda column: column.n_onehot <= len(column.categories),
    "a form of another kind": lambda column: form_fits(column.form, column.kind),
}
"""What holds of every column that was fitted, in the words of its breach."""
