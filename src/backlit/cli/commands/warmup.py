"""`backlit warmup`."""

from __future__ import annotations

from backlit.cli.command import Command


def warmup() -> None:
    """Compile the engine's kernels now rather than in the first training, such as for a container image."""
    from backlit.cli.warmup import warm_up

    warm_up()


COMMAND = Command("warmup", warmup, order=10)
