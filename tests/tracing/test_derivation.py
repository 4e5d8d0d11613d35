"""The chain rule written out: symbols, numbers, result; in text, LaTeX, English and Korean."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backlit import BacklitError, trace
from backlit.declared.layers import LAYERS
from backlit.formula.latex import symbol
from backlit.tracing.derivation.chain import product


def test_chain_of_the_lectures_network(fitted: Callable[..., Any]) -> None:
    model = fitted((4, 3, 1), hidden_gate="sigmoid", output_gate="identity", loss="squared")
    x, y = np.array([0.5, -1.0, 2.0, 0.3]), 1.5
    t = trace(model, x=x, y=y)
    derivation = t.derivation("w[1][0][0]")
    (path,) = derivation.paths
    assert [(factor.top, factor.under) for factor in path] == [
        ("L", "a[2][0]"), ("a[2][0]", "z[2][0]"), ("z[2][0]", "a[1][0]"), ("a[1][0]", "z[1][0]"),
        ("z[1][0]", "w[1][0][0]"),
    ]  # fmt: skip
    weights = model.network_.arrays(model.theta_)
    hidden = 1 / (1 + np.exp(-(x @ weights["w[1]"] + weights["b[1]"])))
    output = float((hidden @ weights["w[2]"] + weights["b[2]"])[0])
    expected = [2 * (output - y), 1.0, weights["w[2]"][0, 0], hidden[0] * (1 - hidden[0]), x[0]]
    assert [factor.value for factor in path] == pytest.approx(expected, rel=1e-12)
    assert [factor.gate for factor in path] == ["squared", "identity", "weighted_sum", "sigmoid", "weighted_sum"]
    assert derivation.gradient == pytest.approx(math.prod(expected), rel=1e-12)
    assert derivation.gradient == pytest.approx(t.gradients["w[1][0][0]"], rel=1e-12)
    lines = str(derivation).splitlines()
    assert "  = ∂L/∂a[2][0] · ∂a[2][0]/∂z[2][0] · ∂z[2][0]/∂a[1][0] · ∂a[1][0]/∂z[1][0] · ∂z[1][0]/∂w[1][0][0]" in lines
    assert "  = (2 * (a[2][0] - y[0])) · 1 · w[2][0][0] · (a[1][0] * (1 - a[1][0])) · x[0]" in lines
    assert f"  = {derivation.gradient:.9g}" in lines


def test_formula_with_forks_lists_and_sums_its_paths() -> None:
    t = trace("x * x + sin(x)", x=2)
    derivation = t.derivation("x")
    assert [product(path) for path in derivation.paths] == pytest.approx([2, 2, math.cos(2)])
    assert derivation.gradient == pytest.approx(4 + math.cos(2))
    text = str(derivation)
    assert "sum of the 3 paths" in text
    assert "∂f/∂x = 2 + 2 + (-0.416146837) = 3.58385316" in text


def test_result_is_the_gradient_for_every_wire() -> None:
    t = trace("1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))", w0=2, x0=-1, w1=-3, x1=-2, w2=-3)
    for wire in t.wires:
        if wire.kind != "constant":
            assert t.derivation(wire.name).gradient == pytest.approx(wire.gradient, rel=1e-12)


def test_elements_of_arrays_are_derived_gate_by_gate() -> None:
    t = trace("sum(softmax(x) * y)", x=[1.0, 2.0], y=[3.0, 5.0])
    assert t.derivation("x[1]").gradient == pytest.approx(t.gradients["x[1]"], rel=1e-12)
    with pytest.raises(BacklitError, match="'x' is an array; name one number of it, such as x"):
        t.derivation("x")


def test_many_paths_are_summed_at_their_forks() -> None:
    def doubled(x: Any) -> Any:
        for _ in range(200):
            x = x + x
        return x * 2.0**-200

    t = trace(doubled, x=1.0)
    derivation = t.derivation("x")
    assert derivation.paths == ()
    assert derivation.gradient == 1.0
    assert len(derivation.forks) == 201
    assert "More than 64 paths" in str(derivation)


@pytest.mark.parametrize("widths", [(4, 3, 3), (5, 6, 7, 3), (3, 2, 2, 2, 2), (3, 2)])
@pytest.mark.parametrize(
    ("gate", "loss"), [("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy"), ("identity", "absolute")]
)
@pytest.mark.parametrize("scale", [1.0, 300.0])
def test_every_part_of_a_network_is_derived_to_its_gradient(
    fitted: Callable[..., Any], widths: tuple[int, ...], gate: str, loss: str, scale: float
) -> None:
    model = fitted(widths, scale, hidden_gate="tanh", output_gate=gate, loss=loss)
    y: Any = 1 if gate == "softmax" else [1.0] + [0.0] * (widths[-1] - 1)
    t = trace(model, x=np.linspace(-1, 1, widths[0]), y=y)
    depth = len(widths) - 1
    parts = ["x[0]", "w[1][1][0]", "b[1][1]", f"w[{depth}][0][1]", f"b[{depth}][0]"]
    parts += [f"z[{depth}][1]", "z[1][0]"] + ([f"a[{depth}][1]"] if not t.note else [])
    for part in parts:
        derivation = t.derivation(part)
        expected = t.wires[part].gradient
        assert derivation.gradient == pytest.approx(expected, rel=1e-10, abs=1e-250), part
        assert sum(map(product, derivation.paths)) == derivation.gradient or derivation.forks
        for fork in derivation.forks:
            shown = sum(part.value for part in fork.largest) + fork.rest_sum
            assert shown == pytest.approx(fork.total, rel=1e-9, abs=1e-250)
        assert derivation.to_latex().count(r"\begin{aligned}") == 1


def test_weight_of_a_large_network_takes_apart_only_what_it_needs(fitted: Callable[..., Any]) -> None:
    model = fitted((784, 512, 10), 0.05, hidden_gate="tanh")
    t = trace(model, x=np.random.default_rng(1).random(784), y=3)
    derivation = t.derivation("w[1][5][6]")
    assert derivation.gradient == pytest.approx(t.gradients["w[1][5][6]"], rel=1e-10)
    assert [fork.wire for fork in derivation.forks][-2:] == ["z[1][6]", "w[1][5][6]"]
    fork = next(fork for fork in derivation.forks if fork.wire == "a[1][6]")
    assert len(fork.largest) == 5
    assert fork.rest == 5
    sizes = [abs(part.value) for part in fork.largest]
    assert sizes == sorted(sizes, reverse=True)
    assert "5 more" in str(derivation)


def test_korean_uses_the_fields_terms(fitted: Callable[..., Any]) -> None:
    t = trace(fitted((4, 8, 9), hidden_gate="tanh"), x=[1, 2, 3, 4], y=3)
    text = str(t.derivation("w[1][0][0]", lang="ko"))
    for word in ("연쇄 법칙", "역전파", "상류 기울기", "국소 기울기", "경로"):
        assert word in text
    short = str(trace("x * y", x=1, y=2).derivation("x", lang="ko"))
    assert "국소 기울기" in short
    with pytest.raises(BacklitError, match="lang 'fr' is not known; choose one of en, ko"):
        t.derivation("w[1][0][0]", lang="fr")


def test_latex_of_a_chain() -> None:
    latex = trace("(x + y) * z", x=-2, y=5, z=-4).derivation("x").to_latex()
    assert latex.splitlines() == [
        r"\begin{aligned}",
        r"\frac{\partial f}{\partial x} "
        r"&= \frac{\partial f}{\partial q_{1}} \cdot \frac{\partial q_{1}}{\partial x} \\",
        r"&= z \cdot 1 \\",
        r"&= \left(-4\right) \cdot 1 \\",
        "&= -4",
        r"\end{aligned}",
    ]


@pytest.mark.parametrize(
    ("wrt", "says"),
    [
        ("w[1]", "'w[1]' is an array; name one number of it, such as w[1][0][0]"),
        ("w[1][0]", "such as w[1][0][0]"),
        ("w[1][9][0]", "w[1] has shape (4, 3)"),
        ("w[7][0][0]", "is not in this trace"),
        ("y[0]", "has no chain of its own"),
        ("loss", "has no chain of its own"),
    ],
)
def test_wrt_that_is_no_number_of_the_network_is_refused(fitted: Callable[..., Any], wrt: str, says: str) -> None:
    with pytest.raises(BacklitError) as caught:
        trace(fitted((4, 3, 2)), x=[1, 2, 3, 4], y=1).derivation(wrt)
    assert says in str(caught.value)


def test_input_without_a_path_is_said_to_have_none() -> None:
    derivation = trace(lambda x, y: x * x, x=1, y=2).derivation("y")
    assert "no path leads from it" in str(derivation)
    assert derivation.paths == ()


def test_whatever_a_layer_learns_is_written_with_its_number() -> None:
    for parameter in [parameter for kind in LAYERS.values() for parameter in kind.parameters]:
        name = parameter.name if len(parameter.name) == 1 else rf"\mathrm{{{parameter.name}}}"
        assert symbol(f"{parameter.name}[2][0]") == rf"{name}^{{(2)}}_{{0}}"
