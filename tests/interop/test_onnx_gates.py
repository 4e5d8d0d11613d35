"""Every gate, layer and network in the graph gives what plain NumPy gives, in both float types."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import backlit
from backlit.declared.gate_kinds import ArrayGate, Gate
from backlit.declared.gates import GATES
from backlit.formula.expression import Call, Name
from backlit.formula.numpy import value_of
from backlit.formula.onnx import ARRAY_SPELLINGS, Emitter, Tensor
from backlit.interop.onnx.graph import Graph
from backlit.interop.onnx.network import network_outputs
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp, with_periodic_embedding
from backlit.network.forward import forward
from backlit.network.merging import merged

from .conftest import session_of

TYPES = (np.float32, np.float64)
TINY = 10.0 ** np.arange(-12, 0)
POINTS = np.concatenate([np.linspace(-40.0, 40.0, 801), TINY, -TINY, [-800.0, 800.0]])
ERROR = {np.float32: 3e-7, np.float64: 1e-15}

BACKLIT_GATES = [name for name in GATES if GATES.is_builtin(name)]
ELEMENTWISE = [name for name in BACKLIT_GATES if isinstance(GATES[name], Gate)]


def in_graph(name: str, operands: list[NDArray[Any]], axis: int | None = None) -> NDArray[Any]:
    graph = Graph(["a", "b", "c", "y"])
    emitter = Emitter(graph, operands[0].dtype)
    names = "abc"[: len(operands)]
    scope = {}
    for operand, letter in zip(operands, names, strict=True):
        graph.input(letter, operand.dtype, operand.shape[1])
        scope[letter] = Tensor(letter, (None, operand.shape[1]))
    result = emitter.formula(Call(name, tuple(map(Name, names)), axis), scope)
    graph.output("y", result.name, operands[0].dtype, *(int(length or 0) for length in result.shape[1:]))
    session = session_of(graph.to_model(name, "0", {}))
    return np.asarray(session.run(None, dict(zip(names, operands, strict=True)))[0])


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_a_gate_is_what_numpy_gives(name: str, dtype: Any) -> None:
    gate = GATES[name]
    rng = np.random.default_rng(0)
    operands = [rng.permutation(POINTS).astype(dtype)[:, None] for _ in gate.operands]
    if len(operands) == 1:
        operands = [POINTS.astype(dtype)[:, None]]
    if name == "pow":
        operands = [np.abs(operands[0]) % 20 + dtype(1e-3), operands[1] % 9]
    if name == "where":
        operands[0] = (operands[0] > 0).astype(dtype)
    truth = value_of(gate)(*(operand.astype(np.float64) for operand in operands))
    with np.errstate(over="ignore"):
        expected = truth.astype(dtype).astype(np.float64)
    given = in_graph(name, operands).astype(np.float64)
    assert (np.isnan(given) == np.isnan(expected)).all()
    finite = np.isfinite(expected)
    assert (given[~finite & ~np.isnan(expected)] == expected[~finite & ~np.isnan(expected)]).all()
    size = np.max([np.abs(operand.astype(np.float64)) for operand in operands], axis=0)[finite]
    allowed = ERROR[dtype] * (4 * np.maximum(size, 1.0) + 100 * np.abs(expected[finite]))
    assert (np.abs(given[finite] - expected[finite]) <= allowed).all()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    ("name", "x"),
    [("elu", -1e-8), ("selu", -1e-8), ("expm1", 1e-7), ("log1p", -1e-7), ("softplus", -17.0), ("softplus", -30.0),
     ("sigmoid", -17.0), ("sigmoid", -30.0), ("sigmoid", -80.0), ("silu", -30.0), ("mish", -15.0), ("gelu", -2.0),
     ("tanh", 1e-8), ("erf", 1e-8), ("arctan", 1e-8), ("arctan", 1e6)],
)  # fmt: skip
def test_tails_and_small_numbers_are_right_where_the_runtimes_own_kernels_are_not(
    name: str, x: float, dtype: Any
) -> None:
    point = np.array([[x]], dtype)
    expected = float(value_of(GATES[name])(point.astype(np.float64))[0, 0])
    assert float(in_graph(name, [point])[0, 0]) == pytest.approx(expected, rel=3e-6)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    ("name", "axis"), [("sum", 1), ("mean", 1), ("row_mean", None), ("logsumexp", 1), ("softmax", 1), ("softmax", None)]
)
def test_a_reducing_gate_is_what_numpy_gives(name: str, axis: int | None, dtype: Any) -> None:
    x = np.random.default_rng(0).normal(scale=30.0, size=(7, 5)).astype(dtype)
    assert np.allclose(in_graph(name, [x], axis), GATES[name].value(x, axis=axis), rtol=1e-5)


def test_every_gate_over_arrays_is_spelled() -> None:
    assert {name for name in BACKLIT_GATES if isinstance(GATES[name], ArrayGate)} == ARRAY_SPELLINGS.keys()


def network_in_graph(blueprint: Blueprint, theta: NDArray[Any], x: NDArray[Any]) -> NDArray[Any]:
    graph = Graph(["X", "y"])
    outputs = network_outputs(graph, blueprint, theta, graph.input("X", theta.dtype, blueprint.inputs))
    graph.output("y", outputs, theta.dtype, blueprint.outputs)
    return np.asarray(session_of(graph.to_model("network", "0", {})).run(None, {"X": x})[0])


def compare(blueprint: Blueprint, theta: NDArray[Any]) -> None:
    x = np.random.default_rng(1).normal(size=(9, blueprint.inputs)).astype(theta.dtype)
    *_, expected = forward(blueprint, theta, x).values()
    error = 1e-5 if theta.dtype == np.float32 else 1e-12
    assert np.allclose(network_in_graph(blueprint, theta, x), expected, rtol=error, atol=error)


def drawn(blueprint: Blueprint, dtype: Any, seed: int = 0) -> NDArray[Any]:
    return np.random.default_rng(seed).normal(size=blueprint.theta_size).astype(dtype)


@pytest.mark.parametrize("name", [name for name in ELEMENTWISE if len(GATES[name].operands) == 1])
def test_a_network_of_every_gate(name: str) -> None:
    blueprint = mlp(4, (5, 6), 3, hidden_gate=name)
    theta = drawn(blueprint, np.float64) / 3
    arrays = blueprint.arrays(theta)
    if name in ("log", "log1p", "sqrt"):  # their operands are above 0
        for key in arrays:
            arrays[key][...] = np.abs(arrays[key]) + 2.0 if key != "w[1]" else 0.0
    compare(blueprint, theta)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("parametric", [False, True])
def test_members_periodic_features_and_parametric_activations(parametric: bool, dtype: Any) -> None:
    member = with_periodic_embedding(mlp(5, (6, 4), 3, hidden_gate="silu", parametric_activation=parametric), 3)
    whole, theta = merged([member] * 3, [drawn(member, dtype, seed) for seed in range(3)])
    assert {"periodic", "dense", "grouped"} <= {layer.kind for layer in whole.layers}
    compare(whole, theta)


def test_a_gate_of_the_users_own() -> None:
    backlit.gate("bump_of_onnx", "where(x < 0, exp(-x * x), 1 / (1 + log1p(abs(x))))")
    blueprint = mlp(3, (4,), 2, hidden_gate="bump_of_onnx")
    compare(blueprint, drawn(blueprint, np.float64))


def test_no_rows_give_no_outputs() -> None:
    blueprint = with_periodic_embedding(mlp(3, (4,), 2), 2)
    empty = network_in_graph(blueprint, drawn(blueprint, np.float32), np.empty((0, 3), np.float32))
    assert empty.shape == (0, 2)
