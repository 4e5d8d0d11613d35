"""A fit's rows as numbers: the encoder, the weights, and whether a straight line takes unclipped numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from backlit.encoding import fit_encoder
from backlit.encoding.column_threads import columns_by
from backlit.engine.sharded import ranks_here
from backlit.errors import BacklitError, DataWarning, warn
from backlit.estimators.shared.sample_weights import normalized_weights, sample_weights
from backlit.estimators.tabular.line import LinePlan, line_plan
from backlit.estimators.tabular.recipe import Recipe
from backlit.network.straight import without_line
from backlit.training.samples import Samples

if TYPE_CHECKING:
    from backlit.estimators.tabular.base import BaseTabular  # for its type only: base.py calls this module

NO_WEIGHTS = np.empty(0, np.float32)


def encode(
    model: BaseTabular,
    recipe: Recipe,
    X: Any,
    targets: NDArray[np.float32],
    weights: Any,
    again: bool,
    may_have_line: bool = False,
) -> tuple[Samples, LinePlan | None]:
    """The rows as numbers, by the model's encoder, and the plan of a line; the first time both are fitted to them."""
    plan: LinePlan | None = None
    if not again:
        with columns_by(model.n_jobs):
            encoder = fit_encoder(X, steps=recipe.number_steps, missing=model.missing, day_first=model.day_first)
        text = model._target_text()
        if text is not None:
            encoder = replace(encoder, notes=(*encoder.notes, *text.notes), target=text)
        model._set_encoder(encoder)
        if encoder.notes:
            warn(DataWarning(encoder.notes))
    may_have_line = may_have_line and recipe.line and not recipe.parametric_activation and model._takes_line()
    wide = model.encoder_.with_straight() if may_have_line and not again else model.encoder_
    with columns_by(model.n_jobs):
        rows = wide.encode(X)
    if len(rows) != len(targets):
        raise BacklitError(f"y: {len(targets)} targets for {len(rows)} rows of X; they must be as many")
    if again:
        plan = known_line(model)
    elif wide.n_straight:
        plan = ranks_here().broadcast(line_plan(wide, rows, targets))  # ranks must not differ in shapes
        if plan is not None:
            model._set_encoder(wide)
        else:
            rows = np.ascontiguousarray(rows[:, : model.encoder_.n_outputs])
    weights = sample_weights(weights, len(rows))
    by_class = model._class_weights(targets)
    if by_class is not None:
        weights = normalized_weights(by_class * (weights if weights.size else 1.0))
    return Samples(rows, targets, weights), plan


def known_line(model: BaseTabular) -> LinePlan | None:
    """The line of a fitted model, or None."""
    straight = model.encoder_.n_straight
    if not straight:
        return None
    weights = without_line(model.network_, model.theta_, straight)[2].astype(np.float64)
    own = model.encoder_.n_outputs - straight
    return LinePlan(np.arange(len(weights)), 0.0, own, (weights, np.zeros(weights.shape[1])))


def validation_samples(model: BaseTabular, X_val: Any, y_val: Any, columns: int) -> Samples:
    """Rows of the caller's own that select the best epoch; labels are certain where the targets are probabilities."""
    if y_val is None:
        raise BacklitError("y_val: X_val is given without it; give both")
    targets = model._encode_target(y_val)
    if targets.shape[1] == 1 < columns:
        targets = np.eye(columns, dtype=np.float32)[targets[:, 0].astype(np.int64)]
    if targets.shape[1] != columns:
        raise BacklitError("y_val: probabilities, but the labels of y are certain; give labels")
    with columns_by(model.n_jobs):
        rows = model.encoder_.encode(X_val)
    if len(rows) != len(targets):
        raise BacklitError(f"y_val: {len(targets)} targets for {len(rows)} rows of X_val; they must be as many")
    return Samples(rows, targets, NO_WEIGHTS)
