"""A fitted model of ours as a `Case`: the one place of this room that knows estimators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.diagnosis.case import Case, Rows, Training
from backlit.errors import BacklitError
from backlit.estimators.mlp.base import BaseMLP
from backlit.estimators.mlp.building import new_optimizer
from backlit.estimators.mlp.head import dense_targets
from backlit.estimators.tabular.base import BaseTabular
from backlit.estimators.tabular.many_rows import recipe_for
from backlit.interop.networks.importing import import_network
from backlit.training.initial_parameters import initial


def case_of(model: Any, X: Any, y: Any, X_val: Any, y_val: Any, training: Mapping[str, Any] | None) -> Case:
    """What is to be diagnosed, of a fitted estimator or of a `Case` itself.

    Raises
    ------
    BacklitError
        If the model is none of ours or not fitted, rows and targets do not match, or a label is not known to it.
    """
    if isinstance(model, Case):
        raise BacklitError("diagnose: a Case has its rows; call backlit.diagnosis.diagnosing.diagnose_case(case)")
    name = type(model).__name__
    if not isinstance(model, BaseMLP | BaseTabular):
        raise BacklitError(f"diagnose: {name} is not a fitted MLP* or Tabular* estimator; give one of them")
    if "theta_" not in vars(model):
        raise BacklitError(f"diagnose: this {name} is not fitted; call fit first")
    if (X_val is None) != (y_val is None):
        raise BacklitError("X_val and y_val: one is given without the other; give both")
    rows = rows_of(model, X, y)
    theta = np.asarray(model.theta_, np.float64)
    known = (mlp_training if isinstance(model, BaseMLP) else tabular_training)(model, rows)
    return Case(
        model.network_,
        theta,
        rows,
        model.task,
        None if X_val is None else rows_of(model, X_val, y_val, "X_val", "y_val"),
        known.updated(training or {}),
        tuple(_input_names(model, rows.inputs.shape[1])),
        tuple(map(str, getattr(model, "classes_", ()))),
        "mlp" if isinstance(model, BaseMLP) else "tabular",
        vars(model).get("snapshots_"),
    )


def ours_of(model: Any, y: Any) -> Any:
    """The model itself, or a network of another library as an estimator of ours.

    Labels are those of the model, or, where it holds none, those of the targets; targets of floats have none.
    """
    if isinstance(model, Case | BaseMLP | BaseTabular):
        return model
    labels = np.asarray(y)
    has_labels = hasattr(model, "classes_") or labels.ndim != 1 or labels.dtype.kind == "f"
    try:
        return import_network(model, classes=None if has_labels else np.unique(labels).tolist())
    except BacklitError as error:
        raise BacklitError(f"diagnose: {error}") from None


def rows_of(model: Any, X: Any, y: Any, inputs_name: str = "X", targets_name: str = "y") -> Rows:
    """Rows and targets as the model's network takes them; errors call them by the names given.

    Raises
    ------
    BacklitError
        If there are not as many targets as rows, or a label is not known to the model.
    """
    inputs = np.ascontiguousarray(model._inputs(X), np.float64)  # a frame lies column by column
    targets = _targets(model, y, targets_name)
    if len(inputs) != len(targets):
        raise BacklitError(
            f"{targets_name}: {len(targets)} targets for {len(inputs)} rows of {inputs_name}; give as many"
        )
    dense = dense_targets(targets, model.network_.outputs)
    return Rows(inputs, np.asarray(dense, np.float64))


def _targets(model: Any, y: Any, name: str) -> NDArray[np.float64]:
    """Class codes, or a column for each output, in the units of the network."""
    known = getattr(model, "classes_", None)
    given = np.asarray(y)
    if isinstance(known, np.ndarray) and given.ndim == 1 and not model._is_multilabel() and not _reads(model, given):
        labels = set(known.tolist())
        unknown = next((label for label in given.tolist() if label not in labels), None)
        if unknown is not None:
            some = ", ".join(map(repr, known.tolist()[:5])) + (", ..." if len(known) > 5 else "")
            raise BacklitError(
                f"{name}: label {unknown!r} is not among those of the model ({some}); give rows it knows"
            )
    if isinstance(model, BaseMLP):
        return np.asarray(model._read_validation_target(y), np.float64)
    encoded = np.asarray(model._encode_target(y), np.float64)
    return encoded.reshape(len(encoded), -1)


def _reads(model: Any, labels: NDArray[Any]) -> bool:
    """Whether the model takes labels of another type (codes for a file's texts), as it may."""
    if labels.dtype.kind == model.classes_.dtype.kind:
        return False
    try:
        encoded = model._read_validation_target(labels) if isinstance(model, BaseMLP) else model._encode_target(labels)
    except (BacklitError, ValueError, TypeError, KeyError):
        return False
    return bool(np.isfinite(np.asarray(encoded, np.float64)).all())


def _input_names(model: Any, width: int) -> list[str]:
    """A name for each input: of an encoded column its name, with a number where it has several."""
    names = [f"x[{i}]" for i in range(width)]
    for column, inputs in model._column_inputs():
        for number, i in enumerate(inputs):
            if i < width:
                names[i] = str(column) if len(inputs) == 1 else f"{column}[{number}]"
    return names


def mlp_training(model: BaseMLP, rows: Rows) -> Training:
    """What an MLP's parameters and fitted attributes tell of its training."""
    stochastic = model.solver != "lbfgs"
    size = min(200, len(rows)) if isinstance(model.batch_size, str) else min(model.batch_size, len(rows))
    decoupled = model.solver in ("adamw", "muon")
    known = Training(
        optimizer=new_optimizer(model).name if stochastic else None,
        rate=model.learning_rate_init if stochastic else None,
        batch_size=size if stochastic else None,
        epochs=getattr(model, "n_iter_", None) if stochastic else None,
        max_epochs=model.max_iter if stochastic else None,
        momentum=model.momentum,
        l2_penalty=0.0 if decoupled else model.alpha,
        weight_decay=model.weight_decay if decoupled else 0.0,
        dropout=model.dropout,
        loss_curve=tuple(getattr(model, "loss_curve_", ())),
        seed=getattr(model, "_seed", 0),
        init=model.init,
        balanced=getattr(model, "class_weight", None) is not None,
    )
    if model.random_state is None and "_seed" not in vars(model):
        return known
    start = initial(model.network_, known.seed, model.theta_.dtype, model.init, rows.inputs.astype(model.theta_.dtype))
    return known.updated({"initial": np.asarray(start, np.float64)})


def tabular_training(model: BaseTabular, rows: Rows) -> Training:
    """What a tabular model's recipe tells; its members were merged, so that their starts are not those of the whole."""
    recipe = recipe_for(model, len(rows))
    histories = getattr(model, "histories_", ())
    curve = tuple(epoch.loss for epoch in histories[0].epochs) if histories else ()
    return Training(
        batch_size=min(recipe.batch_size, len(rows)),
        epochs=getattr(model, "n_iter_", None),
        dropout=recipe.dropout_of(len(rows)),
        loss_curve=curve,
    )
