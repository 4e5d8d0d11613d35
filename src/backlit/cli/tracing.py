"""`backlit trace`: a formula and its numbers in, every gradient out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from backlit.cli.reading import check_output
from backlit.errors import BacklitError
from backlit.explaining import trace
from backlit.files import write_whole


def trace_formula(
    expression: str, values: Sequence[str], svg: Path | None, html: Path | None, latex: bool, lang: str
) -> None:
    """Print the trace and its witness, or LaTeX; draw what is asked for."""
    traced = trace(expression, **assigned(values))
    drawings = [(svg, lambda: traced.to_svg(lang=lang)), (html, lambda: traced.to_html(lang=lang))]
    wanted = [(path, draw()) for path, draw in drawings if path is not None]
    for path, _ in wanted:
        check_output(path)
    for path, drawing in wanted:
        write_whole(path, drawing.encode())
    print(traced.to_latex() if latex else f"{traced}\n\n{traced.check()}")


def assigned(values: Sequence[str]) -> dict[str, float]:
    """Numbers by name, from NAME=VALUE.

    Raises
    ------
    BacklitError
        If one is not of that form, not a finite number, or given twice.

    Examples
    --------
    >>> assigned(["x=-2", "y=5e3"])
    {'x': -2.0, 'y': 5000.0}
    """
    found: dict[str, float] = {}
    for text in values:
        name, equals, number = (part.strip() for part in text.partition("="))
        if not equals or not name.isidentifier():
            raise BacklitError(f"{text!r} is not NAME=VALUE; write it as x=-2")
        if name in found:
            raise BacklitError(f"{name!r} is given twice; give it one value")
        found[name] = _number(name, number)
    return found


def _number(name: str, text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        raise BacklitError(f"{name}={text}: {text!r} is not a number; write it as {name}=-2 or {name}=0.5") from None
    if not math.isfinite(value):
        raise BacklitError(f"{name}={text}: {text!r} is not finite in float64; give a smaller number")
    return value
