"""Elementary functions in float32 as branchless polynomials, so that loops over them vectorise.

Coefficients: S. L. Moshier, Cephes mathematical library (single precision: expf, tanhf).
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
    x = smaller(larger(x, F(-87.3)), F(88.3))
    whole = F(math.floor(x * F(1.44269504088896341) + F(0.5)))
    r = x - whole * F(0.693359375) + whole * F(2.12194440e-4)
    p = F(1.9875691500e-4)
    p = p * r + F(1.3981999507e-3)
    p = p * r + F(8.3334519073e-3)
    p = p * r + F(4.1665795894e-2)
    p = p * r + F(1.6666665459e-1)
    p = p * r + F(5.0000001201e-1)
    p = p * r * r + r + F(1.0)
    power = np.int32((np.int32(whole) + np.int32(127)) << np.int32(23))  # the bits of 2 ** whole
    return p * power.view(np.float32)


@njit(**INLINE)
def expm1(x):
    p = F(1.3981999507e-3)
    p = p * x + F(8.3334519073e-3)
    p = p * x + F(4.1665795894e-2)
    p = p * x + F(1.6666665459e-1)
    p = p * x + F(5.0000001201e-1)
    near = p * x * x + x
    return near if abs(x) < F(0.3) else exp(x) - F(1.0)


@njit(**INLINE)
def tanh(x):
    s = x * x
    p = F(-5.70498872745e-3)
    p = p * s + F(2.06390887954e-2)
    p = p * s + F(-5.37397155531e-2)
    p = p * s + F(1.33314422036e-1)
    p = p * s + F(-3.33332819422e-1)
    near = p * s * x + x
    far = F(1.0) - F(2.0) / (exp(F(2.0) * x) + F(1.0))
    return near if abs(x) < F(0.625) else far


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
