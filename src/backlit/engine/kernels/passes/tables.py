"""The tables that describe a network to the passes: rows of whole numbers.

One has a row for each layer: widths, offsets, the addresses of its kernels and of its gate's. Another has a row for
each array of parameters. The workspace, a third, holds the addresses of all that is read and written.
"""

import numpy as np
from numba import carray, njit

from ..precision import OPTIONS, F
from ..runtime.memory import advance, pointer

# of a layer; offsets are in numbers, kernels that there are not have the address 0, layers other than sums no bias
INPUTS, OUTPUTS, GROUPS, PARAMETERS, BIAS, ROWS_OFFSET = range(6)
LAYER_FORWARD, LAYER_BACKWARD, LAYER_GRADIENT, GATE_FORWARD, GATE_BACKWARD = range(6, 11)
THROUGH_GATE = 11  # whether LAYER_BACKWARD carries delta through the gate of the layer before
DROPOUT = 12  # the number of the layer for dropout of what leaves it, or -1: nothing is dropped
MAY_SKIP = 13  # whether its products may go around zeros in its inputs

BEGIN, ROWS, COLUMNS, DECAYS = range(4)  # of a parameter's array in theta; whether decay is for it
MATRICES = 4  # how many matrices, side by side, the optimizer steps as wholes: the array is one thread's

FIRST = np.int64(0)
"""A zero of the type of all whole numbers: for a plain 0 each function that takes it would be compiled again."""


@njit(**OPTIONS)
def part_of(width, part, parts):
    """Where a part of a layer's inputs or outputs begins; part and parts count from 0."""
    return part * width // parts


@njit(**OPTIONS)
def numbers(address, first, last):
    """Some of the numbers that lie at an address, as an array."""
    return carray(pointer(advance(address, first)), last - first)


@njit(**OPTIONS)
def sum_rows(matrix, sums, first, last, rows, columns):
    """Sum the rows of a matrix, for some of its columns."""
    total = numbers(sums, first, last)
    for j in range(total.size):
        total[j] = F(0.0)
    for r in range(rows):
        row = numbers(matrix, r * columns + first, r * columns + last)
        for j in range(total.size):
            total[j] += row[j]
