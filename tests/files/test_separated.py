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
from backlit.files import Asked, finding, read_table

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


def as_read(tmp_path: Path, data: bytes, **asked: Any) -> Any:
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    return read_table(path, asked=Asked(**asked))


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
    asked = {"encoding": encoding, "separator": separator, "decimal": decimal} if said else {}
    table = as_read(tmp_path, sink.getvalue().encode(encoding), **asked)
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
    assert ("a guess" in finding(table)) == guessed


def test_a_decimal_mark_that_is_said_ends_the_doubt(tmp_path: Path) -> None:
    table = as_read(tmp_path, b"a;b\n1,234;x\n", decimal=",")
    assert table["a"].to_pylist() == [1.234]
    assert finding(table) == "read as utf-8, separated by ';', with decimal commas"


def test_a_column_with_the_other_mark_is_said(tmp_path: Path) -> None:
    table = as_read(tmp_path, b"a;b\n1.5;1,25\n2.5;2,25\n0.5;1,000\n3.5;4\n")
    assert table.to_pydict() == {"a": [1.5, 2.5, 0.5, 3.5], "b": [1.25, 2.25, 1.0, 4.0]}
    assert finding(table).endswith("(but 'b' with the other mark)")


def test_plain_files_need_no_words(tmp_path: Path) -> None:
    assert finding(as_read(tmp_path, b"a,b\n1.5,x\n")) == ""


def test_codes_with_zeros_in_front_are_no_thousands(tmp_path: Path) -> None:
    assert as_read(tmp_path, b"phone;n\n010 123 456;1\n02 123 456;2\n")["phone"][0].as_py() == "010 123 456"


@pytest.mark.parametrize(
    ("data", "asked", "message"),
    [
        ("이름,나이\n김철수,20\n".encode()[:-7] + b"\xff,20\n", {}, "line 2 is not utf-8 text; mend it, or"),
        ("이름\n김\n".encode("cp949"), {"encoding": "utf-8"}, "line 1 is not utf-8 text"),
        (b"\xff\xfea\x00\n", {}, "is not utf-16-le text"),
        (b"a\n1\n", {"encoding": "klingon"}, "encoding: 'klingon' is not known"),
        (b"a\n1\n", {"separator": "ab"}, "separator: 'ab' cannot be one"),
        (b"a\n1\n", {"decimal": ";"}, "decimal: ';' is no decimal mark"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, data: bytes, asked: dict[str, str], message: str) -> None:
    with pytest.raises(BacklitError) as caught:
        as_read(tmp_path, data, **asked)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("spelled", ["tab", "\\t", "\t"])
def test_separators_that_a_shell_makes_hard_to_write(tmp_path: Path, spelled: str) -> None:
    assert as_read(tmp_path, b"a;x\tb\n1;y\t2\n", separator=spelled).column_names == ["a;x", "b"]
