"""Layer norms of foreign networks: read where they stand, traced by their steps, trained on, saved and exported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backlit
from backlit.errors import BacklitError
from backlit.interop.networks.building import Wishes, estimator_of
from backlit.interop.networks.description import (
    Activation,
    Clipping,
    Description,
    LayerNorm,
    Linear,
    Scaling,
    Slopes,
    Step,
)

RNG = np.random.default_rng(24)
X, Y = RNG.normal(size=(40, 3)), RNG.normal(size=(40, 2))
LEFT, RIGHT = (
    Linear(RNG.normal(size=(3, 5)), RNG.normal(size=5), "first"),
    Linear(RNG.normal(size=(5, 2)), RNG.normal(size=2), "last"),
)


def norm(width: int, where: str = "norm") -> LayerNorm:
    return LayerNorm(RNG.uniform(0.5, 2, width), RNG.normal(size=width), 1e-3, where)


def normed(x: Any, step: LayerNorm) -> Any:
    centred = x - x.mean(axis=1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + step.epsilon) * step.gain + step.offset


def network_of(*steps: Step, **wishes: Any) -> Any:
    return estimator_of(Description("a tool", "1", steps, "regression"), Wishes(parameters=wishes))


def test_steps_of_the_norm_are_named_in_the_circuit_and_in_derivations() -> None:
    front, middle, end = norm(3), norm(5), norm(2)
    model = network_of(front, LEFT, middle, Activation("relu"), RIGHT, end)
    hidden = np.maximum(normed(normed(X, front) @ LEFT.weights + LEFT.biases, middle), 0)
    np.testing.assert_allclose(model.predict(X), normed(hidden @ RIGHT.weights + RIGHT.biases, end), rtol=1e-12)
    assert [(layer.kind, layer.gate) for layer in model.network_.layers] == [
        ("norm", "identity"), ("dense", "identity"), ("norm", "relu"), ("dense", "identity"), ("norm", "identity"),
    ]  # fmt: skip
    traced = backlit.trace(model, x=X[0], y=Y[0])
    assert traced.check(sample=60).ok
    for name in ("mean[1][0]", "centred[1][2]", "variance[1][0]", "normal[1][4]"):
        assert traced.graph.named(name) is not None
    for name in ("w[1][0][1]", "b[1][3]", "gamma[1][1]", "beta[1][0]", "w[2][1][0]", "x[2]", "gamma[0][1]"):
        derived = traced.derivation(name)
        assert derived.gradient == pytest.approx(traced.gradients[name], rel=1e-10, abs=1e-15)
    assert r"\mathrm{normal}^{(2)}_{1}" in traced.derivation("w[2][0][1]").to_latex()
    with pytest.raises(BacklitError, match="has no chain of its own"):
        traced.derivation("epsilon[1][0]")
    assert "∂a[1]/∂z[1]  (norm)" in str(traced.derivation("w[1][0][1]", zoom="layer"))


def test_training_goes_on_by_the_gradients_of_the_graph() -> None:
    step = norm(5)
    model = network_of(LEFT, step, Activation("tanh"), RIGHT, solver="sgd", learning_rate_init=0.1, momentum=0, alpha=0)
    before = {name: array.copy() for name, array in model.network_.arrays(model.theta_).items()}
    gradients = backlit.trace(model, x=X, y=Y).gradients
    model.batch_size = len(X)
    model.partial_fit(X, Y)
    for name, array in model.network_.arrays(model.theta_).items():
        rate = 0.0 if name.startswith("epsilon") else 0.1
        np.testing.assert_allclose(array, before[name] - rate * gradients[name], rtol=1e-9, atol=1e-12)


def test_saved_and_exported_it_gives_the_same(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    model = network_of(norm(3), LEFT, norm(5), Activation("relu"), RIGHT)
    model.save(tmp_path / "model.backlit")
    assert (backlit.load(tmp_path / "model.backlit").predict(X) == model.predict(X)).all()
    backlit.to_onnx(model, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    (given,) = session.run(None, {session.get_inputs()[0].name: X})[:1]
    np.testing.assert_allclose(given, model.predict(X), rtol=1e-12)


def test_a_gate_of_classes_behind_a_norm_gets_neurons_of_its_own() -> None:
    step = norm(2)
    description = Description("a tool", "1", [LEFT, Activation("tanh"), RIGHT, step, Activation("softmax")])
    model = estimator_of(description, Wishes())
    logits = normed(np.tanh(X @ LEFT.weights + LEFT.biases) @ RIGHT.weights + RIGHT.biases, step)
    powers = np.exp(logits)
    np.testing.assert_allclose(model.predict_proba(X), powers / powers.sum(axis=1, keepdims=True), rtol=1e-12)
    assert "neurons that pass on what they get" in model.provenance_["imported"]["notes"][0]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([LEFT, norm(4), RIGHT], "norm: takes 4 numbers, but the layer before gives 5"),
        ([LEFT, LayerNorm(np.ones(5), np.ones(4), 1e-3, "norm"), RIGHT], "norm: 5 gains and 4 shifts"),
        ([LEFT, LayerNorm(np.ones(5), np.ones(5), 0.0, "norm"), RIGHT], "norm: its epsilon is 0; it is above 0"),
        ([LEFT, LayerNorm(np.full(5, np.nan), np.ones(5), 1e-3, "norm"), RIGHT], "norm: a number of its gamma is not"),
        ([LEFT, norm(5, "one"), LayerNorm(np.ones(4), np.ones(4), 1e-3, "two"), RIGHT], "two: takes 4 numbers, but"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(steps: list[Step], message: str) -> None:
    with pytest.raises(BacklitError, match=message):
        network_of(*steps)


def test_what_stands_twice_without_weights_between_gets_neurons_that_pass_on() -> None:
    one, two = norm(5, "one"), norm(5, "two")
    scale = Scaling(RNG.normal(size=5), RNG.uniform(0.5, 2, 5), RNG.normal(size=5), "scale")
    clip = Clipping(np.full(5, -0.5), np.full(5, 0.5), "clip")
    front = X @ LEFT.weights + LEFT.biases

    def scaled(x: Any) -> Any:
        return (x - scale.center) * scale.scale + scale.offset

    tanh, relu = Activation("tanh", "tanh"), Activation("relu", "relu")
    chains: list[tuple[list[Step], Any]] = [
        ([one, relu, two, tanh], np.tanh(normed(np.maximum(normed(front, one), 0), two))),
        ([scale, tanh, scale, relu, scale], scaled(np.maximum(scaled(np.tanh(scaled(front))), 0))),
        ([scale, tanh, scale, one], normed(scaled(np.tanh(scaled(front))), one)),
        ([clip, scale, clip], np.clip(scaled(np.clip(front, -0.5, 0.5)), -0.5, 0.5)),
        ([tanh, relu, tanh, relu, tanh], np.tanh(np.maximum(np.tanh(np.maximum(np.tanh(front), 0)), 0))),
        ([scale, Slopes(np.array([0.25]), "slopes")], np.where(scaled(front) > 0, 1.0, 0.25) * scaled(front)),
        ([one, scale, tanh, scale, relu], np.maximum(scaled(np.tanh(scaled(normed(front, one)))), 0)),
    ]
    for steps, hidden in chains:
        model = network_of(LEFT, *steps, RIGHT)
        np.testing.assert_allclose(model.predict(X), hidden @ RIGHT.weights + RIGHT.biases, rtol=1e-11, atol=1e-12)
    for steps, hidden in chains:
        if not isinstance(steps[-1], Clipping | Slopes):
            np.testing.assert_allclose(network_of(LEFT, *steps).predict(X), hidden, rtol=1e-11, atol=1e-12)
