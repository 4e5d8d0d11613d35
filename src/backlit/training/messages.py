"""Why a training stopped, in words: `History.stopped`."""

from __future__ import annotations

RAN_OUT = "all epochs were run"
"""Nothing stopped it."""
CALLBACK = "the callback asked for it"
TIME_LIMIT = "the time limit was reached"


def no_progress(tolerance: float, patience: float) -> str:
    """The score did not improve for too long."""
    return f"no progress of {tolerance:g} in {patience:g} epochs"


def cycle_gained_too_little(epoch: int) -> str:
    """A cycle of the schedule was not worth its epochs."""
    return f"the schedule cycle that ended in epoch {epoch} improved the best score too little"


def not_finite(epoch: int) -> str:
    """The loss or a parameter overflowed."""
    return f"the loss left the finite numbers in epoch {epoch}"


def interrupted(epoch: int) -> str:
    """Ctrl-C."""
    return f"it was interrupted in epoch {epoch}"
