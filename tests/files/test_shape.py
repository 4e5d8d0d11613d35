"""Shapes of delimited text that the world writes: titles, empty rows and columns, units, totals, no header."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from backlit.encoding.text import FileStyle, readings_of
from backlit.errors import DataError
from backlit.files import ReadOptions, dialect_note, read_table
from backlit.files.shape import without_totals

NUMBERS = [round(1 + 97.3 * (i * 0.618 % 1), 1) for i in range(60)]


def rows(line: str) -> str:
    """A line for each number: {x} is the number, {c} the same with a decimal comma, {y} its class."""
    return "".join(
        line.format(x=x, c=str(x).replace(".", ","), y="L" if x > 50 else "S", i=i) + "\n"
        for i, x in enumerate(NUMBERS)
    )


def as_read(tmp_path: Path, text: str, **options: Any) -> pa.Table:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path, options=ReadOptions(**options))


def note(table: pa.Table) -> str:
    return dialect_note(table, kinds_known=True)


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ('"kind", "size", "label"', '"red, ""big""", {x}, "{y}"'),
        ('kind,\t"size","label"', '"red, ""big""",{x},\t"{y}"'),
        (' "kind", "size", "label"', ' "red, ""big""", {x}, "{y}"'),
    ],
)
def test_spaces_before_quotes_are_none(tmp_path: Path, head: str, line: str) -> None:
    table = as_read(tmp_path, f"{head}\n{rows(line)}")
    assert table.column_names == ["kind", "size", "label"]
    assert table["size"].to_pylist() == NUMBERS
    assert table["kind"].unique().to_pylist() == ['red, "big"']
    assert table["label"].unique().to_pylist() == ["L", "S"][:: 1 if NUMBERS[0] > 50 else -1]


def test_what_is_quoted_keeps_its_spaces(tmp_path: Path) -> None:
    table = as_read(tmp_path, 'a,b\n"x, ""y"", z",1\n"two\n ""lines""", 2\n')
    assert table["a"].to_pylist() == ['x, "y", z', 'two\n "lines"']


def test_empty_columns_without_names_are_left_out_and_named(tmp_path: Path) -> None:
    table = as_read(tmp_path, f"CO(GT);Sensor;T;;\n{rows('{c};1360;{c};;')}")
    assert table.column_names == ["CO(GT)", "Sensor", "T"]
    assert table["T"].to_pylist() == NUMBERS
    assert "2 columns without name and cells left out" in note(table)


@pytest.mark.parametrize("head", ["a;b", "a;b;", "a;b;;;"])
def test_headers_with_fewer_or_more_empty_ends_than_the_rows(tmp_path: Path, head: str) -> None:
    assert as_read(tmp_path, f"{head}\n{rows('{c};{y};')}").column_names == ["a", "b"]


def test_columns_without_names_but_with_cells_are_named_by_their_position(tmp_path: Path) -> None:
    table = as_read(tmp_path, f"kind,,label\n{rows('a,{x},{y}')}")
    assert table.column_names == ["kind", "column 2", "label"]
    assert "a column without a name is called 'column 2'" in note(table)


def test_row_numbers_without_a_name_are_left_out(tmp_path: Path) -> None:
    table = as_read(tmp_path, f",size,label\n{rows('{i},{x},{y}')}")
    assert table.column_names == ["size", "label"]
    assert "the first column has no name and counts the rows: it is left out" in note(table)


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("My table, exported 2024-01-01\n\n", 3),
        ("My table\n", 2),
        ("# made by tool 1.2\n", 2),
        ("# made by tool 1.2\n# on Monday, at noon\n", 3),
        ("Source:,city\nDate:,today\n\n", 4),
        ("My table,,\n\n", 3),
    ],
)
def test_the_header_is_below_titles_and_comments(tmp_path: Path, above: str, line: int) -> None:
    table = as_read(tmp_path, f"{above}kind,size,label\n{rows('a,{x},{y}')}")
    assert table.column_names == ["kind", "size", "label"]
    assert table["size"].to_pylist() == NUMBERS
    assert f"the header is in line {line}" in note(table)


def test_a_first_line_that_does_not_fit_all_rows_is_blamed_itself(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the first line has 2 cells where the rows below have 3 \(60 of 60\)"):
        as_read(tmp_path, f"size,label\n{rows('{i},{x},{y}')}")


@pytest.mark.parametrize("empty", [";;\n", " ; ;\n", '"";"";\n', "\n;;\n\n"])
def test_rows_without_cells_are_none(tmp_path: Path, empty: str) -> None:
    table = as_read(tmp_path, f"kind;size;label\n{rows('a;{c};{y}')}" + empty * 3)
    assert table.num_rows == 60
    assert "3 rows without any cell are left out (the first is row 60)" in note(table)


def test_a_first_line_of_numbers_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the first line .* looks like a row and not like names .'63.4'."):
        as_read(tmp_path, f"a,63.4,63.4,L\n{rows('a,{x},{x},{y}')}")
    table = as_read(tmp_path, f"a,63.4,0.5,L\n{rows('a,{x},{i},{y}')}")
    assert "looks like a row and not like names ('63.4'); if so, put a line of names above it" in note(table)


@pytest.mark.parametrize("head", ["country,2019,2020", "0,1,2", "a,b,c"])
def test_years_and_numbered_columns_are_names(tmp_path: Path, head: str) -> None:
    assert note(as_read(tmp_path, f"{head}\n{rows('a,{x},{y}')}")) == ""


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "Summe", "합계", "Grand total", "Average"])
def test_a_row_of_totals_is_left_out_and_named(tmp_path: Path, word: str) -> None:
    table, notes = without_totals(as_read(tmp_path, f"kind,size,price\n{rows('a,{x},{i}')}{word},9999.0,203311\n"))
    assert table.num_rows == 60
    assert notes == (f"row 60 is left out: {word!r} in column 'kind' looks like a row that sums up the others",)


def test_a_word_that_occurs_above_is_no_total(tmp_path: Path) -> None:
    table = as_read(tmp_path, f"brand,size\nTotal,5\n{rows('Esso,{x}')}Total,7\n")
    assert without_totals(table) == (table, ())


def test_a_row_of_units_is_left_out_and_named(tmp_path: Path) -> None:
    table = as_read(tmp_path, f"kind,size,price\n-,cm,EUR\n{rows('a,{x},{x}')}")
    assert table.num_rows == 60
    assert "row 0 (-, cm, EUR) looks like the units of the columns and is left out" in note(table)
    assert {name: reading.kind for name, reading in readings_of(table).items()} == {
        "kind": "category",
        "size": "numeric",
        "price": "numeric",
    }


def test_a_marker_in_the_first_row_is_no_unit(tmp_path: Path) -> None:
    table = as_read(tmp_path, f"kind,size\na,-\n{rows('a,{x}')}")
    assert table.num_rows == 61
    assert readings_of(table)["size"].missing[-1] == "-"


@pytest.mark.parametrize("sign", "−‒–﹣－")
def test_signs_of_unicode(tmp_path: Path, sign: str) -> None:
    table = as_read(tmp_path, f"a;b\n{sign}12,50;x\n＋7,25;y\n")
    assert table["a"].to_pylist() == [-12.5, 7.25]


@pytest.mark.parametrize("cell", ["1.234,56 €", "€ 980,10", "12,5 %", "EUR 1.234,5", "−3,5 kg"])
def test_numbers_in_disguise_vote_for_the_decimal_mark(tmp_path: Path, cell: str) -> None:
    assert "with decimal commas" in note(as_read(tmp_path, f"a;b\n{cell};x\n{cell};y\n"))


def test_missing_is_what_the_user_names(tmp_path: Path) -> None:
    text = f"x,region\n{rows('{x},NA')}?,EU\n"
    assert as_read(tmp_path, text)["x"].null_count == 1
    assert as_read(tmp_path, text)["region"].null_count == 0
    assert readings_of(as_read(tmp_path, text, missing=("NA",)))["region"].missing == ("NA",)
    nothing = as_read(tmp_path, text, missing=("",))
    assert nothing["x"][-1].as_py() == "?"
    assert readings_of(nothing)["x"].notes == (
        "column 'x' is text because of '?' in row 60 (60 of 61 cells are numbers)",
    )


def test_lines_that_are_no_rows_are_left_out_and_named(tmp_path: Path) -> None:
    head, body = "kind,size,label\n", rows("a,{x},{y}")
    for text in (
        head + body + "# end of file\n", head + body + "\nSource: Statistics office\n",
        head + body[: body.index("\n") + 1] + "# a note\n" + body[body.index("\n") + 1 :],
    ):  # fmt: skip
        table = as_read(tmp_path, text)
        assert table.num_rows == 60
        assert table["size"].to_pylist() == NUMBERS
        assert "1 line that is no row left out" in note(table)
    with pytest.raises(DataError, match="row 3 has 1 cells where the header has 3"):
        as_read(tmp_path, head + "a,1,S\n" * 3 + "b\n" + body)


def test_the_header_among_the_rows_is_left_out_and_named(tmp_path: Path) -> None:
    body = rows("a,{x},{y}")
    table = as_read(tmp_path, f"kind,size,label\n{body}kind,size,label\n{body}")
    assert table["size"].to_pylist() == NUMBERS * 2
    assert "the header stands 1 more time among the rows; it is left out there" in note(table)


def test_names_in_single_quotes(tmp_path: Path) -> None:
    table = as_read(tmp_path, "'kind','size','label'\n" + rows("'red, big',{x},'{y}'"))
    assert table.column_names == ["kind", "size", "label"]
    assert table["kind"].unique().to_pylist() == ["red, big"]


@pytest.mark.parametrize("last", ["Total (60),9999.0,203311", ",{sum},{sum}", ",{mean},{mean}", "Source: the office,,"])
def test_rows_at_the_end_that_are_none(tmp_path: Path, last: str) -> None:
    end = last.format(sum=round(sum(NUMBERS), 1), mean=sum(NUMBERS) / 60)
    table, notes = without_totals(as_read(tmp_path, f"kind,size,price\n{rows('a,{x},{x}')}{end}\n"))
    assert table.num_rows == 60
    assert notes[0].startswith("row 60 is left out: ")


def test_a_first_row_of_totals(tmp_path: Path) -> None:
    table, notes = without_totals(as_read(tmp_path, f"kind,size\nTotal,99999\n{rows('a,{x}')}"))
    assert table["size"].to_pylist() == NUMBERS
    assert notes == ("row 0 is left out: 'Total' in column 'kind' looks like a row that sums up the others",)


@pytest.mark.parametrize(
    ("text", "cells"),
    [("a;b\n1,234;x\n2,345;y\n", [1.234, 2.345]), ("a;b\n1.234;x\n2.345;y\n", [1234, 2345])],
)
def test_what_a_file_does_not_show_is_read_as_another_one_was(tmp_path: Path, text: str, cells: list[float]) -> None:
    table = as_read(tmp_path, text, like=FileStyle("utf-8", ";", ","))
    assert table["a"].to_pylist() == cells
    assert "a guess" not in note(table)


def test_an_encoding_that_another_file_had(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("k;n\nписьмо;1\nдом;2\n".encode("cp1251"))
    like = ReadOptions(like=FileStyle("cp1251", ";", ","))
    assert read_table(path, options=like)["k"].to_pylist() == ["письмо", "дом"]
    path.write_text("k;n\nписьмо;1,5\nдом;2,5\n", encoding="utf-8")
    assert read_table(path, options=like)["k"].to_pylist() == ["письмо", "дом"]
