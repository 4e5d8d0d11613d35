"""What keeps a training between two epochs, so that it can go on after the process was killed."""

from __future__ import annotations

from typing import Protocol

from backlit.training.progress import Progress


class Checkpoint(Protocol):
    """Keeps the progress of one training; where and how often is its own affair."""

    def resume(self, progress: Progress) -> bool:
        """Restore what is kept of this training, if anything is; whether the training had ended."""
        ...

    def after_epoch(self, progress: Progress, stopping: bool) -> None:
        """Keep the progress, if it is time; `stopping`: this epoch is the last."""
        ...

    def finish(self, progress: Progress) -> None:
        """Keep the training's end."""
        ...


class NoCheckpoint:
    """Keeps nothing."""

    def resume(self, progress: Progress) -> bool:
        """There is nothing to restore."""
        return False

    def after_epoch(self, progress: Progress, stopping: bool) -> None:
        """Nothing is kept."""

    def finish(self, progress: Progress) -> None:
        """Nothing is kept."""


NO_CHECKPOINT = NoCheckpoint()
