"""Blueprint, parameters and samples -> the graph of their loss, in float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from backlit.declared.array_rules import logsumexp
from backlit.declared.gate_kinds import Array, ArrayGate
from backlit.declared.losses import Fusion, loss_named
from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.formula.expression import Call, Expression, Name, fold, names, parse, postorder
from backlit.formula.numpy import evaluator
from backlit.graph.from_formula import apply, given
from backlit.graph.tape import Graph, complete
from backlit.graph.unroll import unroll
from backlit.graph.wire import Wire, record
from backlit.network.blueprint import Blueprint

NetworkZoom = Literal["layer", "neuron", "gates"]

DIGITS_LOST = 1e-12
"""A loss that is off by more than this (relative to 1 + itself) from its stable form is computed in that form."""


def network(blueprint: Blueprint, theta: Array, x: Any, y: Any, *, zoom: NetworkZoom = "layer") -> Graph:
    """Record a network's loss on one sample, or the mean over some.

    Parameters
    ----------
    blueprint : Blueprint
    theta : array, shape (blueprint.theta_size,)
        The parameters.
    x : array, shape (n_inputs,) or (n_samples, n_inputs)
    y : array, shape (n_outputs,) or (n_samples, n_outputs)
    zoom : {"layer", "neuron", "gates"}
        Whole arrays; one gate for each neuron; or single additions and multiplications.

    Returns
    -------
    Graph
        Wires ``x``, ``w[1]``, ``b[1]``, ``z[1]``, ``a[1]``, ..., ``y`` (a constant) and ``loss``; no penalty and
        no dropout. Where a part such as a parametric activation follows a layer, ``s[1]`` is what the gate makes of
        ``z[1]``. Where the loss is not exact as a function of ``a`` (the log of an output that underflows), the output
        gate and the loss are computed as their named fusion, and `note` says so.

    Raises
    ------
    BacklitError
        If x or y have the wrong width, or a value is not finite.

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> tiny = mlp(2, (), 1, output_gate="identity", loss="squared")
    >>> graph = network(tiny, np.ones(tiny.theta_size), [1, 2], [3])
    >>> float(graph.output.value)
    1.0
    """
    if zoom not in ("layer", "neuron", "gates"):
        raise BacklitError(f"zoom {zoom!r} is not known; choose layer, neuron or gates")
    row = given("x", np.asarray(x, np.float64))
    target = given("y", np.asarray(y, np.float64), "constant")
    _check_widths(blueprint, row, target)
    parameters, z, a = _carried(blueprint, theta, row)
    loss, note = _loss(blueprint, z, a, target)
    graph = complete(loss, [row, target, *parameters, a], note)
    return graph if zoom == "layer" else unroll(graph, zoom)


def logits(blueprint: Blueprint, theta: Array, x: Any) -> Graph:
    """Record a network's last pre-activations: what its outputs are made of, before their gate.

    Parameters
    ----------
    blueprint : Blueprint
    theta : array, shape (blueprint.theta_size,)
    x : array, shape (n_inputs,) or (n_samples, n_inputs)

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> tiny = mlp(2, (), 1)
    >>> logits(tiny, np.ones(tiny.theta_size), [1, 2]).output.value
    array([4.])
    """
    row = given("x", np.asarray(x, np.float64))
    _check_width(row, blueprint.inputs, "inputs")
    _, z, _ = _carried(blueprint, theta, row)
    return complete(z)


def _carried(blueprint: Blueprint, theta: Array, x: Wire) -> tuple[list[Wire], Wire, Wire]:
    """Carry samples forward: the parameters' wires, the last layer's z, and its a."""
    parameters = {
        name: given(name, np.array(array, np.float64), "parameter") for name, array in blueprint.arrays(theta).items()
    }
    z = a = x
    for (number, layer), (z_name, a_name) in zip(blueprint.numbered, blueprint.wire_names, strict=True):
        scope = {"x": a, "z": z, **{p.name: parameters[f"{p.name}[{number}]"] for p in layer.parameters}}
        for step, formula in layer.declared.steps:
            scope[step] = apply(parse(formula, GATES), scope, f"{step}[{number}]")
        z = apply(parse(layer.declared.formula, GATES), scope, z_name or a_name)
        gate = GATES[layer.gate]
        a = record(gate, [z], -1 if layer.gate == "softmax" else None, a_name) if z_name else z
    return list(parameters.values()), z, a


def _check_widths(blueprint: Blueprint, x: Wire, y: Wire) -> None:
    _check_width(x, blueprint.inputs, "inputs")
    _check_width(y, blueprint.outputs, "outputs")
    if x.value.shape[:-1] != y.value.shape[:-1]:
        raise BacklitError(f"x has shape {x.value.shape} and y {y.value.shape}; give as many targets as samples")


def _check_width(wire: Wire, width: int, what: str) -> None:
    shape = wire.value.shape
    if len(shape) not in (1, 2) or shape[-1] != width:
        raise BacklitError(f"{wire.name} has shape {shape}, the network has {width} {what}; give {width} numbers")


def _loss(blueprint: Blueprint, z: Wire, a: Wire, y: Wire) -> tuple[Wire, str]:
    """The sum of the loss's term over a sample's outputs, and its mean over the samples."""
    scope = {"z": z, "a": a, "y": y}
    term = parse(loss_named(blueprint.loss).term, GATES)
    if "j" in names(term):  # the loss differs between outputs
        scope["j"] = given("j", np.broadcast_to(np.arange(float(blueprint.outputs)), y.value.shape), "constant")
    fusion = blueprint.fusion
    note = ""
    if fusion is not None and not _exact(term, parse(loss_named(blueprint.loss).local, GATES), fusion, scope):
        term, note = parse(fusion.term, GATES), f"fused: {fusion.name}, computed from z without log(a)"
    cost = _rowwise(term, scope)
    if z.value.ndim == 1:
        return record(GATES["sum"], [cost], name="loss"), note
    return record(GATES["mean"], [record(GATES["sum"], [cost], -1)], name="loss"), note


def _exact(term: Expression, local: Expression, fusion: Fusion, scope: Mapping[str, Wire]) -> bool:
    """Whether the loss as a function of the output is finite, and as good as its stable form."""
    rows = {name: np.atleast_2d(wire.value) for name, wire in scope.items()}
    with np.errstate(all="ignore"):
        plain, fused = evaluator(term)(rows), evaluator(parse(fusion.term, GATES))
        stable = np.stack([fused({name: values[i] for name, values in rows.items()}) for i in range(len(plain))])
        finite = np.isfinite(plain).all() and np.isfinite(evaluator(local)(rows)).all()
        return bool(finite and (abs(plain - stable) <= DIGITS_LOST * (1 + abs(stable))).all())


def _rowwise(term: Expression, scope: Mapping[str, Wire]) -> Wire:
    """Record a loss's term; a logsumexp in it goes over each sample's outputs, as a column."""
    inner = Call("logsumexp", (Name("z"),))
    if scope["z"].value.ndim == 2 and inner in postorder(term):
        column = record(_LOGSUMEXP_OF_ROWS, [scope["z"]], -1)
        return apply(_replaced(term, inner, Name("lse")), {**scope, "lse": column})
    return apply(term, scope)


def _replaced(tree: Expression, old: Expression, new: Expression) -> Expression:
    def visit(node: Expression, operands: list[Expression]) -> Expression:
        if node == old or not isinstance(node, Call):
            return new if node == old else node
        return Call(node.gate, tuple(operands), node.axis)

    return fold(tree, visit)


_LOGSUMEXP_OF_ROWS = ArrayGate(
    "logsumexp",
    lambda z, axis=None: np.expand_dims(logsumexp(z, axis), -1),
    (lambda up, operands, y, axis: up * np.exp(operands[0] - y),),
    (lambda operands, y, axis: np.exp(operands[0] - y),),
    symbol="lse",
    latex=GATES["logsumexp"].latex,
)
"""logsumexp of every row, as a column, so that it broadcasts against the rows again."""
