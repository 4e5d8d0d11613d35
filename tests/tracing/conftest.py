"""A fitted model, as far as a trace needs one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp


class Fitted:
    """A network with parameters, and its own way to read a sample."""

    def __init__(self, blueprint: Blueprint, scale: float = 1.0) -> None:
        self.network_ = blueprint
        self.theta_ = scale * np.random.default_rng(0).standard_normal(blueprint.theta_size)

    def as_network_row(self, x: Any, y: Any) -> tuple[Any, Any]:
        if self.network_.output_gate == "softmax":
            y = np.eye(self.network_.outputs)[y]
        return np.asarray(x, np.float64), np.atleast_1d(np.asarray(y, np.float64))


@pytest.fixture
def fitted() -> Callable[..., Fitted]:
    def build(widths: tuple[int, ...], scale: float = 1.0, **settings: Any) -> Fitted:
        first, *hidden, last = widths
        return Fitted(mlp(first, hidden, last, **settings), scale)

    return build
