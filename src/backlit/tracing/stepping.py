"""One update, w <- w - rate * gradient, and what it does to the output."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from backlit.errors import BacklitError
from backlit.graph import Gradients, Graph, Wire
from backlit.graph.check import forward
from backlit.tracing.views import Value, plain


@dataclass(frozen=True)
class Step:
    """The result of one update.

    Attributes
    ----------
    rate : float
    values : dict
        Name -> the new value, of every input or parameter that moved.
    before, output : float
        The output before and after.
    """

    rate: float
    values: dict[str, Value]
    before: float
    output: float

    def __str__(self) -> str:
        return f"rate {self.rate:g}: output {self.before:.6g} -> {self.output:.6g}"


def step(graph: Graph, gradients: Gradients, rate: float) -> Step:
    """Move against the gradient: a network's parameters, or, where there are none, the inputs."""
    if not isinstance(rate, int | float | np.floating) or not math.isfinite(rate):
        raise BacklitError(f"step: rate {rate!r} is not a finite number; give one such as 0.1")
    moved = [wire for wire in graph.given if wire.kind == "parameter"] or list(graph.given)
    changed: dict[Wire, Any] = {}
    for wire in moved:
        gradient = gradients[wire]
        if gradient is not None:
            changed[wire] = np.asarray(wire.value - rate * gradient, wire.value.dtype)[()]
    output = float(forward(graph, changed))
    if not math.isfinite(output):
        raise BacklitError(f"step: after a step of rate {rate:g} the output is not finite; take a smaller rate")
    values = {wire.name: plain(value) for wire, value in changed.items()}
    return Step(float(rate), values, float(graph.output.value), output)
