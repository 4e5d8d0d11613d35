"""Thousands of random formulas: every gradient against central differences, and against JAX.

JAX needs milliseconds to trace one formula, and each formula is used once. So JAX gets the formula as data: one
function, compiled once, walks a tape of gates, and JAX differentiates that walk.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from backlit import BacklitError, trace
from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.formula.expression import Call, Expression, Name, Number, names, postorder
from backlit.formula.text import to_text

jax.config.update("jax_enable_x64", True)

COUNT, BATCHES = 2_000, 4  # `make fuzz` has tens of thousands more
VARIABLES = ("x", "y", "z", "w")
MOST_GATES = 14
LARGEST, SMALLEST = 1e4, 1e-4
"""Of values: beyond, a central difference steps over whole waves of a sine, or over the pole of 1 / x."""

LENGTH = 48
"""Of a tape: variables, constants and gates, a place each, and the output at the end."""

JAX: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add": lambda a, b, c: a + b,
    "sub": lambda a, b, c: a - b,
    "mul": lambda a, b, c: a * b,
    "div": lambda a, b, c: a / b,
    "neg": lambda a, b, c: -a,
    "pow": lambda a, b, c: jnp.power(a, b),
    "exp": lambda a, b, c: jnp.exp(a),
    "expm1": lambda a, b, c: jnp.expm1(a),
    "log": lambda a, b, c: jnp.log(a),
    "log1p": lambda a, b, c: jnp.log1p(a),
    "sqrt": lambda a, b, c: jnp.sqrt(a),
    "sin": lambda a, b, c: jnp.sin(a),
    "cos": lambda a, b, c: jnp.cos(a),
    "tanh": lambda a, b, c: jnp.tanh(a),
    "arctan": lambda a, b, c: jnp.arctan(a),
    "erf": lambda a, b, c: jax.scipy.special.erf(a),
    "abs": lambda a, b, c: jnp.abs(a),
    "max": lambda a, b, c: jnp.maximum(a, b),
    "min": lambda a, b, c: jnp.minimum(a, b),
    "less": lambda a, b, c: jnp.where(a < b, 1.0, 0.0),
    "greater": lambda a, b, c: jnp.where(a > b, 1.0, 0.0),
    "where": lambda a, b, c: jnp.where(a != 0, b, c),
    "identity": lambda a, b, c: a,
    "sigmoid": lambda a, b, c: jax.nn.sigmoid(a),
    "relu": lambda a, b, c: jax.nn.relu(a),
    "leaky_relu": lambda a, b, c: jax.nn.leaky_relu(a),
    "elu": lambda a, b, c: jax.nn.elu(a),
    "selu": lambda a, b, c: jax.nn.selu(a),
    "softplus": lambda a, b, c: jax.nn.softplus(a),
    "gelu": lambda a, b, c: jax.nn.gelu(a, approximate=False),
    "silu": lambda a, b, c: jax.nn.silu(a),
    "mish": lambda a, b, c: jax.nn.mish(a),
    "gelu_tanh": lambda a, b, c: jax.nn.gelu(a, approximate=True),
    "softsign": lambda a, b, c: jax.nn.soft_sign(a),
    "log_sigmoid": lambda a, b, c: jax.nn.log_sigmoid(a),
    "hard_swish": lambda a, b, c: jax.nn.hard_swish(a),
    "squareplus": lambda a, b, c: jax.nn.squareplus(a),
    "sparse_plus": lambda a, b, c: jax.nn.sparse_plus(a),
    "tanh_shrink": lambda a, b, c: a - jnp.tanh(a),
}
GATE_NAMES = tuple(JAX)
KINKED = frozenset({"abs", "max", "min", "less", "greater", "relu", "leaky_relu", "elu", "selu", "where"})
CHOOSING = KINKED - {"abs"}
"""Of what these leave out JAX makes nan, 0 times the slope of a value that is none: central differences check ours."""

EXPONENTS = (-2, -1, 0.5, 2, 3)

Floats = NDArray[np.float64]
Whole = NDArray[np.int32]


class Tape(NamedTuple):
    """A formula as arrays: which gate, its operands' places, and the values that are there from the start."""

    start: Floats
    gates: Whole
    operands: Whole


@jax.jit
@jax.value_and_grad
def walk(start: Any, gates: Any, operands: Any) -> Any:
    """The last value of a tape; a place without a gate keeps what is there."""
    branches = [lambda a, b, c: a, *JAX.values()]

    def step(values: Any, line: Any) -> Any:
        place, gate, (i, j, k) = line
        return values.at[place].set(jax.lax.switch(gate, branches, values[i], values[j], values[k])), None

    values, _ = jax.lax.scan(step, start, (jnp.arange(LENGTH), gates, operands))
    return values[-1]


def written_as_tape(tree: Expression, values: dict[str, float]) -> Tape:
    start = np.zeros(LENGTH)
    start[: len(values)] = list(values.values())
    gates, operands = np.zeros(LENGTH, np.int32), np.repeat(np.arange(LENGTH, dtype=np.int32), 3).reshape(-1, 3)
    free, stack = len(values), list[int]()
    for node in postorder(tree):
        if isinstance(node, Name):
            stack.append(list(values).index(node.id))
            continue
        if isinstance(node, Number):
            start[free] = node.value
        else:
            arity = len(node.operands)
            gates[free] = 1 + GATE_NAMES.index(node.gate)
            operands[free] = (stack[-arity:] * 3)[:3]
            del stack[-arity:]
        stack.append(free)
        free += 1
    assert free < LENGTH
    operands[-1] = stack[-1]
    return Tape(start, gates, operands)


def random_tree(chance: random.Random, gates: int) -> Expression:
    """A tree of so many gates at most; variables are drawn again and again, so most trees have forks."""
    if gates == 0:
        return Name(chance.choice(VARIABLES)) if chance.random() < 0.9 else Number(chance.randint(1, 9) / 2)
    name = chance.choice(GATE_NAMES)
    if name == "pow" and chance.random() < 0.7:
        return Call(name, (random_tree(chance, gates - 1), Number(chance.choice(EXPONENTS))))
    if name == "where":
        condition = Call("greater", (random_tree(chance, 0), random_tree(chance, 0)))
        return Call(name, (condition, random_tree(chance, gates // 2), random_tree(chance, gates // 3)))
    gate = GATES[name]
    assert isinstance(gate, Gate)
    if len(gate.operands) == 1:
        return Call(name, (random_tree(chance, gates - 1),))
    left = chance.randint(0, gates - 1)
    return Call(name, (random_tree(chance, left), random_tree(chance, gates - 1 - left)))


def test_no_gate_is_left_out() -> None:
    assert set(JAX) == {gate.name for gate in GATES.values() if isinstance(gate, Gate) and GATES.is_builtin(gate.name)}


def at_a_kink(traced: Any) -> bool:
    """Whether a gate has two slopes just here, of which JAX and we may choose different ones."""
    for wire in traced.graph.gates:
        first, *others = (operand.value for operand in wire.operands)
        if wire.gate in KINKED and (first in others if len(others) == 1 else first == 0 and wire.gate != "where"):
            return True
    return False


def too_steep(traced: Any) -> bool:
    """Whether a value is so large or so near a pole that central differences cannot see."""
    sizes = [abs(wire.value) for wire in traced.graph.wires if wire.value != 0.0]
    return max(sizes) > LARGEST or min(sizes) < SMALLEST


def random_trace(chance: random.Random) -> tuple[Any, Expression, dict[str, float]] | None:
    """A formula at random values, traced; None where it has no value, two slopes, or nothing to differentiate by."""
    tree = random_tree(chance, chance.randint(1, MOST_GATES))
    values = {name: round(chance.uniform(-3, 3), 3) or 1.0 for name in names(tree)}
    try:
        traced = trace(to_text(tree), **values)
        dict(traced.gradients)
    except BacklitError:  # a logarithm of a negative number, an overflow
        return None
    return None if not values or at_a_kink(traced) or too_steep(traced) else (traced, tree, values)


@pytest.mark.slow
def test_most_formulas_can_be_asked() -> None:
    chance = random.Random(0)
    found = [random_trace(chance) for _ in range(400)]
    traced = [trace for trace, _, _ in filter(None, found)]
    assert len(traced) > 120
    assert sum(trace.check().ok for trace in traced) > 0.9 * len(traced)  # of few gradients rounding leaves nothing


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
@settings(max_examples=COUNT // BATCHES, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**64 - 1))
def test_gradients_agree_with_central_differences_and_with_jax(batch: int, seed: int) -> None:
    chance = random.Random(f"{batch} {seed}")
    found = None
    while found is None:
        found = random_trace(chance)
    traced, tree, values = found
    checked = traced.check()
    told = f"{to_text(tree)} at {values}"
    assert checked.status != "wrong", f"{told}\n{checked}"
    value, slopes = walk(*written_as_tape(tree, values))
    assert traced.value == pytest.approx(float(value), rel=1e-10, abs=1e-10), told
    for name, slope in zip(values, np.asarray(slopes), strict=False):
        if np.isnan(slope) and traced.gradients[name] == 0.0:
            continue  # JAX multiplies the flat gate's 0 by the log of a negative base; central differences have seen 0
        if np.isnan(slope) and CHOOSING & {node.gate for node in postorder(tree) if isinstance(node, Call)}:
            continue  # JAX multiplies a branch's slope, which may be nan, by 0 where it is not chosen; ours is not read
        assert traced.gradients[name] == pytest.approx(float(slope), rel=1e-8, abs=1e-9), f"{told}: {name}"
