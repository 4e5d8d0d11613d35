"""Which patterns are worth trying on a column: Arrow compiles each anew at each call, Python only once a process."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyarrow as pa

from backlit.encoding.text.number_form import to_ascii

SCREENED = 100
"""Texts that are looked at. Of a form that most texts of a column have, one is among them."""


def possible(texts: pa.Array, patterns: Mapping[str, str]) -> list[str]:
    r"""The names of those patterns that one of the first texts has.

    Parameters
    ----------
    texts : pyarrow.Array of large_string
        Distinct, trimmed, without nulls.
    patterns : mapping from str to str
        Name -> regular expression, of the syntax that RE2 and Python share.

    Examples
    --------
    >>> possible(pa.array(["12:30", "soon"], pa.large_string()), {"clock": r"^\d+:\d+$", "year": r"^\d{4}$"})
    ['clock']
    """
    head = to_ascii(texts.slice(0, SCREENED)).to_pylist()
    return [name for name, pattern in patterns.items() if any(map(re.compile(pattern, re.ASCII).search, head))]
