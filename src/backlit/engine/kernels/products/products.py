"""Matrix products out of tiles, for processors with vectors; `blas.py` has the same for the others.

Each number of the result is one chain of sums along the inner side, whatever tile it falls into: it does not depend on
the rows around it.
"""

import numpy as np
from numba import carray, njit

from ..precision import FLOAT_BYTES, LANES, OPTIONS, PAGE, PART, TILE_ROWS, F
from ..runtime.calls import PRODUCTS
from ..runtime.memory import address, pointer
from .tiles import BROAD, DEPTH, NARROW, PANEL, TOGETHER, add_rows, copy, pack, panel_memory, tile, turn
from .vectors import wide

SIGNATURE = PRODUCTS
FAR = 2**19 // FLOAT_BYTES  # numbers of a panel's rows and of the result that the near caches do not hold
BAND = 480  # rows of the left matrix that are multiplied with every panel before the next rows
COPIED = 2**17 // FLOAT_BYTES  # numbers from which a left matrix is copied, so that a tile's lie close together


@njit(**PART)
def even(whole, most, unit):
    """The size of parts, at most `most` and a multiple of `unit`, into which a side is cut."""
    parts = -(-whole // most)
    return -(-whole // (parts * unit)) * unit


@njit(**PART)
def transpose_panel(source, stride, packed, columns, deep):
    """Pack some rows of a matrix as the columns of a panel."""
    for j in range(0, columns, LANES):
        for k in range(0, deep, LANES):
            block = source + j * stride + k * FLOAT_BYTES
            turn(block, stride, packed + (k * PANEL + j) * FLOAT_BYTES, columns - j, deep - k)


@njit(**OPTIONS)
def pack_panel(source, stride, packed, columns, deep):
    """Pack some rows of a matrix as those of a panel."""
    for k in range(deep):
        pack(source + k * stride, packed + k * PANEL * FLOAT_BYTES, columns)


@njit(**OPTIONS)
def copy_band(left, left_step, band, rows, deep):
    """Copy rows of a transposed left matrix, so that what a tile reads lies number behind number."""
    count = -(-rows // TILE_ROWS)
    low, higher = rows // count, rows % count
    for k in range(deep):
        row = 0
        for number in range(count):
            high = low + 1 if number < higher else low
            copy(left + k * left_step + row * FLOAT_BYTES, band + (row * deep + k * high) * FLOAT_BYTES, high)
            row += high


@njit(**OPTIONS)
def copy_rows(left, left_row, band, band_row, rows, deep):
    """Copy rows of a left matrix, so that they do not lie a power of two apart."""
    for r in range(rows):
        source, into = carray(pointer(left + r * left_row), deep), carray(pointer(band + r * band_row), deep)
        for k in range(deep):
            into[k] = source[k]


@njit(**OPTIONS)
def multiply_row(left, left_step, right, right_row, begin, out, inner, columns):
    """A single row: the right matrix is read once, as it lies, and nothing is packed for a single use.

    Several of its rows go together: a sum is then loaded and stored once for all of them, and more of the matrix is on
    its way from the far caches at a time.
    """
    wide()
    sums = carray(pointer(out), columns)
    if begin:
        first = carray(pointer(begin), columns)
        for j in range(columns):
            sums[j] = first[j]
    else:
        for j in range(columns):
            sums[j] = F(0.0)
    whole = inner // TOGETHER * TOGETHER
    for k in range(0, whole, TOGETHER):
        add_rows(left + k * left_step, left_step, right + k * right_row, right_row, out, columns)
    for k in range(whole, inner):
        number, row = carray(pointer(left + k * left_step), 1)[0], carray(pointer(right + k * right_row), columns)
        for j in range(columns):
            sums[j] += number * row[j]


@njit(**PART)
def next_panel(right, right_row, turn_right, column, row):
    """Where the rows lie that a tile at this row requests: a panel's width of rows that are packed next."""
    if turn_right:
        return right + (column + PANEL + row % PANEL) * right_row + row // PANEL * PANEL * FLOAT_BYTES
    return right + (column + PANEL) * FLOAT_BYTES + row * right_row


@njit(**OPTIONS)
def multiply_band(
    tiles, left, left_row, left_step, left_tile, right, right_row, turn_right, begin, begin_row, out, out_row, rows,
    deep, columns,
):  # fmt: skip
    """A band of the result, and at most `DEPTH` along the inner side; `left_tile` is 0, or the step of copied rows."""
    packed, count = panel_memory(), -(-rows // TILE_ROWS)
    low, higher = rows // count, rows % count
    far = (rows + deep) * columns >= FAR
    for column in range(0, columns, PANEL):
        broad, offset = min(PANEL, columns - column), column * FLOAT_BYTES
        panel, panel_row = right + offset, right_row
        kind = NARROW if broad <= LANES else BROAD
        if turn_right:
            transpose_panel(right + column * right_row, right_row, packed, broad, deep)
            panel, panel_row = packed, PANEL * FLOAT_BYTES
        elif count > 1 or LANES < broad < PANEL:  # for a single tile only what is no whole panel
            pack_panel(panel, right_row, packed, broad, deep)
            panel, panel_row = packed, PANEL * FLOAT_BYTES
        row = 0
        for number in range(count):
            high = low + 1 if number < higher else low
            left_part, left_part_row, left_part_step = left + row * left_row, left_row, left_step
            if left_tile:
                left_part, left_part_row, left_part_step = left + row * left_tile, FLOAT_BYTES, high * FLOAT_BYTES
            ahead = next_panel(right, right_row, turn_right, column, row) if far else 0
            start = begin + offset + row * begin_row if begin else 0
            tile(
                tiles, kind, high, left_part, left_part_row, left_part_step, panel, panel_row, start, begin_row,
                out + offset + row * out_row, out_row, deep, broad, ahead, right_row,
            )  # fmt: skip
            row += high


@njit(**PART)
def multiply_bands(
    tiles, left, left_row, left_step, copies, right, right_row, turn_right, begin, out, out_row, rows, inner, columns
):  # fmt: skip
    """Band by band, and part by part of the inner side; `copies` is memory for a transposed left matrix, or empty."""
    depth, high = even(inner, DEPTH, LANES), even(rows, BAND, 1)
    for first in range(0, inner, depth):
        deep, over = min(depth, inner - first), right + first * (FLOAT_BYTES if turn_right else right_row)
        for top in range(0, rows, high):
            tall, into = min(high, rows - top), out + top * out_row
            left_part, left_part_row, tile_step = left + top * left_row + first * left_step, left_row, 0
            if copies.size and left_row == FLOAT_BYTES:
                copy_band(left_part, left_step, address(copies, 0), tall, deep)
                left_part, tile_step = address(copies, 0), deep * FLOAT_BYTES
            elif copies.size:
                left_part_row = (deep + LANES) * FLOAT_BYTES
                copy_rows(left_part, left_row, address(copies, 0), left_part_row, tall, deep)
                left_part = address(copies, 0)
            start, start_row = (into, out_row) if first else (begin, 0)
            multiply_band(
                tiles, left_part, left_part_row, left_step, tile_step, over, right_row, turn_right, start, start_row,
                into, out_row, tall, deep, columns,
            )  # fmt: skip


def multiply(
    tiles, turn_left, turn_right, left, left_stride, right, right_stride, begin, out, out_stride, rows, inner, columns
):  # fmt: skip
    """Fill ``out = begin + left right``: (rows, columns) = (columns,) + (rows, inner) (inner, columns).

    A matrix that is transposed lies in memory as (inner, rows), or (columns, inner). Strides are the numbers from one
    row to the next; `begin` is 0 where nothing is to be added; `tiles` is their table's address.
    """
    left_row, left_step = left_stride * FLOAT_BYTES, FLOAT_BYTES
    if turn_left:
        left_row, left_step = left_step, left_row
    right_row, out_row = right_stride * FLOAT_BYTES, out_stride * FLOAT_BYTES
    if rows == 1 and not turn_right:
        multiply_row(left, left_step, right, right_row, begin, out, inner, columns)
        return
    if rows == 0:  # a block of a mini-batch that has fewer rows than blocks
        return
    copies = carray(pointer(left), 0)
    if rows * inner >= COPIED and (turn_left or left_row % PAGE == 0):  # or rows share few lines of a cache
        copies = np.empty(min(rows, BAND) * (min(inner, DEPTH) + LANES), F)
    multiply_bands(
        tiles, left, left_row, left_step, copies, right, right_row, turn_right, begin, out, out_row, rows, inner,
        columns,
    )  # fmt: skip
