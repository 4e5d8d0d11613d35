"""What a training of the drop-ins is judged by as it runs: held-out rows, rows of your own, any scorer, a callback."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, mean_squared_error, roc_auc_score

from backlit import BacklitError, MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 5))
KINDS = np.array(["ant", "bee", "cat"])[(X[:, 0] > 0).astype(int) + (X[:, 1] + X[:, 2] > 0.5)]
NUMBERS = X[:, 0] * X[:, 1] + X[:, 2]
SHORT = {"max_iter": 15, "learning_rate_init": 0.01, "random_state": 0}


@pytest.mark.parametrize("y", [KINDS, KINDS == "ant"], ids=["three classes", "two classes"])
def test_rows_of_ones_own_stop_a_classifier(y) -> None:
    model = MLPClassifier((8,), tol=0.0, **SHORT).fit(X[:200], y[:200], X_val=X[200:], y_val=y[200:])
    best = int(np.argmax(model.validation_scores_))
    assert model.score(X[200:], y[200:]) == model.validation_scores_[best]
    wanted = log_loss(y[200:], model.predict_proba(X[200:]), labels=model.classes_)
    assert model.validation_loss_curve_[best] == pytest.approx(wanted, rel=1e-6)
    every_row = MLPClassifier((8,), tol=0.0, **SHORT).fit(X[:200], y[:200])
    assert model.loss_curve_ == every_row.loss_curve_[: len(model.loss_curve_)]


def test_rows_of_ones_own_stop_a_regressor() -> None:
    model = MLPRegressor(hidden_layer_sizes=(8,), tol=0.0, **SHORT)
    model.fit(X[:200], NUMBERS[:200], X_val=X[200:], y_val=NUMBERS[200:])
    best = int(np.argmax(model.validation_scores_))
    half = mean_squared_error(NUMBERS[200:], model.predict(X[200:])) / 2
    assert model.validation_loss_curve_[best] == pytest.approx(half, rel=1e-9)


@pytest.mark.parametrize("multilabel", [False, True])
def test_validation_loss_of_a_part_of_the_rows(multilabel: bool) -> None:
    y = np.stack([X[:, 0] > 0, X[:, 1] > 0], axis=1).astype(int) if multilabel else KINDS
    model = MLPClassifier((8,), early_stopping=True, **SHORT).fit(X, y)
    assert len(model.validation_loss_curve_) == len(model.validation_scores_) == model.n_iter_
    assert model.validation_loss_curve_[-1] < model.validation_loss_curve_[0]


def test_any_scorer_of_scikit_learn_and_frames_keep_their_names() -> None:
    frame = pd.DataFrame(X, columns=list("abcde"))
    model = MLPClassifier((8,), scoring="roc_auc_ovr", tol=0.0, **SHORT)
    model.fit(frame[:200], KINDS[:200], X_val=frame[200:], y_val=KINDS[200:])
    found = roc_auc_score(KINDS[200:], model.predict_proba(frame[200:]), multi_class="ovr")
    assert max(model.validation_scores_) == pytest.approx(found)
    held_out = MLPClassifier((8,), scoring="neg_log_loss", early_stopping=True, **SHORT).fit(frame, KINDS)
    assert held_out.validation_scores_ == pytest.approx([-loss for loss in held_out.validation_loss_curve_])


def test_own_scorer_is_given_the_model() -> None:
    seen = []

    def score(model, rows, wanted):
        seen.append(len(rows))
        return -float(np.mean(model.predict(rows) != wanted))

    MLPClassifier((8,), scoring=score, early_stopping=True, validation_fraction=0.2, **SHORT).fit(X, KINDS)
    assert set(seen) == {60}


def test_a_callback_stops() -> None:
    told = []
    model = MLPRegressor(hidden_layer_sizes=(8,), **SHORT)
    model.fit(X, NUMBERS, on_epoch=lambda epoch: told.append(epoch.loss) or epoch.number == 4)
    assert model.n_iter_ == 4
    assert told == model.loss_curve_


@pytest.mark.parametrize(
    ("model", "more", "word"),
    [
        (MLPClassifier(), {"X_val": X}, "y_val"),
        (MLPClassifier(), {"X_val": X[:3], "y_val": ["ant", "dog", "bee"]}, "'dog'"),
        (MLPClassifier(), {"X_val": X[:3], "y_val": ["ant", "bee"]}, "2 targets for 3 rows"),
        (MLPClassifier(solver="lbfgs"), {"X_val": X, "y_val": KINDS}, "lbfgs"),
        (MLPClassifier(scoring="nothing", early_stopping=True), {}, "scoring"),
    ],
)
def test_what_cannot_be_judged_by(model, more, word) -> None:
    with pytest.raises(ValueError, match=word) as told:
        model.fit(X, KINDS, **more)
    if more:
        assert isinstance(told.value, BacklitError)
