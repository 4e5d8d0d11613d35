"""How much each row counts: the user's weights of rows and of classes, or weights that balance the classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import StrOptions

from backlit.encoding.cells import numbers
from backlit.encoding.conversion import to_cells
from backlit.encoding.scaling import scale_by_power_of_two
from backlit.errors import BacklitError

CLASS_WEIGHTS: list[Any] = [StrOptions({"balanced"}), Mapping, None]
"""What the parameter `class_weight` may be."""


def class_weights(
    class_weight: str | Mapping[Any, float], classes: NDArray[Any], codes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The weight of each row by its class.

    Parameters
    ----------
    class_weight : "balanced" or mapping of label to weight
        Balanced: the number of rows over the number of classes times the class's rows. A label that is not in the
        mapping counts 1.
    classes : ndarray, shape (n_classes,)
    codes : ndarray of int, shape (n_samples,)
        The index of each row's class.

    Returns
    -------
    ndarray of float64, shape (n_samples,)

    Raises
    ------
    BacklitError
        If a weight is no number of at least 0, or a label is unknown while a class has no weight.

    Examples
    --------
    >>> class_weights("balanced", np.array(["a", "b"]), np.array([0, 0, 0, 1])).round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    return weights_by_class(class_weight, classes, np.bincount(codes, minlength=len(classes)))[codes]


def weights_by_class(
    class_weight: str | Mapping[Any, float], classes: NDArray[Any], counts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The weight of each class by its rows; see `class_weights`."""
    if not isinstance(class_weight, Mapping):
        return np.asarray(counts.sum() / (len(classes) * np.maximum(counts, 1)))
    labels = classes.tolist()
    for label, weight in class_weight.items():
        if not (np.isreal(weight) and 0.0 <= weight < np.inf):
            raise BacklitError(f"class_weight: {weight!r} of {label!r} is no weight; use a number of at least 0")
        # a part of the rows may lack a class, as in cross-validation: then all others have their weights
        if label not in labels and not set(labels) <= set(class_weight):
            raise BacklitError(f"class_weight: {label!r} is none of the classes {labels}")
    return np.array([float(class_weight.get(label, 1.0)) for label in labels])


def sample_weights(sample_weight: Any, n: int) -> NDArray[np.float32]:
    """Sample weights as float32, the largest between 0.5 and 1, or an empty array where none are given."""
    if sample_weight is None:
        return np.empty(0, np.float32)
    what = f"sample_weight: give {n} finite numbers of at least 0, not all of them zero"
    if len(getattr(sample_weight, "shape", (n,))) != 1:
        raise BacklitError(what)
    weights = numbers(to_cells(sample_weight, "sample_weight"), "sample_weight")
    if weights.shape != (n,):
        raise BacklitError(f"{what}; there are {len(weights)}")
    bad = ~(np.isfinite(weights) & (weights >= 0))
    if bad.any():
        row = int(bad.argmax())
        raise BacklitError(f"{what}; in row {row} it is {weights[row]:g}")
    if not weights.any():
        raise BacklitError(what)
    return normalized_weights(weights)


def normalized_weights(weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """The weights times a power of two, so that the largest is between 0.5 and 1, in float32.

    Of weights only the ratios count; so scaled, neither they nor their sum leave the range of float32.

    Raises
    ------
    BacklitError
        If there are weights, but none above 0.

    Examples
    --------
    >>> normalized_weights(np.array([3e200, 1.5e200]))
    array([0.9798151 , 0.48990756], dtype=float32)
    """
    if weights.size and not weights.any():
        raise BacklitError("sample_weight: all weights are zero; at least one row has to count")
    return scale_by_power_of_two(weights)[0].astype(np.float32)
