"""Arrays as addresses and back, for calls of C functions."""

from numba import njit, types
from numba.extending import intrinsic

from .precision import OPTIONS, POINTER


@njit(**OPTIONS)
def address(array):
    """Where the first number of an array lies."""
    return array.ctypes.data


@intrinsic
def pointer(context, place):
    """A number's address as a pointer that an array can be laid over."""

    def codegen(target, builder, signature, values):
        return builder.inttoptr(values[0], target.get_value_type(POINTER))

    return POINTER(types.int64), codegen
