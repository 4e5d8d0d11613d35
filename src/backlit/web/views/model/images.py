"""A row that is an image, and the weights of the neuron that a chosen one belongs to, each as the image lies."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from backlit.tracing import Trace
from backlit.tracing.rasters import heat_map, image_side
from backlit.web.live.imaging import encoded, row_image

FIRST_WEIGHT = re.compile(r"w\[1\]\[(\d+)\]\[(\d+)\]")


def weight_images(model: Any, traced: Trace, weight: str) -> list[dict[str, Any]]:
    """The images that a page shows beside a weight, none where the network's inputs are none.

    Parameters
    ----------
    model : estimator
    traced : Trace
        Of one row's loss.
    weight : str
        Such as ``w[1][300][7]``; of a deeper layer only the row is shown.

    Returns
    -------
    list of dict
        Rasters with ``kind`` ("row", "weights" or "gradients"); of weights with ``neuron`` and the place that is
        ``marked``.
    """
    inputs, weights = traced.whole.named("x"), model.coefs_[0]
    side = image_side(len(weights))
    if not side or inputs is None or np.shape(inputs.value) != (side * side,):
        return []
    row = np.asarray(inputs.value)
    images = [{"kind": "row", **(row_image(row, float(row.min()), float(row.max())) or {})}]
    if found := FIRST_WEIGHT.fullmatch(weight):
        place, neuron = map(int, found.groups())
        moved = np.asarray(traced.gradients["w[1]"])
        images += [
            {"kind": kind, **encoded(heat_map(values[:, neuron].reshape(side, side))), "neuron": f"a[1][{neuron}]"}
            | {"marked": place}
            for kind, values in (("weights", weights), ("gradients", moved))
        ]
    return images
