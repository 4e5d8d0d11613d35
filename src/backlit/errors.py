"""The one family of errors that Backlit raises on purpose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

Entry = TypeVar("Entry")


class BacklitError(ValueError):
    """Something in the input is at fault: one line says what, where, and the mend.

    Examples
    --------
    >>> raise BacklitError("column 'age' is missing; add it or train again without it")
    Traceback (most recent call last):
        ...
    backlit.errors.BacklitError: column 'age' is missing; add it or train again without it
    """


def choose(what: str, name: str, table: Mapping[str, Entry]) -> Entry:
    """The entry of a table by its name.

    Raises
    ------
    BacklitError
        If there is none: the line says what was looked for and which names there are.

    Examples
    --------
    >>> choose("loss", "huber", {"squared": 2, "absolute": 1})
    Traceback (most recent call last):
        ...
    backlit.errors.BacklitError: loss 'huber' is not known; choose one of squared, absolute
    """
    if name not in table:
        raise BacklitError(f"{what} {name!r} is not known; choose one of {', '.join(table)}")
    return table[name]


def one_of(what: str, name: str, names: Iterable[str]) -> str:
    """The name itself, if it is one of some names.

    Raises
    ------
    BacklitError
        If it is not: the line says what was looked for and which names there are.

    Examples
    --------
    >>> one_of("lang", "ko", ("en", "ko"))
    'ko'
    """
    return choose(what, name, {known: known for known in names})
