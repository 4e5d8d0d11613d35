"""Muon: momentum whose singular values are all made about 1, for a hidden layer's weights (Jordan et al. 2024).

A step of it is as long as Adam's, 0.2 a weight in the root of the mean square (Liu et al. 2025, 'Muon is scalable').
Compiled when first asked for; called by address. The gradient's memory is used for what lies between.
"""

import math

from numba import carray, cfunc, njit, types

from ..precision import KERNEL, OPTIONS, F
from ..runtime.calls import call_product
from ..runtime.memory import advance, pointer

ROUNDS = 5  # of Newton and Schulz
FIRST, THIRD, FIFTH = F(3.4445), F(-4.7750), F(2.0315)  # s -> a s + b s^3 + c s^5: Jordan's, steep at 0
STEP_SIZE = 0.2
LEAST = 1e-7  # a gradient shorter than this is as good as none
WHOLE = types.int64


@njit(**OPTIONS)
def matrix(address, rows, columns, stride):
    """A matrix whose rows begin so many numbers apart."""
    return carray(pointer(address), (rows, stride))[:, :columns]


@njit(**OPTIONS)
def follow(grad, momentum, into, mu):
    """Let the momentum follow the gradient, and look a step ahead (Nesterov); the length of what is to be done."""
    squares = 0.0
    for i in range(grad.shape[0]):
        for j in range(grad.shape[1]):
            momentum[i, j] = mu * momentum[i, j] + (F(1.0) - mu) * grad[i, j]
            ahead = mu * momentum[i, j] + (F(1.0) - mu) * grad[i, j]
            into[i, j] = ahead
            squares += ahead * ahead
    return math.sqrt(squares)


@njit(**OPTIONS)
def step_one(product, basis, theta, grad, momentum, first, second, third, rows, columns, stride, rate, mu):
    """Step a matrix whose rows begin `stride` numbers apart; first, second and third hold as many numbers."""
    tall, least = rows > columns, min(rows, columns)
    here, now, now_stride, spare, spare_stride = matrix(first, rows, columns, columns), first, columns, grad, stride
    slope = matrix(grad, rows, columns, stride)
    length = follow(slope, matrix(momentum, rows, columns, stride), here, F(mu))
    scale = F(1.0 / (length + LEAST))
    for i in range(rows):
        for j in range(columns):
            here[i, j] *= scale
    squared, fourth = matrix(second, least, least, least), matrix(third, least, least, least)
    for _ in range(ROUNDS):  # x <- a x + b (x x^T) x + c (x x^T)^2 x, or the same from the right
        turned = (1, 0) if tall else (0, 1)
        inner = rows if tall else columns
        call_product(
            product, basis, turned[0], turned[1], now, now_stride, now, now_stride, 0, second, least, least, inner,
            least,
        )  # fmt: skip
        call_product(product, basis, 0, 0, second, least, second, least, 0, third, least, least, least, least)
        for i in range(least):
            for j in range(least):
                fourth[i, j] = THIRD * squared[i, j] + FIFTH * fourth[i, j]
            fourth[i, i] += FIRST
        if tall:
            call_product(
                product, basis, 0, 0, now, now_stride, third, least, 0, spare, spare_stride, rows, columns, columns
            )
        else:
            call_product(
                product, basis, 0, 0, third, least, now, now_stride, 0, spare, spare_stride, rows, rows, columns
            )
        now, spare = spare, now
        now_stride, spare_stride = spare_stride, now_stride
    weights, turn = matrix(theta, rows, columns, stride), matrix(now, rows, columns, now_stride)
    eta = F(rate * STEP_SIZE * math.sqrt(max(rows, columns)))
    for i in range(rows):
        for j in range(columns):
            weights[i, j] -= eta * turn[i, j]


@cfunc(types.void(*[WHOLE] * 9, types.float64, types.float64), **KERNEL)
def step(product, basis, theta, grad, state, state_step, rows, columns, count, rate, mu):
    """Step matrices side by side, each as a whole; the optimizer's own vectors are `state_step` numbers apart."""
    width = columns // count
    for number in range(count):
        at = number * width
        first, second, third = (
            advance(state, state_step),
            advance(state, 2 * state_step),
            advance(state, 3 * state_step),
        )
        step_one(
            product, basis, advance(theta, at), advance(grad, at), advance(state, at), advance(first, at),
            advance(second, at), advance(third, at), rows, width, columns, rate, mu,
        )  # fmt: skip
