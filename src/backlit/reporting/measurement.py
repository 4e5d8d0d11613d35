"""Measure a fitted model on labelled rows: every number of a report."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError
from backlit.reporting.numbers import Curve, LayerFlow, Pairs, shown
from backlit.reporting.result import Report
from backlit.reporting.scores import codes_of, measured_classes, measured_numbers, reliability
from backlit.tracing.trace import trace

IMPORTANCE_ROWS = 2000
"""Rows that columns are shuffled in; more change little."""

FEWEST_REPORT_ROWS = 2
"""R squared and a shuffled column need two rows."""

FLOW_ROWS = 64
"""Rows of the batch whose gradients are measured."""

TARGET, PREDICTION = "the target", "the prediction"
NULL_REMEDIES = {TARGET: "leave the row out", PREDICTION: "the training diverged, use a smaller learning rate"}

Numbers = NDArray[np.float64]


def report(
    model: Any, X: Any, y: Any, *, learnt: Any = None, title: str = "", repeats: int = 3, random_state: int = 0
) -> Report:
    """Measure a fitted model on labelled rows that it was not trained on.

    Parameters
    ----------
    model : fitted MLP* or Tabular* estimator
    X : frame or matrix of rows, as `predict` takes them
    y : sequence, shape (n_rows,)
        Labels or numbers.
    learnt : sequence, optional
        The targets that the baseline knows, `y` unless given.
    title : str
        The page's heading; the estimator's name unless given.
    repeats : int
        How often each column is shuffled for its importance.
    random_state : int
        Decides which rows are sampled and how columns are shuffled.

    Returns
    -------
    Report
        With ``to_html(lang)`` and ``to_figure()``.

    Raises
    ------
    BacklitError
        If there are fewer than two rows, not as many targets, a label that the model does not know, several targets
        per row, or a number that is not finite.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> import backlit
    >>> X, y = load_iris(return_X_y=True)
    >>> model = backlit.MLPClassifier((8,), solver="lbfgs", random_state=0).fit(X[::2], y[::2])
    >>> measured = backlit.report(model, X[1::2], y[1::2])
    >>> measured.confusion.sum(axis=1).tolist()
    [25, 25, 25]
    >>> len(measured.to_html("ko")) > 10_000
    True
    """
    targets = _labelled(X, y)
    known = targets if learnt is None else _targets(learnt)
    outcome = (_of_classes if model.task == "classification" else _of_numbers)(model, X, targets, known)
    shuffled = _sample(len(targets), IMPORTANCE_ROWS, random_state)
    batch = _sample(len(targets), FLOW_ROWS, random_state)
    return Report(
        title=title or type(model).__name__,
        facts=_facts(model, len(targets)),
        settings=tuple((name, shown(value)) for name, value in sorted(model.get_params().items())),
        curves=_curves(model),
        importance=model.importance(
            _taken(X, shuffled), np.asarray(targets)[shuffled], repeats=repeats, random_state=random_state
        ),
        flow=_flow(model, _taken(X, batch), [targets[row] for row in batch]),
        **outcome,
    )


def _labelled(X: Any, y: Any) -> list[Any]:
    """The targets, if there is one for each row, and enough of them."""
    targets = _targets(y)
    if len(X) != len(targets):
        raise BacklitError(f"report: {len(targets)} targets for {len(X)} rows; give one of each")
    if len(targets) < FEWEST_REPORT_ROWS:
        raise BacklitError(f"report: {len(targets)} labelled rows show nothing; give at least {FEWEST_REPORT_ROWS}")
    return targets


def _targets(y: Any) -> list[Any]:
    """One Python value a row."""
    array = np.asarray(y.to_pylist() if hasattr(y, "to_pylist") else y)
    if array.ndim > 1 and array.shape[1] != 1:
        raise BacklitError("report: y has several targets per row; report on one target at a time")
    return list(array.ravel().tolist())


def _finite(values: Any, what: str) -> Numbers:
    """Numbers as an array, if all of them are finite."""
    array = np.asarray(values, np.float64)
    wrong = ~np.isfinite(array.reshape(len(array), -1)).all(axis=1)
    if wrong.any():
        raise BacklitError(f"report: {what} of row {int(wrong.argmax())} is NaN or infinite; {NULL_REMEDIES[what]}")
    return array


def _of_classes(model: Any, X: Any, targets: list[Any], known: list[Any]) -> dict[str, Any]:
    labels = model.classes_.tolist()
    codes, probabilities = codes_of(targets, labels), _finite(model.predict_proba(X), PREDICTION)
    confusion = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(confusion, (codes, probabilities.argmax(axis=1)), 1)
    return {
        "task": "classification",
        "labels": tuple(map(str, labels)),
        **measured_classes(probabilities, codes, codes_of(known, labels), labels)._asdict(),
        "confusion": confusion,
        "calibration": tuple(reliability(probabilities, codes)),
        "truth": None,
        "predictions": None,
    }


def _of_numbers(model: Any, X: Any, targets: list[Any], known: list[Any]) -> dict[str, Any]:
    truth, predictions = _finite(targets, TARGET), _finite(model.predict(X), PREDICTION)
    return {
        "task": "regression",
        "labels": (),
        **measured_numbers(predictions, truth, _finite(known, TARGET))._asdict(),
        "confusion": None,
        "calibration": (),
        "truth": truth,
        "predictions": predictions,
    }


def _facts(model: Any, rows: int) -> Pairs:
    """The data and the network in numbers, by the names of their messages."""
    layers = model.network_.neurons
    widths = " → ".join(f"{layer.outputs:,} {layer.gate}" for layer in layers)
    facts = [("rows", f"{rows:,}"), ("columns", f"{model.n_features_in_:,}")]
    if model.task == "classification":
        facts.append(("class_count", f"{len(model.classes_):,}"))
    facts += [("network", widths), ("parameters", f"{model.network_.parameter_count:,}")]
    if hasattr(model, "histories_"):
        facts.append(("members", f"{len(model.histories_):,}"))
    return (*facts, ("epochs", f"{model.n_iter_:,}"))


def _curves(model: Any) -> tuple[Curve, ...]:
    """The histories of a training that an estimator keeps."""
    if hasattr(model, "histories_"):
        return tuple(_curve(history) for history in model.histories_)
    losses = tuple(map(float, getattr(model, "loss_curve_", ())))
    scores = getattr(model, "validation_scores_", None)
    return (Curve(losses, tuple(map(float, scores)) if scores else None, None, None),) if losses else ()


def _curve(history: Any) -> Curve:
    """One member's history by columns."""
    epochs = history.epochs
    scores = tuple(float(epoch.score) for epoch in epochs if epoch.score is not None)
    return Curve(
        tuple(float(epoch.loss) for epoch in epochs),
        scores if len(scores) == len(epochs) else None,
        tuple(float(epoch.rate) for epoch in epochs),
        int(history.best_epoch) or None,
    )


def _flow(model: Any, X: Any, targets: list[Any]) -> tuple[LayerFlow, ...]:
    """Gradients of each layer on a batch; its cost is a mean, so a row's delta is n times what the batch's wire has."""
    wires = {wire.name: wire for wire in trace(model, x=X, y=targets if len(targets) > 1 else targets[0]).wires}
    return tuple(
        LayerFlow(
            level, layer.gate, layer.outputs,
            _magnitude(wires[f"w[{level}]"].gradient), _magnitude(wires[f"z[{level}]"].gradient) * len(targets),
        )
        for level, layer in enumerate(model.network_.neurons, 1)
    )  # fmt: skip


def _magnitude(values: Any) -> float:
    return float(np.abs(np.asarray(values, np.float64)).mean())


def _sample(count: int, most: int, seed: int) -> NDArray[np.int64]:
    """All rows, or `most` of them at random, in their order."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


def _taken(X: Any, rows: NDArray[np.int64]) -> Any:
    """Some rows of a frame or a matrix."""
    import narwhals as nw

    frame = nw.from_native(X, eager_only=True, pass_through=True)
    return frame[rows.tolist()].to_native() if isinstance(frame, nw.DataFrame) else np.asarray(X)[rows]
