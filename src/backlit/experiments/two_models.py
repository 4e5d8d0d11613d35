"""Two models with one classification error and different losses: why the error is not what is learned from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.losses import loss_named
from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.formula.expression import parse
from backlit.formula.numpy import evaluator

Columns = Mapping[str, NDArray[Any]]

TARGETS: tuple[tuple[float, ...], ...] = ((0, 0, 1), (0, 1, 0), (1, 0, 0))
"""The true class of each of the three samples, one-hot."""

TWO_MODELS: Mapping[str, tuple[tuple[float, ...], ...]] = {
    "model 1": ((0.3, 0.3, 0.4), (0.3, 0.4, 0.3), (0.1, 0.2, 0.7)),
    "model 2": ((0.1, 0.2, 0.7), (0.1, 0.7, 0.2), (0.3, 0.4, 0.3)),
}
"""Model -> its softmax outputs for the three samples, as the lecture's table gives them."""


def two_models(
    outputs: Mapping[str, Any] = TWO_MODELS,
    targets: Any = TARGETS,
) -> Columns:
    """Classification error, cross entropy and squared loss of some models on the same samples.

    Without arguments: the lecture's two models, both wrong on one sample of three.

    Parameters
    ----------
    outputs : mapping of str to array-like, shape (n_samples, n_classes)
        Model -> its softmax outputs.
    targets : array-like, shape (n_samples, n_classes)
        One-hot.

    Returns
    -------
    mapping of str to ndarray, shape (n_models,)
        ``model`` (str); ``error``, the share of samples whose largest output is not the true class;
        ``cross_entropy`` (natural log) and ``squared``, each summed over the classes, averaged over the samples.
        The losses are the declared ones of `backlit.declared.losses`.

    Raises
    ------
    BacklitError
        If outputs and targets differ in shape, or an output lies outside 0..1.

    Notes
    -----
    Erratum of the slide: its printed formula for model 2, -1/3 (log 0.7 + log 0.7 + log 0.4), gives 0.54, not the
    0.64 beside it. The third sample's true class is class 1, to which model 2 gave 0.3: with log 0.3 it is 0.64.
    The table of outputs is right, and is what is computed here.

    Examples
    --------
    >>> for column, values in two_models().items():
    ...     print(column, values)
    model ['model 1' 'model 2']
    error [0.333333 0.333333]
    cross_entropy [1.378389 0.639108]
    squared [0.806667 0.34    ]
    """
    y = np.asarray(targets, np.float64)
    tables = {model: _outputs(model, rows, y) for model, rows in outputs.items()}
    return {
        "model": np.array(list(tables)),
        "error": np.array([float(np.mean(a.argmax(-1) != y.argmax(-1))) for a in tables.values()]),
        **{loss: np.array([_mean_loss(loss, a, y) for a in tables.values()]) for loss in ("cross_entropy", "squared")},
    }


def _outputs(model: str, rows: Any, y: NDArray[Any]) -> NDArray[Any]:
    """One model's outputs, checked."""
    a = np.asarray(rows, np.float64)
    if a.ndim != 2 or a.shape != y.shape:
        raise BacklitError(f"{model}: outputs have shape {a.shape}, targets {y.shape}; give one row a sample in both")
    if not ((a >= 0) & (a <= 1)).all():
        raise BacklitError(f"{model}: an output lies outside 0..1; give probabilities")
    return a


def _mean_loss(name: str, a: NDArray[Any], y: NDArray[Any]) -> float:
    """The declared term, summed over the classes, averaged over the samples."""
    term = evaluator(parse(loss_named(name).term, GATES))
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where((y == 0) & (a == 0), 0.0, term({"a": a, "y": y}))  # 0 log 0 is 0
    return float(terms.sum(-1).mean())
