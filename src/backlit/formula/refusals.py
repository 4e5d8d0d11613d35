"""The errors of the reader: where it is, what is wrong, what to write; in every language at once."""

from __future__ import annotations

from typing import Any

from backlit.errors import FormulaError
from backlit.formula.messages import FAULTS, FRAME

SHOWN_CHARACTERS = 60
"""Characters of a formula that a message shows: those around the place."""

LONGEST_PART = 24
"""Characters of a part that a message repeats; of a longer one its first and last."""


def fault(formula: str, start: int, key: str, /, **fields: Any) -> FormulaError:
    """The error for a place in a formula.

    Parameters
    ----------
    formula : str
        The text, from its first character that is no blank.
    start : int
        The place in it, from 0.
    key : str
        One of `FAULTS`.
    **fields
        What stands in the message.

    Examples
    --------
    >>> str(fault("x // y", 2, "floor_division"))
    "expression: // has no gate at column 3 of 'x // y'; write x / y"
    """
    message = FAULTS[key]
    fields = {name: _one_line(value) if isinstance(value, str) else value for name, value in fields.items()}
    texts = {}
    for lang, (what, mend) in {"en": message.en, "ko": message.ko}.items():
        texts[lang] = FRAME[lang].format(
            what=what.format(**fields), mend=mend.format(**fields), column=start + 1, shown=shown(formula, start)
        )
    return FormulaError(texts["en"], formula=formula, column=start + 1, texts=texts)


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def shown(text: str, start: int = 0) -> str:
    """The formula in quotes, what lies far from a place left out."""
    text = "".join(" " if char.isspace() else char for char in text)
    if len(text) <= SHOWN_CHARACTERS:
        return repr(text)
    first = max(0, min(start - SHOWN_CHARACTERS // 2, len(text) - SHOWN_CHARACTERS))
    part = text[first : first + SHOWN_CHARACTERS - 6]
    return repr(("..." if first else "") + part + ("..." if first + len(part) < len(text) else ""))


def short(text: str) -> str:
    """A part of a formula as a message repeats it."""
    text = "".join(char for char in " ".join(text.split()) if char.isprintable())
    return text if len(text) <= LONGEST_PART else f"{text[:10]}...{text[-10:]}"
