"""The steps of a description as rows of a blueprint, with their arrays; what cannot be a row is folded, and noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.interop.networks.description import (
    Activation,
    Clipping,
    Dropout,
    LayerNorm,
    Linear,
    Numbers,
    Scaling,
    Slopes,
    Step,
)
from backlit.network.blueprint import Layer

MOST_PARAMETERS = 2**28
"""Numbers of a network, which is 1 GB in float32."""

WIDEST_PASSED_ON = 2048
"""Neurons that pass on what they get; more would have too many weights for nothing."""

LEAST_SHARE, SMALL = 256, 4096
"""A matrix has at most so many entries for each connection that a file lists, and for as many more."""


def check_density(connections: int, entries: int, where: str) -> None:
    """Refuse a layer of which a file lists few connections, before its matrix takes memory.

    Raises
    ------
    BacklitError
        If it has too many entries for them.
    """
    if entries > LEAST_SHARE * (connections + SMALL):
        raise BacklitError(f"{where}: {connections} connections of {entries}; train a denser network")


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """One layer of a blueprint and its arrays."""

    layer: Layer
    arrays: Mapping[str, Numbers]
    where: str

    @property
    def gate(self) -> str:
        """The gate behind it."""
        return self.layer.gate


@dataclass(eq=False)
class Chain:
    """The rows, the float type of the weights, and what was folded."""

    dtype: np.dtype[Any]
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    folded: Scaling | None = None  # into the next layer of neurons

    @property
    def width(self) -> int | None:
        """How many numbers leave the last row; None before the first."""
        return self.rows[-1].layer.outputs if self.rows else None

    def since_neurons(self) -> list[Row]:
        """The last layer of neurons and what follows it; or all that stands in front of the first."""
        at = max((i for i, row in enumerate(self.rows) if row.layer.declared.numbered), default=0)
        return self.rows[at:]


def chain_of(steps: Sequence[Step]) -> Chain:
    """The rows of some steps.

    Raises
    ------
    BacklitError
        Naming the step: if widths do not follow on each other, a number is not finite, or a step cannot stand there.
    """
    linears = [step for step in steps if isinstance(step, Linear)]
    if not linears:
        raise BacklitError("the network has no layer of weights; give a chain of linear layers and activations")
    if sum(step.weights.size for step in linears) > MOST_PARAMETERS:
        raise BacklitError(f"the network has more than {MOST_PARAMETERS:,} weights; give a smaller one")
    single = all(step.weights.dtype == np.float32 for step in linears)
    chain = Chain(np.dtype(np.float32 if single else np.float64))
    for step in steps:
        try:
            _refuse_behind_softmax(chain, step)
            _ADDED[type(step)](chain, step)
        except BacklitError as error:
            raise error.located(step.where) if step.where else error from None
    if chain.folded is not None:
        _passed_on(chain, chain.folded.where)
    _end(chain)
    return chain


def _refuse_behind_softmax(chain: Chain, step: Step) -> None:
    if isinstance(step, Dropout) or (isinstance(step, Activation) and step.gate == "identity"):
        return
    if chain.rows and chain.rows[-1].gate == "softmax":
        raise BacklitError("it stands behind a softmax, which is read at the end of a network alone; leave one out")


def _checked(
    chain: Chain, width: int, arrays: Mapping[str, NDArray[Any]], dtype: Any = np.float64
) -> dict[str, Numbers]:
    """Arrays of a type, all finite; `width` is what they take."""
    if chain.width is not None and chain.width != width:
        raise BacklitError(f"takes {width} numbers, but the layer before gives {chain.width}; the shapes do not fit")
    for name, array in arrays.items():
        if np.asarray(array).dtype.kind not in "fiub":
            raise BacklitError(f"its {name} holds {np.asarray(array).dtype}, no numbers; train the network again")
    checked: dict[str, Numbers] = {name: np.asarray(array, dtype) for name, array in arrays.items()}
    for name, array in checked.items():
        if not np.isfinite(array).all():
            raise BacklitError(f"a number of its {name} is not finite; train the network again")
    return checked


def _linear(chain: Chain, step: Linear) -> None:
    if step.weights.ndim != 2 or step.biases.shape != step.weights.shape[1:]:
        raise BacklitError(
            f"weights of shape {step.weights.shape} and biases of shape {step.biases.shape} do not fit; they are "
            "(inputs, outputs) and (outputs,)"
        )
    inputs, outputs = step.weights.shape
    arrays = _checked(chain, inputs, {"w": step.weights, "b": step.biases}, chain.dtype)
    if chain.folded is not None:
        scaling, chain.folded = chain.folded, None
        arrays["b"] = arrays["b"] + (scaling.offset - scaling.center * scaling.scale) @ arrays["w"]
        arrays["w"] = scaling.scale[:, None] * arrays["w"]
        if scaling.where != step.where:
            chain.notes.append(f"{scaling.where} is folded into the weights of {step.where}")
    chain.rows.append(Row(Layer("dense", inputs, outputs), arrays, step.where))


def _activation(chain: Chain, step: Activation) -> None:
    if step.gate == "identity":
        return
    if step.gate != "softmax":
        GATES.elementwise(step.gate)
    if not chain.rows or not any(row.layer.declared.numbered for row in chain.rows):
        raise BacklitError(f"{step.gate} stands in front of the first layer of weights; leave it out")
    last = chain.rows[-1]
    taken = last.gate != "identity" or not (last.layer.declared.numbered or last.layer.declared.gated)
    if chain.folded is not None or (taken and _has(chain, "scaling")):
        _passed_on(chain, step.where)
    elif taken:
        width = last.layer.outputs
        _scaling(chain, Scaling(np.zeros(width), np.ones(width), np.zeros(width), step.where))
    last = chain.rows[-1]
    chain.rows[-1] = replace(last, layer=replace(last.layer, gate=step.gate))


def _has(chain: Chain, kind: str) -> bool:
    """Whether a layer of this kind stands behind the last neurons already, where there may be one."""
    return any(row.layer.kind == kind for row in chain.since_neurons())


def _passed_on(chain: Chain, where: str) -> None:
    """Neurons that pass on what they get, so that behind them may stand what stands in front of them already."""
    width = chain.width or 1
    if width > WIDEST_PASSED_ON:
        raise BacklitError(f"it follows another of its kind without weights between them, {width:,} wide; leave it out")
    _linear(chain, Linear(np.eye(width, dtype=chain.dtype), np.zeros(width, chain.dtype), where))
    chain.notes.append(f"in front of {where} stand neurons that pass on what they get (weights 1)")


def _scaling(chain: Chain, step: Scaling) -> None:
    width = len(step.scale)
    given = {"center": step.center, "scale": step.scale, "offset": step.offset}
    arrays = _checked(chain, width, given)
    if {array.shape for array in arrays.values()} != {(width,)}:
        raise BacklitError("its center, scale and offset differ in length; give one of each for every number")
    last = chain.rows[-1] if chain.rows else None
    if last is not None and last.layer.kind == "scaling" and last.gate == "identity":
        before = last.arrays
        together = {
            "center": before["center"],
            "scale": before["scale"] * arrays["scale"],
            "offset": (before["offset"] - arrays["center"]) * arrays["scale"] + arrays["offset"],
        }
        chain.rows[-1] = replace(last, arrays=together, where=f"{last.where} and {step.where}")
    elif _has(chain, "scaling"):
        if chain.folded is not None:
            _passed_on(chain, step.where)
            return _scaling(chain, step)
        chain.folded = Scaling(arrays["center"], arrays["scale"], arrays["offset"], step.where)
    else:
        chain.rows.append(Row(Layer("scaling", width, width), arrays, step.where))


def _slopes(chain: Chain, step: Slopes) -> None:
    """``relu(z)``, and behind it a part that passes on ``z + blend (relu(z) - z)``: its slope below 0 is 1 - blend."""
    last = chain.rows[-1] if chain.rows else None
    if last is None:
        raise BacklitError("a relu with slopes of its own stands in front of the first layer of weights; leave it out")
    if chain.folded is not None or not last.layer.declared.numbered or last.gate != "identity":
        _passed_on(chain, step.where)
        last = chain.rows[-1]
    width = last.layer.outputs
    if step.slopes.size not in (1, width):
        raise BacklitError(f"{step.slopes.size} slopes for {width} neurons; give one, or one for each")
    blend = 1.0 - np.broadcast_to(np.asarray(step.slopes, np.float64).ravel(), (width,))
    chain.rows[-1] = replace(last, layer=replace(last.layer, gate="relu"))
    chain.rows.append(Row(Layer("parametric", width, width), _checked(chain, width, {"blend": blend}), step.where))


def _clipping(chain: Chain, step: Clipping) -> None:
    width = len(step.low)
    arrays = _checked(chain, width, {"low": step.low, "high": step.high})
    if chain.folded is not None or _has(chain, "clipping"):
        _passed_on(chain, step.where)
    chain.rows.append(Row(Layer("clipping", width, width), arrays, step.where))


def _norm(chain: Chain, step: LayerNorm) -> None:
    width = len(step.gain)
    given = {"gamma": step.gain, "beta": step.offset, "epsilon": np.array([step.epsilon])}
    arrays = _checked(chain, width, given)
    if arrays["beta"].shape != (width,):
        raise BacklitError(f"{width} gains and {arrays['beta'].size} shifts; give one of each for every number")
    if step.epsilon <= 0:
        raise BacklitError(f"its epsilon is {step.epsilon:g}; it is above 0, so that equal numbers can be divided")
    if chain.folded is not None or _has(chain, "norm"):
        _passed_on(chain, step.where)
    chain.rows.append(Row(Layer("norm", width, width), arrays, step.where))


def _dropped(chain: Chain, step: Dropout) -> None:
    """A prediction drops nothing."""


_ADDED: Mapping[type[Any], Callable[[Chain, Any], None]] = {
    Linear: _linear,
    Activation: _activation,
    Scaling: _scaling,
    Slopes: _slopes,
    Clipping: _clipping,
    LayerNorm: _norm,
    Dropout: _dropped,
}


def _end(chain: Chain) -> None:
    """A gate at the end belongs to the last layer of weights: a scaling in between is folded into that."""
    last = chain.rows[-1]
    if last.layer.declared.numbered or last.gate == "identity":
        if not last.layer.declared.numbered and not last.layer.declared.gated:
            raise BacklitError(f"{last.where}: a {last.layer.kind} layer cannot be the last one; put weights behind it")
        return
    before = chain.rows[-2]
    if last.layer.kind == "norm" or before.layer.kind != "dense" or before.gate != "identity":
        chain.rows[-1] = replace(last, layer=replace(last.layer, gate="identity"))
        _passed_on(chain, f"{last.gate} of {last.where}")
        chain.rows[-1] = replace(chain.rows[-1], layer=replace(chain.rows[-1].layer, gate=last.gate))
        return
    scale, arrays = last.arrays["scale"], before.arrays
    folded = {
        "w": arrays["w"] * scale,
        "b": (arrays["b"] - last.arrays["center"]) * scale + last.arrays["offset"],
    }
    chain.notes.append(f"{last.where} is folded into the weights of {before.where}")
    chain.rows[-2:] = [Row(replace(before.layer, gate=last.gate), folded, before.where)]
