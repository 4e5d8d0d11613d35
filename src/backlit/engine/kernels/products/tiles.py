"""A tile of a matrix product: some rows of the left matrix times a panel of the right one, summed in registers.

A panel is as many columns as two vectors hold. Every tile wants its numbers again, so they are packed before,
row behind row (`turn` for a matrix that is transposed).
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
    add_incoming,
    addresses,
    broadcast,
    byte_address,
    either,
    load_some,
    load_vectors,
    masks,
    multiply_add,
    opaque,
    prefetch,
    stack_memory,
    store,
    store_some,
    transposed,
)

BROAD, NARROW = range(2)
"""Kinds of tiles: a whole panel, or a packed one; one of half the width or less, that may have numbers on its right."""
VECTORS = (2, 1)  # side by side, of each kind
PANEL = VECTORS[BROAD] * LANES  # columns
# rows of a packed panel at most: with a tile's rows of the left matrix it fits the nearest cache
DEPTH = min(256, 46 * 2**10 // max((PANEL + TILE_ROWS) * FLOAT_BYTES, 1) // 64 * 64)

_BASES = 5  # rows of the left matrix that share a base address: x86 has few registers for addresses
_ARGUMENTS = ("left", "left_row", "left_step", "right", "right_step", "begin", "begin_row")
_ARGUMENTS += ("out", "out_row", "inner", "columns", "ahead", "ahead_row")


_BLOCKS = "entry", "stretch", "loop", "cut", "end"
_TILE = ir.FunctionType(ir.VoidType(), [WHOLE] * len(_ARGUMENTS))


@intrinsic
def all_tiles(context):
    """The address of a table of functions, one for each kind and number of rows."""

    def codegen(target, builder, signature, values):
        module, shapes = builder.module, product(range(1, TILE_ROWS + 1), (BROAD, NARROW))
        functions = [_tile_function(module, kind, height) for height, kind in shapes]
        address = ir.GlobalVariable(module, ir.ArrayType(_TILE.as_pointer(), len(functions)), "all_tiles")
        address.linkage, address.global_constant = "internal", True
        address.initializer = ir.Constant(address.value_type, functions)
        return builder.ptrtoint(address, WHOLE)

    return types.int64(), codegen


@intrinsic
def tile(
    context, table, kind, rows, left, left_row, left_step, right, right_step, begin, begin_row, out, out_row, inner,
    columns, ahead, ahead_row,
):  # fmt: skip
    """Fill rows of ``out = begin + left right``: at most `TILE_ROWS` of them, and as many columns as the kind has.

    Rows and steps are in bytes: `left_row` from one row of the left matrix to the next, `left_step` along it;
    `begin_row` is 0 where one row begins all, and `begin` 0 where nothing does. `table` is what `tiles` returns.
    `ahead` is where rows of the next panel lie, `ahead_row` bytes apart, that are requested meanwhile, with the rows of
    the result below; 0: all of them are near.
    """

    def codegen(target, builder, signature, values):
        table, kind, rows, *arguments = values
        number = builder.add(builder.shl(builder.sub(rows, WHOLE(1)), WHOLE(1)), kind)
        address = builder.inttoptr(table, _TILE.as_pointer().as_pointer())
        builder.call(builder.load(builder.gep(address, [number])), arguments)
        return target.get_dummy_value()

    return types.void(*[types.int64] * 16), codegen


def _tile_function(module, kind, height):
    """The function for tiles of this height: a loop along the inner side, with all sums in registers.

    The loop is cut into a stretch for each row, so that what is requested does not come all at once.
    """
    function = ir.Function(module, _TILE, f"tile_{kind}_{height}")
    function.linkage, vectors = "internal", range(VECTORS[kind])
    given = dict(zip(_ARGUMENTS, function.args, strict=True))
    entry, stretch, loop, cut, end = (function.append_basic_block(name) for name in _BLOCKS)
    builder = ir.IRBuilder(entry)
    mask = masks(builder, given["columns"], len(vectors))
    is_whole = builder.icmp_signed(">=", given["columns"], WHOLE(len(vectors) * LANES))
    far = builder.icmp_signed("!=", given["ahead"], WHOLE(0))
    below = builder.add(given["out"], builder.mul(given["out_row"], WHOLE(height)))
    ahead = builder.select(far, given["ahead"], given["out"])
    length = builder.udiv(builder.add(given["inner"], WHOLE(height - 1)), WHOLE(height))
    length = builder.select(far, length, given["inner"])
    offsets = [builder.mul(given["left_row"], WHOLE(i)) for i in range(_BASES)]
    bases = [builder.add(given["left"], builder.mul(given["left_row"], WHOLE(i))) for i in range(0, height, _BASES)]
    beginnings = []
    for sums, way in _beginnings(builder, given, height, vectors, is_whole, mask):
        beginnings.append(([below, ahead, WHOLE(0), given["right"], *bases, *sums], way.block))
        way.branch(stretch)

    builder = ir.IRBuilder(stretch)
    before = [builder.phi(value.type) for value in beginnings[0][0]]
    below, ahead, count = before[:3]
    for line in range(0, len(vectors) * VECTOR_BYTES, LINE):
        prefetch(builder, byte_address(builder, below, line), NEAREST)
        prefetch(builder, byte_address(builder, ahead, line), NEAR)
    following_lines = [builder.add(below, given["out_row"]), builder.add(ahead, given["ahead_row"])]
    stop = builder.add(count, length)
    stop = builder.select(builder.icmp_signed("<", stop, given["inner"]), stop, given["inner"])
    builder.branch(loop)

    builder = ir.IRBuilder(loop)
    phis = [builder.phi(value.type) for value in before[2:]]
    count, right = phis[:2]
    base, total = [opaque(builder, address) for address in phis[2 : 2 + len(bases)]], phis[2 + len(bases) :]
    right_row = load_vectors(builder, right, mask if kind == NARROW else None, vectors)
    following = []
    for i in range(height):
        number = broadcast(builder, builder.add(base[i // _BASES], offsets[i % _BASES]))
        following += [multiply_add(builder, number, right_row[v], total[len(vectors) * i + v]) for v in vectors]
    count_next = builder.add(count, WHOLE(1))
    moved = [
        count_next,
        builder.add(right, given["right_step"]),
        *[builder.add(address, given["left_step"]) for address in base],
        *following,
    ]
    add_incoming(phis, [(before[2:], stretch), (moved, loop)])
    builder.cbranch(builder.icmp_signed("<", count_next, stop), loop, cut)

    builder = ir.IRBuilder(cut)
    add_incoming(before, [*beginnings, ([*following_lines, *moved], cut)])
    builder.cbranch(builder.icmp_signed("<", count_next, given["inner"]), stretch, end)

    _store_results(ir.IRBuilder(end), given, following, height, vectors, is_whole, mask)
    return function


def _store_results(builder, given, sums, height, vectors, is_whole, mask):
    """Write the sums of a tile to the result, all columns of a whole panel or some, and return."""
    for whole, way in either(builder, is_whole):
        row = given["out"]
        for i in range(height):
            for v, target in enumerate(addresses(way, row, vectors)):
                value = sums[len(vectors) * i + v]
                store(way, value, target) if whole else store_some(way, value, target, mask[v])
            row = way.add(row, given["out_row"])
        way.ret_void()


def _beginnings(builder, given, height, vectors, is_whole, mask):
    """What the sums begin with, and a builder for each way there: a whole panel's numbers, part of them, or nothing."""
    (_, begun), (_, not_begun) = either(builder, builder.icmp_signed("!=", given["begin"], WHOLE(0)))
    for whole, way in either(begun, is_whole):
        sums, address = [], given["begin"]
        for _ in range(height):
            sums += load_vectors(way, address, None if whole else mask, vectors)
            address = way.add(address, given["begin_row"])
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
            for way, lanes in (whole, None), (part, mask):
                with way:
                    row = load_vectors(builder, source, lanes, vectors)
                    for number, address in zip(row, addresses(builder, into, vectors), strict=True):
                        store(builder, number, address)
        return target.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


@intrinsic
def turn(context, source, stride, packed, rows, columns):
    """Pack a square of a matrix transposed: rows become columns. At most as many of both as a vector is long."""

    def codegen(target, builder, signature, values):
        source, stride, packed, rows, columns = values
        (mask,) = masks(builder, columns, 1)
        last = builder.sub(rows, WHOLE(1))
        square = []
        for i in range(LANES):  # where there is no such row the last one stands for it, and is not looked at later
            row = builder.select(builder.icmp_signed("<", WHOLE(i), rows), WHOLE(i), last)
            square.append(load_some(builder, builder.add(source, builder.mul(row, stride)), mask))
        for i, column in enumerate(transposed(builder, square)):
            store(builder, column, byte_address(builder, packed, i * PANEL * FLOAT_BYTES))
        return target.get_dummy_value()

    return types.void(*[types.int64] * 5), codegen


@intrinsic
def panel_memory(context):
    """Where a panel can be packed."""

    def codegen(target, builder, signature, values):
        return stack_memory(builder, DEPTH * PANEL)

    return types.int64(), codegen


@intrinsic
def copy(context, source, into, count):
    """Copy so many numbers, at most `TILE_ROWS`."""

    def codegen(target, builder, signature, values):
        source, into, count = values
        for v, mask in enumerate(masks(builder, count, -(-TILE_ROWS // LANES))):
            vector = load_some(builder, byte_address(builder, source, v * VECTOR_BYTES), mask)
            store_some(builder, vector, byte_address(builder, into, v * VECTOR_BYTES), mask)
        return target.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


TOGETHER = 8
"""Rows of a right matrix that are read side by side for a single row: as many streams of memory as are in flight."""
_ROWS = ir.FunctionType(ir.VoidType(), [WHOLE] * 6)


@intrinsic
def add_rows(context, left, left_step, right, right_row, sums, columns):
    """Add `TOGETHER` rows, each times its number of the left row, to sums, one row after the other in each sum."""

    def codegen(target, builder, signature, values):
        builder.call(_rows_function(builder.module), values)
        return target.get_dummy_value()

    return types.void(*[types.int64] * 6), codegen


def _rows_function(module):
    """A loop along the columns, a vector of sums at a time; the last may be filled in part."""
    name = "add_rows"
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, _ROWS, name)
    function.linkage = "internal"
    left, left_step, right, right_row, sums, columns = function.args
    entry, whole, rest, some, end = (
        function.append_basic_block(part) for part in ("entry", "whole", "rest", "some", "end")
    )
    builder = ir.IRBuilder(entry)
    numbers = [broadcast(builder, builder.add(left, builder.mul(left_step, WHOLE(i)))) for i in range(TOGETHER)]
    rows = [builder.add(right, builder.mul(right_row, WHOLE(i))) for i in range(TOGETHER)]
    wholes = builder.mul(builder.udiv(columns, WHOLE(LANES)), WHOLE(VECTOR_BYTES))
    builder.cbranch(builder.icmp_signed(">", wholes, WHOLE(0)), whole, rest)

    builder = ir.IRBuilder(whole)
    offset = builder.phi(WHOLE)
    (total,) = load_vectors(builder, builder.add(sums, offset), None, range(1))
    for number, row in zip(numbers, rows, strict=True):
        (vector,) = load_vectors(builder, builder.add(row, offset), None, range(1))
        total = multiply_add(builder, number, vector, total)
    store(builder, total, builder.add(sums, offset))
    following = builder.add(offset, WHOLE(VECTOR_BYTES))
    add_incoming([offset], [([WHOLE(0)], entry), ([following], whole)])
    builder.cbranch(builder.icmp_signed("<", following, wholes), whole, rest)

    builder = ir.IRBuilder(rest)
    left_over = builder.urem(columns, WHOLE(LANES))
    builder.cbranch(builder.icmp_signed(">", left_over, WHOLE(0)), some, end)

    builder = ir.IRBuilder(some)
    (mask,) = masks(builder, left_over, 1)
    total = load_some(builder, builder.add(sums, wholes), mask)
    for number, row in zip(numbers, rows, strict=True):
        total = multiply_add(builder, number, load_some(builder, builder.add(row, wholes), mask), total)
    store_some(builder, total, builder.add(sums, wholes), mask)
    builder.branch(end)
    ir.IRBuilder(end).ret_void()
    return function
