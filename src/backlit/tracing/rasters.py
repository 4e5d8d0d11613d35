"""Arrays as rasters: matrices as heat maps, inputs that are images, and the weights of the neurons that read them."""

from __future__ import annotations

import math

import numpy as np

from backlit.declared.gate_kinds import Array
from backlit.drawing.parts import MIDDLE, Image, Raster
from backlit.graph import Gradients, Graph, Wire

MOST_HEAT_CELLS = 64
"""Rows and columns of a heat map, at most: of a larger matrix a cell is the largest number of a block."""

LEAST_IMAGE = 64
"""Inputs that are an image at least; fewer in a square are taken for columns of a table."""

MOST_IMAGES = 12
"""Neurons of a first layer whose weights are drawn."""


def image_side(count: int) -> int:
    """The side of the square image that so many inputs are; 0 where they are none.

    Examples
    --------
    >>> image_side(784), image_side(64), image_side(65), image_side(16)
    (28, 8, 0, 0)
    """
    side = math.isqrt(max(count, 0))
    return side if side * side == count >= LEAST_IMAGE else 0


def heat_map(values: Array) -> Raster:
    r"""A matrix as a raster of at most `MOST_HEAT_CELLS` each way; what is not finite counts as 0.

    Examples
    --------
    >>> heat_map(np.array([[1.0, -2.0]])).shares
    b'\xbf\x00'
    """
    for axis in (0, 1):
        if values.shape[axis] > MOST_HEAT_CELLS:
            values = _largest_of_blocks(values, axis)
    whole = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    shares = whole / max(float(np.abs(whole).max()), np.finfo(float).tiny)
    rows, columns = values.shape
    return Raster(rows, columns, (MIDDLE + np.rint(MIDDLE * shares)).astype(np.uint8).tobytes())


def _largest_of_blocks(values: Array, axis: int) -> Array:
    """The number of the largest magnitude of each block along an axis."""
    edges = np.linspace(0, values.shape[axis], MOST_HEAT_CELLS, endpoint=False).astype(int)
    high, low = np.maximum.reduceat(values, edges, axis), np.minimum.reduceat(values, edges, axis)
    return np.where(high >= -low, high, low)


def raster_of(wire: Wire) -> Raster | None:
    """What is drawn in the box of a wire: a matrix, or an input that is an image; of others nothing."""
    values = wire.value
    if wire.rule or not getattr(values, "ndim", 0) or values.dtype.kind != "f":
        return None
    if np.ndim(values) == 2 and min(values.shape) > 1:
        return heat_map(values)
    side = image_side(np.size(values)) if np.ndim(values) == 1 and wire.kind == "input" else 0
    return heat_map(values.reshape(side, side)) if side else None


def first_weights(graph: Graph, gradients: Gradients) -> tuple[Image, ...]:
    """The weights of neurons that read an image, drawn as it is; those whose weights would move most come first."""
    inputs = {np.size(wire.value) for wire in graph.given if wire.kind == "input" and np.ndim(wire.value) == 1}
    for wire in graph.given:
        side = image_side(len(wire.value)) if wire.kind == "parameter" and np.ndim(wire.value) == 2 else 0
        if not side or side * side not in inputs:
            continue
        slopes = gradients[wire]
        moves = np.abs(wire.value if slopes is None else slopes).sum(axis=0)
        chosen = np.argsort(-moves, kind="stable")[:MOST_IMAGES].tolist()
        name = wire.name.replace("w[", "a[", 1) if wire.name.startswith("w[") else wire.name
        return tuple(Image(f"{name}[{at}]", heat_map(wire.value[:, at].reshape(side, side))) for at in chosen)
    return ()
