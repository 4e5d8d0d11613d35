"""Vectors in LLVM: operations on a register of numbers, for `tiles.py`; and `wide`, for plain loops."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..precision import BITS, FLOAT_BYTES, LANES, LINE

WHOLE = ir.IntType(64)
FLOAT = ir.FloatType() if BITS == 32 else ir.DoubleType()
VECTOR = ir.VectorType(FLOAT, max(LANES, 1))
VECTOR_BYTES = LANES * FLOAT_BYTES
NEAREST, NEAR = 3, 2  # caches that something is asked for into, as LLVM counts
_INT = ir.IntType(32)
_MASK = ir.VectorType(ir.IntType(1), VECTOR.count)
_INTEGER = ir.IntType(BITS)  # as long as a number, so that a comparison is a mask as it stands
_INTEGERS = ir.VectorType(_INTEGER, VECTOR.count)
_KIND = f"v{VECTOR.count}f{BITS}"


def byte_address(builder, address, step):
    """The address so many bytes further on."""
    return builder.add(address, WHOLE(step))


def load(builder, address):
    """The vector at an address."""
    return builder.load(builder.inttoptr(address, VECTOR.as_pointer()), align=FLOAT_BYTES)


def store(builder, vector, address):
    """Put a vector at an address."""
    builder.store(vector, builder.inttoptr(address, VECTOR.as_pointer()), align=FLOAT_BYTES)


def broadcast(builder, address):
    """The number at an address, in all lanes of a vector."""
    return _spread(builder, builder.load(builder.inttoptr(address, FLOAT.as_pointer()), align=FLOAT_BYTES), VECTOR)


def masks(builder, count, vectors):
    """Which lanes of so many vectors, side by side, belong to the first `count` numbers."""
    limit = _spread(builder, builder.trunc(count, _INTEGER) if WHOLE.width > BITS else count, _INTEGERS)
    lanes = [[vector * LANES + lane for lane in range(LANES)] for vector in range(vectors)]
    return [builder.icmp_signed("<", ir.Constant(_INTEGERS, numbers), limit) for numbers in lanes]


def load_some(builder, address, mask):
    """The vector at an address where the mask is true, 0 elsewhere: nothing else is touched."""
    pointer, zero = builder.inttoptr(address, VECTOR.as_pointer()), ir.Constant(VECTOR, [0.0] * LANES)
    kinds = [VECTOR.as_pointer(), _INT, _MASK, VECTOR]
    return _call(builder, f"llvm.masked.load.{_KIND}.p0", VECTOR, kinds, [pointer, _INT(FLOAT_BYTES), mask, zero])


def store_some(builder, vector, address, mask):
    """Put a vector at an address where the mask is true."""
    pointer = builder.inttoptr(address, VECTOR.as_pointer())
    kinds = [VECTOR, VECTOR.as_pointer(), _INT, _MASK]
    name, values = f"llvm.masked.store.{_KIND}.p0", [vector, pointer, _INT(FLOAT_BYTES), mask]
    _call(builder, name, ir.VoidType(), kinds, values)


def either(builder, condition):
    """Two ways on: (True, a builder where the condition holds), (False, one where it does not)."""
    holds, fails = (builder.append_basic_block(name) for name in ("holds", "fails"))
    builder.cbranch(condition, holds, fails)
    return (True, ir.IRBuilder(holds)), (False, ir.IRBuilder(fails))


def addresses(builder, address, vectors):
    """The addresses of vectors side by side."""
    return [byte_address(builder, address, v * VECTOR_BYTES) for v in vectors]


def load_vectors(builder, address, mask, vectors):
    """Vectors side by side; with masks only the numbers that they let through."""
    starts = addresses(builder, address, vectors)
    if mask is None:
        return [load(builder, start) for start in starts]
    return [load_some(builder, start, part) for start, part in zip(starts, mask, strict=True)]


def add_incoming(phis, ways):
    """Give the values that enter a block by each way there: pairs of values and the block that they come from."""
    for values, block in ways:
        for phi, value in zip(phis, values, strict=True):
            phi.add_incoming(value, block)


def multiply_add(builder, x, y, z):
    """Return x * y + z, rounded once."""
    return _call(builder, f"llvm.fma.{_KIND}", VECTOR, [VECTOR] * 3, [x, y, z])


def prefetch(builder, address, cache):
    """Request the cache line at an address, ahead of its use: it may lie anywhere, and nothing is read."""
    byte = ir.IntType(8).as_pointer()
    read, data = _INT(0), _INT(1)
    values = [builder.inttoptr(address, byte), read, _INT(cache), data]
    _call(builder, "llvm.prefetch.p0", ir.VoidType(), [byte, _INT, _INT, _INT], values)


def opaque(builder, value):
    """The same number, of which LLVM knows nothing more: it cannot make other addresses of it, which need registers."""
    kind = ir.FunctionType(WHOLE, [WHOLE])
    return builder.call(ir.InlineAsm(kind, "", "=r,0"), [value])


def transposed(builder, rows):
    """A square of vectors with rows and columns exchanged: its blocks of 1, 2, 4 ... numbers are exchanged in pairs."""
    rows, size = list(rows), 1
    indices = ir.VectorType(_INT, LANES)
    while size < LANES:
        upper = [lane if not lane & size else LANES + lane - size for lane in range(LANES)]
        lower = [lane + size if not lane & size else LANES + lane for lane in range(LANES)]
        for i in range(LANES):
            if not i & size:
                pair = rows[i], rows[i + size]
                rows[i] = builder.shuffle_vector(*pair, ir.Constant(indices, upper))
                rows[i + size] = builder.shuffle_vector(*pair, ir.Constant(indices, lower))
        size *= 2
    return rows


def stack_memory(builder, count):
    """The address of so many numbers on the stack, at the beginning of a cache line."""
    kind = ir.ArrayType(FLOAT, count)
    with builder.goto_entry_block():
        slot = builder.alloca(kind)
    slot.align = LINE
    return builder.ptrtoint(slot, WHOLE)


def _spread(builder, value, kind):
    first = builder.insert_element(ir.Constant(kind, ir.Undefined), value, _INT(0))
    same = ir.Constant(ir.VectorType(_INT, kind.count), [0] * kind.count)
    return builder.shuffle_vector(first, ir.Constant(kind, ir.Undefined), same)


def _call(builder, name, result, kinds, values):
    function = builder.module.globals.get(name)
    if function is None:
        function = ir.Function(builder.module, ir.FunctionType(result, kinds), name)
    return builder.call(function, values)


@intrinsic
def wide(context):
    """Let the loops of this function use all of AVX-512, where LLVM would take half of it."""

    def codegen(target, builder, signature, values):
        # llvmlite knows no attributes with values, but writes what it is given
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return target.get_dummy_value()

    return types.void(), codegen
