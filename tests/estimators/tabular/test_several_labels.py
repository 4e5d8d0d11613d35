"""Rows that have several labels at once, or none, from raw frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, log_loss

import backlit
from backlit import BacklitError, TabularClassifier

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame({"size": RNG.normal(size=600), "kind": RNG.choice(["a", "b", None], 600)})
LABELS = pd.DataFrame({"large": FRAME["size"] > 0.3, "is a": FRAME["kind"] == "a", "rare": FRAME["size"] > 2.5})
LEARN, HELD = slice(0, 450), slice(450, 600)


@pytest.fixture(scope="module")
def model() -> TabularClassifier:
    return TabularClassifier((32,), epochs=60, n_members=2, random_state=0).fit(FRAME[LEARN], LABELS[LEARN])


def test_each_label_is_learnt(model) -> None:
    assert model.classes_.tolist() == ["large", "is a", "rare"]
    indicators = model.predict(FRAME[HELD])
    assert indicators.shape == (150, 3)
    assert set(np.unique(indicators)) == {0, 1}
    assert (indicators == LABELS[HELD]).to_numpy().mean() > 0.97
    assert model.score(FRAME[HELD], LABELS[HELD]) == accuracy_score(LABELS[HELD], indicators)


def test_probabilities_are_each_labels_own_and_calibrated(model) -> None:
    shares = model.predict_proba(FRAME[HELD])
    assert (np.abs(shares.sum(axis=1) - 1.0) > 0.01).any()
    for number, name in enumerate(LABELS):
        assert log_loss(LABELS[name][HELD], shares[:, number], labels=[False, True]) < 0.15


def test_a_file_keeps_them(model, tmp_path) -> None:
    model.save(tmp_path / "labels.backlit")
    again = backlit.load(tmp_path / "labels.backlit")
    assert again.multilabel_
    np.testing.assert_array_equal(again.predict_proba(FRAME[HELD]), model.predict_proba(FRAME[HELD]))


def test_a_row_is_traced_and_explained(model) -> None:
    trace = backlit.trace(model, x=FRAME.iloc[0], y=[0, 1, 0])
    shares = model.predict_proba(FRAME[:1])[0]
    assert trace.value == pytest.approx(-np.log([1 - shares[0], shares[1], 1 - shares[2]]).sum(), rel=1e-4)
    found = model.contributions(FRAME[HELD], target=0)
    assert abs(found.values.sum(axis=1) - (found.outputs - found.baseline)).max() < 0.05


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "neg_log_loss", "roc_auc", None])
def test_metrics_and_rows_of_ones_own(metric) -> None:
    model = TabularClassifier((8,), epochs=3, n_members=1, metric=metric, random_state=0)
    model.fit(FRAME[LEARN], LABELS[LEARN], X_val=FRAME[HELD], y_val=LABELS[HELD])
    assert len(model.histories_[0].epochs) == 3


def test_wrong_labels_are_named() -> None:
    with pytest.raises(BacklitError, match="target column 1, row 2: 5 is neither 0 nor 1"):
        TabularClassifier().fit(FRAME[:6], [[0, 1], [1, 1], [0, 5], [0, 0], [1, 0], [0, 1]])
    with pytest.raises(BacklitError, match="class_weight: a row has several labels"):
        TabularClassifier(class_weight="balanced").fit(FRAME, LABELS)
    with pytest.raises(BacklitError, match="targets: 2 labels a row, of the fit 3"):
        TabularClassifier(epochs=1).fit(FRAME, LABELS, X_val=FRAME, y_val=LABELS.iloc[:, :2])
