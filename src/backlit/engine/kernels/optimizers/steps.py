"""The optimizers: each takes one step of all parameters in one pass over vectors.

All have one signature: ``theta`` is changed in place by ``grad``; ``state`` holds the optimizer's vectors,
``stride`` numbers apart; ``settings`` holds the learning rate, the number of the step from 1, and the constants in
the order that `backlit.declared.optimizers` declares. Each is compiled when first asked for.
"""

import math

from numba import carray, types

from ..precision import POINTER, F

SIGNATURE = types.void(POINTER, POINTER, POINTER, types.int64, types.CPointer(types.float64), types.int64)
RATE, COUNT, CONSTANTS = range(
    3
)  # where settings hold the rate, the number of the step, and what follows: the constants


def sgd(theta, grad, state, stride, settings, size):
    theta, grad, settings = carray(theta, size), carray(grad, size), carray(settings, CONSTANTS)
    eta = F(settings[RATE])
    for i in range(size):
        theta[i] -= eta * grad[i]


def momentum(theta, grad, state, stride, settings, size):
    theta, grad, settings = carray(theta, size), carray(grad, size), carray(settings, CONSTANTS + 1)
    velocity = carray(state, size)
    eta, mu = F(settings[RATE]), F(settings[CONSTANTS])
    for i in range(size):
        velocity[i] = mu * velocity[i] - eta * grad[i]
        theta[i] += velocity[i]


def nesterov(theta, grad, state, stride, settings, size):
    theta, grad, settings = carray(theta, size), carray(grad, size), carray(settings, CONSTANTS + 1)
    velocity = carray(state, size)
    eta, mu = F(settings[RATE]), F(settings[CONSTANTS])
    for i in range(size):
        velocity[i] = mu * velocity[i] - eta * grad[i]
        theta[i] += mu * velocity[i] - eta * grad[i]


def adam(theta, grad, state, stride, settings, size):
    """Kingma and Ba 2015, algorithm 1 in the form of its section 2: the corrections folded into the rate."""
    theta, grad, settings = carray(theta, size), carray(grad, size), carray(settings, CONSTANTS + 3)
    vectors = carray(state, stride + size)
    first, second = vectors[:size], vectors[stride:]
    beta1, beta2, epsilon = F(settings[CONSTANTS]), F(settings[CONSTANTS + 1]), F(settings[CONSTANTS + 2])
    keep1, keep2 = F(1.0) - beta1, F(1.0) - beta2
    unbiased = math.sqrt(1.0 - settings[CONSTANTS + 1] ** settings[COUNT]) / (
        1.0 - settings[CONSTANTS] ** settings[COUNT]
    )
    eta = F(settings[RATE] * unbiased)
    for i in range(size):
        first[i] = beta1 * first[i] + keep1 * grad[i]
        second[i] = beta2 * second[i] + keep2 * grad[i] * grad[i]
        theta[i] -= eta * first[i] / (F(math.sqrt(second[i])) + epsilon)


def nadam(theta, grad, state, stride, settings, size):
    """Dozat 2016, algorithm 2 with one momentum for all steps: Adam that looks a step ahead, folded as above."""
    theta, grad, settings = carray(theta, size), carray(grad, size), carray(settings, CONSTANTS + 3)
    vectors = carray(state, stride + size)
    first, second = vectors[:size], vectors[stride:]
    beta1, beta2, epsilon = F(settings[CONSTANTS]), F(settings[CONSTANTS + 1]), F(settings[CONSTANTS + 2])
    keep1, keep2 = F(1.0) - beta1, F(1.0) - beta2
    count, mu = settings[COUNT], settings[CONSTANTS]
    rate = settings[RATE] * math.sqrt(1.0 - settings[CONSTANTS + 1] ** count)
    ahead, here = F(rate * mu / (1.0 - mu ** (count + 1.0))), F(rate * (1.0 - mu) / (1.0 - mu**count))
    for i in range(size):
        first[i] = beta1 * first[i] + keep1 * grad[i]
        second[i] = beta2 * second[i] + keep2 * grad[i] * grad[i]
        theta[i] -= (ahead * first[i] + here * grad[i]) / (F(math.sqrt(second[i])) + epsilon)
