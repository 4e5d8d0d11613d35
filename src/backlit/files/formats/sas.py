"""SAS's .sas7bdat."""

from __future__ import annotations

from backlit.files.format_kind import Format, begins
from backlit.files.labelled import reader_of

SIGNATURE = bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf"

FORMAT = Format("SAS", (".sas7bdat",), reader_of("read_sas7bdat"), begins(SIGNATURE))
