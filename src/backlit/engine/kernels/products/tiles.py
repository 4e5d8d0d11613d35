"""A tile of a matrix product: some rows of the left matrix times a panel of the right one, summed in registers.

A panel is as many columns as two vectors hold. Every tile wants its numbers again, so they are packed before,
row behind row (`turn` for a matrix that is turned).
"""

from itertools import product

from llvmlite import ir
from numba import cfunc, types
from numba.extending import intrinsic

from ..precision import FLOAT_BYTES, KERNEL, LANES, LINE, TILE_ROWS
from .vectors import (
    NEAR,
    NEAREST,
    VECTOR,
    VECTOR_BYTES,
    WHOLE,
    across,
    after,
    either,
    everywhere,
    fetch,
    load_some,
    masks,
    meet,
    multiply_add,
    opaque,
    places,
    room,
    store,
    store_some,
    turned,
)

BROAD, NARROW = range(2)
"""Kinds of tiles: a whole panel, or a packed one; one of half the width or less, that may have numbers beside it."""
VECTORS = (2, 1)  # side by side, of each kind
PANEL = VECTORS[BROAD] * LANES  # columns
# rows of a packed panel at most: with a tile's rows of the left matrix it fits the nearest cache
DEPTH = min(256, 46 * 2**10 // max((PANEL + TILE_ROWS) * FLOAT_BYTES, 1) // 64 * 64)

_BASES = 5  # rows of the left matrix that share a base address: x86 has few registers for addresses
_ARGUMENTS = ("left", "left_row", "left_step", "right", "right_step", "begin", "begin_row")
_ARGUMENTS += ("out", "out_row", "inner", "columns", "soon", "soon_row")


_BLOCKS = "entry", "stretch", "loop", "cut", "end"
_TILE = ir.FunctionType(ir.VoidType(), [WHOLE] * len(_ARGUMENTS))


@intrinsic
def all_tiles(context):
    """The address of a table of functions, one for each kind and number of rows."""

    def codegen(target, builder, signature, values):
        module, shapes = builder.module, product(range(1, TILE_ROWS + 1), (BROAD, NARROW))
        functions = [_tile_function(module, kind, height) for height, kind in shapes]
        place = ir.GlobalVariable(module, ir.ArrayType(_TILE.as_pointer(), len(functions)), "all_tiles")
        place.linkage, place.global_constant = "internal", True
        place.initializer = ir.Constant(place.value_type, functions)
        return builder.ptrtoint(place, WHOLE)

    return types.int64(), codegen


@intrinsic
def tile(
    context, table, kind, rows, left, left_row, left_step, right, right_step, begin, begin_row, out, out_row, inner,
    columns, soon, soon_row,
):  # fmt: skip
    """Fill rows of ``out = begin + left right``: at most `TILE_ROWS` of them, and as many columns as the kind has.

    Rows and steps are in bytes: `left_row` from one row of the left matrix to the next, `left_step` along it;
    `begin_row` is 0 where one row begins all, and `begin` 0 where nothing does. `table` is what `tiles` returns.
    `soon` is where rows of the next panel lie, `soon_row` bytes apart, that are asked for meanwhile, with the rows of
    the result below; 0: all of them are near.
    """

    def codegen(target, builder, signature, values):
        table, kind, rows, *arguments = values
        number = builder.add(builder.shl(builder.sub(rows, WHOLE(1)), WHOLE(1)), kind)
        place = builder.inttoptr(table, _TILE.as_pointer().as_pointer())
        builder.call(builder.load(builder.gep(place, [number])), arguments)
        return target.get_dummy_value()

    return types.void(*[types.int64] * 16), codegen


def _tile_function(module, kind, height):
    """The function for tiles of this height: a loop along the inner side, with all sums in registers.

    The loop is cut into a stretch for each row, so that what is asked for does not come all at once.
    """
    function = ir.Function(module, _TILE, f"tile_{kind}_{height}")
    function.linkage = "internal"
    given = dict(zip(_ARGUMENTS, function.args, strict=True))
    vectors = range(VECTORS[kind])
    entry, stretch, loop, cut, end = (function.append_basic_block(name) for name in _BLOCKS)
    builder = ir.IRBuilder(entry)
    mask = masks(builder, given["columns"], len(vectors))
    is_whole = builder.icmp_signed(">=", given["columns"], WHOLE(len(vectors) * LANES))
    far = builder.icmp_signed("!=", given["soon"], WHOLE(0))
    below = builder.add(given["out"], builder.mul(given["out_row"], WHOLE(height)))
    soon = builder.select(far, given["soon"], given["out"])
    length = builder.udiv(builder.add(given["inner"], WHOLE(height - 1)), WHOLE(height))
    length = builder.select(far, length, given["inner"])
    offsets = [builder.mul(given["left_row"], WHOLE(i)) for i in range(_BASES)]
    bases = [builder.add(given["left"], builder.mul(given["left_row"], WHOLE(i))) for i in range(0, height, _BASES)]
    beginnings = []
    for sums, way in _beginnings(builder, given, height, vectors, is_whole, mask):
        beginnings.append(([below, soon, WHOLE(0), given["right"], *bases, *sums], way.block))
        way.branch(stretch)

    builder = ir.IRBuilder(stretch)
    before = [builder.phi(value.type) for value in beginnings[0][0]]
    below, soon, count = before[:3]
    for line in range(0, len(vectors) * VECTOR_BYTES, LINE):
        fetch(builder, after(builder, below, line), NEAREST)
        fetch(builder, after(builder, soon, line), NEAR)
    asked = [builder.add(below, given["out_row"]), builder.add(soon, given["soon_row"])]
    stop = builder.add(count, length)
    stop = builder.select(builder.icmp_signed("<", stop, given["inner"]), stop, given["inner"])
    builder.branch(loop)

    builder = ir.IRBuilder(loop)
    phis = [builder.phi(value.type) for value in before[2:]]
    count, right = phis[:2]
    base, total = [opaque(builder, place) for place in phis[2 : 2 + len(bases)]], phis[2 + len(bases) :]
    heard = across(builder, right, mask if kind == NARROW else None, vectors)
    following = []
    for i in range(height):
        number = everywhere(builder, builder.add(base[i // _BASES], offsets[i % _BASES]))
        following += [multiply_add(builder, number, heard[v], total[len(vectors) * i + v]) for v in vectors]
    count_next = builder.add(count, WHOLE(1))
    moved = [
        count_next,
        builder.add(right, given["right_step"]),
        *[builder.add(place, given["left_step"]) for place in base],
        *following,
    ]
    meet(phis, [(before[2:], stretch), (moved, loop)])
    builder.cbranch(builder.icmp_signed("<", count_next, stop), loop, cut)

    builder = ir.IRBuilder(cut)
    meet(before, [*beginnings, ([*asked, *moved], cut)])
    builder.cbranch(builder.icmp_signed("<", count_next, given["inner"]), stretch, end)

    for whole, builder in either(ir.IRBuilder(end), is_whole):
        place = given["out"]
        for i in range(height):
            for v, into in enumerate(places(builder, place, vectors)):
                found = following[len(vectors) * i + v]
                store(builder, found, into) if whole else store_some(builder, found, into, mask[v])
            place = builder.add(place, given["out_row"])
        builder.ret_void()
    return function


def _beginnings(builder, given, height, vectors, is_whole, mask):
    """What the sums begin with, and a builder for each way there: a whole panel's numbers, some of them, or nothing."""
    (_, begun), (_, not_begun) = either(builder, builder.icmp_signed("!=", given["begin"], WHOLE(0)))
    for whole, way in either(begun, is_whole):
        sums, place = [], given["begin"]
        for _ in range(height):
            sums += across(way, place, None if whole else mask, vectors)
            place = way.add(place, given["begin_row"])
        yield sums, way
    yield [ir.Constant(VECTOR, [0.0] * LANES)] * (height * len(vectors)), not_begun


@cfunc(types.int64(), **KERNEL)
def tiles():
    """Compiled apart from the products that lay them: LLVM would go through all tiles again for each function there."""
    return all_tiles()


@intrinsic
def pack(context, source, into, columns):
    """Copy a panel's row, or so many of its columns as there are."""

    def codegen(target, builder, signature, values):
        source, into, columns = values
        vectors = range(VECTORS[BROAD])
        mask = masks(builder, columns, len(vectors))
        with builder.if_else(builder.icmp_signed(">=", columns, WHOLE(PANEL))) as (whole, part):
            for way, some in (whole, None), (part, mask):
                with way:
                    row = across(builder, source, some, vectors)
                    for number, place in zip(row, places(builder, into, vectors), strict=True):
                        store(builder, number, place)
        return target.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


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
