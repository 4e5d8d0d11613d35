"""Numbers too small to be normal are 0 while a training runs: a processor takes a hundred times as long for each.

An input that is rarely not 0 leaves them in an optimizer's vectors, which decay step by step.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..precision import FLUSHES

_WORD = ir.IntType(32)
_BOTH = 0x8040  # of x86's register of floating-point modes: results, and operands


@intrinsic
def flush(context):
    """Take them for 0 in this thread from here on; return what its modes were. Where that cannot be told: 0."""

    def codegen(target, builder, signature, values):
        if not FLUSHES:
            return _WORD(0)
        place = _place(builder)
        _call(builder, "stmxcsr", place)
        before = builder.load(place)
        builder.store(builder.or_(before, _WORD(_BOTH)), place)
        _call(builder, "ldmxcsr", place)
        return before

    return types.int32(), codegen


@intrinsic
def restore(context, modes):
    """Set this thread's modes as `flush` found them."""

    def codegen(target, builder, signature, values):
        if FLUSHES:
            place = _place(builder)
            builder.store(values[0], place)
            _call(builder, "ldmxcsr", place)
        return target.get_dummy_value()

    return types.void(types.int32), codegen


def _place(builder):
    with builder.goto_entry_block():
        return builder.alloca(_WORD)


def _call(builder, name, place):
    byte = ir.IntType(8).as_pointer()
    name = f"llvm.x86.sse.{name}"
    function = builder.module.globals.get(name) or ir.Function(
        builder.module, ir.FunctionType(ir.VoidType(), [byte]), name
    )
    builder.call(function, [builder.bitcast(place, byte)])
