"""Rows of probabilities as targets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backlit import BacklitError, TabularClassifier, TabularRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 3)).astype(np.float32)
LOGITS = np.stack([X[:, 0], -X[:, 0], X[:, 1]], axis=1)
TRUTH = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)


def classifier(**chosen: object) -> TabularClassifier:
    return TabularClassifier((16,), epochs=40, n_members=2, random_state=0, **chosen)


def test_probabilities_are_learnt_better_than_from_labels_drawn_of_them() -> None:
    drawn = (RNG.random((400, 1)) > TRUTH.cumsum(axis=1)).sum(axis=1)
    soft = classifier().fit(X, TRUTH, classes=["a", "b", "c"])
    hard = classifier().fit(X, drawn)
    errors = [np.abs(model.predict_proba(X) - TRUTH).mean() for model in (soft, hard)]
    assert errors[0] < 0.02 < errors[1]
    assert soft.classes_.tolist() == ["a", "b", "c"]
    assert soft.predict(X[:1])[0] == "abc"[soft.predict_proba(X[:1])[0].argmax()]


def test_the_columns_keep_the_order_that_is_given() -> None:
    frame = pd.DataFrame(TRUTH, columns=["z", "y", "x"])
    named, given = classifier().fit(X, frame), classifier().fit(X, TRUTH, classes=["z", "y", "x"])
    assert named.classes_.tolist() == given.classes_.tolist() == ["z", "y", "x"]
    np.testing.assert_array_equal(named.theta_, given.theta_)


def test_float32_of_many_classes_is_taken() -> None:
    many = RNG.dirichlet(np.ones(300), 60).astype(np.float32)
    assert classifier().fit(X[:60], many).predict_proba(X[:2]).shape == (2, 300)


@pytest.mark.parametrize("row", [[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])
def test_labels_and_certain_rows_may_follow(row: list[float]) -> None:
    model = classifier().partial_fit(X, TRUTH, classes=["a", "b", "c"])
    before = model.theta_.copy()
    model.partial_fit(X[:2], np.array([row, row])).partial_fit(X[:2], ["a", "c"])
    assert (model.theta_ != before).any()


def test_labels_validate_what_probabilities_teach() -> None:
    labels = np.array(["a", "b", "c"], dtype=object)[TRUTH.argmax(axis=1)]
    model = classifier().fit(X, TRUTH, classes=["a", "b", "c"], X_val=X[:100], y_val=labels[:100])
    assert model.score(X, labels) > 0.9
    with pytest.raises(BacklitError, match=r"y_val: probabilities, but the labels of y are certain"):
        classifier().fit(X, labels, X_val=X[:100], y_val=TRUTH[:100])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y: y.__setitem__((7, 1), 0.9), r"the target's probabilities sum to .* in row 7; divide each row"),
        (lambda y: y.__setitem__((7, slice(None)), [1.5, -0.5, 0.0]), r"the target is 1.5 in row 7, column 0"),
        (lambda y: y.__setitem__((7, 1), np.nan), r"1 missing value \(null or NaN\), the first in row 7"),
    ],
)
def test_rows_that_are_no_probabilities_are_named(change: object, message: str) -> None:
    wrong = TRUTH.copy()
    change(wrong)  # type: ignore[operator]
    with pytest.raises(BacklitError, match=message):
        classifier().fit(X, wrong)


def test_other_classes_are_refused() -> None:
    with pytest.raises(BacklitError, match="2 labels for 3 columns of probabilities"):
        classifier().fit(X, TRUTH, classes=["a", "b"])
    with pytest.raises(BacklitError, match="a label stands twice"):
        classifier().fit(X, TRUTH, classes=["a", "b", "b"])
    model = classifier().partial_fit(X, TRUTH)
    with pytest.raises(BacklitError, match="probabilities of 2 classes, the model has 3"):
        model.partial_fit(X, TRUTH[:, :2] / TRUTH[:, :2].sum(axis=1, keepdims=True))
    with pytest.raises(BacklitError, match="class_weight: y holds probabilities"):
        classifier(class_weight="balanced").fit(X, TRUTH)
    with pytest.raises(BacklitError, match="classes: a regressor has none"):
        TabularRegressor((4,), epochs=2).fit(X, X[:, 0], classes=[0, 1])


def test_zeros_and_ones_stay_labels() -> None:
    assert classifier().fit(X, np.eye(3)[TRUTH.argmax(axis=1)]).multilabel_


def test_a_file_keeps_what_was_learnt(tmp_path) -> None:
    import backlit

    model = classifier().fit(X, TRUTH, classes=["a", "b", "c"])
    model.save(tmp_path / "soft.backlit")
    again = backlit.load(tmp_path / "soft.backlit")
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
