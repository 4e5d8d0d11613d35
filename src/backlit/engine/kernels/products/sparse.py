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
    add_incoming,
    broadcast,
    byte_address,
    either,
    load_vectors,
    masks,
    multiply_add,
    prefetch,
    stack_memory,
    store,
    store_some,
)

WIDTHS = (8, 4, 2, 1)  # vectors side by side whose sums stay in registers
PANEL_NUMBERS = 2**18 // FLOAT_BYTES  # numbers of a packed panel at most; higher ones are narrower, or not packed
AHEAD = 8  # rows that are requested before they are packed
INDEX = types.int32
_INDEX = ir.IntType(8 * INDEX_BYTES)
_ARGUMENTS = ("count", "indices", "numbers", "number_step", "rows", "row_step", "begin", "out", "columns")


@intrinsic
def index_pointer(context, address):
    """An address as a pointer that an array of indices can be laid over."""

    def codegen(target, builder, signature, values):
        return builder.inttoptr(values[0], target.get_value_type(types.CPointer(INDEX)))

    return types.CPointer(INDEX)(types.int64), codegen


@intrinsic
def add_nonzero(context, width, count, indices, numbers, number_step, rows, row_step, begin, out, columns):
    """Fill ``out = begin + sum of number[k] * row[k]`` over a list of indices k, for `width` vectors of columns.

    Steps are in bytes; `begin` is 0 where nothing begins. Of width 0, less than a vector, there are `columns`.
    """

    def codegen(target, builder, signature, values):
        chosen_width, *arguments = values
        end = builder.append_basic_block("end")
        choice = builder.switch(chosen_width, end)
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
        sums = load_vectors(way, given["begin"], mask, vectors) if begun else [nothing] * len(vectors)
        beginnings.append(([WHOLE(0), *sums], way.block))
        way.cbranch(way.icmp_signed(">", given["count"], WHOLE(0)), loop, end)

    builder = ir.IRBuilder(loop)
    at, *total = [builder.phi(value.type) for value in beginnings[0][0]]
    where = builder.inttoptr(builder.add(given["indices"], builder.mul(at, WHOLE(INDEX_BYTES))), _INDEX.as_pointer())
    index = builder.sext(builder.load(where), WHOLE)
    number = broadcast(builder, builder.add(given["numbers"], builder.mul(index, given["number_step"])))
    row = builder.add(given["rows"], builder.mul(index, given["row_step"]))
    following = [
        multiply_add(builder, number, values, total_before)
        for values, total_before in zip(load_vectors(builder, row, mask, vectors), total, strict=True)
    ]
    moved = [builder.add(at, WHOLE(1)), *following]
    ways = [*beginnings, (moved, loop)]
    add_incoming((at, *total), ways)
    builder.cbranch(builder.icmp_signed("<", moved[0], given["count"]), loop, end)

    builder = ir.IRBuilder(end)
    results = [builder.phi(value.type) for value in following]
    add_incoming(results, [(values[1:], block) for values, block in ways])
    for number, result in enumerate(results):
        into = byte_address(builder, given["out"], number * LANES * FLOAT_BYTES)
        store(builder, result, into) if width else store_some(builder, result, into, mask[0])
    builder.ret_void()
    return function


@njit(**OPTIONS)
def lists(start, count, longest):
    """So many lists of indices; each begins with its length."""
    return carray(index_pointer(start), (count, 1 + longest))


@njit(**OPTIONS)
def note(row, indices):
    """List where a row is not 0, without a branch that a processor would have to guess."""
    count = 0
    for k in range(row.size):
        indices[count + 1] = k
        count += row[k] != F(0.0)
    indices[0] = count


@intrinsic
def panel_memory(context):
    """Where a panel can be packed."""

    def codegen(target, builder, signature, values):
        return stack_memory(builder, PANEL_NUMBERS)

    return types.int64(), codegen


@njit(**OPTIONS)
def width_of(columns, height):
    """How many vectors are taken side by side where so many columns are left; 0: less than one."""
    for width in WIDTHS:
        if columns >= width * LANES and (height * width * LANES <= PANEL_NUMBERS or width == 1):
            return width
    return 0


@intrinsic
def request(context, address):
    """Request the lines of a panel at an address, ahead of their use: they may lie anywhere, nothing is read."""

    def codegen(target, builder, signature, values):
        for line in range(0, WIDTHS[0] * LANES * FLOAT_BYTES, LINE):
            prefetch(builder, byte_address(builder, values[0], line), NEAREST)
        return target.get_dummy_value()

    return types.void(types.int64), codegen


@njit(**OPTIONS)
def pack(source, row_step, rows, columns, into):
    """Copy a panel of some columns: rows that lie a power of two apart share few lines of a cache."""
    for r in range(rows):
        row, copied = carray(pointer(source + r * row_step), columns), carray(pointer(into), columns)
        request(source + (r + AHEAD) * row_step)
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
        panel, panel_step = rows + along, row_step
        if height * broad <= PANEL_NUMBERS:
            panel, panel_step = panel_memory(), broad * FLOAT_BYTES
            pack(rows + along, row_step, height, broad, panel)
        for number in range(first, last):
            indices, start = address(listed, number), begin + along if begin else 0
            add_nonzero(
                width, listed[number, 0], indices + INDEX_BYTES, numbers + number * list_step, number_step, panel,
                panel_step, start, out + number * row_step + along, broad,
            )  # fmt: skip
        column += broad


@cfunc(types.void(*[types.int64] * 9), **KERNEL)
def forward(x, stride, listed, w, b, z, rows, inputs, outputs):
    """List where the inputs of some rows, `stride` numbers apart, are not 0, and fill z; `b` may be 0: no bias."""
    lists_of_rows, row = lists(listed, rows, inputs), stride * FLOAT_BYTES
    for r in range(rows):
        note(carray(pointer(x + r * row), inputs), lists_of_rows[r])
    add_lists(lists_of_rows, 0, rows, x, row, FLOAT_BYTES, w, outputs * FLOAT_BYTES, inputs, b, z, outputs)


@cfunc(types.void(*[types.int64] * 11), **KERNEL)
def gradient(x, stride, listed, transposed, delta, dw, first, last, rows, inputs, outputs):
    """dC/dw = x^T delta for the weights of some inputs: the lists are transposed, so that each input has its rows."""
    lists_of_rows, lists_of_inputs = lists(listed, rows, inputs), lists(transposed, inputs, rows)
    for k in range(first, last):
        lists_of_inputs[k, 0] = 0
    for r in range(rows):
        for position in range(1, lists_of_rows[r, 0] + 1):
            k = lists_of_rows[r, position]
            if first <= k < last:
                lists_of_inputs[k, 0] += 1
                lists_of_inputs[k, lists_of_inputs[k, 0]] = r
    row = stride * FLOAT_BYTES
    add_lists(lists_of_inputs, first, last, x, FLOAT_BYTES, row, delta, outputs * FLOAT_BYTES, rows, 0, dw, outputs)
