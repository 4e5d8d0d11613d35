"""Arrays as addresses and back, for calls of C functions."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..precision import FLOAT_BYTES, POINTER

INDEX_BYTES = 4  # of an index in a list

_WHOLE = ir.IntType(64)


@intrinsic
def address(context, array, index):
    """The address of an array's number, or row, of this index: a slice would take longer to compile."""

    def codegen(target, builder, signature, values):
        parts = target.make_array(signature.args[0])(target, builder, values[0])
        start = builder.ptrtoint(parts.data, _WHOLE)
        stride = builder.extract_value(parts.strides, 0)
        return builder.add(start, builder.mul(values[1], stride))

    return types.int64(array, types.int64), codegen


@intrinsic
def advance(context, address, numbers):
    """The address so many numbers further on."""

    def codegen(target, builder, signature, values):
        return builder.add(values[0], builder.mul(values[1], _WHOLE(FLOAT_BYTES)))

    return types.int64(types.int64, types.int64), codegen


@intrinsic
def pointer(context, address):
    """A number's address as a pointer that an array can be laid over."""

    def codegen(target, builder, signature, values):
        return builder.inttoptr(values[0], target.get_value_type(POINTER))

    return POINTER(types.int64), codegen


@intrinsic
def whole_numbers(context, address):
    """An address as a pointer that an array of whole numbers can be laid over."""

    def codegen(target, builder, signature, values):
        return builder.inttoptr(values[0], target.get_value_type(types.CPointer(types.int64)))

    return types.CPointer(types.int64)(types.int64), codegen
