"""Tables as people have them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backlit.encoding.text import NULLS
from backlit.errors import BacklitError
from backlit.files import read_table, write_table


def read(tmp_path: Path, data: bytes | str, name: str = "t.csv", **options: Any) -> pa.Table:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_table(path, **options)


def note(table: pa.Table) -> dict[str, str]:
    found: dict[str, str] = json.loads(table.schema.metadata[b"backlit"])
    return found


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(tmp_path: Path, separator: str) -> None:
    table = read(tmp_path, separator.join("abc") + "\n" + separator.join(["1", "x y", "2.5"]) + "\n")
    assert table.to_pylist() == [{"a": 1, "b": "x y", "c": 2.5}]
    assert note(table)["separator"] == separator


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_encodings_of_korean(tmp_path: Path, encoding: str) -> None:
    table = read(tmp_path, "이름,나이\n김철수,20\n뷁씨,30\n".encode(encoding))
    assert table.to_pylist() == [{"이름": "김철수", "나이": 20}, {"이름": "뷁씨", "나이": 30}]
    assert note(table)["encoding"].startswith(encoding[:5])


def test_western_text_is_not_taken_for_korean(tmp_path: Path) -> None:
    table = read(tmp_path, "Größe;Ärger\n1;Ähre\n".encode("latin-1"))
    assert table.to_pylist() == [{"Größe": 1, "Ärger": "Ähre"}]
    assert note(table)["encoding"] == "cp1252"


def test_decimal_commas_and_thousands_points(tmp_path: Path) -> None:
    table = read(tmp_path, "a;b;c\n1,5;1.234,5;1.000\n-2,25;10,0;2.000.000\n")
    assert table.to_pydict() == {"a": [1.5, -2.25], "b": [1234.5, 10.0], "c": [1000, 2_000_000]}


def test_decimal_points_and_thousands_commas(tmp_path: Path) -> None:
    table = read(tmp_path, 'a;b\n1.5;"1,234"\n2.5;7\n')
    assert table.to_pydict() == {"a": [1.5, 2.5], "b": [1234, 7]}
    table = read(tmp_path, 'a,b\n1,"1,234,567.5"\n2,7\n')
    assert table["b"].to_pylist() == [1234567.5, 7.0]


@pytest.mark.parametrize("null", NULLS)
def test_nulls_in_every_kind_of_column(tmp_path: Path, null: str) -> None:
    table = read(tmp_path, f"a,b,c,d\n1,x,2024-01-02,1\n{null},{null}, {null},2\n")
    word = null or None
    assert table.to_pylist()[1] == {"a": None, "b": word, "c": word, "d": 2}
    assert table["a"].type == pa.int64()


def test_spaces_behind_separators(tmp_path: Path) -> None:
    table = read(tmp_path, "age, job, pay\n39, clerk, 1.5\n40, ?, 2\n")
    assert table.to_pydict() == {"age": [39, 40], "job": ["clerk", "?"], "pay": [1.5, 2.0]}


def test_quotes_and_line_breaks_in_cells(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n"x, y","two\nlines"\n"say ""hi""",z\n')
    assert table.to_pydict() == {"a": ["x, y", 'say "hi"'], "b": ["two\nlines", "z"]}


def test_codes_can_be_kept_as_written(tmp_path: Path) -> None:
    data = "code,n\n007,1\n010,2\n"
    assert read(tmp_path, data)["code"].to_pylist() == [7, 10]
    assert read(tmp_path, data, as_text=["code", "absent"])["code"].to_pylist() == ["007", "010"]


@pytest.mark.slow
def test_a_late_text_cell_makes_the_column_text(tmp_path: Path) -> None:
    table = read(tmp_path, "a\n" + "1\n" * 200_000 + "x\n")
    assert table["a"][0].as_py() == "1"
    assert table["a"][-1].as_py() == "x"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"\n \n", "is empty"),
        ("t.csv", b"a,b\n", "no rows"),
        ("t.csv", b"a,b\n1,2\n3\n", "row 1 has 1 cells where the header has 2"),
        ("t.csv", b"a,b\n1,2\n3,4\n5,6,7\n", "row 2 has 3 cells"),
        ("t.csv", b"a,b,a\n1,2,3\n", "more than one column 'a'"),
        ("t.csv", b"a, a\n1,2\n", "more than one column 'a'"),
        ("t.csv", b"PK\x03\x04\x00\x00", "is not text"),
        ("t.tsv", b"a\ta\n1\t2\n", "more than one column 'a'"),
        ("t.docx", b"PK", "suffix '.docx'; use one of .arff, .csv"),
        ("t.xlsx", b"PK", "is not a whole workbook"),
        ("t", b"a\n1\n", "no suffix"),
        ("t.parquet", b"", "is empty"),
        ("t.parquet", b"PAR1 and no more", "is not a whole Parquet file"),
    ],
)
def test_bad_files_are_one_line_that_names_the_file(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    with pytest.raises(BacklitError) as caught:
        read(tmp_path, data, name)
    assert said in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        read_table(tmp_path / "none.csv")
    assert str(caught.value).startswith(f"cannot read {tmp_path / 'none.csv'}: no such file")


def test_bad_parquet_tables(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), path)
    with pytest.raises(BacklitError, match="more than one column 'a'"):
        read_table(path)
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), path)
    with pytest.raises(BacklitError, match="no rows"):
        read_table(path)
    pq.write_table(pa.table({"a": [1, 2]}), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BacklitError, match="not a whole Parquet file"):
        read_table(path)


def test_row_labels_of_pandas_are_no_column(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"a": [1, 2, 3]}).iloc[[2, 0]].to_parquet(path)
    assert read_table(path).to_pydict() == {"a": [3, 1]}


def test_a_folder_named_like_a_partition_adds_no_column(tmp_path: Path) -> None:
    (tmp_path / "k=1").mkdir()
    write_table(pa.table({"a": [1]}), tmp_path / "k=1" / "t.parquet")
    assert read_table(tmp_path / "k=1" / "t.parquet").column_names == ["a"]


WORDS = st.text(st.characters(codec="utf-8", categories=["L", "P", "S", "Zs"]), min_size=1, max_size=6)
CELLS = {
    "int": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "word": WORDS.map(lambda word: f"w{word}w"),  # neither a null, nor a number, nor with spaces around it
    "flag": st.booleans(),
    "day": st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
}
SOME = st.tuples(*(st.none() | cell for cell in CELLS.values())).filter(
    lambda row: any(cell is not None for cell in row)
)
ROWS = st.lists(SOME, min_size=1, max_size=6)  # a row without any cell is none


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, suffix=st.sampled_from([".csv", ".tsv", ".parquet"]))
def test_round_trip(tmp_path: Path, rows: list[tuple[Any, ...]], suffix: str) -> None:
    columns = dict(zip(CELLS, map(list, zip(*rows, strict=True)), strict=True))
    types = dict(zip(CELLS, [pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.date32()], strict=True))
    table = pa.table({name: pa.array(cells, types[name]) for name, cells in columns.items()})
    path = tmp_path / f"t{suffix}"
    write_table(table, path)
    assert read_table(path).to_pydict() == columns


def test_writing_what_text_cannot_hold_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BacklitError, match="drop or convert that column"):
        write_table(pa.table({"a": [[1, 2]]}), tmp_path / "t.csv")
    with pytest.raises(BacklitError, match="suffix"):
        write_table(pa.table({"a": [1]}), tmp_path / "t.json")
    assert list(tmp_path.iterdir()) == []
