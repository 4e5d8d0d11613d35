"""Safe text -> expression tree; nothing is ever executed. docs/formulas.md says what is read, and how it is noted."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache

from backlit.declared.gates import GATES
from backlit.formula.notes import Note
from backlit.formula.reader import MAX_CHARACTERS, Reader
from backlit.formula.stacks import MAX_DEPTH
from backlit.formula.tree import Call, Expression, Name, Number, fold, names, postorder, substitute

__all__ = [
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "Call",
    "Expression",
    "Formula",
    "Name",
    "Number",
    "fold",
    "names",
    "parse",
    "postorder",
    "read_formula",
    "substitute",
]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read: its tree, and a note on each kind of spelling that is not this grammar's own.

    `result` is what the formula calls its result (``y = x + 1``), empty where it has no name.
    """

    tree: Expression
    notes: tuple[Note, ...]
    result: str = ""


def parse(text: str, gates: Container[str], given: Container[str] = ()) -> Expression:
    """Read a formula.

    Parameters
    ----------
    text : str
        At most `MAX_CHARACTERS` characters and `MAX_DEPTH` nested operations: names, numbers, ``+ - * / ** @``,
        ``<``, ``>``, ``a if c else b``, and calls of gates; reducing gates take ``axis=`` with a whole number. What
        people write otherwise (``x^2``, ``2x``, ``ln(x)``) is read as they mean it where it has one meaning.
    gates : container of str
        The names that may be called.
    given : container of str
        The variables that have a value: ``e`` and ``pi`` are numbers unless they are among them.

    Returns
    -------
    Expression

    Raises
    ------
    FormulaError
        Naming the column (from 1) and what to write instead, in English and Korean.

    Examples
    --------
    >>> parse("(x + y) * 2", {"add", "mul"})  # doctest: +NORMALIZE_WHITESPACE
    Call(gate='mul', operands=(Call(gate='add', operands=(Name(id='x'), Name(id='y')), axis=None),
    Number(value=2.0)), axis=None)
    """
    return _parsed(text, len(GATES)) if gates is GATES and not given else Reader(text, gates, given).read()


def read_formula(text: str, gates: Container[str], given: Container[str] = ()) -> Formula:
    """The same, with notes on what was read otherwise than it is spelled.

    Examples
    --------
    >>> from backlit.formula.text import to_text
    >>> formula = read_formula("2x^2", {"mul", "pow"})
    >>> to_text(formula.tree), [note.text() for note in formula.notes]
    ('2 * x ** 2', ['2x^2 at column 1 is read as 2*x^2', 'x^2 at column 2 is read as x**2'])
    """
    reader = Reader(text, gates, given)
    return Formula(reader.read(), tuple(reader.notes.all()), reader.result)


@lru_cache(maxsize=4096)
def _parsed(text: str, count: int) -> Expression:
    """A formula in the gates that there are; a gate that is declared later may change what a name means."""
    return Reader(text, GATES).read()
