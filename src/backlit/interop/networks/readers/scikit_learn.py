"""scikit-learn: `MLPClassifier` and `MLPRegressor`, bare, behind scalers in a Pipeline, with a transformed target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from backlit.errors import BacklitError
from backlit.estimators.mlp.parameters import ACTIVATIONS, REGRESSOR, SOLVERS
from backlit.interop.networks.description import Activation, Clipping, Description, Linear, Numbers, Scaling, Step
from backlit.interop.networks.reader import Reader, all_readers
from backlit.interop.networks.source import Source

INVERSES = {"expm1": "expm1", "exp": "exp"}
"""NumPy's function that brings a target back -> the gate that does the same."""


def recognises(source: Source) -> bool:
    """Whether it is an object of scikit-learn's, or an MLP that is derived from its own; skorch's nets are not."""
    own = source.path is None and type(source.value).__module__.startswith("sklearn.")
    return own or "sklearn.neural_network._multilayer_perceptron" in source.modules


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a fitted estimator."""
    import sklearn

    description = _estimator(source.value)
    return replace(description, version=description.version or str(sklearn.__version__))


def _estimator(model: Any) -> Description:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import Pipeline

    if isinstance(model, Pipeline):
        return _pipeline(model)
    if isinstance(model, TransformedTargetRegressor):
        return _transformed_target(model)
    if isinstance(model, MLPClassifier | MLPRegressor):
        return _network(model)
    inner = Source(model)  # such as a skorch net behind scalers
    for reader in all_readers():
        if reader is not READER and reader.recognises(inner):
            return reader.read(inner, {})
    raise BacklitError(
        f"{type(model).__name__} is no multilayer perceptron; give a fitted MLPClassifier or MLPRegressor, or a "
        "Pipeline that ends in one"
    )


def _network(model: Any) -> Description:
    _check_fitted(model, "coefs_")
    layers = list(zip(model.coefs_, model.intercepts_, strict=True))
    steps: list[Step] = []
    for number, (weights, biases) in enumerate(layers, 1):
        last = number == len(layers)
        name = model.out_activation_ if last else model.activation
        steps.append(Linear(weights, biases, f"coefs_[{number - 1}]"))
        steps.append(Activation(ACTIVATIONS.get(name, name), f"{name} behind coefs_[{number - 1}]"))
    classifies = hasattr(model, "classes_")
    ours = {name for name in REGRESSOR if name not in ("loss", "activation", "hidden_layer_sizes")}
    parameters = {name: value for name, value in model.get_params(deep=False).items() if name in ours}
    if parameters.get("solver") not in SOLVERS:
        parameters.pop("solver", None)
    parameters["early_stopping"] = False  # partial_fit goes on, for which there is none
    fitted: dict[str, Any] = {"n_iter_": int(model.n_iter_), "t_": int(model.t_)}
    if np.isfinite(getattr(model, "loss_", np.nan)):
        fitted["loss_"] = float(model.loss_)
        fitted["loss_curve_"] = [float(loss) for loss in getattr(model, "loss_curve_", ())]
    return Description(
        "scikit-learn",
        "",
        steps,
        task="classification" if classifies else "regression",
        classes=model.classes_ if classifies else None,
        multilabel=classifies and model._label_binarizer.y_type_.startswith("multilabel"),
        loss="" if classifies else getattr(model, "loss", "squared_error"),
        feature_names=_names(model),
        parameters=parameters,
        fitted=fitted,
    )


def _check_fitted(model: Any, attribute: str) -> None:
    if not hasattr(model, attribute):
        raise BacklitError(f"this {type(model).__name__} is not fitted; call fit first")


def _names(model: Any) -> list[str]:
    return [str(name) for name in getattr(model, "feature_names_in_", ())]


def _pipeline(model: Any) -> Description:
    *transformers, (_, last) = model.steps
    inner = _estimator(last)
    steps, notes = list(inner.steps), list(inner.notes)
    for name, transformer in reversed(transformers):
        steps, more = _before(transformer, f"step {name!r}", steps)
        notes = more + notes
    fitted = [transformer for _, transformer in transformers if hasattr(transformer, "feature_names_in_")]
    names = _names(fitted[0]) if fitted else list(inner.feature_names)
    return replace(inner, steps=steps, feature_names=names, notes=notes)


def _before(transformer: Any, where: str, steps: list[Step]) -> tuple[list[Step], list[str]]:
    """The steps with a transformer in front of them, and notes on it."""
    kind = type(transformer).__name__
    if transformer is None or isinstance(transformer, str):  # "passthrough"
        return steps, []
    if kind == "ColumnTransformer":
        return _before_columns(transformer, where, steps)
    made, notes = _elementwise(transformer, where)
    return [*made, *steps], notes


def _elementwise(transformer: Any, where: str) -> tuple[list[Step], list[str]]:
    """The steps of a transformer that works number by number, and notes on it; a Pipeline of such, too."""
    kind = type(transformer).__name__
    if transformer is None or isinstance(transformer, str):
        return [], []
    if kind == "Pipeline":
        parts = [_elementwise(part, f"{where}, step {name!r}") for name, part in transformer.steps]
        return [step for steps, _ in parts for step in steps], [note for _, notes in parts for note in notes]
    if kind == "SimpleImputer":
        return [], [_imputed(transformer, where)]
    return _scaler(transformer, where), []


def _imputed(transformer: Any, where: str) -> str:
    """A note on an imputer, which does nothing to rows without missing cells, and our network takes no others."""
    _check_fitted(transformer, "statistics_")
    statistics = transformer.statistics_
    if transformer.add_indicator or statistics.dtype.kind != "f" or not np.isfinite(statistics).all():
        raise BacklitError(f"{where}: an imputer of text, with indicators or empty columns is not read; leave it out")
    return f"{where} fills missing cells with {', '.join(f'{value:g}' for value in statistics[:10])}; give filled rows"


def _before_columns(transformer: Any, where: str, steps: list[Step]) -> tuple[list[Step], list[str]]:
    """A ColumnTransformer of scalers: columns stay in the order of the table, and the first weights are put into it."""
    _check_fitted(transformer, "transformers_")
    width, order, notes = int(transformer.n_features_in_), list[int](), list[str]()
    scalings: list[tuple[list[int], Scaling]] = []
    names = _names(transformer)
    for name, part, columns in transformer.transformers_:
        indices = _indices(columns, names, width)
        if isinstance(part, str) and part == "drop":
            continue
        made, more = _elementwise(part, f"{where}, {name!r}")
        for step in made:
            if not isinstance(step, Scaling):
                raise BacklitError(f"{where}, {name!r}: clip=True is not read of single columns; fit it without")
            scalings.append((indices, step))
        order += indices
        notes += more
    if len({*order}) != len(order):
        raise BacklitError(f"{where}: a column is taken twice; give each to one transformer")
    scaled: list[Step] = [_spread(step, indices, width) for indices, step in scalings]
    return [*scaled, *_in_order(steps, order, width)], notes


def _indices(columns: Any, names: Sequence[str], width: int) -> list[int]:
    """The numbers of columns that are given by number, name, slice or flags."""
    if isinstance(columns, slice):
        return list(range(width))[columns]
    listed = [columns] if isinstance(columns, str | int) else list(columns)
    if listed and all(isinstance(column, bool | np.bool_) for column in listed):
        return [number for number, chosen in enumerate(listed) if chosen]
    return [names.index(column) if isinstance(column, str) else int(column) % width for column in listed]


def _spread(step: Scaling, indices: Sequence[int], width: int) -> Scaling:
    """A scaling of some columns as one of all, which leaves the others alone."""
    arrays = np.zeros(width), np.ones(width), np.zeros(width)
    for whole, part in zip(arrays, (step.center, step.scale, step.offset), strict=True):
        whole[list(indices)] = part
    return Scaling(*arrays, step.where)


def _in_order(steps: Sequence[Step], order: Sequence[int], width: int) -> list[Step]:
    """Steps that take columns in some order as steps that take all, in the order of the table, up to the weights."""
    ordered: list[Step] = []
    for number, step in enumerate(steps):
        if isinstance(step, Linear):
            weights = np.zeros((width, step.weights.shape[1]), step.weights.dtype)
            weights[list(order)] = step.weights
            return [*ordered, replace(step, weights=weights), *steps[number + 1 :]]
        if not isinstance(step, Scaling):
            raise BacklitError(f"{step.where}: behind a ColumnTransformer only scalers are read; leave it out")
        ordered.append(_spread(step, order, width))
    return ordered


def _scaler(transformer: Any, where: str) -> list[Step]:
    """The steps of one transformer that works number by number."""
    kind = type(transformer).__name__
    if kind not in SCALERS or not type(transformer).__module__.startswith("sklearn."):
        known = ", ".join((*SCALERS, "SimpleImputer", "ColumnTransformer"))
        raise BacklitError(f"{where}: a {kind} is not read; known are {known}; transform the rows before")
    _check_fitted(transformer, "n_features_in_")
    center, scale, offset = SCALERS[kind](transformer)
    steps: list[Step] = [Scaling(center, scale, offset, where)]
    if getattr(transformer, "clip", False):
        low, high = transformer.feature_range if kind == "MinMaxScaler" else (-1.0, 1.0)
        steps.append(Clipping(np.full(len(scale), low), np.full(len(scale), high), where))
    return steps


def _filled(transformer: Any, numbers: Any, value: float) -> Numbers:
    width = int(transformer.n_features_in_)
    return np.full(width, value) if numbers is None else np.asarray(numbers, np.float64)


def _standard(transformer: Any) -> tuple[Numbers, Numbers, Numbers]:
    centers, units = getattr(transformer, "mean_", None), getattr(transformer, "scale_", None)
    center = _filled(transformer, centers if getattr(transformer, "with_mean", True) else None, 0.0)
    return center, 1.0 / _filled(transformer, units, 1.0), np.zeros_like(center)


def _robust(transformer: Any) -> tuple[Numbers, Numbers, Numbers]:
    center = _filled(transformer, transformer.center_, 0.0)
    return center, 1.0 / _filled(transformer, transformer.scale_, 1.0), np.zeros_like(center)


def _min_max(transformer: Any) -> tuple[Numbers, Numbers, Numbers]:
    scale = np.asarray(transformer.scale_, np.float64)
    return np.zeros_like(scale), scale, np.asarray(transformer.min_, np.float64)


def _max_abs(transformer: Any) -> tuple[Numbers, Numbers, Numbers]:
    scale = 1.0 / np.asarray(transformer.scale_, np.float64)
    return np.zeros_like(scale), scale, np.zeros_like(scale)


SCALERS: Mapping[str, Callable[[Any], tuple[Numbers, Numbers, Numbers]]] = {
    "StandardScaler": _standard,
    "MinMaxScaler": _min_max,
    "RobustScaler": _robust,
    "MaxAbsScaler": _max_abs,
}
"""Transformer -> its center, scale and offset."""


def _transformed_target(model: Any) -> Description:
    _check_fitted(model, "regressor_")
    inner = _estimator(model.regressor_)
    names = list(inner.feature_names) or _names(model)
    return replace(inner, steps=[*inner.steps, *_inverse(model)], feature_names=names, loss="squared_error")


def _inverse(model: Any) -> Sequence[Step]:
    """What brings the network's outputs back to the target's units."""
    function = model.inverse_func if model.transformer is None else None
    if function is not None:
        name = getattr(function, "__name__", type(function).__name__)
        if not isinstance(function, np.ufunc) or name not in INVERSES:
            raise BacklitError(f"inverse_func {name!r} is not read; known are np.{', np.'.join(INVERSES)}")
        return [Activation(INVERSES[name], f"inverse_func {name}")]
    if model.transformer is None:
        return []
    where = "the target's transformer"
    scaling, *clipping = _scaler(model.transformer_, where)
    assert isinstance(scaling, Scaling)
    if clipping:
        raise BacklitError(f"{where}: clip=True is not read; fit it without")
    return [Scaling(scaling.offset, 1.0 / scaling.scale, scaling.center, where)]


READER = Reader(
    "scikit-learn", recognises, read, "a fitted MLPClassifier or MLPRegressor of scikit-learn, or a Pipeline with one"
)
