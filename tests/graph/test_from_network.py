"""Networks as graphs: three zooms with the same totals, batches, fusions, and the witness."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from backlit.declared.gate_kinds import ArrayGate
from backlit.declared.losses import FUSIONS
from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.graph import Graph, backward, network, read, unroll
from backlit.graph.check import compare, difference, first_wrong_gate
from backlit.graph.unroll import element_name
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp, with_periodic_embedding

ENDINGS = [
    ("identity", "squared"), ("identity", "quadratic"), ("identity", "absolute"), ("softmax", "cross_entropy"),
    ("softmax", "squared"), ("sigmoid", "binary_cross_entropy"), ("sigmoid", "quadratic"), ("exp", "poisson"),
]  # fmt: skip


def made(output_gate: str, loss: str, hidden: tuple[int, ...] = (4, 3)) -> tuple[Blueprint, NDArray[np.float64]]:
    blueprint = mlp(5, hidden, 3, hidden_gate="sigmoid", output_gate=output_gate, loss=loss)
    return blueprint, np.random.default_rng(1).standard_normal(blueprint.theta_size)


X = np.random.default_rng(2).standard_normal((6, 5))
Y = np.eye(3)[[0, 2, 1, 1, 0, 2]]


def by_element(graph: Graph) -> dict[str, float]:
    sweep = backward(graph)
    found = {}
    for wire in graph.given:
        gradient = np.asarray(sweep[wire])
        for index in np.ndindex(gradient.shape):
            found[element_name(wire.name, index)] = float(gradient[index])
    return found


@pytest.mark.slow
def test_a_periodic_embedding_at_every_zoom() -> None:
    blueprint = with_periodic_embedding(mlp(3, (4,), 2, hidden_gate="selu"), 2)
    theta = np.random.default_rng(1).standard_normal(blueprint.theta_size)
    layer = network(blueprint, theta, X[0, :3], Y[0, :2])
    expected = by_element(layer)
    for zoom in ("neuron", "gates"):
        found = by_element(network(blueprint, theta, X[0, :3], Y[0, :2], zoom=zoom))  # type: ignore[arg-type]
        np.testing.assert_allclose([found[name] for name in expected], [*expected.values()], rtol=1e-11, atol=1e-14)
    sweep = backward(layer)
    rows = compare(layer, sweep, [(w, i) for w in layer.given for i in np.ndindex(w.value.shape)])
    assert {row.status for row in rows} <= {"ok", "cannot tell"}
    assert all(row.ok for row in rows if abs(row.analytic) > 1e-9)  # where softmax is all but 1, rounding is larger


@pytest.mark.parametrize(("output_gate", "loss"), ENDINGS)
def test_every_zoom_gives_the_same_totals_and_the_witness_agrees(output_gate: str, loss: str) -> None:
    blueprint, theta = made(output_gate, loss)
    layer = network(blueprint, theta, X[0], Y[0])
    expected = by_element(layer)
    assert len(expected) == blueprint.parameter_count + 5
    for zoom in ("neuron", "gates"):
        graph = network(blueprint, theta, X[0], Y[0], zoom=zoom)  # type: ignore[arg-type]
        found = by_element(graph)
        assert found.keys() == expected.keys()
        assert graph.output.value == pytest.approx(layer.output.value, rel=1e-13)
        np.testing.assert_allclose([found[name] for name in expected], [*expected.values()], rtol=1e-11, atol=1e-14)
        assert all(wire.value.ndim == 0 for wire in graph.wires)
    sweep = backward(layer)
    rows = compare(layer, sweep, [(w, i) for w in layer.given for i in np.ndindex(w.value.shape)])
    assert all(row.ok for row in rows)
    for row in rows:
        assert row.numeric == pytest.approx(row.analytic, rel=1e-7, abs=1e-9)
    assert first_wrong_gate(layer, sweep) is None


@pytest.mark.parametrize(("output_gate", "loss"), ENDINGS)
@pytest.mark.parametrize("scale", [1.0, 300.0])
def test_batch_is_the_mean_over_its_samples(output_gate: str, loss: str, scale: float) -> None:
    if output_gate == "exp":
        scale = 1.0
    blueprint, theta = made(output_gate, loss)
    batch = network(blueprint, theta * scale, X, Y)
    singles = [network(blueprint, theta * scale, x, y) for x, y in zip(X, Y, strict=True)]
    assert batch.output.value == pytest.approx(np.mean([g.output.value for g in singles]), rel=1e-12)
    sweep, sweeps = backward(batch), [backward(graph) for graph in singles]
    for slot in blueprint.slots:
        mean = np.mean([s[g.named(slot.name)] for s, g in zip(sweeps, singles, strict=True)], axis=0)  # type: ignore[index,arg-type]
        np.testing.assert_allclose(sweep[batch.named(slot.name)], mean, rtol=1e-9, atol=1e-13)  # type: ignore[index]


def test_names_are_the_lectures() -> None:
    blueprint, theta = made("softmax", "cross_entropy", (4,))
    layer = network(blueprint, theta, X[0], Y[0])
    names = [wire.name for wire in layer.wires if wire.name and not wire.name.startswith("q")]
    assert names == ["x", "y", "w[1]", "b[1]", "w[2]", "b[2]", "z[1]", "a[1]", "z[2]", "a[2]", "loss"]
    assert {wire.name: wire.kind for wire in layer.wires}["y"] == "constant"
    neuron = network(blueprint, theta, X[0], Y[0], zoom="neuron")
    z = neuron.named("z[1][2]")
    assert z is not None
    assert z.gate == "weighted_sum"
    assert [operand.name for operand in z.operands] == [
        *(f"x[{i}]" for i in range(5)), *(f"w[1][{i}][2]" for i in range(5)), "b[1][2]",
    ]  # fmt: skip
    edges = backward(neuron).edges(z)
    for i in range(5):
        assert edges[i].local == z.operands[5 + i].value  # a weight for an input,
        assert edges[5 + i].local == z.operands[i].value  # an input for a weight
    assert edges[10].local == 1.0


def test_softmax_of_a_neuron_has_a_row_of_the_jacobian() -> None:
    blueprint, theta = made("softmax", "squared", (4,))
    graph = network(blueprint, theta, X[0], Y[0], zoom="neuron")
    sweep = backward(graph)
    a = np.array([wire.value for wire in graph.wires if wire.name.startswith("a[2]")])
    jacobian = np.diag(a) - np.outer(a, a)
    for j in range(3):
        wire = graph.named(f"a[2][{j}]")
        assert wire is not None
        np.testing.assert_allclose([float(edge.local) for edge in sweep.edges(wire)], jacobian[j], rtol=1e-14)  # type: ignore[arg-type]


def test_error_signal_is_a_minus_y_where_the_fusions_say_so() -> None:
    for (gate, loss), fusion in FUSIONS.items():
        blueprint, theta = made(gate, loss)
        graph = network(blueprint, theta, X[0], Y[0])
        z, a = graph.named("z[3]"), graph.named("a[3]")
        assert z is not None
        assert a is not None
        np.testing.assert_allclose(backward(graph)[z], a.value - Y[0], rtol=1e-9, atol=1e-12, err_msg=fusion.name)


@pytest.mark.parametrize(("gate", "loss"), [("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy")])
def test_output_that_underflows_is_computed_as_the_named_fusion(gate: str, loss: str) -> None:
    blueprint = mlp(1, (), 3, output_gate=gate, loss=loss)
    theta = np.zeros(blueprint.theta_size)
    blueprint.arrays(theta)["w[1]"][:] = [[1000.0, -1000.0, 0.5]]
    graph = network(blueprint, theta, [1.0], [0.0, 1.0, 0.0])
    assert graph.note.startswith("fused: ")
    assert FUSIONS[gate, loss].name in graph.note
    z, a = graph.named("z[1]"), graph.named("a[1]")
    assert z is not None
    assert a is not None
    sweep = backward(graph)
    np.testing.assert_allclose(sweep[z], a.value - [0.0, 1.0, 0.0], atol=1e-15)
    assert sweep[a] is None  # the loss was computed without it
    for zoom in ("neuron", "gates"):
        assert by_element(unroll(graph, zoom)) == pytest.approx(by_element(graph))  # type: ignore[arg-type]


def test_wrong_widths_and_zooms_are_refused() -> None:
    blueprint, theta = made("softmax", "cross_entropy")
    with pytest.raises(BacklitError, match=r"x has shape \(4,\), the network has 5 inputs; give 5 numbers"):
        network(blueprint, theta, X[0][:4], Y[0])
    with pytest.raises(BacklitError, match=r"y has shape \(2,\), the network has 3 outputs"):
        network(blueprint, theta, X[0], Y[0][:2])
    with pytest.raises(BacklitError, match="as many targets as samples"):
        network(blueprint, theta, X, Y[:2])
    with pytest.raises(BacklitError, match="zoom 'atom' is not known"):
        network(blueprint, theta, X[0], Y[0], zoom="atom")  # type: ignore[arg-type]


def test_too_large_a_network_is_not_taken_apart() -> None:
    blueprint = mlp(784, (512,), 10)
    with pytest.raises(BacklitError, match=r"zoom 'neuron' would make about .* use zoom='layer'"):
        network(blueprint, np.zeros(blueprint.theta_size), np.zeros(784), np.eye(10)[0], zoom="neuron")


SHAPES = {
    "sum": "sum(x * x)", "mean": "mean(x * x)", "logsumexp": "logsumexp(x * 2)", "softmax": "sum(softmax(x) ** 2)",
    "matmul": "sum((x @ w) ** 2)", "grouped": "sum(grouped(x, w) ** 2)",
    "row_mean": "sum((x - row_mean(x)) ** 2 + row_mean(x * x))",
    "columnwise": "sum(columnwise(x, w) ** 2)", "concat": "sum(concat(x, x * 2) ** 2)",
}  # fmt: skip


@pytest.mark.parametrize("name", [gate.name for gate in GATES.values() if isinstance(gate, ArrayGate)])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (1,)])
@pytest.mark.parametrize("zoom", ["neuron", "gates"])
def test_array_gate_is_taken_apart_to_the_same_gradients(name: str, shape: tuple[int, ...], zoom: Any) -> None:
    chance = np.random.default_rng(0)
    values = {"x": chance.standard_normal(shape)}
    if name == "matmul":
        values["w"] = chance.standard_normal((shape[-1], 2))
    if name == "columnwise":
        values["w"] = chance.standard_normal((shape[-1], 2))
    if name == "grouped":
        values["w"] = chance.standard_normal((1, 2 * shape[-1]))
    whole = read(SHAPES[name], values)
    apart = unroll(whole, zoom)
    assert all(wire.value.ndim == 0 for wire in apart.wires)
    assert apart.output.value == pytest.approx(whole.output.value, rel=1e-14)
    assert by_element(apart) == pytest.approx(by_element(whole), rel=1e-11, abs=1e-14)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_axes_survive_being_taken_apart(axis: int) -> None:
    x = np.random.default_rng(0).standard_normal((2, 3))
    for text in ("softmax(x, axis={0}) ** 2", "logsumexp(x, axis={0}) ** 2", "mean(x, axis={0}) ** 2"):
        whole = read(f"sum({text.format(axis)})", {"x": x})
        for zoom in ("neuron", "gates"):
            assert by_element(unroll(whole, zoom)) == pytest.approx(by_element(whole), rel=1e-11)  # type: ignore[arg-type]


def test_output_that_is_an_array_cannot_be_taken_apart() -> None:
    with pytest.raises(BacklitError, match=r"the output has shape \(2,\); reduce it"):
        unroll(read("x * 2", {"x": [1.0, 2.0]}))


def test_difference_is_exact_to_many_digits_and_honest_at_a_kink() -> None:
    slope, spread, _ = difference(lambda x: np.sin(x) * np.exp(x), 1.3)
    assert slope == pytest.approx(np.exp(1.3) * (np.sin(1.3) + np.cos(1.3)), rel=1e-10)
    assert spread < 1e-6
    slope, spread, _ = difference(lambda x: np.maximum(x, 0.0), 0.0)
    assert slope == pytest.approx(0.5)
    assert spread == pytest.approx(0.5)  # any slope from 0 to 1 is right
    slope, _, _ = difference(np.log, 1e-7)
    assert slope == pytest.approx(1e7, rel=1e-6)
