"""A blueprint as the tables that the compiled passes read: where everything lies, and which kernels compute it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backlit.engine.aligned import whole_lines
from backlit.engine.program import Program
from backlit.network.blueprint import Blueprint

Table = NDArray[np.int64]


def layer_table(
    program: Program, blueprint: Blueprint, capacity: int, dtype: np.dtype[np.floating]
) -> tuple[Table, int]:
    """The table of layers, a row each, and the length of an array that holds a mini-batch of all layers' outputs.

    The columns are those of `kernels/passes/tables.py`; kernels of the way back are 0 until `add_backward_kernels`.
    """
    first_number = blueprint.numbered[0][0]
    rows, offset = [], 0
    for row, (number, layer) in enumerate(blueprint.numbered):
        slots = {slot.parameter: slot.offset for slot in blueprint.slots if slot.row == row}
        kind, last = layer.declared, row + 1 == len(blueprint.layers)
        ends = not last and blueprint.numbered[row + 1][0] != number
        has_gate = (kind.numbered or layer.gate != "identity") and not last  # the last gate belongs to the head
        gates = program.gate(layer.gate) if has_gate else (0, 0)
        rows.append(
            (
                *layer.widths,
                min(slots.values(), default=0),
                slots.get("b", 0) if kind.weighted_sum else 0,
                offset,
                0 if kind.weighted_sum else program.layer(layer.kind, "forward"),  # the passes have those of sums
                0,
                0,
                *gates,
                bool(kind.slope),
                number - first_number if ends and number else -1,
                kind.weighted_sum and number == 1,
            )
        )
        offset += whole_lines(capacity * layer.outputs, dtype)
    return np.array(rows, np.int64), offset


def add_backward_kernels(table: Table, program: Program, blueprint: Blueprint) -> None:
    """Put the kernels that a training needs besides into the table of layers."""
    columns = program.module("passes/tables.py")
    for row, layer in enumerate(blueprint.layers):
        if layer.declared.weighted_sum:
            continue
        table[row, columns.LAYER_BACKWARD] = program.layer(layer.kind, "backward") if row else 0
        table[row, columns.LAYER_GRADIENT] = program.layer(layer.kind, "gradient")


def parameter_table(blueprint: Blueprint, whole_matrices: bool) -> Table:
    """The table of the parameters' arrays: offset, rows, columns, whether it decays, and how many matrices it holds.

    The last is 0 but for hidden weights where an optimizer steps whole matrices.
    """
    table = np.array(
        [(slot.offset, slot.shape[0], slot.size // slot.shape[0], slot.decays, 0) for slot in blueprint.slots], np.int64
    )
    for line, slot in zip(table, blueprint.slots, strict=True):
        layer = blueprint.layers[slot.row]
        hidden = slot.row + 1 < len(blueprint.layers)
        if whole_matrices and hidden and layer.declared.weighted_sum and slot.parameter == "w":
            line[-1] = layer.groups
    return table
