"""A branch that is not chosen needs neither a value nor a slope: in graphs, gates, losses, engine and JavaScript."""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

import backlit
from backlit import BacklitError, trace
from backlit.declared import losses
from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.formula.choices import chooses
from backlit.formula.derivative import differentiate
from backlit.formula.expression import parse
from backlit.formula.javascript import gates_module, to_javascript
from backlit.formula.numpy import evaluator

jax.config.update("jax_enable_x64", True)

GUARDED = [
    ("where(x < 1, x, sqrt(x))", 0.0, 0.0, 1.0),
    ("where(x < 1, x, sqrt(x))", -1.0, -1.0, 1.0),
    ("where(x > 0, log(x), 0)", -1.0, 0.0, 0.0),
    ("where(x > 0, log(x), 0)", 0.0, 0.0, 0.0),
    ("where(x > 0, 1 / x, x ** 2)", 0.0, 0.0, 0.0),
    ("x ** 2 if x < 5 else exp(x * 1000)", 2.0, 4.0, 4.0),
    ("exp(x * 1000) if x < 0 else 3 * x", 2.0, 6.0, 3.0),
    ("where(x > 0, where(x > 1, log(x - 1), sqrt(1 - x)), x)", -2.0, -2.0, 1.0),
    ("where(x > 0, where(x > 1, log(x - 1), x), 1 / (x - x))", 0.5, 0.5, 1.0),
    ("2 * where(x > 0, x, sqrt(x) * log(x)) + x", -0.0 + 1.5, 4.5, 3.0),
    ("where(sqrt(x) > 1, x, 2 * x)", 0.0, 0.0, 2.0),  # a condition is read, its slope is not
    ("max(1, sqrt(x))", 0.0, 1.0, 0.0),  # what is beaten has no part in the result
    ("max(1, log(x))", 0.0, 1.0, 0.0),
    ("min(0 - 1, 1 / x)", 1e-3, -1.0, 0.0),
    ("where(x > 3, relu(log(x - 3)), softplus(x))", 0.0, float(np.log(2)), 0.5),
]


@pytest.mark.parametrize(("text", "x", "value", "slope"), GUARDED)
def test_a_branch_that_is_not_chosen_is_not_needed(text: str, x: float, value: float, slope: float) -> None:
    traced = trace(text, x=x)
    assert (traced.value, traced.gradients["x"]) == (pytest.approx(value), pytest.approx(slope))
    checked = traced.check()
    assert checked.ok, str(checked)
    for shown in (traced.to_text(), traced.to_svg(), traced.to_html(), traced.to_html("ko"), traced.to_latex()):
        assert shown
    assert traced.derivation("x").gradient == pytest.approx(slope)
    document = traced.to_html()
    data = document.split('<script type="application/json">')[1].split("</script>")[0]
    assert json.loads(data, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


@pytest.mark.slow
def test_element_by_element_in_arrays_as_jax_with_two_guards() -> None:
    x = np.array([-2.0, -1.0, 0.0, 0.25, 4.0, 9.0])
    traced = trace("sum(where(x > 0, sqrt(x) * log(x) + y / x, x * y))", x=x, y=3.0)

    def guarded(x: Any, y: Any) -> Any:
        safe = jnp.where(x > 0, x, 1.0)
        return jnp.sum(jnp.where(x > 0, jnp.sqrt(safe) * jnp.log(safe) + y / safe, x * y))

    value, slopes = jax.value_and_grad(guarded, (0, 1))(x, 3.0)
    assert traced.value == pytest.approx(float(value))
    np.testing.assert_allclose(traced.gradients["x"], slopes[0], rtol=1e-12)
    assert traced.gradients["y"] == pytest.approx(float(slopes[1]))
    assert traced.check().ok
    assert trace("where(x > 0, log(x), x)", x=x).jacobian["x"].shape == (6, 6)


def test_expanded_and_taken_apart() -> None:
    traced = trace("mean(where(x > 0, log(x), x * x))", x=[-1.0, 0.0, 2.0])
    assert traced.derivation("x[2]").gradient == pytest.approx(1 / 6)
    assert traced.derivation("x[0]").gradient == pytest.approx(-2 / 3)
    assert traced.step(0.1).output < traced.value


@pytest.mark.parametrize(
    ("text", "values", "says"),
    [
        ("where(x < 1, sqrt(x), x)", {"x": -1}, "sqrt(x) has no finite value at x = -1"),
        ("where(log(y) > 0, x, y)", {"x": 2, "y": -1}, "log(y) has no finite value at y = -1"),
        ("where(x > 0, x, log(x))", {"x": [1.0, -2.0]}, "at x[1] = -2"),
        ("where(x < 1, sqrt(x), x)", {"x": 0}, "the slope of sqrt is infinite at 0"),
        ("sqrt(x) ** 2", {"x": 0}, "the slope of sqrt is infinite at 0"),  # 0 times infinity, and the slope is 1
        ("sqrt(x) * 0", {"x": 0}, "the slope of sqrt is infinite at 0"),
        ("max(0, sqrt(x))", {"x": 0}, "the slope of sqrt is infinite at 0"),  # a tie chooses neither
    ],
)
def test_a_branch_that_is_chosen_still_is(text: str, values: dict[str, Any], says: str) -> None:
    with pytest.raises(BacklitError) as caught:
        dict(trace(text, **values).gradients)
    assert says in str(caught.value)


DERIVED = [
    ("where(x > 0, sqrt(x), 0)", lambda x: jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1)), 0)),
    ("where(x > 1, log(x - 1), x * x)", lambda x: jnp.where(x > 1, jnp.log(jnp.where(x > 1, x - 1, 1)), x * x)),
    ("exp(where(x > 0, 1 / x, 0) * 0.1)", lambda x: jnp.exp(jnp.where(x > 0, 1 / jnp.where(x > 0, x, 1), 0) * 0.1)),
    ("max(x * x, relu(x))", lambda x: jnp.maximum(x * x, jax.nn.relu(x))),
    ("where(abs(x) < 1, x ** 2 / 2, abs(x) - 0.5)", lambda x: jnp.where(abs(x) < 1, x**2 / 2, abs(x) - 0.5)),
    (
        "where(x > 0, sqrt(x) ** 3, where(x < -1, log(-x - 1), x))",
        lambda x: jnp.where(
            x > 0,
            jnp.sqrt(jnp.where(x > 0, x, 1)) ** 3,
            jnp.where(x < -1, jnp.log(jnp.where(x < -1, -x - 1, 1)), x),
        ),
    ),
]
AT = np.array([-2.5, -1.7, -0.3, 0.2, 0.7, 1.9, 3.0])


@pytest.mark.slow
@pytest.mark.parametrize(("text", "function"), DERIVED, ids=[text for text, _ in DERIVED])
def test_a_derived_derivative_is_finite_and_that_of_jax(text: str, function: Any) -> None:
    tree = differentiate(parse(text, GATES), "x")
    with np.errstate(all="ignore"):
        ours = np.broadcast_to(evaluator(tree)({"x": AT}), AT.shape)
    np.testing.assert_allclose(ours, jax.vmap(jax.grad(function))(AT), rtol=1e-12, atol=1e-14)


@pytest.mark.skipif(shutil.which("node") is None, reason="node runs the page's JavaScript")
def test_javascript_of_a_derived_derivative_and_of_what_is_read() -> None:
    names = ["where", "max", "relu", "leaky_relu", "less"]
    script = [gates_module(names), "const out = [];"]
    for text, _ in DERIVED:
        tree = differentiate(parse(text, GATES), "x")
        script.append(f"out.push({json.dumps(AT.tolist())}.map((x) => {to_javascript(tree)}));")
    script.append("out.push([GATES.where.read[1](1, 2, 3), GATES.where.read[2](1, 2, 3), GATES.max.read[0](1, 2),")
    script.append(
        "GATES.relu.read[0](-1), GATES.relu.read[0](1), GATES.leaky_relu.read[0](-1), GATES.less.read[0](1, 2)]);"
    )
    script.append("console.log(JSON.stringify(out));")
    done = subprocess.run(["node", "-e", "\n".join(script)], capture_output=True, text=True, check=True)
    *slopes, read = json.loads(done.stdout)
    for (_, function), found in zip(DERIVED, slopes, strict=True):
        np.testing.assert_allclose(found, jax.vmap(jax.grad(function))(AT), rtol=1e-12, atol=1e-14)
    assert read == [True, False, False, False, True, True, False]


def test_which_gates_choose() -> None:
    chosen = {gate.name for gate in GATES.values() if isinstance(gate, Gate) and chooses(gate)}
    assert chosen >= {"where", "max", "min", "less", "greater", "relu", "leaky_relu", "elu", "selu", "softplus"}
    assert not chosen & {"add", "sigmoid", "tanh", "gelu", "abs"}


@pytest.fixture
def declared() -> Any:
    names = (list(GATES), list(losses._ALL))
    yield
    for name in [name for name in GATES if name not in names[0]]:
        del GATES._gates[name]
    for name in [name for name in losses._ALL if name not in names[1]]:
        del losses._ALL[name]


def test_gates_of_ones_own_may_guard(declared: None) -> None:
    root = backlit.gate("safe_root", "where(x > 0, sqrt(x), 0)")
    assert root.local == ("0.5 / sqrt(x) if x > 0 else 0",)
    traced = trace("safe_root(x) * x + safe_root(-x)", x=-4.0)
    assert (traced.value, traced.gradients["x"]) == (2.0, -0.25)
    assert traced.check().ok
    backlit.gate("outer", "safe_root(x - 1) + 2 * x")
    assert trace("outer(x)", x=0.0).gradients["x"] == 2.0
    clumsy = backlit.gate("clumsy", "where(x > 0, log(x), x)", "where(x > 0, 1, 0) * (1 / x) + where(x > 0, 0, 1)")
    assert trace("clumsy(x)", x=-1.0).gradients["x"] == 1.0
    assert clumsy.local[0].startswith("where(x > 0")


@pytest.mark.parametrize(
    "term",
    [
        "where(a > y, sqrt(a - y), y - a)",
        "where(a > y, log(1 + a - y), (y - a) ** 2)",
        "where(y > 0, y * log(y / where(a > 0, a, 1)), 0) + (a - y) ** 2",
        "where(abs(a - y) < 1, (a - y) ** 2 / 2, abs(a - y) - 0.5)",
        "where(y > 0, y * log(y), 0) + (a - y) ** 2",
        "max(0.9 * (y - a), 0.1 * (a - y))",
        "relu(a - y) ** 1.5 + abs(a - y)",
        "y * log(y) + (a - y) ** 2",  # not finite for some targets, finite for others
    ],
)
def test_losses_of_ones_own_may_guard(declared: None, term: str) -> None:
    backlit.loss("guard", term)


@pytest.mark.parametrize(
    ("term", "local", "says"),
    [
        (
            "(a - y) ** 2",
            "a - y",
            "local gradient -3.017 at a = -3.017, y = 0, but central differences say -6.034; mend",
        ),
        (
            "abs(a - y)",
            "where(a > y, 1, where(a < y, -1, 2))",
            "at a = 0, y = 0, but central differences say -1 on one",
        ),
        ("where(a > y, sqrt(a - y), y - a)", "0.5 / sqrt(a - y)", "local gradient nan at a = -3.017, y = 0"),
        ("where(a > 1.99, where(a < 2.01, 5 * a, a), a)", "1", "at a = 2, y = 0, but central differences say 5"),
    ],
)
def test_a_wrong_derivative_is_refused_with_the_values(declared: None, term: str, local: str, says: str) -> None:
    with pytest.raises(BacklitError) as caught:
        backlit.loss("wrong", term, local)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_gate_is_refused_with_the_values(declared: None) -> None:
    with pytest.raises(
        BacklitError, match=r"gate 'wrong': local gradient 2 at x = 0, but central differences say 0 on"
    ):
        backlit.gate("wrong", "relu(x)", "where(x > 0, 1, where(x < 0, 0, 2))")
    with pytest.raises(BacklitError, match=r"its value is not finite anywhere in -3\.\.3"):
        backlit.gate("wrong", "log(-1 - x * x)")
    backlit.gate("steep", "sin(1e6 * x)")  # a fine wave is no wrong one
    backlit.gate("huge", "exp(50 * x)")


@pytest.mark.engine
def test_the_engine_trains_with_guarded_gates_and_losses(declared: None) -> None:
    from backlit.engine.network import Network
    from backlit.graph import backward
    from backlit.graph import network as read_as_graph
    from backlit.network.building import mlp

    backlit.gate("guarded_gate", "where(x > 0, sqrt(x), where(x < -1, log(-x), 0.5 * x))")
    backlit.loss("guarded_loss", "where(a > y, sqrt(a - y), y - a)")
    network = mlp(3, (4,), 2, hidden_gate="guarded_gate", output_gate="identity", loss="guarded_loss")
    generator = np.random.default_rng(3)
    theta, x = generator.normal(size=network.theta_size), generator.normal(size=(9, 3))
    y = generator.normal(size=(9, 2))
    loss, gradient = Network(network, theta, 9).loss_and_gradient(x, y, np.full(9, 1 / 9))
    graph = read_as_graph(network, theta, x, y)
    swept = backward(graph)
    assert loss == pytest.approx(float(graph.output.value), rel=1e-12)
    for slot in network.slots:
        wire = next(wire for wire in graph.wires if wire.name == slot.name)
        np.testing.assert_allclose(slot.view(gradient), swept[wire], rtol=1e-9, atol=1e-13)
    features = generator.normal(size=(60, 2)).astype(np.float32)
    model = backlit.MLPRegressor(
        hidden_layer_sizes=(4,), activation="guarded_gate", loss="guarded_loss", max_iter=20, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features, features[:, 0])
    assert np.isfinite(model.predict(features)).all()
