"""Stata's .dta."""

from __future__ import annotations

from backlit.files.format_kind import Format
from backlit.files.labelled import reader_of


def _is_stata(head: bytes) -> bool:
    """Whether a file is of Stata 13 and later, or of one of the versions before."""
    return head.startswith(b"<stata_dta>") or (len(head) > 4 and head[0] in range(104, 116) and head[1:4] in OLD)


OLD = (b"\x01\x01\x00", b"\x02\x01\x00")
"""Byte order, type of file and padding of Stata's older files."""

FORMAT = Format("Stata", (".dta",), reader_of("read_dta"), _is_stata)
