"""The gradient's flow while a network trained: at the start and after each epoch whose parameters were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from backlit.diagnosis.flow import Flow, LayerFlow

Course = Sequence[tuple[int, Flow | None]]
"""Epochs, 0 being the start, each with its flow; None where numbers are not finite."""


def flow_data(flow: Flow | None) -> dict[str, Any] | None:
    """A flow as plain data, layers in forward order.

    Examples
    --------
    >>> flow_data(None) is None
    True
    """
    if flow is None:
        return None
    return {
        "loss": flow.loss,
        "error_share": flow.error_share,
        "pairing_share": flow.pairing_share,
        "layers": [_layer_data(layer) for layer in flow.layers],
    }


def course_data(course: Course) -> list[dict[str, Any]]:
    """The course as plain data: an entry for each epoch."""
    return [{"epoch": epoch, "flow": flow_data(flow)} for epoch, flow in course]


def course_lines(course: Course, texts: Mapping[str, str]) -> list[str]:
    """A heading, and a line for each epoch: its loss, and the layers from the output down."""
    if not course:
        return []
    return [texts["course"], *("  " + _line(epoch, flow, texts) for epoch, flow in course)]


def course_table(course: Course, texts: Mapping[str, str]) -> str:
    """The same as a section of the page; empty where no epoch was kept."""
    flows = [flow for _, flow in course if flow is not None]
    if not flows:
        return ""
    names = [texts["numbered"].format(number=layer.number) for layer in reversed(flows[0].layers)]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (texts["epoch"], texts["loss"], *names))
    rows = "".join(
        f'<tr><th scope="row">{epoch}</th>' + "".join(f"<td>{cell}</td>" for cell in _cells(flow, len(names))) + "</tr>"
        for epoch, flow in course
    )
    return (
        f"<section><h2>{escape(texts['course'])}</h2>"
        f'<div class="wide" tabindex="0" role="group" aria-label="{escape(texts["course"])}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _line(epoch: int, flow: Flow | None, texts: Mapping[str, str]) -> str:
    if flow is None:
        return texts["at_epoch"].format(epoch=epoch, loss="-", layers=texts["no_flow"])
    layers = ", ".join(
        f"{texts['numbered'].format(number=layer.number)} {_norm_and_ratio(layer)}" for layer in reversed(flow.layers)
    )
    return texts["at_epoch"].format(epoch=epoch, loss=f"{flow.loss:.4g}", layers=layers)


def _cells(flow: Flow | None, layers: int) -> list[str]:
    if flow is None:
        return ["-"] * (1 + layers)
    return [f"{flow.loss:.4g}", *map(_norm_and_ratio, reversed(flow.layers))]


def _norm_and_ratio(layer: LayerFlow) -> str:
    ratio = "" if layer.update_ratio is None else f" ({layer.update_ratio:.1e})"
    return f"{layer.gradient_norm:.3g}{ratio}"


def _layer_data(layer: LayerFlow) -> dict[str, Any]:
    """A layer's flow as plain data."""
    data: dict[str, Any] = {}
    for name in LayerFlow.__slots__:
        value = getattr(layer, name)
        data[name] = value._asdict() if hasattr(value, "_asdict") else value
    return data


def norms_by_epoch(course: Course) -> tuple[np.ndarray, np.ndarray]:
    """Epochs, shape (n,), and |dC/dW| of each layer at each, shape (n, layers); epochs without a flow are left out."""
    told = [(epoch, [layer.gradient_norm for layer in flow.layers]) for epoch, flow in course if flow is not None]
    return np.array([epoch for epoch, _ in told]), np.array([norms for _, norms in told])
