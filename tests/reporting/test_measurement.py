from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from sklearn import metrics

import backlit
from backlit.errors import BacklitError

from .conftest import Case


def test_answers_are_those_of_the_model(wine: Case) -> None:
    guesses, labels = wine.model.predict(wine.X), wine.model.classes_
    assert wine.report.labels == tuple(labels)
    assert np.array_equal(wine.report.confusion, metrics.confusion_matrix(wine.y, guesses, labels=labels))
    assert wine.report.scores[0].model == metrics.accuracy_score(wine.y, guesses)
    assert sum(part.rows for part in wine.report.calibration) == len(wine.y)
    assert wine.report.truth is None


def test_numbers_are_those_of_the_model(diabetes: Case) -> None:
    assert np.array_equal(diabetes.report.predictions, diabetes.model.predict(diabetes.X))
    assert np.array_equal(diabetes.report.truth, diabetes.y)
    assert diabetes.report.scores[2].model == pytest.approx(metrics.r2_score(diabetes.y, diabetes.report.predictions))
    assert diabetes.report.labels == diabetes.report.classes == diabetes.report.calibration == ()


def test_curves_are_the_histories(diabetes: Case) -> None:
    assert len(diabetes.report.curves) == 2
    for curve, history in zip(diabetes.report.curves, diabetes.model.histories_, strict=True):
        assert curve.loss == tuple(epoch.loss for epoch in history.epochs)
        assert curve.score is not None
        assert curve.best is not None
        assert curve.best == history.best_epoch == 1 + int(np.argmax(curve.score))


def test_importance_is_the_model_s(wine: Case) -> None:
    wanted = wine.model.importance(wine.X, wine.y, repeats=3, random_state=0)
    assert wine.report.importance.ranked() == wanted.ranked()


def test_gradient_flow_is_that_of_single_rows(wine: Case) -> None:
    few = wine.X.iloc[:3], wine.y[:3]
    flow = backlit.report(wine.model, *few).flow
    traces = [
        {wire.name: wire.gradient for wire in backlit.trace(wine.model, x=few[0].iloc[[row]], y=few[1][row]).wires}
        for row in range(3)
    ]
    assert [part.layer for part in flow] == [1, 2, 3, 4]
    for part in flow:
        deltas = np.array([found[f"z[{part.layer}]"] for found in traces])
        weights = np.mean([found[f"w[{part.layer}]"] for found in traces], axis=0)
        assert part.delta == pytest.approx(np.abs(deltas).mean())
        assert part.weight_gradient == pytest.approx(np.abs(weights).mean())


@pytest.mark.parametrize("convert", [pl.from_pandas, lambda frame: pa.Table.from_pandas(frame, preserve_index=False)])
def test_any_frame_gives_the_same(wine: Case, convert: object) -> None:
    found = backlit.report(wine.model, convert(wine.X), pa.chunked_array([wine.y.tolist()]))  # type: ignore[operator]
    assert found.scores == wine.report.scores
    assert found.importance.ranked() == wine.report.importance.ranked()
    assert found.flow == wine.report.flow


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_mlp_has_one_curve_and_keeps_it_and_a_loaded_tabular_model_none(wine: Case, tmp_path: object) -> None:
    X = wine.X.to_numpy()
    model = backlit.MLPClassifier((4,), max_iter=5, n_iter_no_change=5, random_state=0).fit(X, wine.y)
    (curve,) = backlit.report(model, X, wine.y).curves
    assert curve.loss == tuple(model.loss_curve_)
    assert curve.score is curve.rate is None
    model.save(f"{tmp_path}/a.backlit")
    assert backlit.report(backlit.load(f"{tmp_path}/a.backlit"), X, wine.y).curves == (curve,)
    wine.model.save(f"{tmp_path}/b.backlit")
    assert backlit.report(backlit.load(f"{tmp_path}/b.backlit"), wine.X, wine.y).curves == ()


@pytest.mark.parametrize(
    ("rows", "y", "message"),
    [
        (slice(0, 3), ["red"], "report: 1 targets for 3 rows"),
        (slice(0, 1), ["red"], "report: 1 labelled rows show nothing; give at least 2"),
        (slice(0, 2), ["red", "blue"], "row 1 has the label 'blue', which the model does not know"),
        (slice(0, 2), [[0, 1], [1, 0]], "report: y has several targets per row"),
    ],
)
def test_bad_targets_are_one_line(wine: Case, rows: slice, y: object, message: str) -> None:
    with pytest.raises(BacklitError, match=f"^{message}"):
        backlit.report(wine.model, wine.X[rows], y)


def test_a_target_that_is_no_number_is_named(diabetes: Case) -> None:
    with pytest.raises(BacklitError, match="the target of row 1 is NaN or infinite; leave the row out"):
        backlit.report(diabetes.model, diabetes.X[:3], [1.0, np.nan, 2.0])
