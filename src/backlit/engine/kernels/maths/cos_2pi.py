"""Cosine and sine of whole turns: branchless polynomials, so that loops over them vectorise."""

import math

import numpy as np
from numba import njit

from ..precision import BITS, STRICT, F

TERMS = 6 if BITS == 32 else 11  # of sin's Taylor series, enough up to a quarter turn
COEFFICIENTS = tuple((-1) ** k * math.tau ** (2 * k + 1) / math.factorial(2 * k + 1) for k in range(11))


@njit(**STRICT)
def cos_of_turns(u):
    """cos(2 pi u): the sine of how far u is from a quarter turn."""
    t = F(0.25) - abs(u - np.floor(u + F(0.5)))
    s = t * t
    p = F(COEFFICIENTS[TERMS - 1])
    if BITS == 64:
        p = p * s + F(COEFFICIENTS[9])
        p = p * s + F(COEFFICIENTS[8])
        p = p * s + F(COEFFICIENTS[7])
        p = p * s + F(COEFFICIENTS[6])
        p = p * s + F(COEFFICIENTS[5])
    p = p * s + F(COEFFICIENTS[4])
    p = p * s + F(COEFFICIENTS[3])
    p = p * s + F(COEFFICIENTS[2])
    p = p * s + F(COEFFICIENTS[1])
    p = p * s + F(COEFFICIENTS[0])
    return p * t


@njit(**STRICT)
def sin_of_turns(u):
    return cos_of_turns(u - F(0.25))
