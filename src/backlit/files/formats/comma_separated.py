"""CSV, and other delimited text whose separator is inferred."""

from __future__ import annotations

from backlit.files.delimited_rows import parse_delimited
from backlit.files.format_kind import Format

FORMAT = Format("CSV", (".csv", ".txt", ".data"), parse_delimited)
