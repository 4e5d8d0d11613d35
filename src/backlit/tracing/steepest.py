"""The weights of a fitted model that one sample, or some, would move most."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from backlit.errors import BacklitError
from backlit.tracing.trace import Trace

MOST_WEIGHTS = 10
"""So many weights are listed."""


class Weight(NamedTuple):
    """One weight, what it multiplies, and how the loss depends on it."""

    name: str
    reads: str
    value: float
    gradient: float


def steepest(model: Any, traced: Trace) -> list[Weight]:
    """The weights with the largest gradients, the largest first."""
    found = [weight for layer in range(1, len(model.coefs_) + 1) for weight in _steepest_of(model, traced, layer)]
    return sorted(found, key=lambda weight: -abs(weight.gradient))[:MOST_WEIGHTS]


def _steepest_of(model: Any, traced: Trace, layer: int) -> Iterator[Weight]:
    """The same for one layer; weights with a gradient of 0 would not move."""
    values = model.coefs_[layer - 1]
    gradients = np.asarray(traced.gradients[f"w[{layer}]"])
    for place in np.argsort(-np.abs(gradients), axis=None, kind="stable")[:MOST_WEIGHTS]:
        i, j = (int(index) for index in np.unravel_index(place, gradients.shape))
        if gradients[i, j]:
            name = f"w[{layer}][{i}][{j}]"
            entry = model.network_.neurons[layer - 1].inputs_of(j)[i]
            yield Weight(name, _read_by(model, layer, entry), float(values[i, j]), float(gradients[i, j]))


def what_reads(model: Any, weight: str) -> str:
    """What the weight ``w[layer][i][j]`` multiplies, with the column's name where there is one.

    Examples
    --------
    >>> from backlit import MLPClassifier
    >>> what_reads(MLPClassifier((2,)).partial_fit([[0.0], [1.0]], [0, 1], classes=[0, 1]), "w[2][1][0]")
    'a[1][1]'
    """
    layer, i, j = (int(part) for part in re.findall(r"\d+", weight))
    return _read_by(model, layer, model.network_.neurons[layer - 1].inputs_of(j)[i])


def _read_by(model: Any, layer: int, i: int) -> str:
    """What enters a layer at place i, with the column's name where there is one."""
    entry = f"{model.network_.input_name(layer)}[{i}]"
    if layer > 1:
        return entry
    names = model._input_names()
    made = ""
    for part in reversed(model.network_.parts_of(0)):
        word, i = part.declared.source(part.widths, i)
        made += word
    return f"{entry} {made}{names[i]}" if len(names) else entry


def check_label(model: Any, label: Any, where: str) -> None:
    """A loss needs a label, that of a regressor a finite number."""
    if label is None:
        raise BacklitError(f"{where}: the cell is empty; take a row with a label")
    if model.task == "regression" and not (isinstance(label, int | float | Decimal) and math.isfinite(label)):
        raise BacklitError(f"{where}: {label!r} is not a finite number; take another row, or mend the cell")
