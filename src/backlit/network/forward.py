"""THE forward pass in plain NumPy: each layer's formula, evaluated as it is declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.formula import GATES
from backlit.formula.expression import parse
from backlit.formula.numpy import evaluator, value_of
from backlit.network.blueprint import Blueprint

Matrix = NDArray[np.floating[Any]]


def forward(blueprint: Blueprint, theta: Matrix, x: Matrix) -> Mapping[str, Matrix]:
    """Every layer's pre-activations and activations, without the engine and without a graph.

    Parameters
    ----------
    blueprint : Blueprint
    theta : ndarray of float, shape (blueprint.theta_size,)
        The parameters.
    x : ndarray of float, shape (rows, inputs)

    Returns
    -------
    mapping from str to ndarray, shape (rows, outputs of the layer)
        By `Blueprint.wire_names`, in forward order: ``z[1]``, ``a[1]``, ``z[2]``, ... Where numbers overflow they are
        infinite, or nan.

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> tiny = mlp(2, (), 1, output_gate="sigmoid", loss="binary_cross_entropy")
    >>> {name: array.tolist() for name, array in forward(tiny, np.zeros(tiny.theta_size), np.ones((1, 2))).items()}
    {'z[1]': [[0.0]], 'a[1]': [[0.5]]}
    """
    arrays = blueprint.arrays(theta)
    values: dict[str, Matrix] = {}
    z = a = x
    for (number, layer), (z_name, a_name) in zip(blueprint.numbered, blueprint.wire_names, strict=True):
        scope = {parameter.name: arrays[f"{parameter.name}[{number}]"] for parameter in layer.parameters}
        with np.errstate(all="ignore"):
            scope |= {"x": a, "z": z}
            for step, formula in layer.declared.steps:
                scope[step] = evaluator(parse(formula, GATES))(scope)
            z = evaluator(parse(layer.declared.formula, GATES))(scope)
            a = value_of(GATES[layer.gate], -1 if layer.gate == "softmax" else None)(z)
        values |= {z_name: z} if z_name else {}
        values[a_name] = a
    return values
