"""Elementary functions that are the same formula, or the same library's, in both precisions."""

import math

from numba import njit

from ..precision import STRICT, F


@njit(**STRICT)
def larger(x, z):
    return z if z > x else x


@njit(**STRICT)
def smaller(x, z):
    return z if z < x else x


@njit(**STRICT)
def sqrt(x):
    return F(math.sqrt(x))


@njit(**STRICT)
def sin(x):
    return F(math.sin(x))


@njit(**STRICT)
def cos(x):
    return F(math.cos(x))


@njit(**STRICT)
def power(x, z):
    return F(x**z)
