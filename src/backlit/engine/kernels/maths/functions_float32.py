"""Elementary functions in float32 as branchless polynomials, so that loops over them vectorise.

Coefficients: S. L. Moshier, Cephes mathematical library (single precision: expf, logf, tanhf, atanf); of erf: N.
Juffa's erff, within one unit in the last place and without a division.
"""

import numpy as np
from numba import njit

from ..precision import STRICT, F
from .functions_shared import cos, larger, power, sin, smaller, sqrt  # noqa: F401  # part of the vocabulary


@njit(**STRICT)
def exp(x):
    x = smaller(larger(x, F(-87.3)), F(88.3))
    whole = np.floor(x * F(1.44269504088896341) + F(0.5))  # math.floor's is an integer of 64 bits: no vectors on AVX2
    r = x - whole * F(0.693359375) + whole * F(2.12194440e-4)
    p = F(1.9875691500e-4)
    p = p * r + F(1.3981999507e-3)
    p = p * r + F(8.3334519073e-3)
    p = p * r + F(4.1665795894e-2)
    p = p * r + F(1.6666665459e-1)
    p = p * r + F(5.0000001201e-1)
    p = p * r * r + r + F(1.0)
    exponent = np.int32((np.int32(whole) + np.int32(127)) << np.int32(23))  # the bits of 2 ** whole
    return p * exponent.view(np.float32)


@njit(**STRICT)
def expm1(x):
    p = F(1.3981999507e-3)
    p = p * x + F(8.3334519073e-3)
    p = p * x + F(4.1665795894e-2)
    p = p * x + F(1.6666665459e-1)
    p = p * x + F(5.0000001201e-1)
    near = p * x * x + x
    return near if abs(x) < F(0.3) else exp(x) - F(1.0)


@njit(**STRICT)
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


@njit(**STRICT)
def log(x):
    bits = np.int32(F(x).view(np.int32))
    exponent = F((bits >> np.int32(23)) - np.int32(126))
    m = np.int32((bits & np.int32(0x7FFFFF)) | np.int32(0x3F000000)).view(np.float32)  # in [0.5, 1)
    low = m < F(0.70710678118654752)
    exponent = exponent - F(1.0) if low else exponent
    m = (m + m if low else m) - F(1.0)
    s = m * m
    p = F(7.0376836292e-2)
    p = p * m + F(-1.1514610310e-1)
    p = p * m + F(1.1676998740e-1)
    p = p * m + F(-1.2420140846e-1)
    p = p * m + F(1.4249322787e-1)
    p = p * m + F(-1.6668057665e-1)
    p = p * m + F(2.0000714765e-1)
    p = p * m + F(-2.4999993993e-1)
    p = p * m + F(3.3333331174e-1)
    tail = p * m * s - F(2.12194440e-4) * exponent - F(0.5) * s
    y = m + tail + F(0.693359375) * exponent
    y = y if x < F(np.inf) else x
    return y if x > F(0.0) else (F(-np.inf) if x == F(0.0) else F(np.nan))


@njit(**STRICT)
def log1p(x):
    w = F(1.0) + x
    lost = (x - (w - F(1.0))) / w  # what rounding took from 1 + x is put back
    return log(w) + (lost if w > F(0.0) else F(0.0))


@njit(**STRICT)
def arctan(x):
    a = abs(x)
    far, middle = a > F(2.414213562373095), a > F(0.4142135623730950)
    t = F(-1.0) / larger(a, F(1.0)) if far else ((a - F(1.0)) / (a + F(1.0)) if middle else a)
    start = F(1.5707963267948966) if far else (F(0.7853981633974483) if middle else F(0.0))
    s = t * t
    p = F(8.05374449538e-2)
    p = p * s + F(-1.38776856032e-1)
    p = p * s + F(1.99777106478e-1)
    p = p * s + F(-3.33329491539e-1)
    y = start + (p * s * t + t)
    return y if x > F(0.0) else -y


@njit(**STRICT)
def erf(x):
    s = x * x
    p = F(-5.96761703e-4)
    p = p * s + F(4.99119423e-3)
    p = p * s + F(-2.67681349e-2)
    p = p * s + F(1.12819925e-1)
    p = p * s + F(-3.76125336e-1)
    p = p * s + F(1.28379166e-1)
    near = p * x + x
    c = smaller(abs(x), F(4.0))  # from 4 on erf is 1 in float32
    q = F(-1.72853470e-5) * c + F(3.83197126e-4)
    q = q * c * c + (F(-3.88396438e-3) * c + F(2.42546219e-2))
    q = q * c + F(-1.06777877e-1)
    q = q * c + F(-6.34846687e-1)
    q = q * c + F(-1.28717512e-1)
    far = F(1.0) - exp(q * c - c)
    signed = far if x > F(0.0) else -far
    return near if abs(x) < F(0.92) else signed
