"""L-BFGS over all rows at once, through scipy, on the compiled loss and gradient."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from backlit.engine.network import Network
from backlit.training.samples import Samples


@dataclass(frozen=True, slots=True)
class Minimum:
    """Where L-BFGS ended.

    Parameters
    ----------
    loss : float
    iterations : int
    converged : bool
        Whether the gradient or the decrease of the loss became small, rather than the iterations too many.
    losses : tuple of float
        After each iteration.
    interrupted : bool
        Whether Ctrl-C ended it.
    """

    loss: float
    iterations: int
    converged: bool
    losses: tuple[float, ...]
    interrupted: bool = False


def train_lbfgs(
    network: Network,
    samples: Samples,
    targets: NDArray[Any],
    *,
    alpha: float,
    iterations: int,
    evaluations: int,
    tolerance: float,
    on_iteration: Callable[[int, float], None] | None = None,
) -> Minimum:
    """Minimise the loss of all rows by L-BFGS-B (Byrd et al. 1995), in place; Ctrl-C ends it, with a warning.

    Parameters
    ----------
    network, samples
        The network's capacity is the number n of rows.
    targets : ndarray, shape (n, outputs)
        In the place of the samples' targets: classes as one-hot rows.
    alpha : float
        The penalty is ``alpha / 2`` times the sum of squared weights, divided by the sum of the samples' weights.
    iterations, evaluations : int
        At most so many, of loss and gradient.
    tolerance : float
        Converged when no component of the gradient is larger.
    on_iteration : callable, optional
        Gets the number of each iteration, from 1, and its loss.
    """
    total_weight = float(samples.weights.sum()) if samples.weights.size else float(len(samples))
    weights = samples.weights / total_weight if samples.weights.size else np.full(len(samples), 1.0 / total_weight)
    weights = weights.astype(network.theta.dtype)
    losses: list[float] = []
    latest = network.theta.astype(np.float64)

    def objective(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        network.theta[:] = theta
        loss, gradient = network.loss_and_gradient(samples.inputs, targets, weights, alpha / total_weight)
        return loss, gradient.astype(np.float64)

    def after_iteration(intermediate_result: Any) -> None:
        losses.append(float(intermediate_result.fun))
        latest[:] = intermediate_result.x
        if on_iteration:
            on_iteration(len(losses), losses[-1])

    options = {"maxiter": iterations, "maxfun": evaluations, "gtol": tolerance}
    try:
        result = minimize(
            objective, latest.copy(), jac=True, method="L-BFGS-B", callback=after_iteration, options=options
        )
    except KeyboardInterrupt:
        if not losses:
            raise  # there is nothing to keep
        network.theta[:] = latest
        warnings.warn(f"Training interrupted by user after {len(losses)} iterations: the last is kept.", stacklevel=2)
        return Minimum(losses[-1], len(losses), False, tuple(losses), interrupted=True)
    network.theta[:] = result.x
    return Minimum(float(result.fun), int(result.nit), bool(result.success), tuple(losses))
