"""What all matplotlib figures (extra `plot`) begin with: an empty one, and colours that everybody tells apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlit.errors import extra_imports

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
"""Told apart also by colour-blind readers."""


def empty_figure(width: float, height: float) -> Figure:
    """An empty figure that belongs to no window.

    Parameters
    ----------
    width, height : float
        In inches.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.
    """
    with extra_imports("plot", "figures need"):
        from matplotlib.figure import Figure
    return Figure((width, height), layout="constrained")
