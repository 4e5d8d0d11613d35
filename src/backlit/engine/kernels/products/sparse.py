"""The first dense layer where most inputs are 0: only what is not is multiplied.

A sum is the same chain of multiplications and additions as in `products.py`, without those by 0: the bits are the same.
Compiled when a training first has such inputs; called by address.
"""

from llvmlite import ir
from numba import carray, cfunc, njit, types
from numba.extending import intrinsic

from ..precision import FLOAT_BYTES, KERNEL, LANES, LINE, OPTIONS, F
from ..runtime.memory import INDEX_BYTES, address, pointer
from .vectors import (
    NEAREST,
    VECTOR,
    WHOLE,
    across,
    after,
    either,
    everywhere,
    fetch,
    masks,
    meet,
    multiply_add,
    room,
    store,
    store_some,
)

WIDTHS = (8, 4, 2, 1)  # vectors side by side whose sums stay in registers
ROOM = 2**18 // FLOAT_BYTES  # numbers of a packed panel at most; higher ones are narrower, or not packed
AHEAD = 8  # rows that are asked for before they are packed
INDEX = types.int32
_INDEX = ir.IntType(8 * INDEX_BYTES)
_ARGUMENTS = ("count", "places", "numbers", "number_step", "rows", "row_step", "begin", "out", "columns")


@intrinsic
def indices(context, place):
    """An address as a pointer that an array of places can be laid over."""

    def codegen(target, builder, signature, values):
        return builder.inttoptr(values[0], target.get_value_type(types.CPointer(INDEX)))

    return types.CPointer(INDEX)(types.int64), codegen


@intrinsic
def add_listed(context, width, count, places, numbers, number_step, rows, row_step, begin, out, columns):
    """Fill ``out = begin + sum of number[place] * row[place]`` over a list of places, for `width` vectors of columns.

    Steps are in bytes; `begin` is 0 where nothing begins. Of width 0, less than a vector, `columns` says how many.
    """

    def codegen(target, builder, signature, values):
        asked, *arguments = values
        end = builder.append_basic_block("end")
        choice = builder.switch(asked, end)
        for width in (0, *WIDTHS):
            block = builder.append_basic_block(f"listed_{width}")
            choice.add_case(WHOLE(width), block)
            builder.position_at_end(block)
            builder.call(_function(builder.module, width), arguments)
            builder.branch(end)
        builder.position_at_end(end)
        return target.get_dummy_value()

    return types.void(*[types.int64] * 10), codegen


def _function(module, width):
    """The function for so many vectors: a loop along the list, with all sums in registers."""
    name = f"listed_{width}"
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [WHOLE] * len(_ARGUMENTS)), name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    given = dict(zip(_ARGUMENTS, function.args, strict=True))
    vectors = range(max(width, 1))
    entry, loop, end = (function.append_basic_block(part) for part in ("entry", "loop", "end"))
    builder = ir.IRBuilder(entry)
    mask = None if width else masks(builder, given["columns"], 1)
    beginnings = []
    for begun, way in either(builder, builder.icmp_signed("!=", given["begin"], WHOLE(0))):
        nothing = ir.Constant(VECTOR, [0.0] * LANES)
        sums = across(way, given["begin"], mask, vectors) if begun else [nothing] * len(vectors)
        beginnings.append(([WHOLE(0), *sums], way.block))
        way.cbranch(way.icmp_signed(">", given["count"], WHOLE(0)), loop, end)

    builder = ir.IRBuilder(loop)
    at, *total = [builder.phi(value.type) for value in beginnings[0][0]]
    where = builder.inttoptr(builder.add(given["places"], builder.mul(at, WHOLE(INDEX_BYTES))), _INDEX.as_pointer())
    place = builder.sext(builder.load(where), WHOLE)
    number = everywhere(builder, builder.add(given["numbers"], builder.mul(place, given["number_step"])))
    row = builder.add(given["rows"], builder.mul(place, given["row_step"]))
    following = [
        multiply_add(builder, number, heard, so_far)
        for heard, so_far in zip(across(builder, row, mask, vectors), total, strict=True)
    ]
    moved = [builder.add(at, WHOLE(1)), *following]
    ways = [*beginnings, (moved, loop)]
    meet((at, *total), ways)
    builder.cbranch(builder.icmp_signed("<", moved[0], given["count"]), loop, end)

    builder = ir.IRBuilder(end)
    results = [builder.phi(value.type) for value in following]
    meet(results, [(values[1:], block) for values, block in ways])
    for number, result in enumerate(results):
        into = after(builder, given["out"], number * LANES * FLOAT_BYTES)
        store(builder, result, into) if width else store_some(builder, result, into, mask[0])
    builder.ret_void()
    return function


@njit(**OPTIONS)
def lists(place, count, longest):
    """So many lists of places; each begins with its length."""
    return carray(indices(place), (count, 1 + longest))


@njit(**OPTIONS)
def note(row, places):
    """List where a row is not 0, without a branch that a processor would have to guess."""
    count = 0
    for k in range(row.size):
        places[count + 1] = k
        count += row[k] != F(0.0)
    places[0] = count


@intrinsic
def room_for_rows(context):
    """Where a panel can be packed."""

    def codegen(target, builder, signature, values):
        return room(builder, ROOM)

    return types.int64(), codegen


@njit(**OPTIONS)
def width_of(columns, height):
    """How many vectors are taken side by side where so many columns are left; 0: less than one."""
    for width in WIDTHS:
        if columns >= width * LANES and (height * width * LANES <= ROOM or width == 1):
            return width
    return 0


@intrinsic
def ask(context, place):
    """Ask for the lines of a panel at an address, for soon: they may lie anywhere, and nothing is read."""

    def codegen(target, builder, signature, values):
        for line in range(0, WIDTHS[0] * LANES * FLOAT_BYTES, LINE):
            fetch(builder, after(builder, values[0], line), NEAREST)
        return target.get_dummy_value()

    return types.void(types.int64), codegen


@njit(**OPTIONS)
def pack(source, row_step, rows, columns, into):
    """Copy a panel of some columns: rows that lie a power of two apart have few places in a cache."""
    for r in range(rows):
        row, copied = carray(pointer(source + r * row_step), columns), carray(pointer(into), columns)
        ask(source + (r + AHEAD) * row_step)
        for j in range(columns):
            copied[j] = row[j]
        into += columns * FLOAT_BYTES


@njit(**OPTIONS)
def add_lists(listed, first, last, numbers, list_step, number_step, rows, row_step, height, begin, out, columns):
    """Fill rows of the result, one for each list, panel by panel."""
    column = 0
    while column < columns:
        width, along = width_of(columns - column, height), column * FLOAT_BYTES
        broad = width * LANES if width else columns - column
        heard, heard_step = rows + along, row_step
        if height * broad <= ROOM:
            heard, heard_step = room_for_rows(), broad * FLOAT_BYTES
            pack(rows + along, row_step, height, broad, heard)
        for number in range(first, last):
            own, start = address(listed, number), begin + along if begin else 0
            add_listed(
                width, listed[number, 0], own + INDEX_BYTES, numbers + number * list_step, number_step, heard,
                heard_step, start, out + number * row_step + along, broad,
            )  # fmt: skip
        column += broad


@cfunc(types.void(*[types.int64] * 9), **KERNEL)
def forward(x, stride, listed, w, b, z, rows, inputs, outputs):
    """List where the inputs of some rows, `stride` numbers apart, are not 0, and fill z; `b` may be 0: no bias."""
    own, row = lists(listed, rows, inputs), stride * FLOAT_BYTES
    for r in range(rows):
        note(carray(pointer(x + r * row), inputs), own[r])
    add_lists(own, 0, rows, x, row, FLOAT_BYTES, w, outputs * FLOAT_BYTES, inputs, b, z, outputs)


@cfunc(types.void(*[types.int64] * 11), **KERNEL)
def gradient(x, stride, listed, turned, delta, dw, first, last, rows, inputs, outputs):
    """dC/dw = x^T delta for the weights of some inputs: the lists are turned, so that each input has its rows."""
    own, inputs_of = lists(listed, rows, inputs), lists(turned, inputs, rows)
    for k in range(first, last):
        inputs_of[k, 0] = 0
    for r in range(rows):
        for place in range(1, own[r, 0] + 1):
            k = own[r, place]
            if first <= k < last:
                inputs_of[k, 0] += 1
                inputs_of[k, inputs_of[k, 0]] = r
    row = stride * FLOAT_BYTES
    add_lists(inputs_of, first, last, x, FLOAT_BYTES, row, delta, outputs * FLOAT_BYTES, rows, 0, dw, outputs)
