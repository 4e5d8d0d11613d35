"""Numbers near the ends of float64, in columns and in targets: a fit ends with finite parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backlit import TabularClassifier, TabularRegressor
from backlit.errors import DataError

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


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_every_finite_table_trains(kind: Any, table: str, tmp_path: Path) -> None:
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


def test_a_target_too_far_from_those_of_the_fit_is_refused() -> None:
    model = TabularRegressor(**SMALL).partial_fit(ROWS, SCORE * 1e-310)
    with pytest.raises(DataError, match=r"the target is 1 in row 1, too far .* drop such rows"):
        model.partial_fit(ROWS[:2], [1e-310, 1.0])
