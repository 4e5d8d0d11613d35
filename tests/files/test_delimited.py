"""Separated text in every dialect, found out or said, and never silently wrong."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backlit.errors import BacklitError
from backlit.files import ReadOptions, dialect_note, read_table

WORDS = {
    "utf-8": "가나다äöé漢",
    "utf-8-sig": "가나다äöé漢",
    "utf-16": "가나다äöé漢",
    "utf-16-le": "abcäöé",
    "cp949": "가나다라마바사",
    "euc-kr": "가나다라마바사",
    "cp1252": "äöüéè€",
    "latin-1": "äöüéè",
}
GROUPS = {".": ("", ",", " ", "'"), ",": ("", ".", " ", "\u00a0")}


def written(number: float, digits: int, decimal: str, group: str) -> str:
    plain = f"{number:,.{digits}f}"
    return plain.replace(",", "g").replace(".", decimal).replace("g", group)


def encodes(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def as_read(tmp_path: Path, data: bytes, **options: Any) -> Any:
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    return read_table(path, options=ReadOptions(**options))


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), said=st.booleans())
def test_a_table_in_any_dialect_is_read_back(tmp_path: Path, data: st.DataObject, said: bool) -> None:
    encoding = data.draw(st.sampled_from(sorted(WORDS)))
    separator = data.draw(st.sampled_from([",", ";", "\t", "|"]))
    decimal = data.draw(st.sampled_from([".", ","]))
    group = data.draw(st.sampled_from([mark for mark in GROUPS[decimal] if encodes(mark, encoding)]))
    word = st.text(WORDS[encoding], min_size=3, max_size=8).map("w".__add__)
    number = st.integers(-(10**8), 10**8)
    rows = data.draw(st.lists(st.tuples(word, number, number), min_size=2, max_size=8))
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=separator, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(["name", "whole", "part"])
    for name, whole, cents in rows:
        writer.writerow([name, written(whole, 0, decimal, group), written(cents / 100, 2, decimal, group)])
    options = {"encoding": encoding, "separator": separator, "decimal": decimal} if said else {}
    table = as_read(tmp_path, sink.getvalue().encode(encoding), **options)
    assert table.to_pydict() == {
        "name": [name for name, _, _ in rows],
        "whole": [whole for _, whole, _ in rows],
        "part": [cents / 100 for _, _, cents in rows],
    }


@pytest.mark.parametrize(
    ("text", "found", "guessed"),
    [
        ('a,b\n"1,234",x\n', 1234, True),
        ("a;b\n1,234;x\n", 1234, True),
        ("a;b\n1.234;x\n", 1.234, True),
        ("a,b\n1.234,x\n", 1.234, False),  # who separates by commas writes points
        ("a;b\n1,234;0,5\n", 1.234, False),
        ("a;b\n1.234;0,5\n", 1234, False),
        ("a;b\n1,234;0.5\n", 1234, False),
        ("a;b\n1,234,567;x\n", 1234567, False),
        ("a;b\n1.234.567;x\n", 1234567, False),
        ("a;b\n0,123;x\n", 0.123, False),
        ('a,b\n"1,5",x\n', 1.5, False),
        ("a;b\n+1,50;x\n", 1.5, False),
    ],
)
def test_which_mark_is_the_decimal_one(tmp_path: Path, text: str, found: float, guessed: bool) -> None:
    table = as_read(tmp_path, text.encode())
    assert table["a"].to_pylist() == [found]
    assert ("a guess" in dialect_note(table)) == guessed


def test_a_decimal_mark_that_is_said_ends_the_doubt(tmp_path: Path) -> None:
    table = as_read(tmp_path, b"a;b\n1,234;x\n", decimal=",")
    assert table["a"].to_pylist() == [1.234]
    assert dialect_note(table) == "read as utf-8, separated by ';', with decimal commas"


def test_a_column_with_the_other_mark_is_said(tmp_path: Path) -> None:
    table = as_read(tmp_path, b"a;b\n1.5;1,25\n2.5;2,25\n0.5;1,000\n3.5;4\n")
    assert table.to_pydict() == {"a": [1.5, 2.5, 0.5, 3.5], "b": [1.25, 2.25, 1.0, 4.0]}
    assert dialect_note(table).endswith("(but 'b' with the other mark)")


def test_plain_files_need_no_words(tmp_path: Path) -> None:
    assert dialect_note(as_read(tmp_path, b"a,b\n1.5,x\n")) == ""


def test_codes_with_zeros_in_front_are_no_thousands(tmp_path: Path) -> None:
    assert as_read(tmp_path, b"phone;n\n010 123 456;1\n02 123 456;2\n")["phone"][0].as_py() == "010 123 456"


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (
            "이름,나이\n김철수,20\n".encode()[:-7] + b"\xff,20\n",
            {},
            "line 2: character 3 is not utf-8 text; mend it, or",
        ),
        ("이름\n김\n".encode("cp949"), {"encoding": "utf-8"}, "line 1: character 1 is not utf-8 text"),
        (b"\xff\xfea\x00\n", {}, "is not utf-16-le text"),
        (b"a\n1\n", {"encoding": "klingon"}, "encoding: 'klingon' is not known"),
        (b"a\n1\n", {"separator": "ab"}, "separator: 'ab' cannot be one"),
        (b"a\n1\n", {"decimal": ";"}, "decimal: ';' is no decimal mark"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, data: bytes, options: dict[str, str], message: str) -> None:
    with pytest.raises(BacklitError) as caught:
        as_read(tmp_path, data, **options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("spelled", ["tab", "\\t", "\t"])
def test_separators_that_a_shell_makes_hard_to_write(tmp_path: Path, spelled: str) -> None:
    assert as_read(tmp_path, b"a;x\tb\n1;y\t2\n", separator=spelled).column_names == ["a;x", "b"]


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("größe Länge Maß Überzug Öl fünf", "latin-1"),
        ("ÄRGER GRÖSSE ÜBER MÜLL Ähre", "cp1252"),
        ("déjà façade naïve cœur Noël âge élève", "cp1252"),
        ("niño año señor cigüeña ÁRBOL", "latin-1"),
        ("이름 나이 키 몸무게 주소 서울특별시", "cp949"),
        ("똠방각하 나라 이름", "cp949"),
        ("なまえ ねんれい とうきょう", "cp932"),
        ("名前 年齢 カテゴリー 東京の家", "cp932"),
    ],
)
def test_encodings_are_guessed_by_their_common_letters(tmp_path: Path, words: str, encoding: str) -> None:
    for word in words.split() if encoding in ("latin-1", "cp1252") else [words]:
        table = as_read(tmp_path, f"a;b\n{word};1\n".encode(encoding))
        assert table["a"].to_pylist() == [word]
        assert "(a guess: --encoding overrides)" in dialect_note(table)


LONG = "".join(f"{row};{row}\n" for row in range(20_000))


@pytest.mark.slow
def test_evidence_beyond_the_first_lines_counts(tmp_path: Path) -> None:
    table = as_read(tmp_path, f"a;b\n{LONG}1,234;0,5\n".encode())
    assert table["a"].to_pylist()[-1] == 1.234
    assert dialect_note(table) == "read as utf-8, separated by ';', with decimal commas"
    doubtful = as_read(tmp_path, f"a;b\n{LONG}1,234;5\n".encode())
    assert doubtful["a"].to_pylist()[-1] == 1234
    assert "a guess, and 1,234 or 1.234 is another number" in dialect_note(doubtful)


def test_a_line_for_excel_is_no_header(tmp_path: Path) -> None:
    assert as_read(tmp_path, b"sep=;\r\na;b\r\n1,5;x\r\n").to_pylist() == [{"a": 1.5, "b": "x"}]
    assert as_read(tmp_path, b"\xef\xbb\xbfsep=|\na|b\n1;5|x\n").to_pylist() == [{"a": "1;5", "b": "x"}]


@pytest.mark.parametrize("options", [{}, {"decimal": ","}])
def test_a_cell_that_keeps_a_column_from_being_numbers_is_said(tmp_path: Path, options: dict[str, str]) -> None:
    table = as_read(tmp_path, b"a;b\n2,5;1\n3,5;2\n2.5;3\n", **options)
    assert table["a"].to_pylist() == ["2,5", "3,5", "2.5"]
    assert dialect_note(table).endswith("; column 'a' is text because of '2.5' in row 2 (2 of 3 cells are numbers)")


def test_one_column_of_decimal_commas(tmp_path: Path) -> None:
    assert as_read(tmp_path, b"size\n1,5\n2,25\n").to_pydict() == {"size": [1.5, 2.25]}
    with pytest.raises(BacklitError, match=r"row 0 has 2 cells where the header has 1; .*--separator"):
        as_read(tmp_path, b"size\n1,x\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.integers(-(10**7), 10**7), st.integers(0, 9999)), min_size=1, max_size=6))
def test_numbers_are_what_was_written_or_a_guess_is_said(tmp_path: Path, rows: list[tuple[int, int]]) -> None:
    for decimal, group in ((".", ","), (",", ".")):
        text = "a;b\n" + "".join(
            f"{written(a, 0, decimal, group)};{written(b / 1000, 3, decimal, group)}\n" for a, b in rows
        )
        table = as_read(tmp_path, text.encode())
        right = table.to_pydict() == {"a": [a for a, _ in rows], "b": [b / 1000 for _, b in rows]}
        assert right or "a guess" in dialect_note(table), text
