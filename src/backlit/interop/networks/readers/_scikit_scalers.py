"""scikit-learn's scalers as scalings, and what says that one of its objects is not fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from backlit.errors import BacklitError
from backlit.interop.networks.description import Clipping, Numbers, Scaling, Step


def check_fitted(model: Any, attribute: str) -> None:
    """Refuse what was not fitted.

    Raises
    ------
    BacklitError
        If it lacks the attribute of a fit.
    """
    if not hasattr(model, attribute):
        raise BacklitError(f"this {type(model).__name__} is not fitted; call fit first")


def scaler(transformer: Any, where: str) -> list[Step]:
    """The steps of one transformer that works number by number."""
    kind = type(transformer).__name__
    if kind not in SCALERS or not type(transformer).__module__.startswith("sklearn."):
        known = ", ".join(SCALERS)
        raise BacklitError(f"{where}: a {kind} is not read; known are {known}; transform the rows before")
    check_fitted(transformer, "n_features_in_")
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
