"""How the threads of one training wait for each other: a barrier that counts arrivals, without locks.

The counter only grows: the k-th barrier is passed when ``k * team`` arrivals were counted.
"""

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from ..precision import FLUSHES, OPTIONS, YIELD

_WHOLE = ir.IntType(64)
SPINS = 4000  # some ten microseconds of asking before the processor is offered to others


@intrinsic
def arrive(context, counter):
    """Add 1 to the whole number at this address, seen by all threads; return what it was."""

    def codegen(target, builder, signature, values):
        pointer = builder.inttoptr(values[0], _WHOLE.as_pointer())
        return builder.atomic_rmw("add", pointer, _WHOLE(1), ordering="seq_cst")

    return types.int64(types.int64), codegen


@intrinsic
def put(context, address, number):
    """Leave a whole number at this address, seen by all threads."""

    def codegen(target, builder, signature, values):
        pointer = builder.inttoptr(values[0], _WHOLE.as_pointer())
        builder.atomic_rmw("xchg", pointer, values[1], ordering="seq_cst")
        return target.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@intrinsic
def leave(context, counter):
    """Take 1 from the whole number at this address, seen by all threads."""

    def codegen(target, builder, signature, values):
        pointer = builder.inttoptr(values[0], _WHOLE.as_pointer())
        builder.atomic_rmw("sub", pointer, _WHOLE(1), ordering="seq_cst")
        return target.get_dummy_value()

    return types.void(types.int64), codegen


@intrinsic
def clock(context):
    """The processor's counter of cycles of some fixed frequency."""

    def codegen(target, builder, signature, values):
        name = "llvm.readcyclecounter"
        symbol = builder.module.globals.get(name) or ir.Function(builder.module, ir.FunctionType(_WHOLE, []), name)
        return builder.call(symbol, [])

    return types.int64(), codegen


@intrinsic
def pause(context):
    """Tell an x86 processor that this thread only waits."""

    def codegen(target, builder, signature, values):
        if FLUSHES:
            name, kind = "llvm.x86.sse2.pause", ir.FunctionType(ir.VoidType(), [])
            builder.call(builder.module.globals.get(name) or ir.Function(builder.module, kind, name), [])
        return target.get_dummy_value()

    return types.void(), codegen


@intrinsic
def look(context, counter):
    """The whole number at this address, as the last thread left it."""

    def codegen(target, builder, signature, values):
        pointer = builder.inttoptr(values[0], _WHOLE.as_pointer())
        return builder.load_atomic(pointer, ordering="seq_cst", align=8)

    return types.int64(types.int64), codegen


@intrinsic
def let_others_run(context):
    """Offer the processor to another thread, where the system has a call for it."""

    def codegen(target, builder, signature, values):
        if YIELD:
            function = ir.FunctionType(ir.IntType(32), [])
            symbol = builder.module.globals.get(YIELD) or ir.Function(builder.module, function, name=YIELD)
            builder.call(symbol, [])
        return target.get_dummy_value()

    return types.void(), codegen


@njit(**OPTIONS)
def wait_for_all(counter, team, target):
    """Pass when every thread of the team has arrived; `target` counts arrivals so far. Returns the next target."""
    if team == 1:
        return target
    target += team
    arrive(counter)
    spins = 0
    while look(counter) < target:
        spins += 1
        if spins > SPINS:
            let_others_run()
    return target
