"""THE list of layers: each one's parameters and its readable formula in gates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

WAVES, FEATURES = 16, 3
"""A periodic layer makes so many cosines of each column, and so many features of those."""

PERIODIC_RATE = 0.1


@dataclass(frozen=True, slots=True)
class Parameter:
    """One array that a layer learns.

    `shape` names widths of the layer; `decays` says if weight decay applies; `start`, if given, is the distribution
    that it starts from and its width (else the network's rule of initialisation says so); `rate` is its own factor of
    the learning rate.
    """

    name: str
    shape: tuple[str, ...]
    decays: bool
    start: tuple[str, float] | None = None
    rate: float = 1.0


BLEND = Parameter("blend", ("outputs",), decays=False, start=("constant", 1.0), rate=0.1)
"""How much of its gate a neuron uses, where that is learned (Holzmueller et al. 2024, whose start and rate it has)."""
BLENDED = "z + blend * (s - z)"
"""What such a neuron passes on, of its sum z and of s, which is what the gate makes of it."""
BLENDED_SLOPE = "1 + blend * (slope - 1)"
"""Its derivative by z, of the gate's own."""


@dataclass(frozen=True, slots=True)
class LayerKind:
    """A layer: ``z`` is `formula` in the layer's input ``x`` and its parameters; a gate then makes ``a`` of ``z``.

    `widths` gives, for inputs, outputs and groups, the widths that the parameters' shapes are named by.
    """

    name: str
    formula: str
    parameters: tuple[Parameter, ...]
    widths: Callable[[int, int, int], Mapping[str, int]]
    front: bool = False  # stands before the first layer of neurons, and is numbered 0


def _of_neurons(inputs: int, outputs: int, groups: int) -> Mapping[str, int]:
    """`inner` is what one neuron hears."""
    return {"inputs": inputs, "outputs": outputs, "inner": inputs // groups}


def _of_waves(inputs: int, outputs: int, groups: int) -> Mapping[str, int]:
    """`groups` columns make waves; what is no input is a feature."""
    features = outputs - inputs
    cosines = features // FEATURES * WAVES
    waves = cosines // groups
    return {"columns": groups, "waves": waves, "cosines": cosines, "waves of one": WAVES, "features": features}


LAYERS: Mapping[str, LayerKind] = {
    kind.name: kind
    for kind in (
        LayerKind(
            "dense",
            "x @ w + b",
            (Parameter("w", ("inputs", "outputs"), decays=True), Parameter("b", ("outputs",), decays=False)),
            _of_neurons,
        ),
        # networks side by side as one: a neuron hears its own group's inputs only
        LayerKind(
            "grouped",
            "grouped(x, w) + b",
            (Parameter("w", ("inner", "outputs"), decays=True), Parameter("b", ("outputs",), decays=False)),
            _of_neurons,
        ),
        # numbers as waves: Gorishniy et al. 2022, in the form 'PBLD' of Holzmueller et al. 2024, which also gives
        # the starts and the rate
        LayerKind(
            "periodic",
            f"concat(x, grouped(cos({math.tau!r} * columnwise(x, frequency) + phase), mix) + shift)",
            (
                Parameter("frequency", ("columns", "waves"), False, ("normal", 0.1), PERIODIC_RATE),
                Parameter("phase", ("cosines",), False, ("uniform", math.pi), PERIODIC_RATE),
                Parameter("mix", ("waves of one", "features"), False, ("uniform", 0.25), PERIODIC_RATE),
                Parameter("shift", ("features",), False, ("uniform", 0.25), PERIODIC_RATE),
            ),
            _of_waves,
            front=True,
        ),
    )
}
