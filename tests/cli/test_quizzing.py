from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from backlit.practice import to_moodle, to_qti, worksheet

Run = Callable[..., tuple[int, str, str]]
LECTURE = ("quiz", "(x + y) * z", "x=-2", "y=5", "z=-4")  # asked are q1, z, y, x


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_right_answers(run: Run, typed: Callable[[str], None]) -> None:
    typed("-4\n3\n−4\n-8/2\n")
    status, out, err = run(*LECTURE)
    assert (status, err) == (0, "")
    assert out.count("Right.") == 4
    assert "4 of 4 right, 4 at the first attempt." in out
    assert "Chain rule" not in out


def test_mistake_is_said_and_may_be_mended(run: Run, typed: Callable[[str], None]) -> None:
    typed("3\n-4\n3\n-4\n-4\n")
    _, out, _ = run(*LECTURE)
    assert "takes the local gradient of the other input of the mul gate" in out
    assert "4 of 4 right, 3 at the first attempt." in out


def test_derivation_comes_after_two_failures(run: Run, typed: Callable[[str], None]) -> None:
    typed("3\n17\n3\n-4\n-4\n")
    _, out, _ = run(*LECTURE)
    before, after = out.split("Chain rule for ∂f/∂q1")
    assert "none of the known mistakes" in before
    assert "∂f/∂q1 = 1 · z = 1 × (-4) = -4" in before
    assert "3 of 4 right, 3 at the first attempt." in after


def test_the_answer_can_be_asked_for(run: Run, typed: Callable[[str], None]) -> None:
    typed("?\n3\n-4\n-4\n")
    _, out, _ = run(*LECTURE)
    assert "Chain rule for ∂f/∂q1" in out
    assert "3 of 4 right" in out


@pytest.mark.parametrize("text", ["x", "", "1/0", "nan", "1e999", "1_"])
def test_what_is_no_number_is_asked_again(run: Run, typed: Callable[[str], None], text: str) -> None:
    typed(f"{text}\n-4\n3\n-4\n-4\n")
    _, out, _ = run(*LECTURE)
    assert f"{text!r} is not a number" in out
    assert "4 of 4 right, 4 at the first attempt." in out


@pytest.mark.parametrize(("text", "score"), [("", "0 of 4 right, 0 at"), ("-4\n1", "1 of 4 right, 1 at")])
def test_end_of_input_ends_with_a_score(run: Run, typed: Callable[[str], None], text: str, score: str) -> None:
    typed(text)
    status, out, err = run(*LECTURE)
    assert (status, err) == (0, "")
    assert out.splitlines()[-1].startswith(score)
    assert "The answers ended early." in out


def test_missing_values_are_drawn_by_the_seed(run: Run, typed: Callable[[str], None]) -> None:
    def shown(*words: str) -> str:
        typed("")
        status, out, _ = run("quiz", "log(x) * y / z", *words)
        assert status == 0
        return out

    assert shown("--seed", "1") == shown("--seed", "1")
    assert len({shown("--seed", str(seed)) for seed in range(5)}) > 1
    assert "-3" in shown("y=-3")


def test_korean(run: Run, typed: Callable[[str], None]) -> None:
    typed("-4\n-3\n1\n")
    _, out, _ = run(*LECTURE, "--lang", "ko")
    for words in ("맞았습니다", "부호가 반대입니다", "연쇄 법칙", "상류 기울기", "4문제 중 1문제 정답"):
        assert words in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x +"], "expression: an operand is missing at the end at column 4"),
        (["x * y", "u=1"], "expression: 'u' is given but not used"),
        (["x * y", "x=abc"], "x=abc: 'abc' is not a number"),
        (["log(-x * x)"], "gate log: "),
        (["log(x)", "x=-1"], "gate log: "),
        (["x"], "practice: 'x' has no gradient to ask for"),
        ([" + ".join(["x"] * 300)], "expression: 300 wires, a quiz takes 200"),
    ],
)
def test_bad_formula_is_one_line(fails: Callable[..., str], words: list[str], message: str) -> None:
    assert fails("quiz", *words).startswith(message)


def test_worksheet_is_written(run: Run) -> None:
    status, out, err = run("worksheet", "--output", "a.html", "--count", "3", "--seed", "5", "--level", "2")
    assert (status, out, err) == (0, "", "")
    assert Path("a.html").read_text("utf-8") == worksheet(3, 5, 2).to_html()


def test_hints_are_given_one_by_one(run: Run, typed: Callable[[str], None]) -> None:
    typed("h\nh\nh\nh\n-4\n")
    _, out, _ = run(*LECTURE)
    assert out.index("q1 is read by f") < out.index("∂f/∂q1 = 1 · z") < out.index("∂f/∂f = 1")


def test_worksheets_are_exported_by_suffix(run: Run) -> None:
    assert run("worksheet", "--output", "a.xml", "--count", "2", "--variants", "3")[0] == 0
    assert run("worksheet", "--output", "a.zip", "--count", "2", "--seed", "5")[0] == 0
    assert Path("a.xml").read_text("utf-8") == to_moodle(*(worksheet(2, seed) for seed in range(3)))
    assert Path("a.zip").read_bytes() == to_qti(worksheet(2, 5))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--variants", "2"], "--variants: a page holds one; take .xml or .zip"),
        (["--variants", "0"], "--variants: 0; ask for 1 to 500"),
        (["--count", "0"], "worksheet: 0 problems"),
        (["--level", "9"], "level 9 is unknown"),
        (["--output", "no/a.html"], "cannot write no/a.html"),
    ],
)
def test_bad_worksheet_is_one_line(fails: Callable[..., str], words: list[str], message: str) -> None:
    assert fails("worksheet", "--output", "a.html", *words).startswith(message)
