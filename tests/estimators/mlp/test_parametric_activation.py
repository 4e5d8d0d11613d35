"""Drop-ins whose neurons learn how much of their gate they use, or whose weights are a moving average."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from backlit import BacklitError, MLPClassifier, MLPRegressor, load, trace
from backlit.network.blueprint import Blueprint, Layer

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, size=(600, 3)).astype(np.float32)
Y = np.abs(X[:, 0]) + X[:, 1]


def regressor(**chosen: Any) -> MLPRegressor:
    return MLPRegressor(hidden_layer_sizes=(12,), learning_rate="cosine", random_state=0, **chosen)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_trace_and_file_know_the_blends(solver: str, tmp_path: Path) -> None:
    model = MLPClassifier(
        (6, 4), "tanh", solver=solver, max_iter=30, tol=1e-6, parametric_activation=True, random_state=0
    )
    labels = np.digitize(Y, [0.0, 0.8])
    model.set_params(learning_rate="cosine", learning_rate_init=0.05, n_iter_no_change=np.inf).fit(X, labels)
    blends = [slot.view(model.theta_) for slot in model.network_.slots if slot.parameter == "blend"]
    assert [len(blend) for blend in blends] == [6, 4]
    assert all((blend != 1.0).all() for blend in blends)
    traced = trace(model, x=X[7], y=labels[7])
    assert traced.check(sample=60).ok
    assert traced.value == pytest.approx(-np.log(model.predict_proba(X[7:8])[0, labels[7]]), rel=1e-2)
    for name in ("w[1][2][3]", "b[1][1]", "blend[1][1]", "blend[2][0]"):
        derived = traced.derivation(name).gradient
        assert derived == pytest.approx(float(traced.gradients[name]), rel=1e-9), name
    model.save(tmp_path / "blends.backlit")
    np.testing.assert_array_equal(load(tmp_path / "blends.backlit").predict_proba(X), model.predict_proba(X))


def test_the_matrix_form_names_the_blend() -> None:
    model = regressor(activation="tanh", max_iter=3, parametric_activation=True).fit(X, Y)
    text = str(trace(model, x=X[:4], y=Y[:4]).derivation("w[1][0][0]"))
    assert "δ[1]" in text
    assert "(δ[2] w[2]ᵀ) ⊙ (1 + blend[1] ⊙ (tanh'(z[1]) - 1))" in text


def test_blends_learn_at_a_tenth_of_the_rate() -> None:
    model = regressor(
        activation="tanh", solver="sgd", momentum=0.0, alpha=0.0, learning_rate_init=0.1, parametric_activation=True
    )
    model.set_params(learning_rate="constant", max_iter=1, batch_size=600, shuffle=False, init="glorot")
    with pytest.warns(ConvergenceWarning):
        model.fit(X, Y)
    (blend,) = (slot.view(model.theta_) for slot in model.network_.slots if slot.parameter == "blend")
    start = regressor(activation="tanh", parametric_activation=True, max_iter=1)
    drawn = trace(_at_start(start), x=X, y=Y, zoom="layer").gradients["blend[1]"]
    np.testing.assert_allclose(blend, 1.0 - 0.01 * np.asarray(drawn), rtol=1e-4)


def _at_start(model: MLPRegressor) -> MLPRegressor:
    """The model before its first step."""
    model.set_params(learning_rate_init=1e-30, alpha=0.0, solver="sgd")
    return model.fit(X, Y)


def test_a_running_mean_of_the_weights_is_steadier() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(1000, 5)).astype(np.float32)
    wanted = rows[:, 0] + rng.normal(size=1000)  # half of it is noise
    errors = []
    for stays in (0.0, 0.99):
        model = regressor(learning_rate_init=0.03, batch_size=8, max_iter=12, tol=0.0, ema_decay=stays)
        with pytest.warns(ConvergenceWarning):
            model.set_params(learning_rate="constant").fit(rows[:400], wanted[:400])
        errors.append(float(((model.predict(rows[400:]) - rows[400:, 0]) ** 2).mean()))
    assert errors[1] < 0.7 * errors[0], errors


def test_partial_fit_takes_the_steps_themselves() -> None:
    plain, meant = (regressor(ema_decay=stays) for stays in (0.0, 0.9))
    for _ in range(3):
        plain.partial_fit(X, Y)
        meant.partial_fit(X, Y)
    np.testing.assert_array_equal(plain.theta_, meant.theta_)


@pytest.mark.parametrize(
    "layers",
    [
        (Layer("parametric", 3, 3), Layer("dense", 3, 2, "identity")),
        (Layer("dense", 3, 2, "identity"), Layer("parametric", 2, 2)),
        (Layer("periodic", 3, 6, groups=1), Layer("parametric", 6, 6), Layer("dense", 6, 2, "identity")),
    ],
    ids=["the first", "the last", "before the neurons"],
)
def test_only_hidden_layers_have_blends(layers: tuple[Layer, ...]) -> None:
    with pytest.raises(BacklitError, match=r"layer [01]: a parametric layer follows a hidden layer of neurons"):
        Blueprint(layers, "squared")
