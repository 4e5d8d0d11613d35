"""Columns that make waves in the drop-ins: what they learn, and that trace and file know them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backlit import BacklitError, MLPClassifier, MLPRegressor, load, trace

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, size=(600, 3)).astype(np.float32)
Y = np.sin(8 * X[:, 0]) + X[:, 1]


def regressor(**chosen: Any) -> MLPRegressor:
    return MLPRegressor(
        hidden_layer_sizes=(24,),
        max_iter=150,
        learning_rate_init=0.02,
        learning_rate="cosine",
        random_state=0,
        **chosen,
    )


def test_what_rises_and_falls_is_learnt_sooner() -> None:
    plain, waves = (
        regressor(periodic_features=columns).fit(X[:400], Y[:400]).score(X[400:], Y[400:]) for columns in (0, 1)
    )
    assert plain < 0.5
    assert waves > 0.9


@pytest.mark.parametrize("hidden", [(), (6,)], ids=["no hidden layer", "one"])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_trace_and_file_know_the_waves(hidden: tuple[int, ...], solver: str, tmp_path: Path) -> None:
    labels = np.digitize(Y, [-0.5, 0.5])
    model = MLPClassifier(
        hidden, solver=solver, max_iter=5, tol=1.0, learning_rate="cosine", periodic_features=2, random_state=0
    ).fit(X, labels)
    assert [layer.kind for layer in model.network_.layers] == ["periodic", *["dense"] * (len(hidden) + 1)]
    assert trace(model, x=X[7], y=labels[7]).check(sample=40).ok
    model.save(tmp_path / "waves.backlit")
    np.testing.assert_array_equal(load(tmp_path / "waves.backlit").predict_proba(X), model.predict_proba(X))


def test_more_waves_than_columns_are_refused() -> None:
    with pytest.raises(BacklitError, match="periodic_features: 4 columns have an embedding, but X has 3"):
        regressor(periodic_features=4).fit(X, Y)
