"""Ctrl-C ends a training, and what was learnt is kept."""

from __future__ import annotations

import warnings
from types import TracebackType

from backlit.training.history import History
from backlit.training.messages import interrupted


class Interruption:
    """Around the loop: a KeyboardInterrupt leaves it, is recorded and warned of, and goes no further.

    Examples
    --------
    >>> import warnings
    >>> history = History()
    >>> with warnings.catch_warnings(action="ignore"), Interruption(history):
    ...     raise KeyboardInterrupt
    >>> history.interrupted, history.stopped
    (True, 'it was interrupted in epoch 1')
    """

    def __init__(self, history: History) -> None:
        self._history = history

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if kind is None or not issubclass(kind, KeyboardInterrupt):
            return False
        history = self._history
        history.interrupted = True
        history.stopped = interrupted(len(history.epochs) + 1)
        warnings.warn(
            f"Training interrupted by user: {history.stopped}; the best so far is kept.",
            stacklevel=3,  # the caller of `train`
        )
        return True
