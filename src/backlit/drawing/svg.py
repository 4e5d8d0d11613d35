"""A circuit as one self-contained SVG: no script, no font file, no identifier that a page could already have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from backlit.drawing.labels import NUMBER_SIZE, SMALL_SIZE, name_over, symbol_of
from backlit.drawing.layout import CHIP_PADDING, GAP, Placement, Route, arrange
from backlit.drawing.measure import pixels, printable
from backlit.drawing.messages import words
from backlit.drawing.numbers import number
from backlit.drawing.parts import GIVEN, Circuit
from backlit.drawing.raster import address, raster_size
from backlit.drawing.style import STYLE, classes

MARGIN = 26.0
HEADING = 34.0
BARE = (MARGIN - 8.0, MARGIN + 10.0)
"""Of a picture within a page, which has a heading of its own: what is left out at each side, and at the top."""

LINE_HEIGHT = 24.0
NARROWEST = 420.0
DESCRIBED = 40
"""Boxes whose numbers the description tells; a table beside the picture tells all."""


TAG, WHOLE = re.compile(r"<(?:path|rect|text|circle)[^>]*>"), re.compile(r"(\d)\.0(?=[ \"HCl])")


def to_svg(circuit: Circuit, lang: str = "en", marked: bool = False, styled: bool = True) -> str:
    """Draw a circuit: values above the wires, gradients below, each edge with its local gradient.

    Parameters
    ----------
    circuit : Circuit
    lang : {"en", "ko"}
    marked : bool
        Whether boxes and numbers carry the names that the interactive page finds them by.
    styled : bool
        Whether it carries style, legend and description; of several on one page one does, tables tell all numbers.

    Returns
    -------
    str
        An ``<svg>`` element, which is also a file of its own; it follows the reader's light or dark setting.

    Raises
    ------
    BacklitError
        If the language is unknown.

    Examples
    --------
    >>> from backlit.drawing import Box, Circuit, Link
    >>> x, y = Box("x", "input", "x", value=3.0), Box("y", "gate", "exp", "exp(x)")
    >>> to_svg(Circuit("exp(x)", (x, y), (Link("x", "y", 0),), output="y"))[:10]
    '<svg xmlns'
    """
    layout = arrange(circuit)
    legend, legend_height = _legend(circuit, lang, max(layout.width, NARROWEST)) if styled else ([], 0.0)
    columns = " ".join(",".join(f"{x:.1f}" for x in column) for column in layout.columns)
    width = max(layout.width, NARROWEST) + 2 * MARGIN
    height = layout.height + HEADING + legend_height + 2 * MARGIN
    shift = MARGIN + (max(layout.width, NARROWEST) - layout.width) / 2
    below = f"translate({MARGIN:.1f} {height - MARGIN - legend_height:.1f})"
    title = escape(printable(circuit.title))
    left, top = BARE if marked else (0.0, 0.0)
    room = f"{width - 2 * left:.0f}", f"{height - top:.0f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {classes("circuit")} role="img" lang="{lang}" '
        f'width="{room[0]}" height="{room[1]}" viewBox="{left:.0f} {top:.0f} {room[0]} {room[1]}"'
        + (f' data-columns="{columns}">' if marked else ">"),
        f"<title>{title}</title>",
        f"<desc>{escape(printable(_described(circuit, lang)))}</desc>" if styled else "",
        f"<style>{STYLE}</style>" if styled else "",
        f'<rect {classes("page")} width="{width:.0f}" height="{height:.0f}" rx="10"/>',
        "" if marked else f'<text {classes("heading")} x="{MARGIN:.0f}" y="{MARGIN + 12:.0f}">{title}</text>',
        f'<g transform="translate({shift:.1f} {MARGIN + HEADING:.1f})">',
        *(line for at, route in enumerate(layout.routes) for line in _wire(route, at if marked else None)),
        *(line for placement in layout.placements.values() for line in _stub(placement, circuit.output, marked)),
        *(line for at, route in enumerate(layout.routes) for line in _edge_labels(route, at if marked else None)),
        *(line for placement in layout.placements.values() for line in _box(placement, circuit.output, lang, marked)),
        "</g>",
        *([f'<g {classes("legend")} transform="{below}">', *legend, "</g>"] if styled else ()),
        "</svg>",
    ]
    return "\n".join(TAG.sub(_short, part) for part in parts if part)


def _short(tag: re.Match[str]) -> str:
    """A tag whose whole numbers are written as such."""
    return WHOLE.sub(r"\1", tag[0])


def _described(circuit: Circuit, lang: str) -> str:
    """The picture in words, for who cannot see it."""
    table = words(lang)
    output = next(box for box in circuit.boxes if box.name == circuit.output)
    head = table["described"].format(
        boxes=len(circuit.boxes), links=len(circuit.links), output=output.name, value=number(output.value)
    )
    told = [
        f"{box.name}: {table['value']} {number(box.value)}, {table['gradient']} "
        + (table["not_computed"] if box.gradient is None else number(box.gradient))
        for box in circuit.boxes[:DESCRIBED]
    ]
    rest = len(circuit.boxes) - len(told)
    if rest:
        told.append(table["and_more"].format(count=rest))
    return f"{head} {'; '.join(told)}."


def _text(css: str, x: float, y: float, content: str, attributes: str = "") -> str:
    if "<" in content or "&" in content or ">" in content:
        content = escape(content)
    return f'<text {classes(css)} x="{x:.1f}" y="{y:.1f}"{attributes}>{content}</text>'


def _mark(**marks: object) -> str:
    """Attributes ``data-...`` for the page that steps through the circuit."""
    return "".join(f" data-{name}={quoteattr(printable(str(value)))}" for name, value in marks.items())


def _path(route: Route) -> str:
    """Level pieces joined by bends that leave and arrive level."""
    points = route.points
    steps = [f"M{points[0][0]:.1f} {points[0][1]:.1f}H{points[1][0]:.1f}"]
    for (x0, y0), (x1, y1), (x2, _) in zip(points[1:-1:2], points[2::2], points[3::2], strict=True):
        middle = (x0 + x1) / 2
        bend = f"C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}" if y0 != y1 else ""
        steps.append(f"{bend}H{x2:.1f}")
    return "".join(steps)


def _wire(route: Route, at: int | None) -> Iterator[str]:
    """The line and its arrowhead; dashed where no gradient came back. `at` is the link's number, for a page."""
    x, y = route.points[-1]
    dashed = " unknown" if route.link.contribution is None else ""
    line = _path(route)
    yield f'<path {classes(f"wire{dashed}")} d="{line}"/>'
    if at is not None:  # broad and unseen, what a pointer reaches: the page lays it along the line
        yield f"<path {classes('reach')}{_mark(edge=at)}/>"
    yield f'<path {classes("tip")} d="M{x:.1f} {y:.1f}l-8 -4v8z"/>'
    if route.branch and route.link.contribution is None:
        yield f'<circle {classes("hollow")} cx="{route.branch[0] + 5:.1f}" cy="{route.branch[1]:.1f}" r="4"/>'


def _stub(placement: Placement, output: str, marked: bool) -> Iterator[str]:
    """The wire that leaves a box with its two numbers, the fork's dot, and the end of the output."""
    box, start = placement.box, placement.x + placement.width / 2
    dashed = " unknown" if box.gradient is None else ""
    if box.name == output and not placement.forks:
        yield f'<path {classes(f"wire{dashed}")} d="M{start:.1f} {placement.y:.1f}H{placement.wire_end:.1f}"/>'
        yield f'<path {classes("tip")} d="M{placement.wire_end:.1f} {placement.y:.1f}l-8 -4v8z"/>'
    if placement.value:
        yield _text("value", start + GAP, placement.y - 7, placement.value, _mark(value=box.name) if marked else "")
    if dashed:
        yield f'<circle {classes("hollow")} cx="{start + GAP + 4:.1f}" cy="{placement.y:.1f}" r="4"/>'
    mark = _mark(gradient=box.name) if marked else ""
    yield _text("gradient", start + GAP, placement.y + 17, placement.gradient, mark)
    if placement.forks:
        yield f'<circle {classes("fork")} cx="{placement.wire_end:.1f}" cy="{placement.y:.1f}" r="3.5"/>'


def _edge_labels(route: Route, at: int | None) -> Iterator[str]:
    """The local gradient as a chip on the wire; on a fork's branch its contribution; `at` is the link's number."""
    text, width = route.local, route.chip_width
    x, y = route.chip
    chip = "" if at is None else _mark(chip=at)
    local, branch = ("", "") if at is None else (_mark(link=at, number=what) for what in ("local", "contribution"))
    shape = f'x="{x - width / 2:.1f}" y="{y - 8.5:.1f}" width="{width:.1f}" height="17" rx="8.5"'
    yield f"<rect {classes('chip')} {shape}{chip}/>"
    yield _text("local", x, y + 4, text, local)
    if route.branch:
        yield _text("branch", route.branch[0], route.branch[1] + 14, number(route.link.contribution), branch)


def _box(placement: Placement, output: str, lang: str, marked: bool) -> Iterator[str]:
    """The shape with its symbol; a gate's name above and its pattern below; formula and numbers as a tooltip."""
    box, table = placement.box, words(lang)
    x, y, half = placement.x, placement.y, placement.height / 2
    css = f"{box.kind} {'given' if box.kind in GIVEN else 'gate'}{' result' if box.name == output else ''}"
    css += " pictured" if box.raster else ""
    tip = [box.name if box.formula in ("", box.name) else f"{box.name} = {box.formula}", table[box.kind]]
    tip += [f"{table['value']} {number(box.value)}", f"{table['gradient']} {number(box.gradient)}"]
    mark = _mark(box=box.name) if marked else ""
    yield f"<g{mark}><title>{escape(printable(', '.join(tip)))}</title>"
    yield (
        f'<rect {classes(css)} x="{x - placement.width / 2:.1f}" y="{y - half:.1f}" width="{placement.width:.1f}" '
        f'height="{placement.height:.1f}" rx="{placement.corner:.1f}"/>'
    )
    given = box.kind in GIVEN
    if box.raster:
        width, height = raster_size(box.raster)
        place = f'x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}"'
        yield f'<image {classes("raster")} {place} preserveAspectRatio="none" href="{address(box.raster)}"/>'
    else:
        yield _text("name" if given else "symbol", x, y + (5 if given else 6.5), symbol_of(box))
    if name := name_over(box):
        yield _text("small", x, y - half - 6, name)
    if box.pattern:
        yield _text("small", x, y + half + 14, table[f"short_{box.pattern}"])
    yield "</g>"


def _legend(circuit: Circuit, lang: str, available: float) -> tuple[list[str], float]:
    """One line of what the marks mean, wrapped to the width available; only the marks that are used."""
    table = words(lang)
    forks = len({link.source for link in circuit.links}) < len(circuit.links)
    items = [
        ("value", "12", table["value_above"], True),
        ("gradient", "12", table["gradient_below"], True),
        ("local", "× 12", table["local"], bool(circuit.links)),
        ("branch", "12", table["contribution_below"], forks),
        ("hollow", "", table["not_computed"], circuit.lacks),
    ]
    lines: list[str] = []
    x, y = 0.0, LINE_HEIGHT / 2
    for css, sample, meaning, used in items:
        if not used:
            continue
        sample_width = pixels(sample, NUMBER_SIZE) + 8 if sample else 36.0
        width = sample_width + pixels(meaning, SMALL_SIZE) + 22
        if x and x + width > available:
            x, y = 0.0, y + LINE_HEIGHT
        lines.extend(_sample(css, sample, x, y))
        lines.append(_text("meaning", x + sample_width + (4 if css == "local" else 0), y + 4, meaning))
        x += width
    return lines, y + LINE_HEIGHT / 2


def _sample(css: str, sample: str, x: float, y: float) -> Iterator[str]:
    if css == "hollow":
        yield f'<path {classes("wire unknown")} d="M{x:.1f} {y:.1f}h28"/>'
        yield f'<circle {classes("hollow")} cx="{x + 14:.1f}" cy="{y:.1f}" r="4"/>'
        return
    if css == "local":
        width = pixels(sample, SMALL_SIZE) + 2 * CHIP_PADDING
        yield f'<rect {classes("chip")} x="{x:.1f}" y="{y - 8.5:.1f}" width="{width:.1f}" height="17" rx="8.5"/>'
        yield _text(css, x + width / 2, y + 4, sample)
        return
    yield _text(css, x, y + 4.5, sample)
