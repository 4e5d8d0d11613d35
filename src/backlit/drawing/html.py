"""A circuit as one static page: the picture, then its wires and edges as tables. Nothing is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from backlit.drawing.measure import printable
from backlit.drawing.numbers import number
from backlit.drawing.parts import GIVEN, Circuit
from backlit.drawing.style import FONTS
from backlit.drawing.svg import to_svg
from backlit.drawing.words import words

_STYLE = (
    ":root{color-scheme:light dark}"
    f"body{{font-family:{FONTS};margin:2rem auto;max-width:100rem;padding:0 1.5rem;line-height:1.45;"
    "color:#12181f;background:#fff}"
    "h1{font-size:1.4rem}.picture{overflow-x:auto;margin-left:-26px}"
    ".picture svg{display:block;margin-top:-36px}.picture .heading{display:none}"
    ".tables{display:flex;flex-wrap:wrap;gap:2rem 4rem}"
    "table{border-collapse:collapse;margin-top:1.5rem;font-variant-numeric:tabular-nums;align-self:flex-start}"
    "caption{text-align:left;font-weight:600;padding-bottom:.4rem}"
    "th,td{padding:.25rem .8rem;border-bottom:1px solid #d5dbe1;text-align:left;font-weight:400}"
    "thead th{font-weight:600}.number{text-align:right}"
    ".value{color:#00629b}.gradient{color:#a84a00;font-style:italic}.no{font-weight:700}"
    "@media (prefers-color-scheme:dark){body{color:#f2f5f8;background:#14181d}th,td{border-color:#3a434d}"
    ".value{color:#6cc3f2}.gradient{color:#ff9a52}}"
)
"""The tables' text is small: its blue and vermillion are darker than the picture's, for contrast."""

Cell = tuple[str, str]
"""Class and text."""


def to_html(circuit: Circuit, lang: str = "en") -> str:
    """Write a circuit as a page of its own.

    Parameters
    ----------
    circuit : Circuit
    lang : {"en", "ko"}

    Returns
    -------
    str
        A whole HTML document.

    Raises
    ------
    BacklitError
        If the language is unknown.

    Examples
    --------
    >>> from backlit.drawing import Box, Circuit, Link
    >>> x, y = Box("x", "input", "x", value=3.0), Box("y", "gate", "exp", "exp(x)")
    >>> to_html(Circuit("exp(x)", (x, y), (Link("x", "y", 0),), output="y"))[:15]
    '<!doctype html>'
    """
    table = words(lang)
    title = escape(printable(circuit.title))
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{lang}">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{_STYLE}</style></head>",
            f"<body><main><h1>{title}</h1>",
            f'<div class="picture" tabindex="0" role="region" aria-label="{table["circuit"]}">',
            to_svg(circuit, lang),
            '</div><div class="tables">',
            _wires(circuit, table),
            _edges(circuit, table),
            "</div>",
            f"<p>{number(None)}: {table['not_computed']}</p>" if circuit.lacks else "",
            "</main></body></html>",
            "",
        ]
    )


def _wires(circuit: Circuit, table: Mapping[str, str]) -> str:
    head = ["wire", "formula", "value", "gradient", "pattern"]
    differences = {row.name: number(row.finite_difference) for row in circuit.witness}
    agrees = {row.name: row.agrees for row in circuit.witness}
    if circuit.witness:
        head += ["witness", "agrees"]
    verdict = {None: ("", ""), True: ("", table["yes"]), False: ("no", table["no"])}
    rows: list[list[Cell]] = []
    for box in circuit.boxes:
        cells = [("", box.name), ("", table[box.kind] if box.kind in GIVEN else box.formula)]
        cells += [("value number", number(box.value)), ("gradient number", number(box.gradient))]
        cells.append(("", table[box.pattern] if box.pattern else ""))
        if circuit.witness:
            cells.append(("number", differences.get(box.name, "")))
            cells.append(verdict[agrees.get(box.name)])
        rows.append(cells)
    return _table(table["wires"], [table[word] for word in head], rows)


def _edges(circuit: Circuit, table: Mapping[str, str]) -> str:
    head = [table[word] for word in ("gate", "operand", "formula", "local", "upstream", "contribution")]
    rows: list[list[Cell]] = [
        [
            ("", link.target),
            ("", link.source),
            ("", link.local_formula),
            ("number", number(link.local)),
            ("gradient number", number(link.upstream)),
            ("gradient number", number(link.contribution)),
        ]
        for link in circuit.links
    ]
    return _table(table["edges"], head, rows)


def _table(caption: str, head: Iterable[str], rows: Iterable[list[Cell]]) -> str:
    """A table whose first column heads its rows."""
    lines = [f"<table><caption>{escape(caption)}</caption><thead><tr>"]
    lines.append("".join(f'<th scope="col">{escape(word)}</th>' for word in head) + "</tr></thead><tbody>")
    for (_, name), *cells in rows:
        tail = "".join(
            f'<td class="{css}">{escape(printable(text))}</td>' if css else f"<td>{escape(printable(text))}</td>"
            for css, text in cells
        )
        lines.append(f'<tr><th scope="row">{escape(printable(name))}</th>{tail}</tr>')
    return "\n".join([*lines, "</tbody></table>"])
