"""A circuit that moves by itself: value after value, then gradient after gradient, where the eye should look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backlit.drawing.layout import Layout, arrange
from backlit.drawing.measure import printable
from backlit.drawing.parts import Circuit
from backlit.drawing.style import PREFIX, STYLE, VERMILLION
from backlit.drawing.svg import MARGIN, to_svg

STEP, REST = 0.9, 3.5
"""Seconds of a step, and of the whole picture before it begins again."""

WINDOW = 300.0
"""Pixels of the layout that are in sight at once: shown as wide, letters are as large as everywhere."""

ASPECT = 1.5
"""Width of the picture by its height."""


def to_living_svg(circuit: Circuit, lang: str = "en") -> str:
    """Draw a circuit that steps through itself, as an image of a page shows it; no script.

    Parameters
    ----------
    circuit : Circuit
    lang : {"en", "ko"}

    Returns
    -------
    str
        An ``<svg>`` element, half as high again as wide. Who asked the system for less motion sees it whole and still.

    Examples
    --------
    >>> from backlit.drawing import Box, Circuit, Link
    >>> x, y = Box("x", "input", "x", value=3.0), Box("y", "output", "exp", "exp(x)", 20.1, 1.0)
    >>> "@keyframes" in to_living_svg(Circuit("exp(x)", (x, y), (Link("x", "y", 0, 20.1, 1.0, 20.1),), output="y"))
    True
    """
    layout = arrange(circuit)
    still = to_svg(circuit, lang, marked=True, styled=False)
    selectors = still[still.index("<g transform=") : still.rindex("</svg>")]
    selectors = selectors[selectors.index(">") + 1 :]
    width = max(layout.width + MARGIN, ASPECT * (layout.height + MARGIN))
    view = ((layout.width - width) / 2, (layout.height - width / ASPECT) / 2, width, width / ASPECT)
    begun = f'<svg xmlns="http://www.w3.org/2000/svg" class="{PREFIX}circuit" role="img" lang="{lang}" '
    box = " ".join(f"{side:.1f}" for side in view)
    style = f"<style>{STYLE}{_motion(circuit, layout, view)}</style>"
    size = f'width="{view[2]:.0f}" height="{view[3]:.0f}" viewBox="{box}"'
    return f'{begun}{size}>{style}<g class="{PREFIX}camera">{selectors}</svg>'


def _motion(circuit: Circuit, layout: Layout, view: tuple[float, float, float, float]) -> str:
    """The style that makes each mark appear at its step, and moves the window along."""
    fed = {link.target for link in circuit.links}
    gates = [box.name for box in circuit.boxes if box.name in fed]
    lasts = (2 * len(gates) + 1) * STEP + REST
    rules: dict[int, list[str]] = {}
    for mark, step in _steps(circuit, {name: at for at, name in enumerate(gates, 1)}):
        rules.setdefault(step, []).append(mark)
    frames = "".join(_appearing(step, selectors, lasts) for step, selectors in rules.items())
    moved = _camera(layout, [*gates, *gates[::-1]], view, lasts)
    return f"@media (prefers-reduced-motion:no-preference){{{frames}{_now(gates, lasts)}{moved}}}"


def _appearing(step: int, selectors: list[str], lasts: float) -> str:
    """The selectors of one step: not there before it, there until the picture begins again."""
    name, share = f"{PREFIX}at{step}", 100 * step * STEP / lasts
    return (
        f"@keyframes {name}{{0%,{share:.2f}%{{opacity:0}}{share + 0.4:.2f}%,98%{{opacity:1}}100%{{opacity:0}}}}"
        f"{','.join(selectors)}{{animation:{name} {lasts:.1f}s infinite}}"
    )


def _camera(layout: Layout, passed: list[str], view: tuple[float, float, float, float], lasts: float) -> str:
    """What is in sight: the gate in hand with what it reads, then the whole."""
    left, top, width, _ = view
    window = max(WINDOW, ASPECT * layout.height)
    if window >= width:
        return ""
    scale = width / window

    def seen(x: float) -> str:
        low = min(max(x - 0.62 * window, -MARGIN / 2), layout.width + MARGIN / 2 - window)
        high = layout.height / 2 - window / ASPECT / 2
        return f"transform:translate({left - scale * low:.1f}px,{top - scale * high:.1f}px) scale({scale:.3f})"

    frames = [f"0%,{100 * STEP / lasts / 2:.2f}%{{{seen(0.0)}}}"]
    for step, name in enumerate(passed, 1):
        share = 100 * STEP / lasts
        frames.append(f"{share * step:.2f}%,{share * (step + 0.6):.2f}%{{{seen(layout.placements[name].x)}}}")
    after = 100 * (len(passed) + 1.4) * STEP / lasts
    frames.append(f"{after:.2f}%{{{seen(0.0)}}}{after + 4:.2f}%,97%{{transform:none}}100%{{{seen(0.0)}}}")
    name = f"{PREFIX}camera"
    return f"@keyframes {name}{{{''.join(frames)}}}.{name}{{animation:{name} {lasts:.1f}s infinite}}"


def _steps(circuit: Circuit, forward: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Each mark that waits, as a selector, with the step that it appears at; a gate's number counts from 1."""
    back = {name: 2 * len(forward) + 1 - at for name, at in forward.items()}
    arrived = {circuit.output: len(forward)}
    for at, link in enumerate(circuit.links):
        arrived[link.source] = max(arrived.get(link.source, 0), back[link.target])
        yield f'[data-chip="{at}"],[data-link="{at}"]', back[link.target]
    for box in circuit.boxes:
        if box.name in forward:
            yield f'[data-value="{_quoted(box.name)}"]', forward[box.name]
        if box.name in arrived:
            yield f'[data-gradient="{_quoted(box.name)}"]', arrived[box.name]


def _now(gates: list[str], lasts: float) -> str:
    """The outline of the gate that a step passes, on both ways."""
    return (
        "".join(
            f'[data-box="{_quoted(name)}"] rect{{animation:{PREFIX}now {STEP}s step-end {start * STEP:.1f}s,'
            f"{PREFIX}now {STEP}s step-end {(2 * len(gates) + 1 - start) * STEP:.1f}s}}"
            for start, name in enumerate(gates, 1)
        )
        + f"@keyframes {PREFIX}now{{0%,99%{{stroke:{VERMILLION};stroke-width:3px}}}}"
    )


def _quoted(name: str) -> str:
    """A name in a selector's quotes."""
    return printable(name).replace("\\", r"\\").replace('"', r"\"").replace("<", r"\3c ")
