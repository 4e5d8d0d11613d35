"""A network as nodes: each layer by its declared formula, each gate by its own."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.formula.expression import Call, Name, parse
from backlit.formula.onnx import Emitter, Tensor
from backlit.interop.onnx.graph import Graph
from backlit.network.blueprint import Blueprint


def network_outputs(graph: Graph, blueprint: Blueprint, theta: NDArray[Any], inputs: str) -> str:
    """Write a network.

    Parameters
    ----------
    graph : Graph
    blueprint : Blueprint
    theta : ndarray of float32 or float64, shape (blueprint.theta_size,)
        Its type is that of all numbers of the network.
    inputs : str
        The name of the rows, of shape [N, blueprint.inputs] and the type of `theta`.

    Returns
    -------
    str
        The name of the outputs, of shape [N, blueprint.outputs].
    """
    emitter = Emitter(graph, theta.dtype)
    arrays = blueprint.arrays(theta)
    z = a = Tensor(inputs, (None, blueprint.inputs))
    for number, layer in blueprint.numbered:
        scope = {
            parameter.name: emitter.constant(arrays[f"{parameter.name}[{number}]"]) for parameter in layer.parameters
        }
        scope |= {"x": a, "z": z}
        for step, formula in layer.declared.steps:
            scope[step] = emitter.formula(parse(formula, GATES), scope)
        z = emitter.formula(parse(layer.declared.formula, GATES), scope)
        axis = -1 if layer.gate == "softmax" else None
        a = emitter.formula(Call(layer.gate, (Name("x"),), axis), {"x": z})
    return a.name
