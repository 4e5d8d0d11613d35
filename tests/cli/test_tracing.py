from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import backlit
from backlit.cli.tracing import assigned, verdict
from backlit.graph.check import Disagreement, Row
from backlit.tracing.checking import Check

Run = Callable[..., tuple[int, str, str]]
SIGMOID = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
VALUES = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}
PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "sigmoid.svg"


def arguments(values: dict[str, float]) -> list[str]:
    return [f"{name}={value:g}" for name, value in values.items()]


def test_prints_the_trace_and_the_verdict(run: Run) -> None:
    status, out, err = run("trace", "(x + y) * z", "x=-2", "y=5", "z=-4")
    assert (status, err) == (0, "")
    expected = backlit.trace("(x + y) * z", x=-2, y=5, z=-4).to_text()
    assert out == f"{expected}\n\n3 of 3 gradients agree with their finite differences\n"


@pytest.mark.parametrize("words", [["-x*y"], ["--", "-x*y"]])
def test_a_formula_may_begin_with_a_minus(run: Run, words: list[str]) -> None:
    status, out, _ = run("trace", *words, "x=2", "y=3")
    assert status == 0
    assert "-6" in out


def test_korean(run: Run) -> None:
    _, out, _ = run("trace", "x*y", "x=2", "y=3", "--lang", "ko", "--svg", "a.svg", "--html", "a.html")
    assert "기울기 2개 중 2개가 유한 차분과 일치" in out
    assert "기울기" in Path("a.svg").read_text("utf-8")
    assert "국소 기울기" in Path("a.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("value", "says"),
    [("x=much", "수가 아닙니다"), ("much", "x=-2처럼 쓰세요"), ("x=1e999", "더 작은 수를 주세요")],
)
def test_korean_where_a_number_is_none(run: Run, value: str, says: str) -> None:
    status, _, err = run("trace", "x*x", value, "--lang", "ko")
    assert status == 2
    assert says in err


@pytest.mark.parametrize(("formula", "says"), [("1 / x", "0에 아주 가까운 수로"), ("sqrt(x)", "기울기는 0에서 무한대")])
def test_korean_where_a_value_is_at_fault(run: Run, formula: str, says: str) -> None:
    status, _, err = run("trace", formula, "x=0", "--lang", "ko")
    assert (status, says in err) == (2, True)


def test_latex(run: Run) -> None:
    assert run("trace", "x*y", "x=2", "y=3", "--latex")[1] == backlit.trace("x*y", x=2, y=3).to_latex() + "\n"


def test_drawings_are_those_of_the_trace(run: Run) -> None:
    assert run("trace", SIGMOID, *arguments(VALUES), "--svg", "a.svg", "--html", "a.html")[0] == 0
    trace = backlit.trace(SIGMOID, **VALUES)
    assert Path("a.svg").read_text("utf-8") == trace.to_svg()
    assert Path("a.html").read_text("utf-8") == trace.to_html()


def test_the_picture_in_the_readme_is_today_s() -> None:
    command = f'backlit trace "{SIGMOID}" {" ".join(arguments(VALUES))} --svg docs/pictures/sigmoid.svg'
    made = PICTURE.read_text("utf-8") == backlit.trace(SIGMOID, **VALUES).to_svg()
    assert made, f"drawings have changed; make the picture anew:\n{command}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x", "x=1e999"], "x=1e999: '1e999' is not finite"),
        (["x", "x=nan"], "x=nan: 'nan' is not finite"),
        (["x", "x=abc"], "x=abc: 'abc' is not a number"),
        (["x", "x="], "x=: '' is not a number"),
        (["x", "x"], "'x' is not NAME=VALUE"),
        (["x", "=1"], "'=1' is not NAME=VALUE"),
        (["x", "x=1", "--sgv=a.svg"], "'--sgv=a.svg' is not NAME=VALUE"),
        (["x", "x=1", "x=2"], "'x' is given twice"),
        (["x", "x=1", "--svg", "a", "--html", "a"], "--svg and --html both name a"),
        (["x", "x=1", "--svg", "no/a.svg"], "cannot write no/a.svg: no such file or directory"),
        (["x", "x=1", "--html", "ok.html", "--svg", "."], "cannot write .: is a directory"),
        (["x + y", "x=1"], "expression: no value for 'y'"),
        (["x", "x=1", "q=1"], "expression: 'q' is given but not used"),
        (["x +", "x=1"], "expression: an operand is missing at the end at column 4"),
        (["x.real", "x=1"], "expression: attribute access"),
        (["print(x)", "x=1"], "expression: "),
        (["__import__('os')"], "expression: "),
        (["1 / x", "x=0"], "gate div: "),
        (["log(x)", "x=0"], "gate log: "),
        ([""], "expression: "),
    ],
)
def test_bad_input_is_one_line(fails: Callable[..., str], words: list[str], message: str) -> None:
    assert fails("trace", *words).startswith(message)


def test_numbers_are_read_by_name() -> None:
    assert assigned(["x=-2", " 넓이 = 5e3", "_=.5"]) == {"x": -2.0, "넓이": 5000.0, "_": 0.5}


def test_a_disagreement_is_named() -> None:
    _, q1 = backlit.trace("x * x", x=2).graph.wires
    rows = (Row("x", 4.0, 4.0, tolerance=1e-6), Row("y", 4.0, 3.0, tolerance=1e-6))
    said = verdict(Check(rows, Disagreement(q1, 0, 2.0, 3.0), total=2), "en")
    assert said.startswith("1 of 2 gradients agree with their finite differences: gate mul at ")
