"""Arguments that several estimators read alike: rows, labels, widths of layers, the seed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError, ParameterError


def dense(rows: Any) -> NDArray[Any]:
    """Rows as an array, where they are a sparse matrix or an array of another kind."""
    return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows)


def class_code(classes: NDArray[Any], y: Any) -> int:
    """The index of a label among a model's classes.

    Raises
    ------
    BacklitError
        If it is none of them.
    """
    codes = np.flatnonzero(classes == y)
    if len(codes) != 1:
        raise BacklitError(f"y: {y!r} is not one of the model's classes {classes.tolist()}")
    return int(codes[0])


def widths_of(hidden_layer_sizes: Any) -> tuple[int, ...]:
    """The widths of the hidden layers; a single number is one layer.

    Raises
    ------
    BacklitError
        If a width is not a whole number from 1.
    """
    sizes = np.asarray(hidden_layer_sizes if np.iterable(hidden_layer_sizes) else [hidden_layer_sizes])
    if sizes.size and (sizes.ndim != 1 or sizes.dtype.kind not in "iu" or (sizes < 1).any()):
        raise BacklitError(f"hidden_layer_sizes must be > 0, got {hidden_layer_sizes!r}; use whole numbers from 1")
    return tuple(int(size) for size in sizes)


def seed_of(random_state: Any) -> int:
    """The one seed of a training, from scikit-learn's `random_state`.

    Raises
    ------
    BacklitError
        If it is neither None, a random generator nor a whole number from 0.
    """
    if random_state is None:
        return secrets.randbits(31)
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31 - 1))
    try:
        seed = int(random_state)
    except (TypeError, ValueError):
        raise BacklitError(
            f"random_state: {random_state!r} is not a whole number; use 0, or None for a random seed"
        ) from None
    if seed < 0:
        raise BacklitError(f"random_state: {seed} is negative; use a whole number from 0")
    return seed


def no_finite_score(parameter: str, scorer: Any, epochs: int) -> ParameterError:
    """The error of a training whose validation score was not finite in any epoch.

    Parameters
    ----------
    parameter : str
        That chooses the score.
    scorer : str, callable or None
        The parameter's value; None: the estimator's default.
    epochs : int
        How many were scored.

    Examples
    --------
    >>> print(no_finite_score("metric", "roc_auc", 9))
    metric: 'roc_auc' was finite in none of 9 epochs, so none is the best; use another, or other rows to validate on
    """
    name = "the default score" if scorer is None else getattr(scorer, "__name__", repr(scorer))
    return ParameterError(
        f"{parameter}: {name} was finite in none of {epochs} epochs, so none is the best; use another, or other rows "
        "to validate on",
        parameter=parameter,
    )


def store_parameters(estimator: Any, arguments: Mapping[str, Any]) -> None:
    """Keep the arguments of ``__init__`` as scikit-learn requires: unchanged, under their own names.

    Parameters
    ----------
    estimator : object
    arguments : mapping
        What ``locals()`` gives at the beginning of ``__init__``.
    """
    for name, value in arguments.items():
        if name not in ("self", "__class__"):
            setattr(estimator, name, value)
