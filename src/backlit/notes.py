"""What is said of many columns alike, said once."""

from __future__ import annotations

import re
from collections.abc import Iterable

READ_WITH_EASE = 3
"""Columns of which a note each is read with ease."""

ONE_COLUMN = re.compile(r"""column (?P<name>'[^']*'|"[^"]*") (?P<said>.*)""", re.DOTALL)


def folded(notes: Iterable[str]) -> tuple[str, ...]:
    """The notes in their order; where more than three columns have the same one, it is one that names them all.

    Examples
    --------
    >>> folded(["column 'id' is left out: every value is different", "2 rows are alike"])
    ("column 'id' is left out: every value is different", '2 rows are alike')
    >>> folded(f"column 'p{number}' is left out: constant" for number in range(5))
    ("each of 5 columns is left out: constant: 'p0', 'p1', 'p2', 'p3', 'p4'",)
    """
    names: dict[str, list[str]] = {}
    for note in notes:
        match = ONE_COLUMN.fullmatch(note)
        names.setdefault(match["said"] if match else note, []).append(match["name"] if match else "")
    lines: list[str] = []
    for said, columns in names.items():
        if len(columns) > READ_WITH_EASE and all(columns):
            lines.append(f"each of {len(columns)} columns {said}: {', '.join(columns)}")
        else:
            lines += [f"column {name} {said}" if name else said for name in columns]
    return tuple(lines)
