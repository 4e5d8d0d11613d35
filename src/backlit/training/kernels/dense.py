"""The dense layer: z = x w + b, and the pull-back of delta to x, w and b. The products are BLAS's."""

import numpy as np
from numba import njit

from .precision import OPTIONS


@njit(**OPTIONS)
def forward(x, w, b, z):
    np.dot(x, w, z)
    for r in range(z.shape[0]):
        for j in range(z.shape[1]):
            z[r, j] += b[j]


@njit(**OPTIONS)
def backward_parameters(x, delta, dw, db):
    """dC/dw = x^T delta; dC/db = the sum of delta over the rows."""
    np.dot(x.T, delta, dw)
    for j in range(delta.shape[1]):
        db[j] = 0.0
    for r in range(delta.shape[0]):
        for j in range(delta.shape[1]):
            db[j] += delta[r, j]


@njit(**OPTIONS)
def backward_input(w, delta, dx):
    """dC/dx = delta w^T."""
    np.dot(delta, w.T, dx)
