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
    """Take them for 0 in this thread from here on; return what its modes were. 0 where there are no such modes."""

    def codegen(target, builder, signature, values):
        if not FLUSHES:
            return _WORD(0)
        address = _stack_word(builder)
        _call(builder, "stmxcsr", address)
        before = builder.load(address)
        builder.store(builder.or_(before, _WORD(_BOTH)), address)
        _call(builder, "ldmxcsr", address)
        return before

    return types.int32(), codegen


@intrinsic
def restore(context, modes):
    """Set this thread's modes as `flush` found them."""

    def codegen(target, builder, signature, values):
        if FLUSHES:
            address = _stack_word(builder)
            builder.store(values[0], address)
            _call(builder, "ldmxcsr", address)
        return target.get_dummy_value()

    return types.void(types.int32), codegen


def _stack_word(builder):
    with builder.goto_entry_block():
        return builder.alloca(_WORD)


def _call(builder, name, address):
    byte = ir.IntType(8).as_pointer()
    name = f"llvm.x86.sse.{name}"
    function = builder.module.globals.get(name) or ir.Function(
        builder.module, ir.FunctionType(ir.VoidType(), [byte]), name
    )
    builder.call(function, [builder.bitcast(address, byte)])
