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
    """Where L-BFGS ended: the loss, how many iterations it took, whether it converged or was interrupted."""

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
    """Minimise the loss of all rows in place; `targets` has shape (n, outputs) and `network` holds n rows.

    The penalty is ``alpha / 2`` times the sum of squared weights, divided by the sum of the samples' weights.
    Ctrl-C ends it at the last iteration, with a warning.
    """
    mass = float(samples.weights.sum()) if samples.weights.size else float(len(samples))
    weights = samples.weights / mass if samples.weights.size else np.full(len(samples), 1.0 / mass)
    weights = weights.astype(network.theta.dtype)
    losses: list[float] = []
    reached = network.theta.astype(np.float64)

    def objective(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        network.theta[:] = theta
        loss, gradient = network.loss_and_gradient(samples.inputs, targets, weights, alpha / mass)
        return loss, gradient.astype(np.float64)

    def iterated(intermediate_result: Any) -> None:
        losses.append(float(intermediate_result.fun))
        reached[:] = intermediate_result.x
        if on_iteration:
            on_iteration(len(losses), losses[-1])

    try:
        found = minimize(
            objective,
            reached.copy(),
            jac=True,
            method="L-BFGS-B",
            callback=iterated,
            options={"maxiter": iterations, "maxfun": evaluations, "gtol": tolerance},
        )
    except KeyboardInterrupt:
        if not losses:
            raise  # there is nothing to keep
        network.theta[:] = reached
        warnings.warn(f"Training interrupted by user after {len(losses)} iterations: the last is kept.", stacklevel=2)
        return Minimum(losses[-1], len(losses), False, tuple(losses), interrupted=True)
    network.theta[:] = found.x
    return Minimum(float(found.fun), int(found.nit), bool(found.success), tuple(losses))
