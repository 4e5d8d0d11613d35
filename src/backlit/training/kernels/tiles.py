"""A tile of a matrix product: some rows of the left matrix times a panel of the right one, summed in registers.

A panel is as many columns as two vectors hold. Its numbers are wanted again by every tile below the first, so the first
one packs them, row behind row, while it reads them; a panel of a matrix that is turned is packed before (`turn`).
"""

from itertools import product

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .precision import FLOAT_BYTES, LANES, TILE_ROWS
from .vectors import (
    LINE,
    VECTOR_BYTES,
    WHOLE,
    after,
    everywhere,
    fetch,
    load_some,
    masks,
    multiply_add,
    room,
    store,
    store_some,
    turned,
)

READING, PACKING, NARROW = range(3)
"""Kinds of tiles: it reads its panel; it packs it too; a panel of half the width."""
VECTORS = (2, 2, 1)  # side by side, of each kind
PANEL = VECTORS[READING] * LANES  # columns
DEPTH = 512  # rows of a packed panel at most: with a tile's rows of the left matrix it fits the cache next to the core

_AHEAD = 32  # rows of the right matrix that are asked for before they are read
_BASES = 3  # rows of the left matrix that share a base address: x86 has few registers for addresses
_ARGUMENTS = ("left", "left_row", "left_step", "right", "right_step", "packed", "begin", "begin_row")
_ARGUMENTS += ("out", "out_row", "inner", "columns")


@intrinsic
def tile(
    context, kind, rows, left, left_row, left_step, right, right_step, packed, begin, begin_row, out, out_row, inner,
    columns,
):  # fmt: skip
    """Fill rows of ``out = begin + left right``: at most `TILE_ROWS` of them, and as many columns as the kind has.

    Rows and steps are in bytes: `left_row` from one row of the left matrix to the next, `left_step` along it;
    `begin_row` is 0 where one row begins all, and `begin` 0 where nothing does.
    """

    def codegen(target, builder, signature, values):
        asked_kind, asked_rows, *arguments = values
        end, nothing = builder.append_basic_block("end"), builder.append_basic_block("nothing")
        choice = builder.switch(builder.add(builder.shl(asked_rows, WHOLE(2)), asked_kind), nothing)
        for kind, height in product((READING, PACKING, NARROW), range(1, TILE_ROWS + 1)):
            block = builder.append_basic_block(f"tile_{kind}_{height}")
            choice.add_case(WHOLE(4 * height + kind), block)
            builder.position_at_end(block)
            builder.call(_tile_function(builder.module, kind, height), arguments)
            builder.branch(end)
        builder.position_at_end(nothing)
        builder.branch(end)
        builder.position_at_end(end)
        return target.get_dummy_value()

    return types.void(*[types.int64] * 14), codegen


def _tile_function(module, kind, height):
    """The function for tiles of this height: a loop along the inner side, with all sums in registers."""
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [WHOLE] * len(_ARGUMENTS)), f"tile_{kind}_{height}")
    function.linkage = "internal"
    function.attributes.add("noinline")
    given = dict(zip(_ARGUMENTS, function.args, strict=True))
    vectors = range(VECTORS[kind])
    entry, loop, end = (function.append_basic_block(name) for name in ("entry", "loop", "end"))

    builder = ir.IRBuilder(entry)
    mask = masks(builder, given["columns"], len(vectors))
    begun = builder.icmp_signed("!=", given["begin"], WHOLE(0))
    first = masks(builder, builder.select(begun, given["columns"], WHOLE(0)), len(vectors))
    # even under an empty mask an address that is nobody's takes a processor hundreds of cycles
    sums, place = [], builder.select(begun, given["begin"], given["out"])
    for _ in range(height):
        sums += [load_some(builder, after(builder, place, v * VECTOR_BYTES), first[v]) for v in vectors]
        place = builder.add(place, given["begin_row"])
    double = builder.mul(given["left_row"], WHOLE(2))
    bases = [builder.add(given["left"], builder.mul(given["left_row"], WHOLE(i))) for i in range(0, height, _BASES)]
    far = builder.mul(given["right_step"], WHOLE(_AHEAD))
    builder.branch(loop)

    builder = ir.IRBuilder(loop)
    carried = [WHOLE(0), given["right"], given["packed"], *bases, *sums]
    phis = [builder.phi(value.type) for value in carried]
    count, right, packed = phis[:3]
    base, total = phis[3 : 3 + len(bases)], phis[3 + len(bases) :]
    heard = [load_some(builder, after(builder, right, v * VECTOR_BYTES), mask[v]) for v in vectors]
    if kind == PACKING:  # it meets its panel for the first time
        for line in range(0, len(vectors) * VECTOR_BYTES, LINE):
            fetch(builder, after(builder, builder.add(right, far), line))
        for v in vectors:
            store(builder, heard[v], after(builder, packed, v * VECTOR_BYTES))
    following = []
    for i in range(height):
        offset = (WHOLE(0), given["left_row"], double)[i % _BASES]
        number = everywhere(builder, builder.add(base[i // _BASES], offset))
        following += [multiply_add(builder, number, heard[v], total[len(vectors) * i + v]) for v in vectors]
    count_next = builder.add(count, WHOLE(1))
    moved = [
        count_next,
        builder.add(right, given["right_step"]),
        after(builder, packed, PANEL * FLOAT_BYTES),
        *[builder.add(place, given["left_step"]) for place in base],
        *following,
    ]
    for phi, before, later in zip(phis, carried, moved, strict=True):
        phi.add_incoming(before, entry)
        phi.add_incoming(later, loop)
    builder.cbranch(builder.icmp_signed("<", count_next, given["inner"]), loop, end)

    builder = ir.IRBuilder(end)
    place = given["out"]
    for i in range(height):
        for v in vectors:
            store_some(builder, following[len(vectors) * i + v], after(builder, place, v * VECTOR_BYTES), mask[v])
        place = builder.add(place, given["out_row"])
    builder.ret_void()
    return function


@intrinsic
def turn(context, source, stride, packed, rows, columns):
    """Pack a square of a matrix turned: rows become columns. At most as many rows and columns as a vector is long."""

    def codegen(target, builder, signature, values):
        source, stride, packed, rows, columns = values
        (mask,) = masks(builder, columns, 1)
        last = builder.sub(rows, WHOLE(1))
        square = []
        for i in range(LANES):  # where there is no such row the last one stands for it, and is not looked at later
            row = builder.select(builder.icmp_signed("<", WHOLE(i), rows), WHOLE(i), last)
            square.append(load_some(builder, builder.add(source, builder.mul(row, stride)), mask))
        for i, column in enumerate(turned(builder, square)):
            store(builder, column, after(builder, packed, i * PANEL * FLOAT_BYTES))
        return target.get_dummy_value()

    return types.void(*[types.int64] * 5), codegen


@intrinsic
def room_for_panel(context):
    """Where a panel can be packed."""

    def codegen(target, builder, signature, values):
        return room(builder, DEPTH * PANEL)

    return types.int64(), codegen


@intrinsic
def copy(context, source, into, count):
    """Copy so many numbers, at most `TILE_ROWS`."""

    def codegen(target, builder, signature, values):
        source, into, count = values
        for v, mask in enumerate(masks(builder, count, -(-TILE_ROWS // LANES))):
            some = load_some(builder, after(builder, source, v * VECTOR_BYTES), mask)
            store_some(builder, some, after(builder, into, v * VECTOR_BYTES), mask)
        return target.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen
