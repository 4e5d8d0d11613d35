"""The tables that tell the passes what network they carry: rows of whole numbers.

One has a row for each layer: widths, where its arrays lie, the addresses of its gate's kernels. Another has a row for
each array of parameters. Where everything lies that is read and written says a third, of addresses: see `buffers`.
"""

import numpy as np
from numba import carray, njit

from ..precision import OPTIONS
from ..runtime.memory import along, pointer

INPUTS, OUTPUTS, WEIGHTS, BIAS, BUFFER, FORWARD, BACKWARD, GROUPS = range(8)
FRONT, FRONT_GRADIENT, BLEND, BLEND_FORWARD, BLEND_BACKWARD = range(8, 13)  # kernels are 0 where there is none
MAY_SKIP = 13  # whether it is the layer that goes around zeros
BEGIN, ROWS, COLUMNS, DECAYS = range(4)  # of a parameter's array in the flat vector; whether decay is for it
MATRICES = 4  # how many matrices, side by side, the optimizer steps as wholes: the array is one thread's

FIRST = np.int64(0)
"""A zero of the type of all whole numbers: for a plain 0 each function that takes it would be compiled again."""


@njit(**OPTIONS)
def part_of(width, part, parts):
    """Where a part of a layer's inputs or outputs begins; part and parts count from 0."""
    return part * width // parts


@njit(**OPTIONS)
def numbers(place, first, last):
    """Some of the numbers that lie at an address, as an array."""
    return carray(pointer(along(place, first)), last - first)
