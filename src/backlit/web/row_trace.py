"""The loss of one row as a circuit, no larger than can be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backlit.errors import one_of
from backlit.tracing import Trace, trace
from backlit.tracing.trace import NEURON_LIMIT

MOST_BOXES = 400
"""Wires up to which a circuit is drawn; larger ones are drawn layer by layer."""

ROW_ZOOMS = ("neuron", "gates", "layer")
"""How far one row's network may be taken apart; the first one is the usual."""


def zoom_of(query: Mapping[str, Any]) -> str:
    """How far one row's network is taken apart.

    Raises
    ------
    BacklitError
        If there is no such way.

    Examples
    --------
    >>> zoom_of({"zoom": "layer"}), zoom_of({})
    ('layer', 'neuron')
    """
    return one_of("zoom", str(query.get("zoom") or ROW_ZOOMS[0]), ROW_ZOOMS)


def trace_row(model: Any, x: Any, y: Any, zoom: str) -> tuple[Trace, str]:
    """The loss of one row at a zoom, or layer by layer where that is too much to draw.

    Parameters
    ----------
    model : estimator or LectureNetwork
    x : array_like
        The row's inputs.
    y : array_like or label
        Its target.
    zoom : str
        One of `ROW_ZOOMS`.

    Returns
    -------
    Trace
    str
        The zoom that was taken.
    """
    if zoom != "layer" and model.network_.parameter_count <= NEURON_LIMIT:
        traced = trace(model, x=x, y=y, zoom=zoom)
        if len(traced.wires) <= MOST_BOXES:
            return traced, zoom
    return trace(model, x=x, y=y, zoom="layer"), "layer"
