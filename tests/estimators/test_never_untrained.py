"""No fit ends in an untrained or a non-finite network without an error; logarithms of probabilities are exact."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import log_expit, log_softmax

from backlit import BacklitError, MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from backlit.declared.losses import LOSSES
from backlit.declared.optimizers import OPTIMIZERS
from backlit.estimators.mlp.parameters import REGRESSION_LOSSES, SOLVERS
from backlit.training.rules.finiteness import Divergence

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
NUMBERS = X[:, 0] + X[:, 1] ** 2
LABELS = NUMBERS > 0.5
OURS = {ours: theirs for theirs, ours in REGRESSION_LOSSES.items()}
LOSS_NAMES = [OURS.get(name, name) for name in LOSSES if name not in ("cross_entropy", "squared")]


def start_of(model: Any, y: Any) -> np.ndarray:
    """The parameters that a fit begins with: those of a step that is too small to be one."""
    still = type(model)(**{**model.get_params(), "solver": "sgd", "learning_rate_init": 1e-300, "max_iter": 1})
    return still.fit(X, y).theta_


def ends_well(model: Any, rows: Any, y: Any) -> bool:
    """Whether a fit learnt something finite, or was refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Divergence)
            model.fit(rows, y)
    except BacklitError:
        return True
    finite = np.isfinite(model.theta_).all() and np.isfinite(model.predict(rows).astype(float)).all()
    return bool(finite and not np.array_equal(model.theta_, start_of(model, y)))


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_every_solver_learns_every_loss_or_refuses(loss: str, solver: str) -> None:
    targets = {"binary_cross_entropy": LABELS.astype(float), "poisson": np.abs(NUMBERS)}.get(loss, NUMBERS)
    for rate in (1e-3, 1e4, 1e30):
        model = MLPRegressor(loss=loss, hidden_layer_sizes=(4,), solver=solver, learning_rate_init=rate, max_iter=3,
                             random_state=0)  # fmt: skip
        assert ends_well(model, X, targets)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("scale", [1e18, 1e25, 1e37])
def test_squares_that_overflow_are_no_silent_standstill(solver: str, scale: float) -> None:
    """The mean of squared gradients is infinite, and each step 0: parameters stay finite, and what they were."""
    model = MLPRegressor(hidden_layer_sizes=(4,), solver=solver, max_iter=4, random_state=0)
    assert ends_well(model, (X * scale).astype(np.float32), NUMBERS.astype(np.float32))


def test_a_training_whose_first_loss_was_the_best_is_refused() -> None:
    model = MLPRegressor(hidden_layer_sizes=(9,), solver="sgd", momentum=0.0, learning_rate_init=30.0, random_state=0)
    with pytest.raises(BacklitError, match="non-finite"), pytest.warns(Divergence):
        model.fit(X * 30, NUMBERS)


def test_parameters_that_float32_cannot_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from backlit.estimators.mlp import fit

    found = fit.train_lbfgs

    def far(network: Any, *arguments: Any, **named: Any) -> Any:
        minimum = found(network, *arguments, **named)
        network.theta[:] = 1e200
        return minimum

    monkeypatch.setattr(fit, "train_lbfgs", far)
    with pytest.raises(BacklitError, match="non-finite"):
        MLPRegressor(hidden_layer_sizes=(2,), solver="lbfgs").fit(X.astype(np.float32), NUMBERS)


@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
@pytest.mark.parametrize("rate", [1e-3, 1e3, 1e10, 1e20, 1e37])
def test_frames_at_any_rate(kind: Any, rate: float) -> None:
    model = kind((4,), epochs=4, n_members=2, learning_rate=rate, random_state=0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Divergence)
            model.fit(X, LABELS if kind is TabularClassifier else NUMBERS)
    except BacklitError:
        return
    assert np.isfinite(model.theta_).all()
    assert model.best_epoch_ >= 1


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("solver", [solver for solver in SOLVERS if solver in OPTIMIZERS])
def test_partial_fit_learns_or_refuses(kind: Any, solver: str) -> None:
    y, first = (LABELS, {"classes": [False, True]}) if kind is MLPClassifier else (NUMBERS, {})
    for scale in (1.0, 1e150, 1e300):
        model = kind(hidden_layer_sizes=(4,), solver=solver, random_state=0).partial_fit(X, y, **first)
        before = model.theta_.copy()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Divergence)
            try:
                model.partial_fit(X * scale, y)
            except BacklitError:
                continue
        assert np.isfinite(model.theta_).all()
        assert not np.array_equal(model.theta_, before)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_saving_refuses_what_is_not_finite(kind: Any, bad: float, tmp_path: Path) -> None:
    more = {"solver": "lbfgs", "max_iter": 20} if kind in (MLPClassifier, MLPRegressor) else {"epochs": 3}
    y = LABELS if kind in (MLPClassifier, TabularClassifier) else NUMBERS
    model = kind(hidden_layer_sizes=(4,), random_state=0, **more).fit(X, y)
    model.coefs_[0][1, 2] = bad
    with pytest.raises(BacklitError, match=r"1 parameters of w\[1\] are not finite, the first is w\[1\]\[1\]\[2\]"):
        model.save(tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def with_logits(model: Any, size: float) -> np.ndarray:
    """The logits of a model whose last layer is set so that they are of this size."""
    model.coefs_[-1][...] *= size / np.abs(model._logits(X)).max()
    model.intercepts_[-1][...] = 0.0
    model.coefs_[-1][...] *= size / np.abs(model._logits(X)).max()
    return np.asarray(model._logits(X), np.float64)


THREE = np.array(["a", "b", "c"])[LABELS.astype(int) + (X[:, 2] > 0)]
TAGS = np.stack([LABELS, X[:, 2] > 0], axis=1).astype(int)
SMALL: dict[str, Any] = {"hidden_layer_sizes": (4,), "solver": "lbfgs", "max_iter": 20, "random_state": 0}


@pytest.mark.parametrize("size", [1.0, 100.0, 1e4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logarithms_of_probabilities_are_exact(size: float, dtype: Any) -> None:
    rows = X.astype(dtype)
    two, three, tags = (MLPClassifier(**SMALL).fit(rows, y) for y in (LABELS, THREE, TAGS))
    shares = MLPClassifier(output_activation="logistic", **SMALL).fit(rows, THREE)
    z = with_logits(two, size)
    expected = {two: np.concatenate([log_expit(-z), log_expit(z)], axis=1)}
    expected[three] = log_softmax(with_logits(three, size), axis=1)
    expected[tags] = log_expit(with_logits(tags, size))
    each = log_expit(with_logits(shares, size))
    expected[shares] = each - np.logaddexp.reduce(each, axis=1, keepdims=True)
    for model, logarithms in expected.items():
        found = model.predict_log_proba(rows)
        assert found.dtype == dtype
        rounding = np.finfo(dtype).eps
        np.testing.assert_allclose(found, logarithms, rtol=10 * rounding, atol=2 * rounding)
        if size == 1.0:
            np.testing.assert_allclose(np.exp(found), model.predict_proba(rows), rtol=2e-5)


@pytest.mark.parametrize("y", [THREE, TAGS], ids=["classes", "tags"])
def test_logarithms_of_a_raw_frames_probabilities_are_exact(y: np.ndarray) -> None:
    model = TabularClassifier((4,), epochs=3, random_state=0).fit(X, y)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), model.predict_proba(X), rtol=1e-5)
    model.coefs_[-1][...] *= 1e5
    logits = model._logits(model.encoder_.encode(X))
    assert np.abs(logits).max() > 1e4
    expected = log_expit(logits) if y is TAGS else log_softmax(logits, axis=1)
    np.testing.assert_allclose(model.predict_log_proba(X), expected, rtol=1e-12, atol=1e-12)
