"""Elementary functions in float64 as branchless polynomials, so that loops over them vectorise.

Coefficients: S. L. Moshier, Cephes mathematical library (double precision: exp, log, tanh, atan, erf).
"""

import math

import numpy as np
from numba import njit

from ..precision import STRICT
from .functions_shared import cos, larger, power, sin, smaller, sqrt  # noqa: F401  # part of the vocabulary


@njit(**STRICT)
def exp(x):
    x = smaller(larger(x, -708.0), 709.0)
    whole = np.floor(x * 1.4426950408889634 + 0.5)
    r = x - whole * 6.93145751953125e-1 - whole * 1.42860682030941723212e-6
    s = r * r
    p = 1.26177193074810590878e-4
    p = p * s + 3.02994407707441961300e-2
    p = (p * s + 1.0) * r
    q = 3.00198505138664455042e-6
    q = q * s + 2.52448340349684104192e-3
    q = q * s + 2.27265548208155028766e-1
    q = q * s + 2.0
    exponent = np.int64((np.int64(np.int32(whole)) + 1023) << 52)  # the bits of 2 ** whole
    return (1.0 + 2.0 * p / (q - p)) * exponent.view(np.float64)


TAYLOR = tuple(1.0 / math.factorial(k) for k in range(1, 16))  # 0.35 ** 16 / 16! is below the rounding error


@njit(**STRICT)
def expm1(x):
    p = TAYLOR[-1]
    for k in range(len(TAYLOR) - 2, -1, -1):
        p = p * x + TAYLOR[k]
    near, far = p * x, exp(x) - 1.0
    return near if abs(x) < 0.35 else far


@njit(**STRICT)
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


@njit(**STRICT)
def log(x):
    bits = np.int64(np.float64(x).view(np.int64))
    exponent = np.float64(np.int32(bits >> 52) - np.int32(1022))
    m = np.int64((bits & 0xFFFFFFFFFFFFF) | 0x3FE0000000000000).view(np.float64)  # in [0.5, 1)
    low = m < 0.70710678118654752440
    exponent = exponent - 1.0 if low else exponent
    m = (m + m if low else m) - 1.0
    s = m * m
    p = 1.01875663804580931796e-4
    p = p * m + 4.97494994976747001425e-1
    p = p * m + 4.70579119878881725854e0
    p = p * m + 1.44989225341610930846e1
    p = p * m + 1.79368678507819816313e1
    p = p * m + 7.70838733755885391666e0
    q = m + 1.12873587189167450590e1
    q = q * m + 4.52279145837532221105e1
    q = q * m + 8.29875266912776603211e1
    q = q * m + 7.11544750618563894466e1
    q = q * m + 2.31251620126765340583e1
    tail = m * (s * p / q) - 2.121944400546905827679e-4 * exponent - 0.5 * s
    y = m + tail + 0.693359375 * exponent
    y = y if x < np.inf else x
    return y if x > 0.0 else (-np.inf if x == 0.0 else np.nan)


@njit(**STRICT)
def log1p(x):
    w = 1.0 + x
    lost = (x - (w - 1.0)) / w  # what rounding took from 1 + x is put back
    return log(w) + (lost if w > 0.0 else 0.0)


@njit(**STRICT)
def arctan(x):
    a = abs(x)
    far, middle = a > 2.414213562373095, a > 0.66
    t = -1.0 / larger(a, 1.0) if far else ((a - 1.0) / (a + 1.0) if middle else a)
    start = 1.5707963267948966 if far else (0.7853981633974483 if middle else 0.0)
    lost = 6.123233995736765886e-17 if far else (3.061616997868383e-17 if middle else 0.0)  # of pi / 2, of pi / 4
    s = t * t
    p = -8.750608600031904122785e-1
    p = p * s + -1.615753718733365076637e1
    p = p * s + -7.500855792314704667340e1
    p = p * s + -1.228866684490136173410e2
    p = p * s + -6.485021904942025371773e1
    q = s + 2.485846490142306297962e1
    q = q * s + 1.650270098316988542046e2
    q = q * s + 4.328810604912902668951e2
    q = q * s + 4.853903996359136964868e2
    q = q * s + 1.945506571482613964425e2
    y = start + (t * (s * p / q) + t + lost)
    return y if x > 0.0 else -y


@njit(**STRICT)
def erf(x):
    s = x * x
    p = 9.60497373987051638749e0
    p = p * s + 9.00260197203842689217e1
    p = p * s + 2.23200534594684319226e3
    p = p * s + 7.00332514112805075473e3
    p = p * s + 5.55923013010394962768e4
    q = s + 3.35617141647503099647e1
    q = q * s + 5.21357949780152679795e2
    q = q * s + 4.59432382970980127987e3
    q = q * s + 2.26290000613890934246e4
    q = q * s + 4.92673942608635921086e4
    near = x * p / q
    c = smaller(larger(abs(x), 1.0), 6.0)  # from 6 on erf is 1 in float64
    m = 2.46196981473530512524e-10
    m = m * c + 5.64189564831068821977e-1
    m = m * c + 7.46321056442269912687e0
    m = m * c + 4.86371970985681366614e1
    m = m * c + 1.96520832956077098242e2
    m = m * c + 5.26445194995477358631e2
    m = m * c + 9.34528527171957607540e2
    m = m * c + 1.02755188689515710272e3
    m = m * c + 5.57535335369399327526e2
    n = c + 1.32281951154744992508e1
    n = n * c + 8.67072140885989742329e1
    n = n * c + 3.54937778887819891062e2
    n = n * c + 9.75708501743205489753e2
    n = n * c + 1.82390916687909736289e3
    n = n * c + 2.24633760818710981792e3
    n = n * c + 1.65666309194161350182e3
    n = n * c + 5.57535340817727675546e2
    far = 1.0 - exp(-c * c) * m / n
    signed = far if x > 0.0 else -far
    return near if abs(x) < 1.0 else signed
