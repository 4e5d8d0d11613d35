"""`diagnose=`: parameters kept while a network trains, the gradient's way back at each, and bits that stay the same."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import backlit
from backlit.diagnosis.messages import MESSAGES
from backlit.errors import BacklitError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(160, 3)).astype(np.float32)
CLASSES, NUMBERS = (X[:, 0] * X[:, 1] > 0).astype(int), X[:, 0] - X[:, 2]

KINDS = {
    "MLPClassifier": (backlit.MLPClassifier, {"max_iter": 9}, CLASSES),
    "MLPRegressor": (backlit.MLPRegressor, {"max_iter": 9, "early_stopping": True}, NUMBERS),
    "TabularClassifier": (backlit.TabularClassifier, {"epochs": 9, "n_members": 2}, CLASSES),
    "TabularRegressor": (backlit.TabularRegressor, {"epochs": 9, "n_members": 1}, NUMBERS),
}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def fitted(name: str, **parameters: Any) -> Any:
    kind, given, y = KINDS[name]
    return kind(hidden_layer_sizes=(6,), random_state=0, **given, **parameters).fit(X, y)


@pytest.mark.parametrize("name", KINDS)
def test_a_fit_that_is_watched_ends_in_the_same_bits(name: str) -> None:
    plain, watched = fitted(name), fitted(name, diagnose=True)
    assert watched.theta_.tobytes() == plain.theta_.tobytes()
    assert [one.epoch for one in watched.snapshots_.kept] == [0, 1, 2, 4, 8]
    assert "snapshots_" not in vars(plain)
    seen = backlit.diagnose(watched, X, KINDS[name][2])
    assert [epoch for epoch, _ in seen.course] == [0, 1, 2, 4, 8]
    assert all(flow is not None and len(flow.layers) == 2 for _, flow in seen.course)
    assert backlit.diagnose(plain, X, KINDS[name][2]).course == ()


def test_the_kept_parameters_are_those_of_a_training_that_ended_there() -> None:
    """Also those of a tabular model, whose inputs are scaled while it trains."""
    watched = fitted("MLPClassifier", diagnose=[0, 3])
    kind, given, y = KINDS["MLPClassifier"]
    short = kind(hidden_layer_sizes=(6,), random_state=0, **given | {"max_iter": 3}).fit(X, y)
    start, third = watched.snapshots_.kept
    assert (start.epoch, third.epoch) == (0, 3)
    assert third.theta.tobytes() == short.theta_.tobytes()
    assert third.rate == 0.001
    tabular = fitted("TabularRegressor", diagnose=range(10))
    kept = tabular.snapshots_.kept[tabular.best_epoch_]
    np.testing.assert_allclose(kept.theta, tabular.theta_, rtol=1e-6)  # the line beside it too


def test_the_loss_of_the_course_falls_and_every_form_shows_it() -> None:
    seen = backlit.diagnose(fitted("MLPRegressor", diagnose=True, learning_rate_init=0.05), X, NUMBERS)
    losses = [flow.loss for _, flow in seen.course if flow is not None]
    assert losses[-1] < losses[0] / 2
    for lang, texts in MESSAGES.items():
        assert texts["course"] in seen.to_text(lang)
        assert texts["at_epoch"].split("{")[0] + "8" in seen.to_text(lang) or lang != "en"
        assert seen.to_html(lang).count('<th scope="row">') >= 5
    course = json.loads(seen.to_json())["course"]
    assert [one["epoch"] for one in course] == [0, 1, 2, 4, 8]
    assert course[3]["flow"]["layers"][0]["gradient_norm"] == seen.course[3][1].layers[0].gradient_norm


def test_partial_fits_are_one_course_and_a_new_fit_is_another() -> None:
    model = backlit.MLPClassifier((4,), random_state=0, max_iter=2, diagnose=True)
    for _ in range(5):
        model.partial_fit(X, CLASSES, classes=[0, 1])
    assert [one.epoch for one in model.snapshots_.kept] == [0, 1, 2, 4]
    assert [one.epoch for one in model.fit(X, CLASSES).snapshots_.kept] == [0, 1, 2]
    assert "snapshots_" not in vars(model.set_params(diagnose=False).fit(X, CLASSES))


def test_an_epoch_that_is_none_is_refused(tmp_path: Any) -> None:
    for name in ("MLPClassifier", "TabularClassifier"):
        with pytest.raises(BacklitError, match=r"diagnose: -1 is no epoch; give whole numbers"):
            fitted(name, diagnose=[1, -1])
    model = fitted("MLPClassifier", diagnose=(0, 3))
    model.save(tmp_path / "m")
    assert backlit.load(tmp_path / "m").diagnose == (0, 3)
