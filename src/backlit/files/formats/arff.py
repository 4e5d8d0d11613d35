"""ARFF of Weka: dense and sparse rows, quotes, and weights of instances.

The readers at hand lose weights, cut decimals of whole columns and keep backslashes, so that this one reads by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from backlit.encoding.text.table import noted
from backlit.errors import DataError
from backlit.files.format_kind import Format, Source, check_names

WORD = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s,{}%'"][^,{}]*?(?=\s*(?:[,{}]|$))"""
CELL = re.compile(rf"\s*(?P<cell>{WORD})?\s*(?P<mark>,|$|(?={{)|(?=}}))")
ATTRIBUTE = re.compile(
    r"@attribute\s+(?P<name>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+)\s+(?P<kind>.+)", re.IGNORECASE
)
WEIGHT = re.compile(r",?\s*\{\s*(?P<weight>[0-9.eE+-]+)\s*\}\s*$")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
WEIGHT_NAME = "instance weight"
"""What the column of weights is called."""

Convert = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Declared:
    """An ARFF as it is written: cells are text, None where they are missing."""

    names: list[str]
    kinds: list[str]
    rows: list[list[Any]]
    weights: list[float]


def declared(source: Source) -> Declared:
    """The attributes of an ARFF as it declares them, and its rows.

    Raises
    ------
    DataError
        If it has no attributes or no data, an attribute is relational, or a row has other cells than there are
        attributes.
    """
    lines = source.data.decode("utf-8-sig", errors="replace").splitlines()
    names: list[str] = []
    kinds: list[str] = []
    start = None
    for number, line in enumerate(lines):
        content = line.strip()
        if content.lower().startswith("@data"):
            start = number + 1
            break
        match = ATTRIBUTE.match(content)
        if match:
            names.append(_plain(match["name"]))
            kinds.append(match["kind"].strip())
            if kinds[-1].lower() == "relational":
                raise DataError(
                    f"{source.path}: attribute {names[-1]!r} is relational, a table in each cell; "
                    "join its rows to the others, or leave it out",
                    column=names[-1], path=source.path,
                )  # fmt: skip
    if start is None or not names:
        raise DataError(f"{source.path} has no @attribute and @data, as ARFF has them; mend it", path=source.path)
    check_names(source.path, names)
    return Declared(names, kinds, *_rows(source, lines, start, kinds))


def nominal_values(kind: str) -> list[str]:
    """The values of a nominal attribute, in the order in which it declares them; none of another kind."""
    return [str(value) for value in _cells(kind.strip("{}"))] if kind.startswith("{") else []


def _read(source: Source) -> pa.Table:
    arff = declared(source)
    columns = [_column(source, name, kind, [row[place] for row in arff.rows])
               for place, (name, kind) in enumerate(zip(arff.names, arff.kinds, strict=True))]  # fmt: skip
    table = pa.table(columns, arff.names)
    note: dict[str, Any] = {"shape": []}
    if any(weight != 1.0 for weight in arff.weights):
        table = table.append_column(WEIGHT_NAME, pa.array(arff.weights))
        note = {"shape": [f"the weights of the rows are column {WEIGHT_NAME!r}"], "weights": WEIGHT_NAME}
    return noted(table, note)


def _rows(source: Source, lines: list[str], start: int, kinds: list[str]) -> tuple[list[list[Any]], list[float]]:
    """The cells of each row as text, None where they are missing, and its weight."""
    rows: list[list[Any]] = []
    weights: list[float] = []
    for number, line in enumerate(lines[start:], start + 1):
        content = line.strip()
        if not content or content.startswith("%"):
            continue
        sparse = content.startswith("{")
        match = WEIGHT.search(content, 1)
        weights.append(float(match["weight"]) if match else 1.0)
        content = content[: match.start()] if match else content
        cells = _cells(content.strip().strip("{}") if sparse else content)
        row = _dense(cells, kinds) if sparse else cells
        if row is None or len(row) != len(kinds):
            raise DataError(
                f"{source.path}: line {number} has {len(cells)} cells where there are {len(kinds)} attributes; mend it",
                row=len(rows), path=source.path,
            )  # fmt: skip
        rows.append(row)
    return rows, weights


def _cells(content: str) -> list[Any]:
    """The cells of a line; a lone ? is missing."""
    cells: list[Any] = []
    place = 0
    while place <= len(content):
        match = CELL.match(content, place)
        if match is None or (match["cell"] is None and match["mark"] != ","):
            break
        cell = match["cell"] or ""
        cells.append(None if cell == "?" else _plain(cell))
        if not match["mark"]:
            break
        place = match.end()
    return cells


def _dense(cells: list[Any], kinds: list[str]) -> list[Any] | None:
    """A sparse row with all its cells: what is left out is 0, and of a nominal attribute the first value."""
    row: list[Any] = [_first(kind) if kind.startswith("{") else "0" for kind in kinds]
    for cell in cells:
        place, _, value = str(cell).partition(" ")
        if not place.isdigit() or int(place) >= len(kinds):
            return None
        value = value.strip()
        row[int(place)] = None if value == "?" else _plain(value)
    return row


def _first(kind: str) -> str:
    """The first value of a nominal attribute."""
    return (nominal_values(kind) or [""])[0]


def _plain(text: str) -> str:
    """A word without its quotes and backslashes."""
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        text = text[1:-1]
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), text)


def _column(source: Source, name: str, kind: str, cells: list[Any]) -> pa.Array:
    """A column by its declared type: numbers, categories or text."""
    if kind.startswith("{"):
        return pa.array(cells, pa.large_string()).dictionary_encode()
    if kind.split()[0].lower() not in ("numeric", "real", "integer"):
        return pa.array(cells, pa.large_string())
    numbers = []
    for row, cell in enumerate(cells):
        try:
            numbers.append(None if cell is None else float(cell))
        except ValueError:
            message = f"{source.path}: column {name!r} is numeric, but {cell!r} in row {row} is not; mend it"
            raise DataError(message, row=row, column=name, path=source.path) from None
    return pa.array(numbers, pa.float64())


FORMAT = Format("ARFF", (".arff",), _read)
