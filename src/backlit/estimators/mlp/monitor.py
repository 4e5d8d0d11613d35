"""What happens after each epoch of an MLP's training: its numbers become fitted attributes, and are printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from backlit.training.history import Epoch
from backlit.training.snapshots import snapshots_of

if TYPE_CHECKING:
    from backlit.estimators.mlp.base import BaseMLP  # for its type only: its attributes are written here


def print_iteration(iteration: int, loss: float, score: float | None = None) -> None:
    """Print an epoch as scikit-learn does."""
    print(f"Iteration {iteration}, loss = {loss:.8f}")
    if score is not None:
        print(f"Validation score: {score:f}")


class FitMonitor:
    """A callback of the training loop: records each epoch in the model, prints it, calls the user's callback.

    Parameters
    ----------
    model : BaseMLP
    rows : int
        That are learnt from.
    validated : bool
        Whether epochs have a validation score.
    on_epoch : callable, optional
        The user's.
    """

    def __init__(
        self, model: BaseMLP, rows: int, validated: bool, on_epoch: Callable[[Any], bool | None] | None
    ) -> None:
        self._model, self._rows, self._on_epoch = model, rows, on_epoch
        model.validation_scores_ = [] if validated else None
        model.validation_loss_curve_ = [] if validated else None
        model.best_validation_score_ = -np.inf if validated else None
        if validated:
            model.best_loss_ = None
        self._keep_start()

    def __call__(self, epoch: Epoch) -> bool | None:
        """Record an epoch, print it, call the user's callback; True stops the training."""
        self.record(epoch)
        if (kept := vars(self._model).get("snapshots_")) is not None:
            kept.keep(self._model.n_iter_, self._model.theta_, epoch.rate)
        if self._model.verbose:
            print_iteration(self._model.n_iter_, epoch.loss, epoch.score)
        return self._on_epoch(epoch) if self._on_epoch else None

    def _keep_start(self) -> None:
        """Begin the model's snapshots, if it asks for them; those of a `partial_fit` go on from the last call's."""
        model, asked = self._model, snapshots_of(self._model.diagnose, self._model.network_)
        if asked is None:
            model.__dict__.pop("snapshots_", None)
        elif model.n_iter_ == 0 or "snapshots_" not in vars(model):
            model.snapshots_ = asked
            asked.keep(model.n_iter_, model.theta_, None)

    def record(self, epoch: Epoch) -> None:
        """Let the model's attributes know of an epoch."""
        model = self._model
        model.n_iter_ += 1
        model._epochs_trained += 1
        model.t_ += self._rows
        model.loss_ = epoch.loss
        model.loss_curve_.append(epoch.loss)
        if epoch.score is None:
            model.best_loss_ = min(epoch.loss, model.best_loss_ if model.best_loss_ is not None else np.inf)
        elif model.validation_scores_ is not None and model.best_validation_score_ is not None:
            model.validation_scores_.append(epoch.score)
            model.best_validation_score_ = max(model.best_validation_score_, epoch.quality)
