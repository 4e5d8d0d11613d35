"""How numbers are written, in every backend."""

from __future__ import annotations

from collections.abc import Sequence

from backlit.drawing.parts import Number

NOT_COMPUTED = "–"
"""Stands for None; the legends say what it means."""

SIGNIFICANT = 6
SHOWN_TERMS = 6


def number(value: Number) -> str:
    """A number to six significant digits.

    Examples
    --------
    >>> [number(value) for value in (-12.0, 0.196611933, 1e-8, -0.0, None, "[3x4]")]
    ['-12', '0.196612', '1e-08', '0', '–', '[3x4]']
    """
    if value is None:
        return NOT_COMPUTED
    if isinstance(value, str):
        return value
    return f"{value + 0.0:.{SIGNIFICANT}g}"


def summed(terms: Sequence[Number], total: Number) -> str:
    """A sum in sight; long ones are shortened in the middle.

    Examples
    --------
    >>> summed([-4.0, 3.0], -1.0), summed([3.0, -4.0], -1.0)
    ('-4 + 3 = -1', '3 - 4 = -1')
    >>> summed([1.0] * 20, 20.0)
    '1 + 1 + 1 + 1 + 1 + … + 1 = 20'
    """
    texts = [number(term) for term in terms]
    if len(texts) > SHOWN_TERMS:
        texts = [*texts[: SHOWN_TERMS - 1], "…", texts[-1]]
    signed = (f" - {text[1:]}" if text.startswith("-") else f" + {text}" for text in texts[1:])
    return f"{texts[0]}{''.join(signed)} = {number(total)}"
