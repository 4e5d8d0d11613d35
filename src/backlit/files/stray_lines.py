"""Lines of delimited text that are no rows: comments, notes below the rows, and the header once more."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backlit.errors import DataError

SHOWN_LETTERS = 60
"""Characters of a line that a message quotes."""

COMMENTS = ("#", "//", "%")
"""What a line of comment begins with."""


@dataclass(slots=True)
class StrayLines:
    """The lines that do not have the cells of a row, as the reader meets them."""

    lines: list[tuple[int, int, int, str]] = field(default_factory=list)

    def handle(self, row: Any) -> str:
        """Keep a line for later, and go on reading; pyarrow calls this."""
        self.lines.append((int(row.number), int(row.expected_columns), int(row.actual_columns), str(row.text)))
        return "skip"

    def notes(self, path: Path, rows: int) -> tuple[str, ...]:
        """A sentence about the lines that are no rows.

        Parameters
        ----------
        path : Path
            The file, for errors.
        rows : int
            How many rows were read.

        Returns
        -------
        tuple of str

        Raises
        ------
        DataError
            If one of them stands among the rows and is no comment, naming it.
        """
        end = rows + len(self.lines)
        for number, expected, cells, text in reversed(self.lines):
            if number - 1 == end - 1 and cells == 1 and expected > 2 and text.strip():
                end -= 1  # below all rows
        for number, expected, cells, text in self.lines:
            if number - 1 < end and not text.lstrip().startswith(COMMENTS):
                raise ragged_row(path, number - 1, cells, expected)
        count = len(self.lines)
        first = self.lines[0][3].strip() if self.lines else ""
        shown = first if len(first) <= SHOWN_LETTERS else first[: SHOWN_LETTERS - 3] + "..."
        what = "1 line that is" if count == 1 else f"{count:,} lines that are"
        return (f"{what} no row left out ({shown!r})",) if count else ()


def ragged_row(path: Path, row: int, cells: int, expected: int) -> DataError:
    """What to raise for a row that has not the cells of the header."""
    message = f"{path}: row {row} has {cells} cells where the header has {expected}"
    return DataError(f"{message}; mend that row, or say what separates cells (--separator)", row=row, path=path)


def quote_mark(body: bytes, separator: str) -> str:
    r"""The mark that cells are quoted with: ``'`` where all names of the first line have it, else ``"``.

    Examples
    --------
    >>> quote_mark(b"'kind','size'\n'a',1\n", ","), quote_mark(b"kind,size\n", ",")
    ("'", '"')
    """
    line = body[: body.find(b"\n") if b"\n" in body else None].strip()
    names = line.split(separator.encode())
    return "'" if len(names) > 1 and all(re.fullmatch(rb"\s*'[^']*'\s*", name) for name in names) else '"'


def without_repeated_header(body: bytes, start: int) -> tuple[bytes, tuple[str, ...]]:
    r"""The rows below a header without lines that are that header again, and a sentence about them.

    Parameters
    ----------
    body : bytes
        The text, header included.
    start : int
        Where the rows begin.

    Examples
    --------
    >>> without_repeated_header(b"a,b\n1,2\na,b\n3,4\n", 4)
    (b'1,2\n3,4\n', ('the header stands 1 more time among the rows; it is left out there',))
    """
    rows = body[start:]
    head = body[:start].rstrip(b"\r\n")
    line = head[head.rfind(b"\n") + 1 :]
    if len(line) < 2 or not re.search(rb"[^\W\d_]", line) or (b"\n" + line not in rows and not rows.startswith(line)):
        return rows, ()
    pattern = re.compile(rb"^" + re.escape(line) + rb"\r?(?:\n|\Z)", re.MULTILINE)
    rows, count = pattern.subn(b"", rows)
    times = "1 more time" if count == 1 else f"{count} more times"
    return rows, (f"the header stands {times} among the rows; it is left out there",) if count else ()
