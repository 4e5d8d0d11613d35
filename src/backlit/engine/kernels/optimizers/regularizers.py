"""What changes parameters beside the loss: L2 penalty, decoupled decay, a running mean that follows them.

All have one signature, and each is compiled when first asked for: ``into`` is changed in place by ``other``, with
a strength of ``strength``.
"""

from numba import carray, types

from ..precision import POINTER, F

SIGNATURE = types.float64(POINTER, POINTER, types.int64, types.float64)


def add_l2_penalty(into, other, size, strength):
    """Add the L2 penalty's gradient, ``strength * w``, to a gradient; return the sum of squares of w."""
    grad, w, strength, squares = carray(into, size), carray(other, size), F(strength), F(0.0)
    for i in range(size):
        grad[i] += strength * w[i]
        squares += w[i] * w[i]
    return squares


def decay_weights(into, other, size, strength):
    """Decoupled weight decay: multiply weights."""
    w, factor = carray(into, size), F(strength)
    for i in range(size):
        w[i] *= factor
    return 0.0


def update_ema(into, other, size, strength):
    """Move a running mean towards the parameters; `strength` of what it was stays."""
    mean, theta, stays = carray(into, size), carray(other, size), F(strength)
    for i in range(size):
        mean[i] = theta[i] + stays * (mean[i] - theta[i])
    return 0.0
