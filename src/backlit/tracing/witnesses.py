"""One weight's gradient from three sides: the compiled engine's passes, the graph's, and central differences."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from backlit.graph.check import Row, Status
from backlit.tracing.lookup import entry, one_number
from backlit.tracing.trace import Trace


class Witnesses(NamedTuple):
    """The gradient of one weight or bias: the engine's, in float64; the graph's; the central difference."""

    engine: float
    graph: float
    difference: float


SAME = 1e-6
"""The engine's float64 and the graph's may lie so far apart, relative to them."""


class Compared(NamedTuple):
    """The three numbers, and what they come to: "ok", "wrong" or "cannot tell", then with a reason."""

    witnesses: Witnesses
    status: Status
    row: Row


def witnesses(model: Any, traced: Trace, wrt: str) -> Witnesses:
    """Compute a weight's gradient in every way that there is; parameters and errors as those of `compared`."""
    return compared(model, traced, wrt).witnesses


def compared(model: Any, traced: Trace, wrt: str) -> Compared:
    """Compute a weight's gradient in every way that there is, and compare them.

    Parameters
    ----------
    model : fitted estimator
    traced : Trace
        Of the model, on one sample or several.
    wrt : str
        A weight or bias, such as ``w[1][0][2]``.

    Raises
    ------
    BacklitError
        If there is no such number in the trace.
    """
    from backlit.engine.network import Network

    wire, index = one_number(traced.whole, wrt)
    (row,) = traced.check(wrt=wrt).rows
    inputs, targets = (np.atleast_2d(entry(traced.whole, name)[0].value) for name in ("x", "y"))
    network = Network(model.network_, model.theta_.astype(np.float64), len(inputs))
    _, gradient = network.loss_and_gradient(
        np.ascontiguousarray(inputs), np.ascontiguousarray(targets), np.full(len(inputs), 1.0 / len(inputs))
    )
    engine = model.network_.arrays(gradient)[wire.name][index]
    sides = Witnesses(float(engine), float(row.analytic), float(row.numeric))
    apart = abs(sides.engine - sides.graph) > max(SAME * max(abs(sides.engine), abs(sides.graph)), row.tolerance)
    return Compared(sides, "wrong" if apart else row.status, row)
