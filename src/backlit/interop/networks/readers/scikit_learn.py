"""scikit-learn: `MLPClassifier` and `MLPRegressor`, bare, behind scalers in a Pipeline, with a transformed target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from backlit.encoding.preparation import Entry
from backlit.errors import BacklitError
from backlit.estimators.mlp.parameters import ACTIVATIONS, REGRESSOR, SOLVERS
from backlit.interop.networks.description import Activation, Description, Linear, Scaling, Step
from backlit.interop.networks.reader import Reader, all_readers
from backlit.interop.networks.readers._scikit_columns import Feature, front_of, transformed
from backlit.interop.networks.readers._scikit_scalers import check_fitted, scaler
from backlit.interop.networks.source import Source

ACTIVATIONS_READ = ("identity", "logistic", "tanh", "relu", "softmax")
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
    check_fitted(model, "coefs_")
    given = [list(getattr(model, name, None) or ()) for name in ("coefs_", "intercepts_")]
    if len(given[0]) != len(given[1]):
        raise BacklitError(f"coefs_ has {len(given[0])} layers, intercepts_ {len(given[1])}; train the network again")
    layers = list(zip(*given, strict=True))
    steps: list[Step] = []
    for number, (weights, biases) in enumerate(layers, 1):
        last = number == len(layers)
        name = model.out_activation_ if last else model.activation
        if name not in ACTIVATIONS_READ:
            raise BacklitError(f"activation {name!r:.40} is not read; known are {', '.join(ACTIVATIONS_READ)}")
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


def _names(model: Any) -> list[str]:
    return [str(name) for name in getattr(model, "feature_names_in_", ())]


def _pipeline(model: Any) -> Description:
    *transformers, (_, last) = model.steps
    inner = _estimator(last)
    fitted = [transformer for _, transformer in transformers if hasattr(transformer, "n_features_in_")]
    if not fitted:  # nothing but "passthrough"
        return inner
    names = _names(fitted[0]) or list(inner.feature_names)
    notes = list[str]()
    features = [Feature(Entry(column)) for column in range(int(fitted[0].n_features_in_))]
    for name, transformer in transformers:
        features = transformed(transformer, features, f"step {name!r}", notes)
    steps, preparation = front_of(features, int(fitted[0].n_features_in_), inner.steps)
    return replace(inner, steps=steps, feature_names=names, preparation=preparation, notes=[*notes, *inner.notes])


def _transformed_target(model: Any) -> Description:
    check_fitted(model, "regressor_")
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
    scaling, *clipping = scaler(model.transformer_, where)
    assert isinstance(scaling, Scaling)
    if clipping:
        raise BacklitError(f"{where}: clip=True is not read; fit it without")
    return [Scaling(scaling.offset, 1.0 / scaling.scale, scaling.center, where)]


READER = Reader(
    "scikit-learn", recognises, read, "a fitted MLPClassifier or MLPRegressor of scikit-learn, or a Pipeline with one"
)
