"""Every gate of the registry: its value and local gradients, against witnesses of their own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

import backlit
from backlit.declared.gate_families import SIGMOID_POINTS, TANH_POINTS
from backlit.declared.gate_kinds import ArrayGate, Gate
from backlit.errors import BacklitError
from backlit.formula import GATES, local_of, value_of
from backlit.formula.derivative import differentiate, value_tree
from backlit.formula.expression import Call, Name
from backlit.formula.latex import to_latex
from backlit.formula.numba import gate_file
from backlit.formula.numpy import evaluator
from backlit.formula.text import to_text
from backlit.graph.backward import unbroadcast

jax.config.update("jax_enable_x64", True)

ELEMENTWISE = [gate for gate in GATES.values() if isinstance(gate, Gate) and GATES.is_builtin(gate.name)]
ARRAYS = [gate for gate in GATES.values() if isinstance(gate, ArrayGate)]
POSITIVE = {"log", "sqrt", "pow", "log1p", "div"}
BOUNDED = {"sigmoid", "tanh", "erf", "sin", "cos"}

Floats = NDArray[np.float64]


def sample(gate: Gate, slot: int) -> Floats:
    chance = np.random.default_rng(slot)
    x = chance.uniform(0.2, 3.0, 50) if gate.name in POSITIVE else chance.uniform(-3.0, 3.0, 50)
    return np.round(x, 3) + 0.0005  # never at a kink


def operands(gate: Gate) -> list[Floats]:
    if gate.name == "where":
        return [np.arange(50) % 2 * 1.0, sample(gate, 1), sample(gate, 2)]
    return [sample(gate, slot) for slot in range(len(gate.operands))]


@pytest.mark.parametrize("gate", ELEMENTWISE, ids=lambda gate: gate.name)
def test_local_gradients_are_the_slopes_of_the_value(gate: Gate) -> None:
    at = operands(gate)
    value = value_of(gate)
    assert len(gate.local) == len(gate.operands)
    for slot in range(len(at)):
        if gate.name == "where" and slot == 0:
            continue
        step = 1e-5
        up, down = ([x + sign * step * (k == slot) for k, x in enumerate(at)] for sign in (1, -1))
        slope = (value(*up) - value(*down)) / (2 * step)
        local = np.broadcast_to(local_of(gate, slot)(*at, value(*at)), slope.shape)
        np.testing.assert_allclose(local, slope, rtol=1e-7, atol=1e-8)


JAX = {
    "exp": jnp.exp, "expm1": jnp.expm1, "log": jnp.log, "log1p": jnp.log1p, "sqrt": jnp.sqrt, "sin": jnp.sin,
    "cos": jnp.cos, "tanh": jnp.tanh, "arctan": jnp.arctan,
    "erf": jax.scipy.special.erf, "abs": jnp.abs, "sigmoid": jax.nn.sigmoid,
    "relu": jax.nn.relu, "leaky_relu": jax.nn.leaky_relu, "elu": jax.nn.elu, "selu": jax.nn.selu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False), "silu": jax.nn.silu, "mish": jax.nn.mish,
    "softplus": jax.nn.softplus, "identity": lambda x: x, "neg": jnp.negative,
    "squareplus": jax.nn.squareplus, "sparse_plus": jax.nn.sparse_plus, "tanh_shrink": lambda x: x - jnp.tanh(x),
    "gelu_tanh": lambda x: jax.nn.gelu(x, approximate=True), "softsign": jax.nn.soft_sign,
    "log_sigmoid": jax.nn.log_sigmoid, "hard_swish": jax.nn.hard_swish,
}  # fmt: skip


def lines(x: Any, points: Any, low: float) -> Any:
    at, values = map(jnp.array, zip(*points, strict=True))
    return jnp.where(x < at[0], low, jnp.where(x >= at[-1], 1.0, jnp.interp(x, at, values)))


JAX_FAMILIES = {
    "ramp": lambda x, slope, low, high: jnp.where(x > low, jnp.minimum(x, high), slope * (x - low)),
    "leaky_relu": jax.nn.leaky_relu, "elu": jax.nn.elu, "celu": jax.nn.celu,
    "softplus": lambda x, beta, _: jax.nn.softplus(beta * x) / beta,
    "hard_sigmoid": lambda x, slope, shift: jnp.clip(slope * x + shift, 0, 1),
    "clip": jnp.clip, "threshold": lambda x, threshold, value: jnp.where(x > threshold, x, value),
    "hard_shrink": lambda x, bound: jnp.where(jnp.abs(x) > bound, x, 0),
    "soft_shrink": lambda x, bound: jnp.sign(x) * jnp.maximum(jnp.abs(x) - bound, 0),
    "scaled_sigmoid": lambda x, k: jax.nn.sigmoid(k * x), "scaled_tanh": lambda x, a, k: a * jnp.tanh(k * x),
    "gaussian": lambda x, a, k, b: a * jnp.exp(-((k * x) ** 2)) + b,
    "elliott": lambda x, a, k, b: a * jax.nn.soft_sign(k * x) + b, "linear": lambda x, k: k * x,
    "scaled_relu": lambda x, k: jax.nn.relu(k * x),
    "step": lambda x, low, high: jnp.where(x < 0, low, high),
    "above": lambda x, threshold: jnp.heaviside(x - threshold, 0.0),
    "scaled_arctan": lambda x, height: height * jnp.arctan(x),
    "parabola": lambda x, height: height * jnp.square(x), "reciprocal": lambda x, height: height * jnp.reciprocal(x),
    "bounded_linear": lambda x, k, bound: jnp.clip(k * x, -bound, bound),
    "sigmoid_stepwise": lambda x, k: lines(k * x, SIGMOID_POINTS, 0.0),
    "tanh_stepwise": lambda x, k: lines(k * x, TANH_POINTS, -1.0),
    "sine": lambda x, a, k, b: a * jnp.sin(k * x) + b, "cosine": lambda x, a, k, b: a * jnp.cos(k * x) + b,
}  # fmt: skip
STEEPNESS_AT = {"scaled_sigmoid": 0, "sigmoid_stepwise": 0, "tanh_stepwise": 0}


def held(name: str) -> Callable[..., Any]:
    """The plain family of an x that is held."""

    def value(x: Any, *numbers: float) -> Any:
        bound = numbers[-1] / numbers[STEEPNESS_AT.get(name, 1)]
        return JAX_FAMILIES[name](jnp.clip(x, -bound, bound), *numbers[:-1])

    return value


JAX_FAMILIES |= {family: held(family.removeprefix("held_")) for family in GATES.families if family.startswith("held_")}


@pytest.mark.slow
@pytest.mark.parametrize("gate", [gate for gate in ELEMENTWISE if len(gate.operands) == 1], ids=lambda g: g.name)
def test_gate_of_one_operand_agrees_with_jax(gate: Gate) -> None:
    assert gate.name in JAX, "a new gate needs its outside oracle here"
    (x,) = operands(gate)
    y = value_of(gate)(x)
    oracle = JAX[gate.name]
    np.testing.assert_allclose(y, oracle(x), rtol=1e-13, atol=1e-15)
    slope = jax.vmap(jax.grad(oracle))(x)
    np.testing.assert_allclose(np.broadcast_to(local_of(gate, 0)(x, y), x.shape), slope, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("gate", ELEMENTWISE, ids=lambda gate: gate.name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gate_is_stable_far_out(gate: Gate, dtype: type) -> None:
    if gate.name in {"exp", "expm1", "pow", "log", "log1p", "sqrt", "div"}:
        pytest.skip("has no finite value everywhere by its nature")
    far = np.array([-1000, -100, -20, 0, 20, 100, 1000], dtype)
    at = [far if slot == len(gate.operands) - 1 else far[::-1].copy() for slot in range(len(gate.operands))]
    y = value_of(gate)(*at)
    assert np.isfinite(y).all()
    if gate.name in BOUNDED:
        assert (np.abs(y) <= 1).all()
    for slot in range(len(at)):
        assert np.isfinite(local_of(gate, slot)(*at, y)).all()


@pytest.mark.parametrize("gate", [g for g in ELEMENTWISE if g.name not in ("less", "greater")], ids=lambda g: g.name)
def test_value_keeps_float32(gate: Gate) -> None:
    at = [x.astype(np.float32) for x in operands(gate)]
    value = value_of(gate)(*at)
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, value_of(gate)(*operands(gate)), rtol=2e-4, atol=2e-6)


@pytest.mark.parametrize("gate", ELEMENTWISE, ids=lambda gate: gate.name)
def test_declared_slope_follows_from_the_gates_inside(gate: Gate) -> None:
    """A gate built of others: the chain rule over its declaration gives its declared local gradient."""
    tree = value_tree(gate)
    at = dict(zip(gate.operands, operands(gate), strict=True))
    for slot, name in enumerate(gate.operands):
        with np.errstate(all="ignore"):
            derived = evaluator(differentiate(tree, name))(at)
        declared = local_of(gate, slot)(*at.values(), value_of(gate)(*at.values()))
        np.testing.assert_allclose(
            np.broadcast_to(derived, (50,)), np.broadcast_to(declared, (50,)), rtol=1e-9, atol=1e-12
        )


@pytest.mark.parametrize("gate", list(GATES.values()), ids=lambda gate: gate.name)
def test_gate_can_be_drawn_and_written(gate: Gate | ArrayGate) -> None:
    call = Call(gate.name, tuple(Name(name) for name in gate.operands))
    assert gate.symbol
    assert gate.pattern in ("", "distributor", "router", "switcher")
    assert "{" not in to_latex(call).replace("{", "", to_latex(call).count("}"))  # braces are paired
    assert all(name in to_text(call) for name in gate.operands)


ARRAY_CASES = [
    ("sum", [(3,)], None), ("sum", [(2, 3)], None), ("sum", [(2, 3)], 0), ("sum", [(2, 3)], -1),
    ("mean", [(3,)], None), ("mean", [(2, 3)], None), ("mean", [(2, 3)], 0), ("mean", [(2, 3)], 1),
    ("logsumexp", [(4,)], None), ("logsumexp", [(2, 3)], None), ("logsumexp", [(2, 3)], 0), ("logsumexp", [(2, 3)], -1),
    ("softmax", [(4,)], None), ("softmax", [(2, 3)], None), ("softmax", [(2, 3)], 0), ("softmax", [(2, 3)], 1),
    ("matmul", [(3,), (3,)], None), ("matmul", [(2, 3), (3,)], None), ("matmul", [(3,), (3, 2)], None),
    ("matmul", [(2, 3), (3, 4)], None), ("matmul", [(5, 2, 3), (5, 3, 4)], None), ("matmul", [(3,), (5, 3, 4)], None),
    ("matmul", [(5, 2, 3), (3,)], None),
    ("grouped", [(4,), (2, 6)], None), ("grouped", [(3, 4), (2, 6)], None), ("grouped", [(3, 4), (4, 2)], None),
    ("columnwise", [(4,), (2, 3)], None), ("columnwise", [(5, 4), (4, 3)], None),
    ("row_mean", [(4,)], None), ("row_mean", [(5, 4)], None),
    ("concat", [(4,), (2,)], None), ("concat", [(5, 4), (5, 1)], None),
]  # fmt: skip


def block_diagonal(w: jax.Array, groups: int) -> jax.Array:
    return jax.scipy.linalg.block_diag(*jnp.split(w, groups, axis=1))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "shapes", "axis"), ARRAY_CASES)
def test_pull_back_of_an_array_gate_agrees_with_jax(name: str, shapes: list[tuple[int, ...]], axis: int | None) -> None:
    gate = GATES[name]
    assert isinstance(gate, ArrayGate)
    chance = np.random.default_rng(3)
    at = tuple(chance.standard_normal(shape) for shape in shapes)
    oracle = {
        "sum": lambda x: jnp.sum(x, axis), "mean": lambda x: jnp.mean(x, axis), "matmul": jnp.matmul,
        "row_mean": lambda x: jnp.mean(x, axis=-1, keepdims=True),
        "logsumexp": lambda x: jax.scipy.special.logsumexp(x, axis),
        "softmax": lambda x: jax.nn.softmax(x, -1 if axis is None else axis),
        "columnwise": lambda x, w: (x[..., : len(w), None] * w).reshape(*x.shape[:-1], -1),
        "concat": lambda a, b: jnp.concatenate([a, b], axis=-1),
        "grouped": lambda x, w: x @ block_diagonal(w, x.shape[-1] // w.shape[0]),
    }[name]  # fmt: skip
    y = value_of(gate, axis)(*at)
    expected, pull = jax.vjp(oracle, *at)
    np.testing.assert_allclose(y, expected, rtol=1e-12)
    upstream = chance.standard_normal(np.shape(y))
    for slot, gradient in enumerate(pull(jnp.asarray(upstream))):
        ours = unbroadcast(gate.vjp[slot](upstream, at, y, axis), at[slot].shape)
        np.testing.assert_allclose(ours, gradient, rtol=1e-11, atol=1e-13)


def test_every_array_gate_has_a_case_above() -> None:
    assert {gate.name for gate in ARRAYS} == {name for name, _, _ in ARRAY_CASES}


@pytest.mark.parametrize("shift", [-1000.0, 0.0, 1000.0])
def test_softmax_sums_to_one_is_monotone_and_stable(shift: float) -> None:
    z = np.array([0.3, -1.2, 2.0]) + shift
    softmax = GATES["softmax"]
    assert isinstance(softmax, ArrayGate)
    a = softmax.value(z)
    jacobian = softmax.jacobian[0]((z,), a, None)
    assert a.sum() == pytest.approx(1.0, abs=1e-15)
    np.testing.assert_allclose(jacobian, np.diag(a) - np.outer(a, a), rtol=1e-15)
    assert (np.diag(jacobian) > 0).all()
    assert (jacobian[~np.eye(3, dtype=bool)] < 0).all()
    assert GATES["logsumexp"](z) == pytest.approx(shift + np.log(np.exp(z - shift).sum()))


def test_ties_halve_and_kinks_are_declared() -> None:
    for name in ("max", "min"):
        gate = GATES[name]
        assert isinstance(gate, Gate)
        assert [float(local_of(gate, slot)(2.0, 2.0, 2.0)) for slot in (0, 1)] == [0.5, 0.5]
    relu = GATES.elementwise("relu")
    assert float(local_of(relu, 0)(0.0, 0.0)) == 0.0


def test_registry_protects_what_is_built_in() -> None:
    with pytest.raises(BacklitError, match="'sigmoid' is built in"):
        GATES.declare(Gate("sigmoid", "x", ("1",)))
    with pytest.raises(BacklitError, match="'matmul' is not a gate with one operand; choose one of"):
        GATES.elementwise("matmul")
    assert inspect.signature(backlit.gate).parameters["name"]


@pytest.mark.slow
@pytest.mark.parametrize("name", GATES.families)
def test_a_family_agrees_with_jax_and_its_slopes(name: str) -> None:
    family = GATES.families[name]
    gate = GATES[family.member(*family.example).name]
    assert isinstance(gate, Gate)
    assert GATES.elementwise(gate.name) is gate
    assert GATES.is_builtin(gate.name)
    x = np.round(np.random.default_rng(1).uniform(-9.0, 9.0, 60), 3) + 0.0005
    oracle = JAX_FAMILIES[name]
    y = value_of(gate)(x)
    np.testing.assert_allclose(y, oracle(x, *family.example), rtol=1e-13, atol=2e-9 if name == "softplus" else 1e-15)
    slope = jax.vmap(jax.grad(lambda at: oracle(at, *family.example)))(x)
    local = np.broadcast_to(local_of(gate, 0)(x, y), x.shape)
    np.testing.assert_allclose(local, slope, rtol=1e-11, atol=2e-8 if name == "softplus" else 1e-13)


def test_a_member_has_one_spelling_and_possible_numbers() -> None:
    assert "leaky_relu(0.2)" in GATES
    assert {"leaky_relu(.2)", "leaky_relu(0.20)", "leaky_relu()", "leaky_relu(1.0, 2.0)", "relu(1.0)"}.isdisjoint(GATES)
    assert not any("(" in name for name in GATES)
    with pytest.raises(BacklitError, match="celu: alpha = -1; give a finite number above 0"):
        GATES.families["celu"].member(-1.0)
    with pytest.raises(BacklitError, match="elu: 2 numbers; give alpha"):
        GATES.families["elu"].member(1.0, 2.0)
    shown = backlit.trace(
        backlit.MLPRegressor(hidden_layer_sizes=(2,), activation="leaky_relu(0.2)", solver="lbfgs", random_state=0).fit(
            [[0.0], [1.0], [2.0]], [0.0, 1.0, 0.5]
        ),
        x=[1.0],
        y=1.0,
    )
    assert '"leaky_relu(0.2)": {value: (x) =>' in shown.to_html()


def test_a_gate_of_gates_keeps_its_meaning_when_one_of_them_is_declared_again() -> None:
    try:
        backlit.gate("inner_twice", "2 * x")
        backlit.gate("outer_one", "inner_twice(x) + 1")
        assert backlit.trace("outer_one(x)", x=3.0).value == 7.0
        backlit.gate("inner_twice", "5 * x")
        again = backlit.trace("outer_one(x)", x=3.0)
        assert (again.value, again.gradients["x"], again.check().ok) == (7.0, 2.0, True)
        assert "5" not in gate_file(GATES.elementwise("outer_one"))
        assert backlit.trace("inner_twice(x)", x=3.0).value == 15.0
    finally:
        for name in ("inner_twice", "outer_one"):
            GATES.forget(name)
