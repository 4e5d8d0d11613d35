"""Matrix products out of tiles, for processors with vectors; `blas.py` has the same for the others.

Each number of the result is one chain of sums along the inner side, whatever tile it falls into: it does not depend on
the rows beside it.
"""

import numpy as np
from numba import carray, njit

from .calls import PRODUCTS
from .memory import address, pointer
from .precision import FLOAT_BYTES, LANES, OPTIONS, TILE_ROWS, F
from .tiles import DEPTH, NARROW, PACKING, PANEL, READING, copy, room_for_panel, tile, turn
from .vectors import wide

SIGNATURE = PRODUCTS
BAND = 20 * TILE_ROWS  # rows of the left matrix that are multiplied with every panel before the next rows
COPIED = 2**18 // FLOAT_BYTES  # numbers from which a turned left matrix is copied, so that a tile's lie close together


@njit(**OPTIONS)
def even(whole, most, unit):
    """The size of parts, at most `most` and a multiple of `unit`, into which a side is cut."""
    parts = -(-whole // most)
    return -(-whole // (parts * unit)) * unit


@njit(**OPTIONS)
def turn_panel(source, stride, packed, columns, deep):
    """Pack some rows of a matrix as the columns of a panel."""
    for j in range(0, columns, LANES):
        for k in range(0, deep, LANES):
            place = source + j * stride + k * FLOAT_BYTES
            turn(place, stride, packed + (k * PANEL + j) * FLOAT_BYTES, columns - j, deep - k)


@njit(**OPTIONS)
def copy_band(left, left_step, band, rows, deep):
    """Copy rows of a turned left matrix, so that what a tile reads lies number behind number."""
    tiles = -(-rows // TILE_ROWS)
    for k in range(deep):
        row = 0
        for left_over in range(tiles, 0, -1):
            high = -(-(rows - row) // left_over)
            copy(left + k * left_step + row * FLOAT_BYTES, band + (row * deep + k * high) * FLOAT_BYTES, high)
            row += high


@njit(**OPTIONS)
def multiply_row(left, left_step, right, right_row, begin, out, inner, columns):
    """A single row: the right matrix is read once, as it lies, and nothing is packed for a single use."""
    wide()
    sums = carray(pointer(out), columns)
    if begin:
        first = carray(pointer(begin), columns)
        for j in range(columns):
            sums[j] = first[j]
    else:
        for j in range(columns):
            sums[j] = F(0.0)
    for k in range(inner):
        number, row = carray(pointer(left + k * left_step), 1)[0], carray(pointer(right + k * right_row), columns)
        for j in range(columns):
            sums[j] += number * row[j]


@njit(**OPTIONS)
def multiply_band(
    left, left_row, left_step, left_tile, right, right_row, turn_right, begin, begin_row, out, out_row, rows, deep,
    columns,
):  # fmt: skip
    """A band of the result, and at most `DEPTH` along the inner side; `left_tile` is 0, or the step of copied rows."""
    packed = room_for_panel()
    tiles = -(-rows // TILE_ROWS)
    for column in range(0, columns, PANEL):
        broad, here = min(PANEL, columns - column), column * FLOAT_BYTES
        heard, heard_row = right + here, right_row
        if turn_right:
            turn_panel(right + column * right_row, right_row, packed, broad, deep)
            heard, heard_row = packed, PANEL * FLOAT_BYTES
        kind = NARROW if broad <= LANES else READING if turn_right or tiles == 1 else PACKING
        row = 0
        for left_over in range(tiles, 0, -1):
            high = -(-(rows - row) // left_over)
            beside, beside_row, beside_step = left + row * left_row, left_row, left_step
            if left_tile:
                beside, beside_row, beside_step = left + row * left_tile, FLOAT_BYTES, high * FLOAT_BYTES
            start = begin + here + row * begin_row if begin else 0
            tile(
                kind, high, beside, beside_row, beside_step, heard, heard_row, packed, start, begin_row,
                out + here + row * out_row, out_row, deep, broad,
            )  # fmt: skip
            if kind == PACKING:
                kind, heard, heard_row = READING, packed, PANEL * FLOAT_BYTES
            row += high


@njit(**OPTIONS)
def multiply_bands(
    left, left_row, left_step, room, right, right_row, turn_right, begin, out, out_row, rows, inner, columns
):  # fmt: skip
    """Band by band, and part by part of the inner side; `room` is for copies of a turned left matrix, or empty."""
    depth, high = even(inner, DEPTH, LANES), even(rows, BAND, 1)
    for first in range(0, inner, depth):
        deep, over = min(depth, inner - first), right + first * (FLOAT_BYTES if turn_right else right_row)
        for top in range(0, rows, high):
            tall, into = min(high, rows - top), out + top * out_row
            beside, tile_step = left + top * left_row + first * left_step, 0
            if room.size:
                copy_band(beside, left_step, address(room, 0), tall, deep)
                beside, tile_step = address(room, 0), deep * FLOAT_BYTES
            start, start_row = (into, out_row) if first else (begin, 0)
            multiply_band(
                beside, left_row, left_step, tile_step, over, right_row, turn_right, start, start_row, into, out_row,
                tall, deep, columns,
            )  # fmt: skip


def multiply(
    blas, turn_left, turn_right, left, left_stride, right, right_stride, begin, out, out_stride, rows, inner, columns
):  # fmt: skip
    """Fill ``out = begin + left right``: (rows, columns) = (columns,) + (rows, inner) (inner, columns).

    A matrix that is turned lies in memory as (inner, rows), or (columns, inner). Strides say how many numbers lie
    between the beginnings of two rows; `begin` is 0 where nothing is to be added.
    """
    left_row, left_step = left_stride * FLOAT_BYTES, FLOAT_BYTES
    if turn_left:
        left_row, left_step = left_step, left_row
    right_row, out_row = right_stride * FLOAT_BYTES, out_stride * FLOAT_BYTES
    if rows == 1 and not turn_right:
        multiply_row(left, left_step, right, right_row, begin, out, inner, columns)
        return
    room = carray(pointer(left), 0)
    if turn_left and rows * inner >= COPIED:
        room = np.empty(BAND * DEPTH, F)
    multiply_bands(
        left, left_row, left_step, room, right, right_row, turn_right, begin, out, out_row, rows, inner, columns
    )  # fmt: skip
