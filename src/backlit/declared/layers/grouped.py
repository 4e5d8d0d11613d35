"""A grouped layer, networks side by side as one: a neuron takes the inputs of its group only."""

from __future__ import annotations

from backlit.declared.layer_kind import LayerKind, Parameter, merged_in_groups

from .dense import backward, forward, gradient

__all__ = ["LAYER", "backward", "forward", "gradient"]

LAYER = LayerKind(
    "grouped",
    "grouped(x, w) + b",
    (Parameter("w", ("inner", "outputs"), decays=True), Parameter("b", ("outputs",), decays=False)),
    named_widths=lambda widths: {"inner": widths.inputs // widths.groups, "outputs": widths.outputs},
    numbered=True,
    weighted_sum=True,
    merged=merged_in_groups,
)
