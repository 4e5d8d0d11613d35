"""TSV: text separated by tabs, unless the options give another separator."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from backlit.files.delimited_rows import parse_delimited
from backlit.files.format_kind import Format, Source


def _read(source: Source) -> pa.Table:
    options = replace(source.options, separator=source.options.separator or "\t")
    return parse_delimited(replace(source, options=options))


FORMAT = Format("TSV", (".tsv", ".tab"), _read)
