"""The witness: no right gradient is accused, no wrong one is passed, and it says where it cannot tell."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import backlit
from backlit import BacklitError, trace
from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.formula.derivative import expand
from backlit.formula.expression import Call, Expression, Name, Number, fold, names, parse, postorder
from backlit.formula.slopes import slopes
from backlit.formula.text import to_text
from backlit.graph import backward, read
from backlit.graph.check import Row, compare
from backlit.graph.gate_check import comes_closer

mpmath.mp.dps = 60
MATERIAL = 1e-4
"""Relative: a gradient that is off by more is wrong."""


def consistent(checked: Any) -> None:
    """The verdict and its rows say the same, and every row what its numbers say."""
    assert checked.ok == all(row.ok or row in checked.negligible for row in checked.rows)
    assert (checked.status == "wrong") == any(row.status == "wrong" for row in checked.rows)
    text, korean = str(checked), checked.to_text("ko")
    assert ("DISAGREES" in text, "불일치" in korean) == ((checked.status == "wrong"),) * 2
    assert ("all agree" in text, "모두 일치합니다" in korean) == (checked.ok,) * 2
    assert (f"; {len(checked.negligible)} " in text) == (checked.ok and bool(checked.negligible))
    for row in checked.rows:
        largest = max(abs(row.analytic), abs(row.numeric) + row.bend)
        if row.tolerance - row.bend > largest > 0.0 and row.analytic != 0.0 and row.fault is None:
            assert row.status == "cannot tell"
        assert (row.status == "cannot tell") == (row.reason is not None)


@pytest.mark.parametrize("exponent", range(15))
@pytest.mark.parametrize("text", ["sin(x)", "cos(x)", "sin(x) / cos(x)", "exp(sin(x))", "sin(x) * x", "tanh(sin(x))"])
def test_a_wave_at_any_size_of_argument(text: str, exponent: int) -> None:
    for digits in (1.0, 2.7182818):
        checked = trace(text, x=digits * 10.0**exponent).check()
        assert checked.ok, str(checked)
        consistent(checked)


@pytest.mark.parametrize("x", [1e16, 1e17, 3e18, 1e20, 1e22, 1e100])
def test_a_wave_finer_than_floats_lie_cannot_be_told(x: float) -> None:
    checked = trace("exp(sin(3 * x)) + cos(x)", x=x).check()
    consistent(checked)
    assert checked.status == "cannot tell"
    assert "varies more finely there than the floats lie" in str(checked)


@pytest.mark.slow
@pytest.mark.parametrize("factor", [1e3, 1e6, 1e9, 1e12, 3.141592653589793 * 2**20, 2.0**30])
@pytest.mark.parametrize("x", [0.0, 0.25, 0.3, -7.1, 1e-5])
@pytest.mark.parametrize("gate", ["sin", "cos", "tanh", "sigmoid", "softplus", "gelu"])
def test_a_function_of_a_multiple(gate: str, x: float, factor: float) -> None:
    traced = trace(f"{gate}({factor!r} * x)", x=x)
    checked = traced.check()
    consistent(checked)
    assert checked.status != "wrong", str(checked)
    if abs(factor * x) < 1e9 and gate in ("sin", "cos") and abs(traced.gradients["x"]) > 1e-3 * factor:
        assert checked.ok, str(checked)


def test_large_arguments_in_a_gate_of_ones_own() -> None:
    backlit.gate("own_wave", "sin(1e5 * x) * exp(-x * x)")
    try:
        for x in (0.0, 0.1, 1.7, -0.9):
            assert trace("own_wave(x) + 1", x=x).check().ok
        assert trace("sum(own_wave(x))", x=[0.1, 0.2, -0.7]).check().ok
    finally:
        del GATES._gates["own_wave"]


KINKS: list[tuple[str, float]] = [
    ("abs(x)", 0.0), ("relu(x)", 0.0), ("leaky_relu(x)", 0.0), ("elu(x)", 0.0), ("selu(x)", 0.0),
    ("softplus(x)", 0.0), ("max(x, 0)", 0.0), ("min(x, 2 * x)", 0.0), ("max(x, 3 - 2 * x)", 1.0),
    ("where(x > 0, x, 0.01 * x)", 0.0), ("where(x > 0, x ** 2 + 3 * x, sin(x))", 0.0),
    ("where(x > 0, exp(x) - 1, x * x - 2 * x)", 0.0), ("where(abs(x) < 1, x ** 2 / 2, abs(x) - 0.5)", 1.0),
    ("where(abs(x) < 1, x ** 2, 3 * abs(x) - 2)", -1.0), ("abs(abs(x) - 1)", 1.0), ("abs(abs(x) - 1)", 0.0),
    ("abs(x) + relu(x) + max(x, 0)", 0.0), ("relu(relu(x) - 0)", 0.0), ("abs(sin(x))", 0.0), ("abs(2 * x - 4)", 2.0),
    ("selu(x) * exp(x) - 2 * leaky_relu(x)", 0.0), ("elu(abs(x) - 1)", 1.0),
    ("1e6 * abs(x)", 0.0), ("1e-9 * selu(x)", 0.0), ("abs(x - 1e6)", 1e6), ("selu(x - 1e-6)", 1e-6),
    ("abs(x) + 1e3", 0.0), ("max(x * x, x)", 1.0), ("max(x * x, x)", 0.0), ("abs(1e6 * x)", 0.0),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("text", "x"), KINKS)
def test_at_a_kink_every_value_between_the_slopes_is_right_and_no_other(text: str, x: float) -> None:
    graph = read(text, {"x": x})
    sweep = backward(graph)
    (wire,) = graph.given
    checked = trace(text, x=x).check()
    consistent(checked)
    assert checked.ok, str(checked)
    low, high = sorted(one_sided(text, x, side) for side in (1, -1))
    width = max(high - low, 1e-2 * max(abs(low), abs(high)))
    for share in (0.0, 0.1, 0.5, 0.97, 1.0):
        assert altered(graph, sweep, wire, low + share * (high - low)).ok, share
    for wrong in (low - 0.1 * width, high + 0.1 * width, low - 5 * width, high + 5 * width):
        assert altered(graph, sweep, wire, wrong).status == "wrong", wrong


def one_sided(text: str, x: float, side: int) -> float:
    """The slope to one side, in 60 digits."""
    step = mpmath.mpf(10) ** -25
    return float(side * (exactly(text, x + side * step) - exactly(text, mpmath.mpf(x))) / step)


def altered(graph: Any, sweep: Any, wire: Any, value: float) -> Row:
    """The row of a gradient that was put in by hand."""
    other = type(sweep)({**sweep.of, wire: np.float64(value)}, sweep.edges_of)
    (row,) = compare(graph, other, [(wire, ())])
    return row


EXACTLY: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
    "neg": lambda a: -a, "pow": lambda a, b: a**b, "exp": mpmath.exp, "expm1": mpmath.expm1, "log": mpmath.log,
    "log1p": lambda a: mpmath.log(1 + a), "sqrt": mpmath.sqrt, "sin": mpmath.sin, "cos": mpmath.cos,
    "tanh": mpmath.tanh, "arctan": mpmath.atan, "erf": mpmath.erf, "abs": abs, "max": max, "min": min,
    "less": lambda a, b: mpmath.mpf(a < b), "greater": lambda a, b: mpmath.mpf(a > b),
    "where": lambda c, a, b: a if c else b,
}  # fmt: skip


def exactly(text: str, x: Any) -> Any:
    """A formula's value in 60 digits; the numbers in it are the floats that they are read as."""

    def visit(node: Expression, operands: list[Any]) -> Any:
        if isinstance(node, Name):
            return mpmath.mpf(x)
        if isinstance(node, Number):
            return mpmath.mpf(node.value)
        return EXACTLY[node.gate](*operands)

    return fold(expand(parse(text, GATES)), visit)


CANCELLING = [
    "(1 - cos(x)) / x ** 2", "(exp(x) - 1) / x", "(sqrt(1 + x) - 1) / x", "log(1 + x) / x", "(x - sin(x)) / x ** 3",
    "(x + 1e8) - 1e8", "(1 + x) ** 2 - 1", "sin(x) ** 2 + cos(x) ** 2", "1 + exp(-1 / x)", "exp(x) - exp(-x)",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("text", CANCELLING)
def test_where_digits_cancel_no_garbage_is_passed_and_nothing_right_accused(text: str) -> None:
    for exponent in np.linspace(-11.3, -0.2, 9):
        x = float(10.0**exponent)
        traced = trace(text, x=x)
        (row,) = traced.check().rows
        step = mpmath.mpf(x) * mpmath.mpf(10) ** -20
        true = float((exactly(text, x + step) - exactly(text, x - step)) / (2 * step))
        if row.ok:
            assert row.analytic == pytest.approx(true, rel=0.11), f"{text} at {x}"
        if row.analytic == pytest.approx(true, rel=1e-7):
            assert row.status != "wrong", f"{text} at {x}"


def test_cancellation_says_which_rounding() -> None:
    traced = trace("(1-cos(x))/x**2", x=1e-8)
    assert (traced.value, traced.gradients["x"]) == (0.0, pytest.approx(1e8))
    checked = traced.check()
    assert (checked.status, checked.ok, bool(checked), checked.first_disagreement) == (
        "cannot tell",
        False,
        False,
        None,
    )
    assert "cannot tell x: the rounding of 1 - cos(x) (gate sub at q2) is as large as the gradient" in str(checked)
    assert "판단할 수 없습니다. 1 - cos(x)(q2의 sub 게이트)의 반올림 오차가 기울기만큼 큽니다" in checked.to_text("ko")
    for shown in (traced.to_text(), traced.to_html()):
        assert "x: cannot tell: the rounding of 1 - cos(x)" in shown
    for shown in (traced.to_text("ko"), traced.to_html("ko")):
        assert "x: 판단 불가: 1 - cos(x)" in shown
    (row,) = traced.circuit().witness
    assert (row.agrees, set(row.undecided)) == (False, {"en", "ko"})


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("x * x", 0.0), ("x ** 3", 0.0), ("x ** 3 + 1", 0.0), ("(x - 2) ** 2 + 1", 2.0), ("cos(x)", 0.0),
        ("abs(x) ** 3", 0.0), ("x ** 1.5", 0.0), ("relu(x) * 3", -1.7), ("max(x, 3.3) * 0.7", 1.1),
        ("where(x > 0, 1, 0)", 0.0), ("where(x > 0, x * log(x), 0)", 0.0), ("0 * exp(x)", 1.3),
        ("exp(-x)", 800.0), ("1 / (1 + x * x)", 0.0),
    ],
)  # fmt: skip
def test_a_gradient_of_zero_is_known_to_be_zero(text: str, x: float) -> None:
    traced = trace(text, x=x)
    assert traced.gradients["x"] == 0.0
    checked = traced.check()
    assert checked.ok, str(checked)
    consistent(checked)


@pytest.mark.parametrize(
    ("text", "x"), [("1 + exp(-x)", 40.0), ("sigmoid(x)", 40.0), ("tanh(x)", 20.0), ("(x + 1e16) - 1e16", 1.0)]
)
def test_a_change_that_rounding_swallows_is_not_called_agreement(text: str, x: float) -> None:
    checked = trace(text, x=x).check()
    consistent(checked)
    assert checked.status == "cannot tell"
    assert "rounding" in str(checked)


def test_a_slope_that_only_shrinks_with_the_step_accuses_no_zero() -> None:
    """0 ** 1.94 has slope 0, and at a step h h ** 0.94: at no step is it measured as 0."""
    values = {"z": 2.608, "w": 0.038, "x": 1.985, "y": 1.074}
    checked = trace("softplus(selu(2 * z) + min((w > z) ** gelu(x), -(x < relu(w)) - w * y))", **values).check()
    assert checked.status == "ok", str(checked)
    assert [row.name for row in checked.negligible] == ["x"]
    consistent(checked)


def test_a_choice_of_each_gate_may_be_wrong_for_the_whole() -> None:
    checked = trace("relu(x) - relu(-x)", x=0.0).check()  # is x
    consistent(checked)
    assert checked.status == "wrong"
    assert "though each gate alone is right" in str(checked)


@contextmanager
def gate_replaced(gate: Gate) -> Iterator[None]:
    """Another declaration in the place of a built-in gate."""
    before = GATES._gates[gate.name]
    GATES._gates[gate.name] = gate
    try:
        yield
    finally:
        GATES._gates[gate.name] = before


def mutated(gate: Gate, slot: int, kind: int) -> Gate:
    """The gate with one of its local gradients made wrong."""
    kinds = ("1.01 * ({})", "-({})", "({}) + 0.1", "0.5 * ({})", "0 * ({}) + 1.7", "0 * ({})")
    wrong = kinds[kind].format(gate.local[slot])
    local = tuple(wrong if place == slot else formula for place, formula in enumerate(gate.local))
    return Gate(gate.name, gate.value, local, gate.operands, gate.symbol, gate.pattern, gate.latex)


UNARY = ("exp", "sin", "cos", "tanh", "abs", "relu", "leaky_relu", "selu", "elu", "softplus", "sigmoid", "gelu", "neg")
BINARY = ("add", "sub", "mul", "max", "min")


def random_tree(chance: random.Random, depth: int) -> Expression:
    """A formula of kinks and smooth gates, in x and y, with whole numbers, so that kinks are met."""
    if depth == 0 or chance.random() < 0.15:
        return Name(chance.choice("xy")) if chance.random() < 0.75 else Number(float(chance.randint(-2, 3)))
    if chance.random() < 0.5:
        return Call(chance.choice(UNARY), (random_tree(chance, depth - 1),))
    return Call(chance.choice(BINARY), (random_tree(chance, depth - 1), random_tree(chance, depth - 1)))


def checked_with_one_gate_wrong(seed: int) -> None:
    """A right gradient is never accused; with one gate made wrong, what is materially wrong is never passed."""
    chance = random.Random(seed)
    tree = random_tree(chance, chance.randint(1, 5))
    values = {name: float(chance.choice([0, 1, -1, 2, 0.5, round(chance.uniform(-3, 3), 3)])) for name in names(tree)}
    used = sorted({node.gate for node in postorder(tree) if isinstance(node, Call)})
    if not values or not used:
        return
    try:
        right = trace(to_text(tree), **values)
        true = dict(right.gradients)
    except BacklitError:
        return
    told = f"{to_text(tree)} at {values}"
    checked = right.check()
    consistent(checked)
    smooth = checked.status != "wrong"  # where kinks add up, the gates' own choices may not fit together
    gate = GATES[chance.choice(used)]
    assert isinstance(gate, Gate)
    assert smooth or checked.wrong_gate is None, f"{told}\n{checked}"
    with gate_replaced(mutated(gate, chance.randrange(len(gate.local)), chance.randrange(6))):
        try:
            wrong = trace(to_text(tree), **values)
            found = wrong.check()
            gradients = dict(wrong.gradients)
        except BacklitError:
            return
        consistent(found)
        kinks = {row.name: row.bend for row in checked.rows}
        for row in found.rows:
            apart = abs(gradients[row.name] - true[row.name])  # type: ignore[operator]
            largest = max(abs(gradients[row.name]), abs(true[row.name]))  # type: ignore[arg-type]
            material = MATERIAL * largest + 2 * kinks[row.name]
            if smooth and apart > material:
                assert not row.ok, f"{told} with {gate.name} wrong\n{found}"


@pytest.mark.slow
@settings(max_examples=60, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**64 - 1))
def test_no_wrong_gradient_is_passed(seed: int) -> None:
    checked_with_one_gate_wrong(seed)


def test_rows_and_verdict_never_contradict_where_the_wrong_gate_does_not_matter() -> None:
    with gate_replaced(Gate("sin", "sin(x)", ("sin(x)",))):
        checked = trace("0 * sin(x) + x + y", x=0.7, y=1.0).check()
        consistent(checked)
        assert [row.status for row in checked.rows] == ["wrong", "ok"]
        assert trace("0 * sin(x) + x + y", x=0.7, y=1.0).check(wrt="y").ok


def test_slopes_of_an_array_are_those_of_its_elements() -> None:
    x = np.array([-1.0, 0.0, 1e-9, 2.0, 1e6, 1e-200])
    both = slopes(np.abs, x)
    for place, each in enumerate(x):
        alone = slopes(np.abs, each)
        assert both.central[place] == pytest.approx(float(alone.central), abs=1e-9)
        assert both.bend[place] == pytest.approx(float(alone.bend), abs=1e-9)
    assert slopes(np.log, 1e-200).central == pytest.approx(1e200, rel=1e-6)
    assert math.isnan(float(slopes(lambda v: np.where(v == 0.5, 1.0, np.nan), 0.5).central))


def test_no_values_around_and_one_sided_values() -> None:
    assert trace("x ** 1.5 + x", x=0.0).check().ok  # no values to the left
    checked = trace("where(x > 0, where(x < 0, 1, 0 - x), log(-x))", x=1.0).check()
    assert checked.ok
    consistent(checked)


@pytest.mark.parametrize("power", [1.001, 1.08, 1.3])
@pytest.mark.parametrize("formula", ["x ** {power}", "(x * 0) ** {power}", "2 * x ** {power} + x", "abs(x) ** {power}"])
def test_a_slope_that_comes_to_0_slower_than_steps_do_is_not_accused(formula: str, power: float) -> None:
    assert trace(formula.format(power=power), x=0.0).check().status != "wrong"


def test_a_slope_that_comes_to_another_number_is_accused() -> None:
    """Of what the difference quotient comes closer to, it comes as close as one likes."""
    powers = np.array([1.0, 1.08, 2.0])
    at, declared = np.zeros(3), np.array([0.5, 0.0, 0.5])
    assert comes_closer(lambda x: np.abs(x) ** powers, at, declared).tolist() == [False, True, False]
