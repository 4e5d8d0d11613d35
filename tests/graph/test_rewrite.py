"""Coarser and finer graphs of one computation: the same numbers under the same names."""

from __future__ import annotations

from typing import Any

import pytest

from backlit import GATES
from backlit.graph import backward, call, read
from backlit.graph.rewrite import expanded, fused, summed

NEURON = dict(zip(("w0", "x0", "w1", "x1", "w2"), (2.0, -1.0, -3.0, -2.0, -3.0), strict=True))
CASES = {
    "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))": ["add", "mul", "mul", "sigmoid", "add"],
    "sigmoid(w0*x0 + w1*x1 + w2)": ["add", "mul", "mul", "sigmoid", "add"],
    "max(w0 * x0 + w1, 0) + log1p(exp(-abs(w0 * x0 + w1))) - x1 * w2": None,
    "softplus(w0 + x0) * relu(w1) * (exp(-x1) + 1) * w2": None,
}


@pytest.mark.parametrize("text", CASES)
def test_every_level_has_the_same_value_and_gradients(text: str) -> None:
    graph = read(text, NEURON)
    plain = backward(graph)
    expected = {wire.name: float(plain[wire]) for wire in graph.given}
    for level in (expanded(graph), fused(expanded(graph)), summed(fused(expanded(graph)))):
        found = backward(level)
        assert float(level.output.value) == pytest.approx(float(graph.output.value), rel=1e-12)
        assert {wire.name: float(found[wire]) for wire in level.given} == pytest.approx(expected, rel=1e-12)
        assert level.output.name == graph.output.name
        assert len({wire.name for wire in level.wires if wire.name}) == len([w for w in level.wires if w.name])


@pytest.mark.parametrize("text", [text for text, gates in CASES.items() if gates])
def test_the_last_four_gates_are_the_sigmoid(text: str) -> None:
    level = fused(expanded(read(text, NEURON)))
    assert sorted(str(wire.gate) for wire in level.gates) == sorted(CASES[text] or [])
    assert [wire.gate for wire in summed(level).gates] == ["weighted_sum", "sigmoid"]


def test_what_something_else_reads_is_not_swallowed() -> None:
    graph = read("1 / (1 + exp(-x))", {"x": 1.0})
    assert [wire.gate for wire in fused(graph).gates] == ["sigmoid"]

    def both(x: Any) -> Any:
        power = GATES["exp"](-x)
        return 1 / (1 + power) + power

    assert "sigmoid" not in [wire.gate for wire in fused(call(both, {"x": 1.0})).gates]


def test_either_order_of_a_sum_is_found() -> None:
    assert [wire.gate for wire in fused(read("1 / (exp(-x) + 1)", {"x": 1.0})).gates] == ["sigmoid"]
    assert "sigmoid" not in [wire.gate for wire in fused(read("1 / (2 + exp(-x))", {"x": 1.0})).gates]
