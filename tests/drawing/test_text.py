from __future__ import annotations

import re
from collections.abc import Callable

from backlit.drawing import Circuit, to_text
from backlit.drawing.measure import cells

SECTION_1 = """\
(x + y) * z

wire  formula  value  gradient  pattern
x     input       -2        -4
y     input        5        -4
z     input       -4         3
q1    x + y        3        -4  gradient distributor
      ├ x ← 1 × -4 = -4
      └ y ← 1 × -4 = -4
f     q1 * z     -12         1  gradient switcher
      ├ q1 ← (z = -4) × 1 = -4
      └ z  ← (q1 = 3) × 1 = 3

below each gate: operand ← local gradient × upstream = contribution"""


def test_the_lectures_first_circuit(product_of_sum: Circuit) -> None:
    assert to_text(product_of_sum) == SECTION_1


def test_colours_change_nothing_but_colours(product_of_sum: Circuit) -> None:
    coloured = to_text(product_of_sum, color=True)
    assert coloured != SECTION_1
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == SECTION_1


def test_a_fork_is_a_sum(square: Circuit) -> None:
    assert "x is read 2 times: 3 + 3 = 6" in to_text(square)
    assert "x → 피연산자 2곳: 3 + 3 = 6" in to_text(square, "ko")


def test_the_witness_has_columns(witnessed: Callable[[bool], Circuit]) -> None:
    lines = to_text(witnessed(True)).splitlines()
    assert "finite difference" in lines[2]
    assert re.fullmatch(r"x +input +-2 +-4 +-4 +yes", lines[3])
    assert re.fullmatch(r"y +input +5 +-4", lines[4])
    assert re.search(r"3 +2.5 +NO", to_text(witnessed(False)))
    assert "\x1b[1;31mNO" in to_text(witnessed(False), color=True)


def test_not_computed_is_not_zero(with_constant: Callable[[float | None], Circuit]) -> None:
    unknown, zero = to_text(with_constant(None)), to_text(with_constant(0.0))
    assert re.search(r"2 +constant +2 +–\n", unknown)
    assert "–: not computed" in unknown
    assert re.search(r"2 +constant +2 +0\n", zero)
    assert "not computed" not in zero


def test_korean_columns_are_aligned(product_of_sum: Circuit) -> None:
    lines = to_text(product_of_sum, "ko").splitlines()
    ends = [cells(line[: re.search(end, line).end()]) for line, end in ((lines[2], "기울기"), (lines[3], "-4"))]  # type: ignore[union-attr]
    assert ends[0] == ends[1]
    assert "기울기 분배기" in lines[6]


def test_a_name_cannot_command_the_terminal(hostile: Circuit) -> None:
    text = to_text(hostile)
    assert not set(text) & set("\x1b\x00\u202e\ud800")
    assert len(text.splitlines()) == 8


def test_tables_fit_a_terminal(at_random: Callable[[int, int], Circuit]) -> None:
    rows = to_text(at_random(5, 40)).splitlines()
    assert max(cells(row) for row in rows) <= 100


def test_a_single_box(lone: Circuit) -> None:
    assert to_text(lone) == "x\n\nwire  formula  value  gradient\nx     input        3         –\n\n–: not computed"
