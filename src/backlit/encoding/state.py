"""A column as what JSON can hold, and back, if its parts fit together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import lt
from typing import Any

from backlit.encoding.columns import KINDS, Block, Column, Kind
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
    column = Column(
        name, state["kind"], blocks, state["dropped"], state["low"], state["high"], tuple(state["edges"]), categories,
        tuple(state["counts"]), state["n_onehot"], tuple(state["missing"]), form_from(state["form"]),
    )  # fmt: skip
    objection = _objection(column, KINDS[column.kind])
    if objection:
        raise ValueError(f"column {name!r}: {objection}")
    return column


def form_fits(form: Form | None, kind: str) -> bool:
    """Whether a kind of column may have a form.

    Examples
    --------
    >>> from backlit.encoding.text.date_form import DateForm
    >>> form_fits(DateForm("clock"), "time"), form_fits(DateForm("clock"), "numeric")
    (True, False)
    """
    return form is None or kind == form.kind


BLOCK_FITS: Mapping[str, Callable[[Kind, Column, Block], bool]] = {
    "numeric": lambda kind, column, block: kind.numbers is not None and not kind.parts,
    "straight": lambda kind, column, block: kind.numbers is not None and not kind.parts,
    "steps": lambda kind, column, block: (
        kind.numbers is not None and not kind.parts and block.width == len(column.edges) - 1
    ),
    "calendar": lambda kind, column, block: len(block.categories) == 1 and block.categories[0] in kind.parts,
    "binary": lambda kind, column, block: kind.numbers is None and len(column.categories) == 2,
    "onehot": lambda kind, column, block: kind.numbers is None and block.width == len(block.categories),
    "other": lambda kind, column, block: kind.numbers is None,
    "frequency": lambda kind, column, block: kind.numbers is None,
    "missing": lambda kind, column, block: True,
}
"""Kind of block -> whether one fits its column, as all do that a fit makes."""

WIDE = ("steps", "onehot")
"""Blocks of several outputs; all others have one."""


def _objection(column: Column, kind: Kind) -> str:
    """What of a column cannot be, because no fit makes it; nothing where all is well."""
    blocks = set()
    for block in column.blocks:
        if not BLOCK_FITS[block.kind](kind, column, block) or (block.width > 1 and block.kind not in WIDE):
            return f"a block {block.kind!r} that does not fit its kind"
        blocks.add((block.kind, block.categories if block.kind == "calendar" else ()))
    if len(blocks) < len(column.blocks):
        return "a block stands twice"
    if bool(column.dropped) == bool(blocks):
        return "it is left out and has outputs, or neither"
    if column.edges and not all(map(lt, column.edges, column.edges[1:])):
        return "its steps do not rise"
    if column.low > column.high:
        return "its range is empty"
    if not len(column.counts) == len(column.categories) >= column.n_onehot:
        return "categories, counts and outputs differ in number"
    if column.categories and len({*column.categories}) < len(column.categories):
        return "a category stands twice"
    return "" if form_fits(column.form, column.kind) else "a form of another kind"
