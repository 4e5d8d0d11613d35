"""Numbers near the ends of float64, in columns and in targets: a fit ends with finite parameters, or in an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backlit import BacklitError, MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from backlit.encoding.scaling import LEAST_DIFFERENCE
from backlit.errors import DataError
from backlit.training.rules.finiteness import Divergence

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(120, 3))
SCORE = ROWS[:, 0] + ROWS[:, 1] ** 2
SCALES = (5e-324, 1e-320, 1e-310, 1e-308, 1e-160, 1.0, 1e150, 1e300, 2e307)
TABLES = {
    **{f"times {scale:g}": ROWS * scale for scale in SCALES},
    "two values, one of them the smallest number": (ROWS > 0) * 5e-324,
    "mostly 0, else tiny": np.where(RNG.random(ROWS.shape) < 0.9, 0.0, ROWS * 1e-315),
    "tiny beside usual": ROWS * [1.0, 1.0, 1e-312],
    "of all sizes": ROWS * 10.0 ** RNG.uniform(-320, 300, ROWS.shape),
    "the largest numbers": np.sign(ROWS) * np.finfo(float).max,
    "one that differs": np.where(np.arange(120) == 3, 1.0, 0.0)[:, None],
}
TARGETS = {
    **{f"times {scale:g}": SCORE * scale for scale in SCALES[:-2]},
    "constant": np.full(120, 0.1),
    "constant and tiny": np.full(120, 1e-310),
    "constant and huge": np.full(120, 1e300),
    "one that differs": np.where(np.arange(120) == 5, 5e-324, 0.0),
    "usual and tiny": np.stack([SCORE, SCORE * 1e-312], axis=1),
}
SMALL: dict[str, Any] = {"hidden_layer_sizes": (8,), "epochs": 4, "n_members": 2, "random_state": 0}


def is_finite(model: Any, rows: Any) -> bool:
    predictions = model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows)
    return bool(np.isfinite(model.theta_).all() and np.isfinite(predictions).all())


def has_finite_scores(model: Any) -> bool:
    """Whether each member's best epoch was chosen by scores that are numbers."""
    return all(np.isfinite([epoch.score for epoch in history.epochs]).all() for history in model.histories_)


NONE_TO_SCALE = {
    name for name, table in TABLES.items() if np.ptp(np.clip(table, -1, 1), axis=0).max() < LEAST_DIFFERENCE
}
"""Tables without a column whose numbers are far enough from each other to be scaled."""


@pytest.mark.parametrize("table", sorted(NONE_TO_SCALE))
def test_numbers_too_close_to_be_scaled_are_named(table: str) -> None:
    with pytest.raises(DataError, match=r"column 'x\[0\]': its numbers hardly differ"):
        TabularClassifier(**SMALL).fit(TABLES[table], SCORE > 0.5)


@pytest.mark.parametrize("table", sorted(set(TABLES) - NONE_TO_SCALE))
@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
@pytest.mark.filterwarnings("ignore:column 'x.2.' is left out. its numbers hardly differ:backlit.DataWarning")
def test_every_other_finite_table_trains(kind: Any, table: str, tmp_path: Path) -> None:
    model = kind(**SMALL).fit(TABLES[table], SCORE > 0.5 if kind is TabularClassifier else SCORE)
    assert is_finite(model, TABLES[table])
    assert has_finite_scores(model)
    assert any(array.any() for array in model.coefs_[:1])
    model.save(tmp_path / "model")


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_that_float64_can_square_trains(target: str) -> None:
    model = TabularRegressor(**SMALL).fit(ROWS, TARGETS[target])
    assert is_finite(model, ROWS)
    assert has_finite_scores(model)


def test_predictions_scale_with_the_target() -> None:
    usual, tiny = (TabularRegressor(**SMALL).fit(ROWS, SCORE * scale).predict(ROWS) for scale in (1.0, 2.0**-1030))
    np.testing.assert_allclose(tiny * 2.0**1000 * 2.0**30, usual, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("loss", ["absolute", "huber", "quantile"])
@pytest.mark.parametrize("target", ["times 1e-310", "constant", "one that differs"])
def test_other_losses_of_tiny_targets(loss: str, target: str) -> None:
    model = TabularRegressor(loss=loss, **SMALL).fit(ROWS, TARGETS[target])
    assert is_finite(model, ROWS)
    assert has_finite_scores(model)


@pytest.mark.parametrize(
    ("loss", "target"),
    [
        ("poisson", np.abs(SCORE) * 1e-310),
        ("poisson", (SCORE > 0) * 5e-324),
        ("binary_cross_entropy", (SCORE > 0) * 1e-310),
        ("binary_cross_entropy", np.zeros(120)),
        ("binary_cross_entropy", np.ones(120)),
    ],
    ids=["tiny rates", "the smallest rate", "tiny shares", "no share", "all"],
)
def test_rates_and_shares_at_the_ends(loss: str, target: Any) -> None:
    model = TabularRegressor(loss=loss, **SMALL).fit(ROWS, target)
    assert is_finite(model, ROWS)
    assert has_finite_scores(model)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.filterwarnings("ignore::backlit.training.rules.finiteness.Divergence")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's and SciPy's
def test_an_mlp_is_finite_or_refuses(kind: Any, solver: str, table: str) -> None:
    """An MLP does not scale its inputs."""
    model = kind(hidden_layer_sizes=(8,), solver=solver, max_iter=5, random_state=0)
    message = ""
    try:
        model.fit(TABLES[table], SCORE > 0.5 if kind is MLPClassifier else SCORE)
    except BacklitError as error:
        message = str(error)
    if message:
        assert "large" in message or "to about 1" in message
        assert "\n" not in message
        assert np.abs(TABLES[table]).max() > 1e100
    else:
        assert is_finite(model, TABLES[table])
        assert np.isfinite(model.loss_)


@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.filterwarnings("ignore::backlit.training.rules.finiteness.Divergence")
def test_a_rate_that_leaves_nothing_to_keep_is_refused(kind: Any, members: int) -> None:
    model = kind(**{**SMALL, "n_members": members}, learning_rate=1e38, batch_size=16)
    with pytest.raises(BacklitError, match="no parameters to keep; use a smaller learning_rate"):
        model.fit(ROWS, SCORE > 0.5 if kind is TabularClassifier else SCORE)


def test_partial_fit_of_a_frame_goes_on_after_a_divergence() -> None:
    """The optimizer starts anew, and the parameters are those before it."""
    model = TabularRegressor(**SMALL).partial_fit(ROWS, SCORE)
    before = model.theta_.copy()
    with pytest.raises(BacklitError, match="use a smaller learning_rate"), pytest.warns(Divergence):
        model.set_params(learning_rate=1e38).partial_fit(ROWS, SCORE)
    np.testing.assert_array_equal(model.theta_, before)
    model.set_params(learning_rate=0.01).partial_fit(ROWS, SCORE)
    assert is_finite(model, ROWS)
    assert not np.array_equal(model.theta_, before)


def test_a_target_too_far_from_those_of_the_fit_is_refused() -> None:
    model = TabularRegressor(**SMALL).partial_fit(ROWS, SCORE * 1e-310)
    with pytest.raises(DataError, match=r"the target is 1 in row 1, too far .* drop such rows"):
        model.partial_fit(ROWS[:2], [1e-310, 1.0])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("kind", [MLPClassifier, TabularRegressor])
def test_numbers_that_are_not_finite_are_not_saved(kind: Any, bad: float, tmp_path: Path) -> None:
    model = kind(**SMALL) if kind is TabularRegressor else kind((8,), max_iter=2, random_state=0)
    model.fit(ROWS, SCORE if kind is TabularRegressor else SCORE > 0)
    model.coefs_[-1][1, 0] = bad
    with pytest.raises(BacklitError, match=r"save: 1 parameters of w\[2\] .* the first is w\[2\]\[1\]\[0\]; fit again"):
        model.save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


WEIGHTS = RNG.uniform(0.5, 2.0, 120).astype(np.float32).astype(np.float64)


@pytest.mark.parametrize("power", [-1000, -149, -130, 120, 126, 1000])
@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_only_the_ratios_of_weights_count(kind: Any, power: int) -> None:
    target = SCORE > 0.5 if kind is TabularClassifier else SCORE
    usual, extreme = (kind(**SMALL).fit(ROWS, target, np.ldexp(WEIGHTS, exponent)) for exponent in (0, power))
    assert has_finite_scores(extreme)
    np.testing.assert_array_equal(extreme.theta_, usual.theta_)


@pytest.mark.parametrize("power", [-1000, -149, 120, 1000])
def test_only_the_ratios_of_class_weights_count(power: int) -> None:
    usual, extreme = (
        TabularClassifier(class_weight={True: 2.0**exponent, False: 3 * 2.0**exponent}, **SMALL).fit(ROWS, SCORE > 0.5)
        for exponent in (0, power)
    )
    np.testing.assert_array_equal(extreme.theta_, usual.theta_)


def test_classes_that_all_have_no_weight_are_refused() -> None:
    with pytest.raises(BacklitError, match="all weights are zero; at least one row has to count"):
        TabularClassifier(class_weight={True: 0.0, False: 0.0}, **SMALL).fit(ROWS, SCORE > 0.5)


def test_rows_held_out_that_all_have_no_weight_count_alike() -> None:
    model = TabularRegressor(**{**SMALL, "n_members": 1}, ordered=True)
    model.fit(ROWS, SCORE, np.where(np.arange(120) < 60, 1.0, 0.0))  # the last fifth is held out
    assert has_finite_scores(model)
