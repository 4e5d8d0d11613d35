"""SPSS's .sav and .zsav; user-missing values are missing."""

from __future__ import annotations

from backlit.files.format_kind import Format, begins
from backlit.files.labelled import reader_of

FORMAT = Format("SPSS", (".sav", ".zsav"), reader_of("read_sav"), begins(b"$FL2", b"$FL3"))
