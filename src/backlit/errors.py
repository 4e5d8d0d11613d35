"""The one family of errors that Backlit raises on purpose."""

from __future__ import annotations


class BacklitError(ValueError):
    """Something in the input is at fault: one line says what, where, and the mend.

    Examples
    --------
    >>> raise BacklitError("column 'age' is missing; add it or train again without it")
    Traceback (most recent call last):
        ...
    backlit.errors.BacklitError: column 'age' is missing; add it or train again without it
    """
