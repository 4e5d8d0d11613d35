"""The recipe of a format, followed in a temporary copy: one file, and tables are read from it by name and content."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src" / "backlit"

FORMAT = '''
"""Columns of fixed width, with a first line that says so."""

from __future__ import annotations

import pyarrow as pa

from backlit.files.format_kind import Format, Source, begins
from backlit.files.grid import table_of_rows


def _read(source: Source) -> pa.Table:
    lines = source.data.decode().splitlines()[1:]
    return table_of_rows(source.path, [[line[:8].strip(), line[8:].strip()] for line in lines])


FORMAT = Format("fixed width", (".fixed",), _read, begins(b"#FIXED 8"))
'''

USE = """
import sys
from pathlib import Path
import backlit
from backlit.files import read_table
path = Path(sys.argv[1], "sizes.fixed")
path.write_text("#FIXED 8\\nkind    size\\na       1.5\\nb       2\\n")
expected = [{"kind": "a", "size": "1.5"}, {"kind": "b", "size": "2"}]
assert read_table(path).to_pylist() == expected
assert read_table(path.rename(path.with_suffix(".csv"))).to_pylist() == expected
print("found and read from", backlit.__file__)
"""


def test_a_format_of_one_file_is_read_from(tmp_path: Path) -> None:
    copy = tmp_path / "backlit"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "files" / "formats" / "fixed_width.py").write_text(FORMAT.lstrip(), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", USE, str(tmp_path)], env=environment, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"found and read from {tmp_path}")
