"""What the four estimators make of their network's outputs, as nodes: labels, probabilities, numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError
from backlit.estimators.mlp.classifier import MLPClassifier
from backlit.estimators.mlp.regressor import MLPRegressor
from backlit.estimators.tabular.classifier import TabularClassifier
from backlit.estimators.tabular.regressor import TabularRegressor
from backlit.interop.onnx.graph import TEXT, Graph


class Output(NamedTuple):
    """One result of the graph: its name in the file, in the graph, its type, and its widths beside the rows."""

    name: str
    source: str
    dtype: Any
    widths: tuple[int, ...] = ()


def classes_as_constant(classes: NDArray[Any]) -> tuple[NDArray[Any], Any]:
    """Labels as ONNX holds them, and their type: text, booleans, whole numbers of 64 bits, float64.

    Examples
    --------
    >>> classes_as_constant(np.array([1, 2], np.int8))[0].dtype, classes_as_constant(np.array(["a", "b"]))[1]
    (dtype('int64'), 'text')
    """
    kinds = {"b": np.bool_, "i": np.int64, "u": np.int64, "f": np.float64}
    kind = classes.dtype.kind
    if kind in kinds:
        converted: NDArray[Any] = classes.astype(kinds[kind])
        if not np.array_equal(converted, classes):
            raise BacklitError(f"to_onnx: class labels of {classes.dtype} do not fit; use numbers of 64 bits, or text")
        return converted, kinds[kind]
    if all(isinstance(label, str) for label in classes.tolist()):
        return classes.astype(object), TEXT
    if all(isinstance(label, bool) for label in classes.tolist()):
        return classes.astype(np.bool_), np.bool_
    raise BacklitError("to_onnx: class labels of mixed types cannot be written; use text or numbers")


def _chosen(graph: Graph, classes: NDArray[Any], codes: str) -> Output:
    """The labels of some class codes."""
    labels, dtype = classes_as_constant(classes)
    return Output("label", graph.node("Gather", [graph.constant(labels), codes], axis=0), dtype)


def _largest(graph: Graph, probabilities: str) -> str:
    """The codes of the most likely classes, the first of equal ones."""
    return graph.node("ArgMax", [probabilities], axis=1, keepdims=0)


def _above_half(graph: Graph, outputs: str, dtype: np.dtype[Any]) -> str:
    """1 where an output is above a half, else 0, as int64."""
    above = graph.node("Greater", [outputs, graph.constant(np.array(0.5, dtype))])
    return graph.cast(above, np.int64)


def _shares(graph: Graph, outputs: str, least: float, dtype: np.dtype[Any]) -> str:
    """Outputs divided by their sum, which counts as `least` at least."""
    total = graph.node("ReduceSum", [outputs, graph.constant(np.array([1], np.int64))], keepdims=1)
    return graph.node("Div", [outputs, graph.node("Max", [total, graph.constant(np.array(least, dtype))])])


def _tabular_classes(graph: Graph, model: Any, outputs: str) -> list[Output]:
    n_classes, double = len(model.classes_), np.dtype(np.float64)
    probabilities = graph.cast(outputs, double)
    if model.multilabel_:
        label = Output("label", _above_half(graph, probabilities, double), np.int64, (n_classes,))
    else:
        probabilities = _shares(graph, probabilities, np.finfo(double).tiny, double)
        label = _chosen(graph, model.classes_, _largest(graph, probabilities))
    return [label, Output("probabilities", probabilities, double, (n_classes,))]


def _mlp_classes(graph: Graph, model: Any, outputs: str) -> list[Output]:
    dtype, width = model.theta_.dtype, model.n_outputs_
    multiclass = model._binarizer.y_type_ == "multiclass"
    if width == 1 and not model._is_multilabel():
        codes = _above_half(graph, outputs, dtype)
        if len(model.classes_) == 1:  # the data had one class
            codes = graph.node("Mul", [codes, graph.constant(np.array(0, np.int64))])
        codes = graph.node("Reshape", [codes, graph.constant(np.array([-1], np.int64))])
        label = _chosen(graph, model.classes_, codes)
    elif multiclass:
        label = _chosen(graph, model.classes_, _largest(graph, outputs))
    else:
        label = Output("label", _above_half(graph, outputs, dtype), np.int64, (width,))
    probabilities = outputs
    if width == 1:
        rest = graph.node("Sub", [graph.constant(np.array(1, dtype)), outputs])
        probabilities = graph.node("Concat", [rest, outputs], axis=1)
    elif multiclass and model.out_activation_ != "softmax":
        probabilities = _shares(graph, outputs, np.finfo(dtype).tiny, dtype)
    return [label, Output("probabilities", probabilities, dtype, (max(width, 2),))]


def _prediction(graph: Graph, numbers: str, dtype: Any, width: int, one_dimensional: bool) -> list[Output]:
    """Numbers of shape [N] for one target without a second dimension, else [N, width]."""
    if not one_dimensional:
        return [Output("prediction", numbers, dtype, (width,))]
    rows = graph.node("Reshape", [numbers, graph.constant(np.array([-1], np.int64))])
    return [Output("prediction", rows, dtype)]


def _tabular_numbers(graph: Graph, model: Any, outputs: str) -> list[Output]:
    if model.clip:
        for operator, limit in (("Max", model._low), ("Min", model._high)):
            outputs = graph.node(operator, [outputs, graph.constant(np.asarray(limit, model.theta_.dtype))])
    scaler, levels = model.scaler_, model.quantile_levels
    if levels:  # in ascending order: quantiles do not cross
        count = graph.constant(np.array([len(levels)], np.int64))
        outputs = graph.nodes("TopK", [outputs, count], 2, axis=1, largest=0, sorted=1)[0]
    scaled = graph.node("Mul", [graph.cast(outputs, np.float64), graph.constant(scaler.std)])
    restored = graph.node("Add", [scaled, graph.constant(scaler.mean)])
    return _prediction(graph, restored, np.float64, len(scaler.mean), scaler.one_dimensional)


def _mlp_numbers(graph: Graph, model: Any, outputs: str) -> list[Output]:
    width = model.n_outputs_
    return _prediction(graph, outputs, model.theta_.dtype, width, width == 1)


TARGETS: Mapping[type, Callable[[Graph, Any, str], list[Output]]] = {
    TabularClassifier: _tabular_classes,
    TabularRegressor: _tabular_numbers,
    MLPClassifier: _mlp_classes,
    MLPRegressor: _mlp_numbers,
}
"""Estimator -> what it makes of its network's outputs."""


def target_outputs(graph: Graph, model: Any, outputs: str) -> list[Output]:
    """Write the end of an estimator.

    Raises
    ------
    BacklitError
        If labels are of a type that ONNX does not hold.
    """
    finish = next(finish for kind, finish in TARGETS.items() if isinstance(model, kind))
    return finish(graph, model, outputs)
