"""L-BFGS over all rows at once, through scipy, on the compiled loss and gradient."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from backlit.engine.network import Network
from backlit.training.samples import Samples


class Evaluations:
    """The losses and gradients that L-BFGS has asked for, in order: shown them again, it is where it was.

    Parameters
    ----------
    losses : sequence of float
    gradients : sequence of ndarray of float64, shape (parameters,)
    on_new : callable, optional
        Called after each evaluation that is new. Without it nothing is kept.
    most_numbers : int
        So many numbers of gradients are kept at most; what comes after them is computed again.

    Examples
    --------
    >>> known = Evaluations([0.5], [np.zeros(2)])
    >>> known.next(lambda: (0.4, np.ones(2)))[0], known.next(lambda: (0.4, np.ones(2)))[0]
    (0.5, 0.4)
    """

    def __init__(
        self,
        losses: Sequence[float] = (),
        gradients: Sequence[NDArray[np.float64]] = (),
        on_new: Callable[[Evaluations], None] | None = None,
        most_numbers: int = 2**25,
    ) -> None:
        self.losses, self.gradients = list(losses), list(gradients)
        self._on_new, self._most_numbers, self._position = on_new, most_numbers, 0

    def next(self, evaluate: Callable[[], tuple[float, NDArray[Any]]]) -> tuple[float, NDArray[np.float64]]:
        """The next evaluation: the one that is known, or a new one."""
        self._position += 1
        if self._position <= len(self.losses):
            return self.losses[self._position - 1], self.gradients[self._position - 1].copy()
        loss, gradient = evaluate()
        gradient = gradient.astype(np.float64)
        if self._on_new and (len(self.gradients) + 1) * gradient.size <= self._most_numbers:
            self.losses.append(loss)
            self.gradients.append(gradient.copy())
            self._on_new(self)
        return loss, gradient


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


def _evaluated(
    network: Network, inputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any], alpha: float
) -> tuple[float, NDArray[Any]]:
    """Loss and gradient; what does not learn, such as a scaling's numbers, has none."""
    loss, gradient = network.loss_and_gradient(inputs, targets, weights, alpha)
    for slot in network.blueprint.slots:
        if slot.declared.rate_multiplier == 0:
            slot.view(gradient)[...] = 0.0
    return loss, gradient


def train_lbfgs(
    network: Network,
    samples: Samples,
    targets: NDArray[Any],
    *,
    alpha: float,
    iterations: int,
    max_evaluations: int,
    tolerance: float,
    on_iteration: Callable[[int, float], None] | None = None,
    evaluations: Evaluations | None = None,
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
    iterations, max_evaluations : int
        At most so many, of loss and gradient.
    tolerance : float
        Converged when no component of the gradient is larger.
    on_iteration, evaluations : optional
        Gets the number of each iteration, from 1, and its loss; keeps what is evaluated, from which it goes on.
    """
    known = Evaluations() if evaluations is None else evaluations
    total_weight = float(samples.weights.sum()) if samples.weights.size else float(len(samples))
    weights = samples.weights / total_weight if samples.weights.size else np.full(len(samples), 1.0 / total_weight)
    weights = weights.astype(network.theta.dtype)
    losses: list[float] = []
    latest = network.theta.astype(np.float64)

    def objective(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        network.theta[:] = theta
        return known.next(partial(_evaluated, network, samples.inputs, targets, weights, alpha / total_weight))

    def after_iteration(intermediate_result: Any) -> None:
        losses.append(float(intermediate_result.fun))
        latest[:] = intermediate_result.x
        if on_iteration:
            on_iteration(len(losses), losses[-1])

    options = {"maxiter": iterations, "maxfun": max_evaluations, "gtol": tolerance}
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
