"""A network in training as images: its weight matrices, and where its inputs are one, each first neuron's weights."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.drawing.parts import Raster
from backlit.network.blueprint import Blueprint
from backlit.tracing.rasters import heat_map, image_side

Numbers = NDArray[np.floating[Any]]


def encoded(raster: Raster) -> dict[str, Any]:
    """A raster as a page reads it, its bytes in base64.

    Examples
    --------
    >>> encoded(Raster(1, 2, bytes([0, 254])))
    {'rows': 1, 'columns': 2, 'shares': 'AP4='}
    """
    return {
        "rows": raster.rows,
        "columns": raster.columns,
        "shares": base64.b64encode(raster.shares).decode(),
    }


def matrices(blueprint: Blueprint, arrays: Mapping[str, Numbers], shown: int) -> list[dict[str, Any]]:
    """Each layer's weights as a heat map, where a layer is too wide for a line a weight; else nothing.

    Parameters
    ----------
    blueprint : Blueprint
    arrays : mapping
        Weights, or their gradients, by name.
    shown : int
        Neurons of a layer that are drawn.
    """
    if max(blueprint.inputs, *(layer.outputs for layer in blueprint.layers)) <= shown:
        return []
    return [encoded(heat_map(arrays[f"w[{number}]"])) for number, _ in blueprint.numbered]


def neuron_images(blueprint: Blueprint, arrays: Mapping[str, Numbers], shown: int) -> list[dict[str, Any]]:
    """What the first neurons of the first layer read an image with, as the image lies; none where there is no image.

    Returns
    -------
    list of dict
        Rasters with ``most``, the magnitude that the largest share stands for.
    """
    side = image_side(blueprint.inputs)
    columns: Iterable[Numbers] = arrays["w[1]"][:, :shown].T if side else ()
    return [
        {**encoded(heat_map(column.reshape(side, side))), "most": float(f"{np.abs(column).max():.5g}")}
        for column in columns
    ]


def row_image(row: Numbers, low: float, high: float) -> dict[str, Any] | None:
    """A row's inputs as an image, 0 to 254 from the lowest to the highest input of the data; None where it is none.

    Examples
    --------
    >>> row_image(np.zeros(4), 0.0, 1.0) is None, row_image(np.ones(64), 0.0, 1.0)["rows"]
    (True, 8)
    """
    side = image_side(row.size)
    if not side:
        return None
    shares = np.clip(254.0 * (row - low) / max(high - low, np.finfo(float).tiny), 0.0, 254.0)
    return encoded(Raster(side, side, np.rint(shares).astype(np.uint8).tobytes()))
