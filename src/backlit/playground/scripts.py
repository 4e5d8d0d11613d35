"""The scripts of this room as one text, in the order in which they need each other."""

from __future__ import annotations

from functools import cache
from importlib import resources

from backlit.drawing import component
from backlit.playground.tables import arrays_module, declared_module

READER = ("python", "tree", "tokens", "faults", "stacks", "calls", "brackets", "neighbours", "names", "reader")
"""Files of ``reader/``: text to tree."""

ARRAYS = ("numpy",)
"""Files of ``graph/`` that translated Python calls."""

GRAPH = ("labels", "record", "arrays", "unroll", "formula")
"""Files of ``graph/``: tree to the circuits that the component computes with."""

DRAWING = ("measure", "columns", "rows", "layout", "picture")
"""Files of ``drawing/``: a circuit to its picture."""

PAGE = ("tables", "inputs", "page")
"""Files of ``page/``: the form, fields for arrays, the address, and the component filled with a circuit."""


@cache
def _joined(folder: str, names: tuple[str, ...]) -> str:
    files = resources.files(__name__.rpartition(".")[0]).joinpath(folder)
    return "\n".join(component.bare_script(files.joinpath(f"{name}.js").read_text(encoding="utf-8")) for name in names)


def reader_script() -> str:
    """The declared tables and the reader of formulas."""
    return f"{declared_module()}\n{_joined('reader', READER)}"


def graph_script() -> str:
    """Those, and what makes a circuit of a tree."""
    return "\n".join([reader_script(), _joined("graph", ARRAYS), arrays_module(), _joined("graph", GRAPH)])


def drawing_script() -> str:
    """What lays a circuit out and draws it."""
    return _joined("drawing", DRAWING)


def _numbers() -> str:
    """What reads the numbers of a field, as the local page has it: a module there."""
    text = resources.files("backlit.web").joinpath("static/numbers.js").read_text(encoding="utf-8")
    return component.bare_script(text.replace("export function", "function"))


def page_script() -> str:
    """All of the page, in a scope of its own."""
    parts = [graph_script(), component.script(), drawing_script(), _numbers(), _joined("page", PAGE)]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();"


def page_style() -> str:
    """The component's style and the page's."""
    return component.style() + header_style()


def header_style() -> str:
    """The style of a page of this room: its header and its form."""
    return resources.files(__name__.rpartition(".")[0]).joinpath("page/page.css").read_text(encoding="utf-8")
