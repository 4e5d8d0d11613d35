r"""A circuit as a TikZ picture, for ``\usepackage{tikz}`` and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backlit.drawing.labels import local_text, name_over, symbol_of
from backlit.drawing.layout import GAP, Place, Point, Route, arrange
from backlit.drawing.measure import printable
from backlit.drawing.messages import EN
from backlit.drawing.numbers import number
from backlit.drawing.parts import GIVEN, Circuit
from backlit.drawing.style import BLUE, VERMILLION

CENTIMETRES = 0.022
"""Of one pixel of the layout: fonts of 7 points then stand as they do on the screen."""

SPECIAL: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "_": r"\_",
    "^": r"\^{}",
    "~": r"\~{}",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
    "-": r"$-$",
    "−": r"$-$",
    "×": r"$\times$",
    "÷": r"$\div$",
    "√": r"$\surd$",
    "Σ": r"$\Sigma$",
    "σ": r"$\sigma$",
    "²": r"$^2$",
    "…": r"\ldots{}",
    "–": "--",
    "\ufffd": "?",
}
"""Characters that LaTeX reads as commands or that its oldest engine cannot show."""

_HEAD = (
    r"\begin{tikzpicture}[x=1cm, y=-1cm, font=\scriptsize,",
    r"  wire/.style={draw=black!55, semithick}, arrow/.style={wire, -latex}, unknown/.style={dashed},",
    r"  given/.style={draw=black!75, fill=white, rounded corners=2pt, inner sep=0pt},",
    r"  gate/.style={draw=black!75, fill=black!4, inner sep=0pt, font=\normalsize}, result/.style={very thick},",
    r"  value/.style={anchor=base west, inner sep=0pt, text=backlitvalue},",
    r"  gradient/.style={anchor=base west, inner sep=0pt, text=backlitgradient, font=\scriptsize\itshape},",
    r"  branch/.style={gradient, font=\tiny\itshape}, small/.style={inner sep=0pt, font=\tiny, text=black!65},",
    r"  local/.style={draw=black!30, fill=white, rounded corners=3pt, inner sep=1.5pt, font=\tiny}]",
    rf"  \definecolor{{backlitvalue}}{{HTML}}{{{BLUE[1:]}}}",
    rf"  \definecolor{{backlitgradient}}{{HTML}}{{{VERMILLION[1:]}}}",
)


def to_latex(circuit: Circuit) -> str:
    r"""Draw a circuit in TikZ: values above the wires, gradients below, each edge with its local gradient.

    Parameters
    ----------
    circuit : Circuit

    Returns
    -------
    str
        A ``tikzpicture`` environment. Names beyond Latin letters need LuaLaTeX or XeLaTeX and a font that has them.

    Examples
    --------
    >>> from backlit.drawing import Box, Circuit, Link
    >>> x, y = Box("x", "input", "x", value=3.0), Box("y", "gate", "exp", "exp(x)")
    >>> to_latex(Circuit("exp(x)", (x, y), (Link("x", "y", 0),), output="y"))[:19]
    '\\begin{tikzpicture}'
    """
    layout = arrange(circuit)
    places = layout.places.values()
    lines = [
        *_HEAD,
        *(_wire(route) for route in layout.routes),
        *(line for place in places for line in _stub(place, circuit.output)),
        *(line for route in layout.routes for line in _edge_labels(route)),
        *(line for place in places for line in _box(place, circuit.output)),
        r"\end{tikzpicture}",
    ]
    return "\n".join(lines)


def escaped(text: str) -> str:
    r"""A text as LaTeX prints it.

    Examples
    --------
    >>> escaped("a_1 & 50%")
    'a\\_1 \\& 50\\%'
    """
    return "".join(SPECIAL.get(char, char) for char in printable(text))


def _at(point: Point) -> str:
    return f"({point[0] * CENTIMETRES:.3f},{point[1] * CENTIMETRES:.3f})"


def _node(style: str, point: Point, content: str) -> str:
    return rf"  \node[{style}] at {_at(point)} {{{content}}};"


def _wire(route: Route) -> str:
    """Level pieces joined by bends that leave and arrive level."""
    path = _at(route.points[0])
    for place, point in enumerate(route.points[1:], start=1):
        level = point[1] == route.points[place - 1][1]
        path += f" -- {_at(point)}" if level else f" to[out=0, in=180] {_at(point)}"
    dashed = ", unknown" if route.link.contribution is None else ""
    return rf"  \draw[arrow{dashed}] {path};"


def _stub(place: Place, output: str) -> Iterator[str]:
    """The wire that leaves a box with its two numbers, the fork's dot, and the end of the output."""
    start = place.x + place.width / 2
    if place.box.name == output and not place.forks:
        yield rf"  \draw[arrow] {_at((start, place.y))} -- {_at((place.wire_end, place.y))};"
    if place.value:
        yield _node("value", (start + GAP, place.y - 7), escaped(place.value))
    yield _node("gradient", (start + GAP, place.y + 17), escaped(place.gradient))
    if place.box.gradient is None:
        yield rf"  \filldraw[draw=black!75, fill=white] {_at((start + GAP + 4, place.y))} circle (2pt);"
    if place.forks:
        yield rf"  \fill[black!75] {_at((place.wire_end, place.y))} circle (1.8pt);"


def _edge_labels(route: Route) -> Iterator[str]:
    """The local gradient on the wire; on a fork's branch its contribution."""
    yield _node("local", route.chip, escaped(local_text(route.link)))
    if route.branch:
        x, y = route.branch
        yield _node("branch", (x, y + 14), escaped(number(route.link.contribution)))


def _box(place: Place, output: str) -> Iterator[str]:
    """The shape with its symbol; a gate's name above and its pattern below."""
    box, half = place.box, place.height / 2
    result = ", result" if box.name == output else ""
    width, height = place.width * CENTIMETRES, place.height * CENTIMETRES
    size = f"minimum width={width:.3f}cm, minimum height={height:.3f}cm"
    style = "given" if box.kind in GIVEN else f"gate, rounded corners={place.corner * CENTIMETRES * 0.99:.3f}cm"
    yield _node(f"{style}{result}, {size}", (place.x, place.y), escaped(symbol_of(box)))
    if name := name_over(box):
        yield _node("small", (place.x, place.y - half - 10), escaped(name))
    if box.pattern:
        yield _node("small", (place.x, place.y + half + 10), EN[f"short_{box.pattern}"])
