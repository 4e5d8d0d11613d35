"""The backward sweep: the lecture's numbers, forks, None beside 0, and JAX as the outside oracle."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.formula.expression import Call, Expression, Name, Number, fold, names, parse
from backlit.graph import Graph, apply, backward, call, complete, given, read
from backlit.graph.backward import unbroadcast

jax.config.update("jax_enable_x64", True)


def gradients(graph: Graph) -> dict[str, Any]:
    sweep = backward(graph)
    return {wire.name: sweep[wire] for wire in graph.wires}


def test_product_of_a_sum() -> None:
    graph = read("(x + y) * z", {"x": -2, "y": 5, "z": -4})
    assert [float(wire.value) for wire in graph.wires] == [-2, 5, -4, 3, -12]
    assert gradients(graph) == {"x": -4, "y": -4, "z": 3, "q1": -4, "f": 1}


def test_sigmoid_circuit_gate_by_gate_and_fused() -> None:
    values = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
    graph = read("1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))", values)
    sweep = backward(graph)
    expected = {
        "w0": -0.196611933, "x0": 0.393223866, "w1": -0.393223866, "x1": -0.589835800, "w2": 0.196611933,
        "q1": 0.196611933, "q2": 0.196611933, "q3": 0.196611933, "q4": 0.196611933, "q5": -0.196611933,
        "q6": -0.534446645, "q7": -0.534446645, "f": 1,
    }  # fmt: skip
    for wire in graph.wires:
        if wire.name:
            assert sweep[wire] == pytest.approx(expected[wire.name], abs=1e-9)
    values_on = {"q1": -2, "q2": 6, "q3": 4, "q4": 1, "q5": -1, "q6": 0.367879441, "q7": 1.367879441, "f": 0.731058579}
    for name, value in values_on.items():
        wire = graph.named(name)
        assert wire is not None
        assert wire.value == pytest.approx(value, abs=1e-9)
    last, power = graph.named("f"), graph.named("q6")
    assert last is not None
    assert power is not None
    assert sweep.edges(last)[1].local == pytest.approx(-0.534446645, abs=1e-9)
    assert sweep.edges(power)[0].local == pytest.approx(0.367879441, abs=1e-9)
    fused = gradients(read("sigmoid(w0 * x0 + w1 * x1 + w2)", values))
    for name in values:
        assert fused[name] == pytest.approx(expected[name], abs=1e-9)


def test_patterns_of_add_max_and_mul() -> None:
    found = gradients(read("2 * (x * y + max(z, w))", {"x": 3, "y": -4, "z": 2, "w": -1}))
    assert {name: found[name] for name in "xyzw"} == {"x": -8, "y": 6, "z": 2, "w": 0}


def test_operands_are_ordered_and_may_be_the_same_wire() -> None:
    graph = read("x * x - y / x", {"x": 3, "y": 2})
    assert gradients(graph)["x"] == pytest.approx(6 + 2 / 9)
    square = graph.named("q1")
    assert square is not None
    edges = backward(graph).edges(square)
    assert [edge.contribution for edge in edges] == [3, 3]
    assert [edge.slot for edge in edges] == [0, 1]


def test_contributions_at_a_fork_sum_to_the_gradient() -> None:
    graph = read("x * y + exp(x) + x", {"x": 0.5, "y": 3})
    sweep = backward(graph)
    x = graph.named("x")
    assert x is not None
    arrived = [e.contribution for gate in graph.gates for e in sweep.edges(gate) if e.operand is x]
    assert len(arrived) == 3
    assert sum(float(part) for part in arrived if part is not None) == pytest.approx(sweep[x])
    for gate in graph.gates:
        for edge in sweep.edges(gate):
            if edge.contribution is not None and edge.local is not None and edge.upstream is not None:
                assert edge.contribution == edge.local * edge.upstream
                assert edge.upstream == sweep[gate]


def test_not_computed_is_none_and_routed_away_is_zero() -> None:
    graph = call(lambda x, y, unused: x * 2 + max_(y, -5) * 0, {"x": 1, "y": -9, "unused": 4})
    sweep = backward(graph)
    by_name = {wire.name: wire for wire in graph.wires}
    assert sweep[by_name["unused"]] is None
    assert sweep[by_name["y"]] == 0.0
    assert all(sweep[wire] is None for wire in graph.wires if wire.kind == "constant")
    product = graph.gates[0]
    constant = sweep.edges(product)[1]
    assert (constant.local, constant.upstream, constant.contribution) == (None, None, None)


def max_(a: Any, b: Any) -> Any:
    return GATES["max"](a, b)


def test_only_what_leads_to_wrt_is_computed() -> None:
    graph = read("x * y + z", {"x": 2, "y": 3, "z": 4})
    x, y, z = graph.given
    sweep = backward(graph, wrt=[x])
    assert sweep[x] == 3
    assert sweep[y] is None
    assert sweep[z] is None


def test_constant_exponent_works_on_a_negative_base_and_a_variable_one_says_why_not() -> None:
    assert gradients(read("x ** 3", {"x": -2}))["x"] == 12
    assert gradients(read("x ** 0", {"x": 0}))["x"] == 0
    with pytest.raises(BacklitError, match="write the exponent as a number"):
        backward(read("x ** y", {"x": -2, "y": 3}))
    graph = read("x ** y", {"x": -2, "y": 3})
    assert backward(graph, wrt=graph.given[:1])[graph.given[0]] == 12


@pytest.mark.parametrize(
    ("text", "values", "says"),
    [
        ("sqrt(x)", {"x": 0}, "the slope of sqrt is infinite at 0"),
        ("x ** 0.5", {"x": 0}, "the slope is infinite at a base of 0"),
        ("x ** y", {"x": -1, "y": 2}, "with respect to y is not finite at x = -1, y = 2"),
    ],
)
def test_gradient_that_is_not_finite_names_gate_and_operand(text: str, values: dict[str, float], says: str) -> None:
    with pytest.raises(BacklitError) as caught:
        backward(read(text, values))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_chain_of_100_000_gates_without_recursion() -> None:
    def chain(x: Any) -> Any:
        y = x
        for step in range(100_000):
            y = y + x if step % 2 else y * 0.999
        return y

    graph = call(chain, {"x": 0.5})
    assert len(graph.gates) == 100_000
    slope = 0.0
    state = 1.0
    for step in range(100_000):
        state = state + 1 if step % 2 else state * 0.999
    slope = state
    assert backward(graph)[graph.given[0]] == pytest.approx(slope, rel=1e-9)


def test_softmax_jacobian_is_the_local_gradient() -> None:
    graph = read("sum(softmax(z) * t)", {"z": [0.1, 0.7, -0.4], "t": [0, 1, 0]})
    softmax = next(wire for wire in graph.gates if wire.gate == "softmax")
    sweep = backward(graph)
    (edge,) = sweep.edges(softmax)
    a = softmax.value
    np.testing.assert_allclose(edge.local, np.diag(a) - np.outer(a, a), rtol=1e-14)
    np.testing.assert_allclose(edge.contribution, edge.local[1], rtol=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("sum(x * y)", {"x": (3, 4), "y": (4,)}),
        ("sum(x * y)", {"x": (3, 1), "y": (1, 4)}),
        ("sum(x - y)", {"x": (), "y": (2, 3)}),
        ("mean(x / (2 + y * y))", {"x": (5, 1, 2), "y": (3, 1)}),
        ("sum(max(x @ y + z, 0))", {"x": (2, 3), "y": (3, 4), "z": (4,)}),
        ("sum(logsumexp(x @ y, axis=-1) * z)", {"x": (2, 3), "y": (3, 4), "z": (2,)}),
        ("sum(softmax(x + y, axis=0) ** 2)", {"x": (3, 4), "y": (3, 1)}),
        ("sum(mean(x, axis=1) * sum(x, axis=1))", {"x": (3, 4)}),
        ("sum(x if y > 0 else x * x)", {"x": (3, 4), "y": (4,)}),
    ],
)
def test_broadcasting_agrees_with_jax(text: str, shapes: dict[str, tuple[int, ...]]) -> None:
    chance = np.random.default_rng(5)
    values = {name: chance.standard_normal(shape) for name, shape in shapes.items()}
    graph = read(text, values)
    sweep = backward(graph)
    tree = parse(text, GATES)
    oracle = jax.grad(lambda inputs: in_jax(tree, inputs))({k: jnp.asarray(v) for k, v in values.items()})
    for wire in graph.given:
        ours = sweep[wire]
        assert ours is not None
        assert np.shape(ours) == shapes[wire.name]
        np.testing.assert_allclose(ours, oracle[wire.name], rtol=1e-11, atol=1e-13)


def test_float32_stays_float32() -> None:
    values = {"x": np.float32([1, 2, 3]), "w": np.float32([[1], [0.5], [-1]]), "b": np.float32(0.1)}
    graph = read("sum(sigmoid(x @ w * 2 + b) ** 2 + where(x @ w < 1, 1, 2))", values)
    sweep = backward(graph)
    assert {wire.value.dtype for wire in graph.wires} == {np.dtype(np.float32)}
    assert {np.asarray(sweep[wire]).dtype for wire in graph.given} == {np.dtype(np.float32)}


def test_upstream_must_have_the_outputs_shape() -> None:
    graph = read("x * 2", {"x": [1.0, 2.0]})
    with pytest.raises(BacklitError, match=r"upstream has shape \(\), the output \(2,\)"):
        backward(graph)
    np.testing.assert_array_equal(backward(graph, np.array([1.0, -1.0]))[graph.given[0]], [2, -2])


def test_unbroadcast_sums_what_was_stretched() -> None:
    np.testing.assert_array_equal(unbroadcast(np.ones((2, 3, 4)), (3, 1)), np.full((3, 1), 8.0))
    assert unbroadcast(np.ones((2, 3)), ()) == 6.0


JAX = {
    "add": jnp.add, "sub": jnp.subtract, "mul": jnp.multiply, "div": jnp.divide, "neg": jnp.negative, "pow": jnp.power,
    "exp": jnp.exp, "log": jnp.log, "sin": jnp.sin, "cos": jnp.cos, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid,
    "relu": jax.nn.relu, "max": jnp.maximum, "min": jnp.minimum, "softplus": jax.nn.softplus, "abs": jnp.abs,
    "silu": jax.nn.silu, "matmul": jnp.matmul, "where": lambda c, x, z: jnp.where(c != 0, x, z),
    "less": lambda x, z: (x < z) * 1.0, "greater": lambda x, z: (x > z) * 1.0,
}  # fmt: skip
JAX_ARRAYS = {
    "sum": jnp.sum, "mean": jnp.mean, "logsumexp": jax.scipy.special.logsumexp,
    "softmax": lambda x, axis: jax.nn.softmax(x, -1 if axis is None else axis),
}  # fmt: skip


def in_jax(tree: Expression, values: dict[str, Any]) -> Any:
    def visit(node: Expression, operands: list[Any]) -> Any:
        if isinstance(node, Name):
            return values[node.id]
        if isinstance(node, Number):
            return node.value
        if node.gate in JAX_ARRAYS:
            return JAX_ARRAYS[node.gate](operands[0], axis=node.axis)
        return JAX[node.gate](*operands)

    return fold(tree, visit)


UNARY = ["neg", "sin", "cos", "tanh", "sigmoid", "relu", "softplus", "silu", "exp", "abs"]
BINARY = ["add", "sub", "mul", "max", "min", "div"]
LEAVES = st.one_of(
    st.sampled_from([Name("x"), Name("y"), Name("z")]),
    st.floats(-3, 3).map(lambda v: Number(round(v, 3) + 0.0)),
)


def grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(lambda gate, x: Call(gate, (x,)), st.sampled_from(UNARY), inner),
        st.builds(lambda gate, x, z: Call(gate, (x, z)), st.sampled_from(BINARY), inner, inner),
        st.builds(lambda x: Call("pow", (x, Number(2.0))), inner),
        st.builds(lambda c, x, z: Call("where", (Call("less", (c, x)), x, z)), inner, inner, inner),
    )


@pytest.mark.slow
@settings(max_examples=200, derandomize=True, deadline=None)
@drawn(
    st.recursive(LEAVES, grown, max_leaves=10),
    st.tuples(*[st.floats(-2, 2).map(lambda v: round(v, 3) + 0.0005)] * 3),
)
def test_random_formula_agrees_with_jax(tree: Expression, at: tuple[float, float, float]) -> None:
    values = dict(zip("xyz", at, strict=True))
    value, oracle = jax.value_and_grad(lambda inputs: in_jax(tree, inputs) + 0.0 * inputs["x"])(values)
    scope = {name: given(name, at) for name, at in values.items()}
    try:
        graph = complete(apply(tree, scope), scope.values())
        sweep = backward(graph)
    except BacklitError:  # infinite somewhere, perhaps on a branch that `where` does not choose
        assert not math.isfinite(sum(map(float, oracle.values())) + float(value)) or "where" in str(tree)
        return
    assert graph.output.value == pytest.approx(float(value), rel=1e-12, abs=1e-12)
    for wire in graph.given:
        if sweep[wire] is None:  # no way leads from it to the output
            assert wire.name not in names(tree)
            continue
        ours, theirs = float(sweep[wire]), float(oracle[wire.name])  # type: ignore[arg-type]
        if math.isfinite(theirs):
            scale = max(1.0, abs(theirs))
            assert abs(ours - theirs) <= 1e-10 * scale, (tree, values, wire.name)
