r"""A circuit as a TikZ picture, for ``\usepackage{tikz}`` and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from backlit.drawing.labels import name_over, symbol_of
from backlit.drawing.layout import GAP, Placement, Point, Route, arrange
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
    "³": r"$^3$",
    "ʸ": r"$^y$",
    "·": r"$\cdot$",
    "∂": r"$\partial$",
    "‖": r"$\|$",
    "⊡": r"$\odot$",
    "⊞": r"$\oplus$",
    "…": r"\ldots{}",
    "–": "--",
    "\ufffd": "?",
}
"""Characters that LaTeX reads as commands or that its oldest engine cannot show."""

SCIENTIFIC = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]?\d+)(?![\w.])")
"""A number with its exponent as programming languages write it, and not a part of a name."""

HEAD = (
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
    placements = layout.placements.values()
    lines = [
        *HEAD,
        *(_wire(route) for route in layout.routes),
        *(line for placement in placements for line in _stub(placement, circuit.output)),
        *(line for route in layout.routes for line in _edge_labels(route)),
        *(line for placement in placements for line in _box(placement, circuit.output)),
        r"\end{tikzpicture}",
    ]
    return "\n".join(lines)


def escaped(text: str) -> str:
    r"""A text as LaTeX prints it.

    Examples
    --------
    >>> escaped("a_1 & 50%"), escaped("1e-07")
    ('a\\_1 \\& 50\\%', '$1 \\cdot 10^{-7}$')
    """
    parts = SCIENTIFIC.split(printable(text))  # what stands between numbers, then a mantissa and its exponent, ...
    for at, part in enumerate(parts):
        if at % 3 == 0:
            parts[at] = "".join(SPECIAL.get(char, char) for char in part)
        elif at % 3 == 1:
            parts[at] = rf"${part} \cdot 10^{{{int(parts[at + 1])}}}$"
        else:
            parts[at] = ""
    return "".join(parts)


def _at(point: Point) -> str:
    return f"({point[0] * CENTIMETRES:.3f},{point[1] * CENTIMETRES:.3f})"


def _node(style: str, point: Point, content: str) -> str:
    return rf"  \node[{style}] at {_at(point)} {{{content}}};"


def _wire(route: Route) -> str:
    """Level pieces joined by bends that leave and arrive level."""
    path = _at(route.points[0])
    for at, point in enumerate(route.points[1:], start=1):
        level = point[1] == route.points[at - 1][1]
        path += f" -- {_at(point)}" if level else f" to[out=0, in=180] {_at(point)}"
    dashed = ", unknown" if route.link.contribution is None else ""
    return rf"  \draw[arrow{dashed}] {path};"


def _stub(placement: Placement, output: str) -> Iterator[str]:
    """The wire that leaves a box with its two numbers, the fork's dot, and the end of the output."""
    start = placement.x + placement.width / 2
    if placement.box.name == output and not placement.forks:
        yield rf"  \draw[arrow] {_at((start, placement.y))} -- {_at((placement.wire_end, placement.y))};"
    if placement.value:
        yield _node("value", (start + GAP, placement.y - 7), escaped(placement.value))
    yield _node("gradient", (start + GAP, placement.y + 17), escaped(placement.gradient))
    if placement.box.gradient is None:
        yield rf"  \filldraw[draw=black!75, fill=white] {_at((start + GAP + 4, placement.y))} circle (2pt);"
    if placement.forks:
        yield rf"  \fill[black!75] {_at((placement.wire_end, placement.y))} circle (1.8pt);"


def _edge_labels(route: Route) -> Iterator[str]:
    """The local gradient on the wire; on a fork's branch its contribution."""
    yield _node("local", route.chip, escaped(route.local))
    if route.branch:
        x, y = route.branch
        yield _node("branch", (x, y + 14), escaped(number(route.link.contribution)))


def _box(placement: Placement, output: str) -> Iterator[str]:
    """The shape with its symbol; a gate's name above and its pattern below."""
    box, half = placement.box, placement.height / 2
    result = ", result" if box.name == output else ""
    width, height = placement.width * CENTIMETRES, placement.height * CENTIMETRES
    size = f"minimum width={width:.3f}cm, minimum height={height:.3f}cm"
    style = "given" if box.kind in GIVEN else f"gate, rounded corners={placement.corner * CENTIMETRES * 0.99:.3f}cm"
    yield _node(f"{style}{result}, {size}", (placement.x, placement.y), escaped(symbol_of(box)))
    if name := name_over(box):  # of a picture, which TikZ has none of, too
        yield _node("small", (placement.x, placement.y - half - 10), escaped(name))
    if box.pattern:
        yield _node("small", (placement.x, placement.y + half + 10), EN[f"short_{box.pattern}"])
