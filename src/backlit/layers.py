"""THE list of layers: each one's parameters and its readable formula in gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """One array that a layer learns; `shape` names widths of the layer; `decays` says if weight decay applies."""

    name: str
    shape: tuple[str, ...]
    decays: bool


@dataclass(frozen=True, slots=True)
class LayerKind:
    """A layer: ``z`` is `formula` in the layer's input ``x`` and its parameters; a gate then makes ``a`` of ``z``."""

    name: str
    formula: str
    parameters: tuple[Parameter, ...]


LAYERS: Mapping[str, LayerKind] = {
    kind.name: kind
    for kind in (
        LayerKind(
            "dense",
            "x @ w + b",
            (Parameter("w", ("inputs", "outputs"), decays=True), Parameter("b", ("outputs",), decays=False)),
        ),
    )
}
