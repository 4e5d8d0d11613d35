"""Elementary functions in float64 as branchless polynomials, so that loops over them vectorise.

Coefficients: S. L. Moshier, Cephes mathematical library (double precision: exp, tanh).
"""

import math

import numpy as np
from numba import njit

from .precision import INLINE, F


@njit(**INLINE)
def larger(x, z):
    return z if z > x else x


@njit(**INLINE)
def smaller(x, z):
    return z if z < x else x


@njit(**INLINE)
def exp(x):
    x = smaller(larger(x, -708.0), 709.0)
    whole = math.floor(x * 1.4426950408889634 + 0.5)
    r = x - whole * 6.93145751953125e-1 - whole * 1.42860682030941723212e-6
    s = r * r
    p = 1.26177193074810590878e-4
    p = p * s + 3.02994407707441961300e-2
    p = (p * s + 1.0) * r
    q = 3.00198505138664455042e-6
    q = q * s + 2.52448340349684104192e-3
    q = q * s + 2.27265548208155028766e-1
    q = q * s + 2.0
    power = np.int64((np.int64(whole) + 1023) << 52)  # the bits of 2 ** whole
    return (1.0 + 2.0 * p / (q - p)) * power.view(np.float64)


@njit(**INLINE)
def expm1(x):
    term = x
    near = x
    for k in range(2, 16):  # Taylor: 0.35 ** 16 / 16! is below the rounding error
        term = term * x / k
        near += term
    return near if abs(x) < 0.35 else exp(x) - 1.0


@njit(**INLINE)
def tanh(x):
    s = x * x
    p = -9.64399179425052238628e-1
    p = p * s - 9.92877231001918586564e1
    p = p * s - 1.61468768441708447952e3
    q = s + 1.12811678491632931402e2
    q = q * s + 2.23548839060100448583e3
    q = q * s + 4.84406305325125486048e3
    near = x + x * s * p / q
    far = 1.0 - 2.0 / (exp(2.0 * x) + 1.0)
    return near if abs(x) < 0.625 else far


@njit(**INLINE)
def log(x):
    return F(math.log(x))


@njit(**INLINE)
def log1p(x):
    return F(math.log1p(x))


@njit(**INLINE)
def sqrt(x):
    return F(math.sqrt(x))


@njit(**INLINE)
def sin(x):
    return F(math.sin(x))


@njit(**INLINE)
def cos(x):
    return F(math.cos(x))


@njit(**INLINE)
def erf(x):
    return F(math.erf(x))


@njit(**INLINE)
def power(x, z):
    return F(x**z)
