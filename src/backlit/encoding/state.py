"""A column as what JSON can hold, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backlit.encoding.columns import BLOCKS, KINDS, Block, Column
from backlit.encoding.text.judging import form_from

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
    """The column whose state this is."""
    name, categories = state["name"], tuple(state["categories"])
    onehot = {"binary": categories, "onehot": categories[: state["n_onehot"]]}
    blocks = tuple(
        Block(name, kind, start, width, onehot.get(kind, tuple(parts))) for kind, start, width, parts in state["blocks"]
    )
    if state["kind"] not in KINDS or any(block.kind not in BLOCKS for block in blocks):
        raise ValueError(f"kind of column {name!r}")
    lists = {name: tuple(state[name]) for name in LISTS}
    return Column(**{**state, "blocks": blocks, "form": form_from(state["form"]), **lists})
