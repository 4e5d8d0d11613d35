"""SPSS's portable .por."""

from __future__ import annotations

from backlit.files.format_kind import Format
from backlit.files.labelled import reader_of

FORMAT = Format("SPSS portable", (".por",), reader_of("read_por"))
