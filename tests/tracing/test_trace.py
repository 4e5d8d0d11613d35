"""The public trace of formulas, functions and models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import backlit
from backlit import BacklitError, trace
from backlit.declared.gate_kinds import Gate
from backlit.formula import GATES
from backlit.tracing.views import TracedWire


def test_product_of_a_sum() -> None:
    t = trace("(x + y) * z", x=-2, y=5, z=-4)
    assert t.value == -12.0
    assert isinstance(t.value, float)
    assert dict(t.gradients) == {"x": -4.0, "y": -4.0, "z": 3.0}
    assert [(w.name, w.value, w.gradient) for w in t.wires] == [
        ("x", -2, -4), ("y", 5, -4), ("z", -4, 3), ("q1", 3, -4), ("f", -12, 1),
    ]  # fmt: skip
    product = t.wires[-1]
    assert (product.gate, product.formula, product.pattern) == ("mul", "q1 * z", "switcher")
    first, second = product.edges
    assert (first.operand.name, first.local, first.upstream, first.contribution) == ("q1", -4, 1, -4)
    assert (second.operand.name, second.local, second.local_formula) == ("z", 3, "q1")
    assert first.operand is t.wires["q1"]


def test_any_name_can_be_an_input() -> None:
    assert trace("what * self + zoom / lang", what=1, self=2, zoom=3, lang=4).value == 2.75


def test_function_gives_the_same_as_text() -> None:
    def f(x: Any, y: Any, z: Any) -> Any:
        return (x + y) * z

    assert dict(trace(f, x=-2, y=5, z=-4).gradients) == dict(trace("(x + y) * z", x=-2, y=5, z=-4).gradients)


def test_unused_argument_of_a_function_has_no_gradient() -> None:
    t = trace(lambda x, y: x * x, x=3, y=1)
    assert dict(t.gradients) == {"x": 6.0, "y": None}
    assert "–" in next(line for line in str(t).splitlines() if line.startswith("y "))


def test_gradients_of_arrays_are_arrays_and_their_elements_floats() -> None:
    t = trace("sum(softmax(x) * y)", x=[1.0, 2.0, 3.0], y=[0, 0, 1])
    a = np.exp([1.0, 2, 3]) / np.exp([1.0, 2, 3]).sum()
    np.testing.assert_allclose(t.gradients["x"], a[2] * (np.eye(3)[2] - a), rtol=1e-12)
    assert t.gradients["x[2]"] == pytest.approx(a[2] * (1 - a[2]))
    assert isinstance(t.gradients["x[2]"], float)
    assert list(t.gradients) == ["x", "y"]
    assert "x[1]" in t.gradients
    assert "x[3]" not in t.gradients
    assert t.gradients.get("nothing") is None
    with pytest.raises(KeyError, match=r"x has shape \(3,\); indices count from 0"):
        t.gradients["x[3]"]
    with pytest.raises(BacklitError, match="'q9' is not in this trace"):
        t.gradients["q9"]


def test_output_that_is_an_array_has_a_jacobian() -> None:
    t = trace("softmax(x)", x=[0.1, 0.7, -0.4])
    a = np.asarray(t.value)
    np.testing.assert_allclose(t.jacobian["x"], np.diag(a) - np.outer(a, a), rtol=1e-14)
    for ask in (lambda: t.gradients, lambda: t.derivation("x[0]"), lambda: t.step(0.1)):
        with pytest.raises(BacklitError, match=r"the output has shape \(3,\).*jacobian"):
            ask()
    assert t.check().ok
    assert t.wires[-1].gradient is None
    np.testing.assert_array_equal(trace("x * x", x=3).jacobian["x"], 6)


def test_text_prints_every_wire_and_every_edge() -> None:
    text = str(trace("2 * (x * y + max(z, w))", x=3, y=-4, z=2, w=-1))
    for wire in ("x", "y", "z", "w", "q1", "q2", "q3", "f"):
        assert any(line.startswith(f"{wire} ") for line in text.splitlines())
    assert any("w ←" in line and line.endswith("= 0) × 2 = 0") for line in text.splitlines())  # routed away
    assert "x ← (y = -4) × 2 = -8" in text


def test_step_moves_against_the_gradient() -> None:
    result = trace("(x + y) * z", x=-2, y=5, z=-4).step(0.1)
    assert result.values == pytest.approx({"x": -1.6, "y": 5.4, "z": -4.3})
    assert result.output == pytest.approx(-16.34)
    assert result.before == -12
    with pytest.raises(BacklitError, match="take a smaller rate"):
        trace("exp(x) * exp(-y)", x=1, y=1).step(-1e9)
    with pytest.raises(BacklitError, match="not a finite number"):
        trace("x", x=1).step(float("nan"))


def test_step_of_a_network_moves_its_parameters_only(fitted: Callable[..., Any]) -> None:
    model = fitted((4, 3, 1), hidden_gate="sigmoid", output_gate="identity", loss="squared")
    t = trace(model, x=[0.1, -0.2, 0.3, 0.5], y=1.0)
    result = t.step(0.01)
    assert set(result.values) == {"w[1]", "b[1]", "w[2]", "b[2]"}
    assert result.output < t.value
    moved = model.network_.arrays(model.theta_)["w[1]"] - 0.01 * np.asarray(t.gradients["w[1]"])
    np.testing.assert_allclose(result.values["w[1]"], moved, rtol=1e-15)
    model.network_.arrays(model.theta_)["w[1]"][:] = 0
    assert t.wires["w[1][0][0]"].value != 0  # the trace stays what it was


def test_network_of_few_parameters_is_shown_by_neurons_and_a_large_one_by_layers(fitted: Callable[..., Any]) -> None:
    small = trace(fitted((4, 3, 2)), x=[1, 2, 3, 4], y=1)
    assert "w[1][3][2]" in list(small.gradients)
    assert small.wires["z[1][0]"].gate == "weighted_sum"
    assert isinstance(small.gradients["w[1]"], np.ndarray)
    assert small.gradients["w[1][3][2]"] == small.gradients["w[1]"][3, 2]  # type: ignore[index]
    large = trace(fitted((100, 30, 3)), x=np.ones(100), y=1)
    assert list(large.gradients) == ["x", "w[1]", "b[1]", "w[2]", "b[2]"]
    assert large.gradients["w[2][29][2]"] == np.asarray(large.gradients["w[2]"])[29, 2]
    assert isinstance(large.gradients["b[1][0]"], float)
    gates = trace(fitted((4, 3, 2)), x=[1, 2, 3, 4], y=1, zoom="gates")
    assert {wire.gate for wire in gates.wires} >= {"mul", "add", "exp", "div"}
    assert gates.gradients["w[1][0][0]"] == pytest.approx(small.gradients["w[1][0][0]"])
    for t in (small, large, gates):
        assert t.check(sample=20).ok
        assert "y" not in t.gradients


def test_check_agrees_and_can_be_bounded(fitted: Callable[..., Any]) -> None:
    t = trace("1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))", w0=2, x0=-1, w1=-3, x1=-2, w2=-3)
    result = t.check()
    assert result.ok
    assert bool(result)
    assert [row.name for row in result.rows] == ["w0", "x0", "w1", "x1", "w2"]
    for row in result.rows:
        assert row.numeric == pytest.approx(row.analytic, rel=1e-8)
    assert "5 of 5 gradients checked: all agree" in str(result)
    assert [row.name for row in t.check(wrt="x0").rows] == ["x0"]
    model = trace(fitted((100, 30, 3)), x=np.linspace(-1, 1, 100), y=1)
    assert len(model.check().rows) == 300
    assert len(model.check(sample=7).rows) == 7
    assert [row.name for row in model.check(wrt=["b[2]", "w[1][3][4]"]).rows] == [
        "b[2][0]", "b[2][1]", "b[2][2]", "w[1][3][4]",
    ]  # fmt: skip
    with pytest.raises(BacklitError, match="name an input or a parameter"):
        t.check(wrt="q1")
    with pytest.raises(BacklitError, match="sample=0"):
        t.check(sample=0)


def test_check_in_float32_and_at_a_kink_does_not_cry_wolf() -> None:
    assert trace("sum(sigmoid(x) * x)", x=np.float32([0.3, -2.0, 5.0])).check().ok
    assert trace("relu(x) + abs(y) + max(x, y)", x=0, y=0).check().ok
    assert trace("x ** 0.5 + log(x)", x=1e-6).check().ok
    assert trace("(x + 1e9) - 1e9", x=0.3).check().ok


def test_check_names_the_first_gate_whose_derivative_is_wrong() -> None:
    GATES.declare(Gate("bent", "x * x", ("x",)))
    try:
        t = trace("exp(bent(x * y) + 1)", x=0.5, y=1.5)
        result = t.check()
        assert not result.ok
        assert [row.ok for row in result.rows] == [False, False]
        assert result.wrong_gate is not None
        assert result.first_disagreement is result.wrong_gate
        assert (result.wrong_gate.wire.gate, result.wrong_gate.wire.name) == ("bent", "q2")
        assert "gate bent at q2: local gradient for q1 is declared 0.75, central differences say 1.5" in str(result)
        assert "DISAGREES" in str(result)
    finally:
        del GATES._gates["bent"]


def test_gate_of_the_users_own_is_traced() -> None:
    backlit.gate("swell", "x * sigmoid(2 * x)")
    try:
        t = trace("swell(x)", x=0.7)
        assert t.wires[-1].gate == "swell"
        assert t.check().ok
    finally:
        del GATES._gates["swell"]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"x": [1, 2, 3, 4]}, "takes x=<one row>, y=<its target>"),
        ({"x": [1, 2, 3, 4], "y": 0, "w": 3}, "given were x, y, w"),
        ({"x": [1, 2, 3], "y": 0}, "the network has 4 inputs"),
        ({"x": [1, 2, 3, np.nan], "y": 0}, "not finite"),
        ({"x": [1, 2, 3, 4], "y": 0, "zoom": "atoms"}, "zoom 'atoms' is not known"),
    ],
)
def test_model_with_other_arguments_is_refused(fitted: Callable[..., Any], values: Any, says: str) -> None:
    with pytest.raises(BacklitError) as caught:
        trace(fitted((4, 3, 2)), **values)
    assert says in str(caught.value)


def test_what_cannot_be_traced_is_refused() -> None:
    class Unfitted:
        def as_network_row(self, x: Any, y: Any) -> None: ...

    with pytest.raises(BacklitError, match="this Unfitted is not fitted; call fit first"):
        trace(Unfitted(), x=1, y=2)
    with pytest.raises(BacklitError, match="int is neither a formula"):
        trace(3)
    with pytest.raises(BacklitError, match="an operand is missing at the end"):
        trace("x +", x=1)


def test_wires_are_a_sequence() -> None:
    t = trace("x * y", x=1, y=2)
    assert len(t.wires) == 3
    assert [wire.name for wire in t.wires[:2]] == ["x", "y"]
    assert all(isinstance(wire, TracedWire) for wire in t.wires)
    assert repr(t.wires["f"]) == "f = 2.0, gradient 1.0"
    with pytest.raises(KeyError, match="no wire is named 'r'"):
        t.wires["r"]
