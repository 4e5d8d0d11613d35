"""A circuit as one page that needs nothing else: the picture, its tables, and the component that steps through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from xml.sax.saxutils import quoteattr

from backlit.drawing import component
from backlit.drawing.measure import printable
from backlit.drawing.messages import words
from backlit.drawing.numbers import number
from backlit.drawing.parts import GIVEN, Circuit
from backlit.drawing.raster import address
from backlit.drawing.style import classes
from backlit.drawing.svg import to_svg

NO_GATES = "const GATES = {}, MISTAKES = [], TOLERANCE = 1e-3, NEXT_TO_ZERO = 1e-9;"

IMAGE_SIDE = 84
"""Pixels across, of an image beside a picture."""

Cell = tuple[str, str]
"""Class and text."""


def to_html(
    circuit: Circuit | Mapping[str, Circuit], lang: str = "en", gates: str = NO_GATES, shown: str | None = None
) -> str:
    """Write a circuit as a page of its own; where scripts do not run it is a picture with tables.

    Parameters
    ----------
    circuit : Circuit or mapping of str to Circuit
        One circuit, or the same computation at several zooms, by the name of the zoom, from fine to coarse.
    lang : {"en", "ko"}
    gates : str
        JavaScript that defines ``GATES``, the formulas that the page recomputes with, and ``MISTAKES``, the table of
        wrong answers with its tolerances; without them new inputs cannot be put in, and no mistake is named.
    shown : str, optional
        The zoom that the page begins with; the first unless given.

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
    title = escape(printable(_title(circuit)))
    script = component.page_script(gates)
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{lang}">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{component.policy(script)}">',
            f"<title>{title}</title><style>{component.page_style()}</style></head>",
            f"<body><main {classes('circuit-view')}><h1>{title}</h1>",
            markup(circuit, lang, shown),
            f"<script>{script}</script>",
            "</main></body></html>",
            "",
        ]
    )


def markup(circuit: Circuit | Mapping[str, Circuit], lang: str = "en", shown: str | None = None) -> str:
    """What stands inside the component's element, a page's or a notebook's: of `to_html` all but the scripts."""
    views = {"": circuit} if isinstance(circuit, Circuit) else dict(circuit)
    shown = next(iter(views)) if shown is None else shown
    table = words(lang)
    sections = [
        line
        for at, (zoom, view) in enumerate(views.items())
        for line in _view(view, lang, "" if zoom == shown else " hidden", styled=at == 0)
    ]
    return "\n".join(
        [
            component.panel(views[shown], table),
            component.zooms(views, shown, table),
            f"<div {classes('views')}>",
            *sections,
            "</div>",
            f"<div {classes('paper')}></div>",
            component.data(list(views.values()), table),
        ]
    )


def _title(circuit: Circuit | Mapping[str, Circuit]) -> str:
    return (circuit if isinstance(circuit, Circuit) else next(iter(circuit.values()))).title


def _view(circuit: Circuit, lang: str, hidden: str, styled: bool) -> Iterator[str]:
    """One zoom: the picture, where its derivation goes, and its tables."""
    table = words(lang)
    yield f"<section {classes('view')}{hidden}>"
    yield f'<div {classes("picture")} tabindex="0" role="region" aria-label="{table["circuit"]}">'
    yield to_svg(circuit, lang, marked=True, styled=styled)
    yield "</div>"
    yield component.legend(circuit, table)
    yield from _images(circuit, table)
    yield component.derivation(table)
    yield f"<details {classes('tables')}><summary>{escape(table['tables'])}</summary><div>"
    yield _wires(circuit, table)
    yield _edges(circuit, table)
    yield "</div></details>"
    for row in circuit.witness:
        if row.undecided:
            told = f"{escape(printable(row.name))}: {table['undecided']}: {escape(row.undecided[lang])}"
            yield f"<p {classes('undecided')}>{told}</p>"
    if circuit.lacks:
        yield f"<p>{number(None)}: {table['not_computed']}</p>"
    yield "</section>"


def _images(circuit: Circuit, table: Mapping[str, str]) -> Iterator[str]:
    """What stands beside the picture, each with its name."""
    if not circuit.images:
        return
    yield f"<figure {classes('images')}><figcaption>{escape(table['first_weights'])}</figcaption><ul>"
    for image in circuit.images:
        name = escape(printable(image.name))
        size = f'width="{IMAGE_SIDE}" height="{round(IMAGE_SIDE * image.raster.rows / image.raster.columns)}"'
        told = quoteattr(table["weights_into"].format(name=printable(image.name)))
        yield f'<li><img alt={told} {size} src="{address(image.raster)}"><span>{name}</span></li>'
    yield "</ul></figure>"


def _wires(circuit: Circuit, table: Mapping[str, str]) -> str:
    head = ["wire", "formula", "value", "gradient", "pattern"]
    differences = {row.name: number(row.finite_difference) for row in circuit.witness}
    verdicts = {row.name: ("" if row.agrees else "no", row.verdict(table)) for row in circuit.witness}
    if circuit.witness:
        head += ["witness", "agrees"]
    rows: list[list[Cell]] = []
    for box in circuit.boxes:
        cells = [("", box.name), ("", table[box.kind] if box.kind in GIVEN else box.formula)]
        cells += [("value number", number(box.value)), ("gradient number", number(box.gradient))]
        cells.append(("", table[box.pattern] if box.pattern else ""))
        if circuit.witness:
            cells.append(("number witness", differences.get(box.name, "")))
            cells.append(verdicts.get(box.name, ("", "")))
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
        row = quoteattr(printable(name))
        tail = "".join(
            f"<td {classes(css)}>{escape(printable(text))}</td>" if css else f"<td>{escape(printable(text))}</td>"
            for css, text in cells
        )
        lines.append(f'<tr data-row={row}><th scope="row">{escape(printable(name))}</th>{tail}</tr>')
    return "\n".join([*lines, "</tbody></table>"])
