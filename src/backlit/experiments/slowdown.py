"""Why learning is slow: one sigmoid neuron whose input is 1, whose target is 0, and which starts out wrong.

Loss and gradient come from the compiled engine that trains every network (`backlit.engine.network.Network`, in
float64), sigma' from the sigmoid gate's declared local gradient; no formula of either is written here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gate_kinds import Gate
from backlit.engine.network import Network
from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.formula.numpy import local_of
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp

Columns = Mapping[str, NDArray[Any]]

COSTS: Mapping[str, str] = {"quadratic": "quadratic", "cross_entropy": "binary_cross_entropy"}
"""Cost as the lecture calls it -> the loss in `backlit.declared.losses.LOSSES`."""

INPUT, TARGET = 1.0, 0.0


def slow_learning(w: float, b: float, rate: float, cost: str = "quadratic", epochs: int = 300) -> Columns:
    """Teach one neuron, a = sigma(w x + b) with x = 1 and target y = 0, by plain gradient descent.

    Parameters
    ----------
    w, b : float
        Where the weight and the bias start; the lecture's starts are (0.6, 0.9) and (2, 2).
    rate : float
        The learning rate.
    cost : {"quadratic", "cross_entropy"}
        (a - y)^2 / 2, or -(y ln a + (1 - y) ln(1 - a)).
    epochs : int
        Number of updates.

    Returns
    -------
    mapping of str to ndarray, shape (epochs + 1,)
        The start first. ``epoch`` (int64), and in float64: ``output`` a; ``error`` a - y; ``slope`` sigma'(z);
        ``input`` x; ``gradient`` dC/dw, which equals dC/db here; ``cost`` C. For the quadratic cost the gradient
        is error * slope * input, for cross entropy error * input: the slope is what slows learning down.

    Raises
    ------
    BacklitError
        If a number is not finite, the rate is not positive, the cost is unknown, or the neuron leaves float64.

    Notes
    -----
    After Nielsen, *Neural Networks and Deep Learning*, chapter 3. The book's interactive version steps its
    cross-entropy neuron by dC/da where dC/dz is meant, and so shows other curves.

    Examples
    --------
    >>> slow = slow_learning(2, 2, rate=0.15)
    >>> float(slow["output"][0]), float(slow["output"][300]), float(slow["gradient"][0])
    (0.982014, 0.202848, 0.017345)
    """
    network = _neuron(w, b, cost)
    if not (_is_number(rate) and rate > 0):
        raise BacklitError(f"slow_learning: rate {rate!r} is not a positive number; give one such as 0.15")
    if not (isinstance(epochs, int | np.integer) and epochs >= 0):
        raise BacklitError(f"slow_learning: epochs {epochs!r} is not a whole number from 0 on; give one such as 300")
    rows = np.empty((epochs + 1, 3))  # output, gradient, cost
    for epoch in range(epochs + 1):
        rows[epoch] = _observed(network)
        if not (np.isfinite(rows[epoch]).all() and np.isfinite(network.theta).all()):
            raise BacklitError(f"slow_learning: rate {rate:g} leaves float64 in epoch {epoch}; start nearer to 0")
        network.theta -= rate * network.loss_and_gradient(*_SAMPLE)[1]
    output, gradient, costs = rows.T.copy()
    sigmoid = GATES["sigmoid"]
    assert isinstance(sigmoid, Gate)
    return {
        "epoch": np.arange(epochs + 1),
        "output": output,
        "error": output - TARGET,
        "slope": local_of(sigmoid, 0)(None, output),  # of the output alone: y * (1 - y)
        "input": np.full(epochs + 1, INPUT),
        "gradient": gradient,
        "cost": costs,
    }


def matched_rate(w: float, b: float, rate: float, cost: str = "quadratic", to: str = "cross_entropy") -> float:
    """The rate at which the cost `to` takes the same first step from (w, b) as `cost` takes at `rate`.

    Equal rates are not equal pace: two costs have gradients of different sizes. Matched in the first step,
    curves differ only in how the pace changes on the way.

    Returns
    -------
    float
        ``rate`` times the ratio of the two first gradients.

    Raises
    ------
    BacklitError
        If a number is not finite, a cost is unknown, or `to` has no gradient at this start.

    Examples
    --------
    >>> rate = matched_rate(2, 2, rate=0.15)
    >>> rate
    0.002649
    """
    if not _is_number(rate):
        raise BacklitError(f"matched_rate: rate {rate!r} is not a finite number; give one such as 0.15")
    gradient, other = (_observed(_neuron(w, b, name))[1] for name in (cost, to))
    if other == 0.0:
        raise BacklitError(f"matched_rate: the {to} gradient at ({w}, {b}) is 0: no rate makes a step; start elsewhere")
    return rate * gradient / other


def compare_costs(
    w: float, b: float, rate: float, match: str = "rate", epochs: int = 300
) -> Mapping[str, tuple[float, Columns]]:
    """Both costs from the same start: at the same rate, or with the same first step.

    Parameters
    ----------
    w, b : float
    rate : float
        The quadratic cost's learning rate.
    match : {"rate", "first_step"}
        Cross entropy learns at the same rate, or at the one of `matched_rate`.
    epochs : int

    Returns
    -------
    mapping of cost to (rate, columns)
        The columns are those of `slow_learning`.

    Raises
    ------
    BacklitError
        As `slow_learning`, or if `match` is unknown.

    Examples
    --------
    >>> for cost, (rate, columns) in compare_costs(2, 2, 0.15, match="first_step").items():
    ...     print(cost, f"{rate:.6f} {columns['output'][1]:.6f}")
    quadratic 0.150000 0.981921
    cross_entropy 0.002649 0.981921
    """
    if match not in ("rate", "first_step"):
        raise BacklitError(f"compare_costs: match {match!r} is not known; choose rate or first_step")
    rates = {cost: rate if match == "rate" else matched_rate(w, b, rate, to=cost) for cost in COSTS}
    return {cost: (rates[cost], slow_learning(w, b, rates[cost], cost, epochs)) for cost in COSTS}


_SAMPLE = (np.array([[INPUT]]), np.array([[TARGET]]), np.array([1.0]))
"""Inputs, targets and weights of the one sample."""


def _neuron(w: float, b: float, cost: str) -> Network:
    """One sigmoid neuron at its start, compiled."""
    if cost not in COSTS:
        raise BacklitError(f"cost {cost!r} is not known; choose one of {', '.join(COSTS)}")
    for name, value in (("w", w), ("b", b)):
        if not _is_number(value):
            raise BacklitError(f"{name} is {value!r}, not a finite number; give one such as 0.6")
    blueprint: Blueprint = mlp(1, (), 1, output_gate="sigmoid", loss=COSTS[cost])
    theta = np.zeros(blueprint.theta_size)
    arrays = blueprint.arrays(theta)
    arrays["w[1]"][...], arrays["b[1]"][...] = w, b
    return Network(blueprint, theta, capacity=1)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and math.isfinite(value)


def _observed(network: Network) -> tuple[float, float, float]:
    """Output, dC/dw and cost, as the network stands."""
    cost, gradient = network.loss_and_gradient(*_SAMPLE)
    output = network.predict(_SAMPLE[0])[0, 0]
    return float(output), float(network.blueprint.arrays(gradient)["w[1]"][0, 0]), cost
