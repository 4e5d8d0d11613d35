"""A circuit as plain text for terminals: one row a wire, in forward order, the chain rule below each gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from backlit.drawing.measure import cells, pad, printable
from backlit.drawing.messages import words
from backlit.drawing.numbers import number, summed
from backlit.drawing.parts import GIVEN, Box, Circuit, Link

LONGEST_NAME, LONGEST_FORMULA = 24, 32
"""Characters."""

WIDTH = 100
"""Columns within which what stands below a wire is wrapped."""

ESCAPES: Mapping[str, str] = {"value": "\x1b[34m", "gradient": "\x1b[3;33m", "head": "\x1b[1m", "no": "\x1b[1;31m"}
RESET = "\x1b[0m"


def to_text(circuit: Circuit, lang: str = "en", color: bool = False) -> str:
    """Write a circuit as an aligned table.

    Parameters
    ----------
    circuit : Circuit
    lang : {"en", "ko"}
    color : bool
        With a terminal's escape sequences.

    Returns
    -------
    str
        Without a line break at its end.

    Raises
    ------
    BacklitError
        If the language is unknown.

    Examples
    --------
    >>> from backlit.drawing import Box, Circuit, Link
    >>> x, y = Box("x", "input", "x", value=3.0, gradient=6.0), Box("y", "gate", "×", "x * x", 9.0, 1.0)
    >>> square = (Link("x", "y", 0, 3.0, 1.0, 3.0, "x"), Link("x", "y", 1, 3.0, 1.0, 3.0, "x"))
    >>> print(to_text(Circuit("x * x", (x, y), square, output="y")))
    x * x
    <BLANKLINE>
    wire  formula  value  gradient
    x     input        3         6
          x is read 2 times: 3 + 3 = 6
    y     x * x        9         1
          ├ x ← (x = 3) × 1 = 3
          └ x ← (x = 3) × 1 = 3
    <BLANKLINE>
    below each gate: operand ← local gradient × upstream = contribution
    """
    table = words(lang)
    columns = _columns(circuit, table)
    widths = [max(cells(text) for text in column) for _, column in columns]
    leaving: dict[str, list[Link]] = defaultdict(list)
    arriving: dict[str, list[Link]] = defaultdict(list)
    for link in circuit.links:
        leaving[link.source].append(link)
        arriving[link.target].append(link)
    indent = " " * (widths[0] + 2)
    head, *rows = (_row(columns, widths, line, table, color) for line in range(len(circuit.boxes) + 1))
    lines = [_styled(printable(circuit.title), "head") if color else printable(circuit.title), "", head]
    for box, row in zip(circuit.boxes, rows, strict=True):
        lines.append(row)
        notes = [*_edges(arriving[box.name]), *_fork(box, leaving[box.name], table)]
        lines.extend(indent + text for note in notes for text in _wrapped(note, WIDTH - len(indent)))
    lines.extend(["", *_legend(circuit, table), *_undecided(circuit, lang, table)])
    return "\n".join(lines)


def _row(
    columns: Sequence[tuple[str, list[str]]], widths: Sequence[int], line: int, table: Mapping[str, str], color: bool
) -> str:
    """One line of the table, the heading without colours."""
    texts = []
    for (style, column), width in zip(columns, widths, strict=True):
        text = pad(column[line], width, right=style in ("value", "gradient"))
        styled = style in ESCAPES and (style != "no" or column[line] == table["no"])
        texts.append(_styled(text, style) if color and styled and line else text)
    return "  ".join(texts).rstrip()


def _wrapped(note: str, width: int) -> list[str]:
    return wrap(note, width, subsequent_indent="    ", break_on_hyphens=False)


def _styled(text: str, style: str) -> str:
    return f"{ESCAPES[style]}{text}{RESET}"


def _columns(circuit: Circuit, table: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """The style of each column and its texts, the heading first; columns that say nothing are left out."""
    boxes = circuit.boxes
    columns = [
        ("", [table["wire"], *(printable(box.name, LONGEST_NAME) for box in boxes)]),
        ("", [table["formula"], *(_formula(box, table) for box in boxes)]),
        ("value", [table["value"], *(number(box.value) for box in boxes)]),
        ("gradient", [table["gradient"], *(number(box.gradient) for box in boxes)]),
    ]
    if circuit.witness:
        differences = {row.name: number(row.finite_difference) for row in circuit.witness}
        agree = {row.name: row.verdict(table) for row in circuit.witness}
        columns.append(("gradient", [table["witness"], *(differences.get(box.name, "") for box in boxes)]))
        columns.append(("no", [table["agrees"], *(agree.get(box.name, "") for box in boxes)]))
    if any(box.pattern for box in boxes):
        columns.append(("", [table["pattern"], *(table[box.pattern] if box.pattern else "" for box in boxes)]))
    return columns


def _formula(box: Box, table: Mapping[str, str]) -> str:
    return table[box.kind] if box.kind in GIVEN else printable(box.formula or box.symbol, LONGEST_FORMULA)


def _edges(links: Sequence[Link]) -> Iterator[str]:
    """The chain rule of a gate, one operand a line, operands aligned."""
    names = [printable(link.source, LONGEST_NAME) for link in links]
    width = max((cells(name) for name in names), default=0)
    for place, (name, link) in enumerate(zip(names, links, strict=True), start=1):
        local = number(link.local)
        if link.local_formula not in ("", local):
            local = f"({printable(link.local_formula, LONGEST_FORMULA)} = {local})"
        product = f"{local} × {number(link.upstream)} = {number(link.contribution)}"
        yield f"{'└' if place == len(links) else '├'} {pad(name, width)} ← {product}"


def _fork(box: Box, links: Sequence[Link], table: Mapping[str, str]) -> Iterator[str]:
    """The sum of a wire that several gates, or one gate several times, read."""
    if len(links) > 1:
        once_each = len({link.target for link in links}) == len(links)
        total = summed([link.contribution for link in links], box.gradient)
        name = printable(box.name, LONGEST_NAME)
        yield table["feeds" if once_each else "repeats"].format(name=name, count=len(links), sum=total)


def _undecided(circuit: Circuit, lang: str, table: Mapping[str, str]) -> Iterator[str]:
    """Why the witness cannot tell."""
    for row in circuit.witness:
        if row.undecided:
            yield from _wrapped(f"{row.name}: {table['undecided']}: {row.undecided[lang]}", WIDTH)


def _legend(circuit: Circuit, table: Mapping[str, str]) -> Iterator[str]:
    if circuit.links:
        yield table["below_each"]
    if circuit.lacks:
        yield f"{number(None)}: {table['not_computed']}"
