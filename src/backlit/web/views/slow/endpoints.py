"""Why learning is slow, as numbers for curves: both costs from one start."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from backlit.errors import BacklitError
from backlit.experiments.slowdown import Columns, compare_costs
from backlit.web.responses import json_response
from backlit.web.site import Site
from backlit.web.work import run_in_thread

MOST_EPOCHS = 2_000
FARTHEST_START = 50.0
"""No start lies farther out: sigma' is 0 in float64 long before."""

STARTS = ((0.6, 0.9), (2.0, 2.0))
"""The lecture's."""

RATE, EPOCHS = 0.15, 300


async def slow_endpoint(site: Site, request: Request) -> Response:
    """Both costs' curves."""
    return json_response(await run_in_thread(slow_learning, dict(request.query_params)))


def slow_learning(query: Mapping[str, str]) -> dict[str, Any]:
    """Both costs' rates and columns.

    Raises
    ------
    BacklitError
        If a number is missing or out of range.

    Examples
    --------
    >>> costs = slow_learning({"w": "2", "b": "2", "rate": "0.15"})
    >>> round(costs["quadratic"]["output"][-1], 6), costs["quadratic"]["below_half"]
    (0.202848, 232)
    """
    w, b = (_number(query, name, -FARTHEST_START, FARTHEST_START) for name in ("w", "b"))
    rate = _number(query, "rate", 0.0, 1_000.0)
    epochs = int(_number({"epochs": str(EPOCHS), **query}, "epochs", 1, MOST_EPOCHS))
    costs = compare_costs(w, b, rate, query.get("match", "rate"), epochs)
    return {cost: _curves(used, columns) for cost, (used, columns) in costs.items()}


def _curves(rate: float, columns: Columns) -> dict[str, Any]:
    """The columns as lists, the rate, and the first epoch whose output lies below a half."""
    below = (columns["output"] < 0.5).nonzero()[0]
    lists = {name: values.tolist() for name, values in columns.items()}
    return {**lists, "rate": rate, "below_half": int(below[0]) if below.size else None}


def _number(query: Mapping[str, str], name: str, low: float, high: float) -> float:
    try:
        value = float(query.get(name, ""))
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise BacklitError(f"{name} needs a number from {low:g} to {high:g}")
    return value
