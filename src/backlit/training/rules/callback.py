"""The caller's own function, called after each epoch."""

from __future__ import annotations

from collections.abc import Callable

from backlit.training.history import Epoch, History
from backlit.training.messages import CALLBACK


class Callback:
    """Stops a training when the caller's function returns True.

    Parameters
    ----------
    on_epoch : callable
        Gets each `Epoch`.

    Examples
    --------
    >>> rule = Callback(lambda epoch: epoch.loss < 0.1)
    >>> rule.after_epoch(Epoch(1, 0.05, None, 0.1, 9), History())
    'the callback asked for it'
    """

    def __init__(self, on_epoch: Callable[[Epoch], bool | None]) -> None:
        self._on_epoch = on_epoch

    def after_epoch(self, epoch: Epoch, history: History) -> str | None:
        """A reason to stop if the function returned True."""
        return CALLBACK if self._on_epoch(epoch) else None
