"""A table of an SQLite database, opened for reading only."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pyarrow as pa

from backlit.encoding.conversion import to_cells
from backlit.errors import DamagedFile
from backlit.files.format_kind import Format, Source, begins, check_names, chosen_part, one_line

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


def _read(source: Source) -> pa.Table:
    try:
        alone = not source.path.with_name(f"{source.path.name}-wal").exists()  # else rows may be in the log beside it
        address = f"{source.path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            name, _ = chosen_part(source, [row[0] for row in database.execute(TABLES)], "table", first=False)
            cursor = database.execute('SELECT * FROM "{}"'.format(name.replace('"', '""')))
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
    except sqlite3.Error as error:
        message = f"{source.path} is not a whole SQLite database: {one_line(error)}; take a fresh copy"
        raise DamagedFile(message, path=source.path) from None
    check_names(source.path, names)
    columns = [[row[place] for row in rows] for place in range(len(names))]
    return pa.table([to_cells(cells, f"column {name!r}") for name, cells in zip(names, columns, strict=True)], names)


FORMAT = Format("SQLite", (".sqlite", ".sqlite3", ".db"), _read, begins(b"SQLite format 3\0"), has_tables=True)
