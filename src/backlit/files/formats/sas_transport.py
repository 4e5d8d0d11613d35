"""SAS's transport files, .xpt."""

from __future__ import annotations

from backlit.files.format_kind import Format, begins
from backlit.files.labelled import reader_of

FORMAT = Format("SAS transport", (".xpt", ".xport"), reader_of("read_xport"), begins(b"HEADER RECORD*******LIB"))
