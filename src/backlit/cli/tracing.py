"""`backlit trace`: a formula and its numbers in, every gradient out."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from backlit.cli.console import console
from backlit.cli.messages import GIVEN, VERDICTS
from backlit.cli.outputs import check_output
from backlit.errors import BacklitError, FormulaError, in_language
from backlit.files import write_whole
from backlit.graph.check import Status
from backlit.tracing import Trace, trace
from backlit.tracing.checking import Check

EXIT_STATUS: Mapping[Status, int] = {"ok": 0, "wrong": 1, "cannot tell": 3}
"""What the witness says -> the command's exit status; 2 says that the arguments are at fault."""


def trace_formula(
    expression: str, values: Sequence[str], svg: Path | None, html: Path | None, latex: bool, lang: str
) -> None:
    """Print the trace and its witness, or LaTeX; write its pictures."""
    with in_language(lang):
        numbers = assigned(values)
    traced = read(expression, numbers, lang)
    drawings = ((svg, Trace.to_svg), (html, Trace.to_html))
    pictures = [(path, draw(traced, lang)) for path, draw in drawings if path is not None]
    if len({path for path, _ in pictures}) < len(pictures):
        raise BacklitError(f"--svg and --html both name {svg}; name two files")
    for path, _ in pictures:
        check_output(path)
    for path, drawing in pictures:
        write_whole(path, drawing.encode())
    if latex:
        print(traced.to_latex())
        return
    terminal = console()
    colored = terminal.is_terminal and not terminal.no_color
    print(traced.to_text(lang=lang, color=colored), end="\n\n")
    witness = traced.check()
    print(verdict(witness, lang))
    raise typer.Exit(EXIT_STATUS[witness.status])


def read(expression: str, values: Mapping[str, float], lang: str) -> Trace:
    """The trace of a formula; how it was read otherwise than it is spelled stands on stderr.

    Raises
    ------
    FormulaError
        In the language `lang`, if the formula cannot be read, or has no finite value or gradient.
    """
    with in_language(lang):
        traced = trace(expression, **values)
        dict(traced.gradients)
    for note in traced.graph.notes:
        print(f"backlit: {note.text(lang)}", file=sys.stderr)
    return traced


def verdict(witness: Check, lang: str) -> str:
    """How many gradients agree with central differences, and what is at fault where not all do."""
    agreeing = sum(row.ok for row in witness.rows)
    message = VERDICTS[lang].format(agreeing=agreeing, checked=len(witness.rows))
    return message if witness.ok else f"{message}: {witness.verdict(lang)}"


def assigned(values: Sequence[str]) -> dict[str, float]:
    """Numbers by name, from NAME=VALUE.

    Raises
    ------
    FormulaError
        If one is not of that form, not a finite number, or given twice.

    Examples
    --------
    >>> assigned(["x=-2", "y=5e3"])
    {'x': -2.0, 'y': 5000.0}
    """
    numbers: dict[str, float] = {}
    for text in values:
        name, equals, number = (part.strip() for part in text.partition("="))
        if not equals or not name.isidentifier():
            raise _input_error("not_assigned", text=text)
        if name in numbers:
            raise _input_error("given_twice", name=name)
        numbers[name] = _number(name, number)
    return numbers


def _number(name: str, text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        raise _input_error("no_number", name=name, text=text) from None
    if not math.isfinite(value):
        raise _input_error("too_large_number", name=name, text=text)
    return value


def _input_error(key: str, **fields: str) -> FormulaError:
    """The error for a value that is given, in each language."""
    texts = {lang: found.format(**fields) for lang, found in GIVEN[key].items()}
    return FormulaError(texts["en"], texts=texts)
