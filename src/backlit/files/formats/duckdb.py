"""A table of a DuckDB database, opened for reading only, with no way to other files."""

from __future__ import annotations

from contextlib import closing

import pyarrow as pa

from backlit.encoding.frames import as_written
from backlit.errors import DamagedFile, extra_imports
from backlit.files.format_kind import Format, Source, chosen_part, one_line

TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY table_name"
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
}


def _read(source: Source) -> pa.Table:
    with extra_imports("formats", "the reader of DuckDB needs"):
        import duckdb
    try:
        with closing(duckdb.connect(str(source.path), read_only=True, config=SETTINGS)) as database:
            names = [row[0] for row in database.execute(TABLES).fetchall()]
            name, _ = chosen_part(source, names, "table", first=False)
            table = database.sql('SELECT * FROM "{}"'.format(name.replace('"', '""'))).to_arrow_table()
    except duckdb.Error as error:
        message = f"{source.path} is not a whole DuckDB database: {one_line(error)}; take a fresh copy"
        raise DamagedFile(message, path=source.path) from None
    return as_written(table)


FORMAT = Format("DuckDB", (".duckdb", ".ddb"), _read, lambda head: head[8:12] == b"DUCK", has_tables=True)
