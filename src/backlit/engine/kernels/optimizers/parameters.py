"""What is done to all parameters once their gradient is known, by parts of every array."""

from numba import njit

from ..kernel_table import ADD_L2_PENALTY, BASIS, DECAY_WEIGHTS, MATRIX_STEP, PRODUCT, STEP, UPDATE_EMA
from ..passes.tables import BEGIN, COLUMNS, DECAYS, FIRST, MATRICES, ROWS, part_of
from ..precision import ALIGNMENT, OPTIONS, PART
from ..runtime.calls import call_matrix_step, call_regularizer, call_step
from ..runtime.memory import address, advance
from ..workspace import GRADIENT, MEAN, STATE, STATE_STEP, THETA
from .steps import RATE

EVERY, DECAYING = FIRST, FIRST + 1  # which arrays a regularizer changes


@njit(**OPTIONS)
def range_of(arrays, number, part, parts):
    """Where a part of a parameter's array begins and ends in the vector theta: whole rows of it, or all or nothing."""
    begin, rows, columns = arrays[number, BEGIN], arrays[number, ROWS], arrays[number, COLUMNS]
    if arrays[number, MATRICES]:
        return begin, begin + (rows * columns if number % parts == part else FIRST)
    return begin + part_of(rows, part, parts) * columns, begin + part_of(rows, part + 1, parts) * columns


@njit(**OPTIONS)
def regularize(kernel, arrays, decaying, into, other, strength, part, parts):
    """Let a kernel of `regularizers.py` change a part of all arrays, or of those that decay; returns its sum."""
    total = 0.0
    for number in range(arrays.shape[0]):
        if arrays[number, DECAYS] >= decaying:
            first, last = range_of(arrays, number, part, parts)
            total += call_regularizer(kernel, advance(into, first), advance(other, first), last - first, strength)
    return total


@njit(**OPTIONS)
def penalty(arrays, kernels, workspace, strength, part, parts):
    """Add the L2 penalty's gradient in a part of all weights; return half the strength times their sum of squares."""
    if strength == 0.0:
        return 0.0
    squares = regularize(
        kernels[ADD_L2_PENALTY], arrays, DECAYING, workspace[GRADIENT], workspace[THETA], strength, part, parts
    )
    return 0.5 * strength * squares


@njit(**OPTIONS)
def decay_weights(arrays, kernels, workspace, strength, part, parts):
    """Decoupled weight decay of a part of all weights: they are multiplied by ``1 - strength``."""
    theta, left = workspace[THETA], 1.0 - strength
    regularize(kernels[DECAY_WEIGHTS], arrays, DECAYING, theta, theta, left, part, parts)


@njit(**OPTIONS)
def update_ema(arrays, kernels, workspace, steps, decay, part, parts):
    """Let a part of the EMA follow theta: faster in the first steps, lest it keep the start."""
    left = min(decay, (1.0 + steps) / (10.0 + steps))
    regularize(kernels[UPDATE_EMA], arrays, EVERY, workspace[MEAN], workspace[THETA], left, part, parts)


@njit(**OPTIONS)
def step_range(step, workspace, settings, rate, first, last):
    """Let the optimizer step a range of the vector theta."""
    settings[RATE] = rate
    theta, grad, state = (
        advance(workspace[THETA], first),
        advance(workspace[GRADIENT], first),
        advance(workspace[STATE], first),
    )
    call_step(step, theta, grad, state, workspace[STATE_STEP], address(settings, 0), last - first)


@njit(**PART)
def update_part(arrays, factors, kernels, workspace, settings, rate, part, parts):
    """Let the optimizer step a part of every array; without factors one part is the whole vector, padding included."""
    if parts == 1 and factors.size == 0 and kernels[MATRIX_STEP] == 0:
        _, last = range_of(arrays, arrays.shape[0] - 1, part, parts)
        step_range(kernels[STEP], workspace, settings, rate, FIRST, -(-last // ALIGNMENT) * ALIGNMENT)
        return
    for number in range(arrays.shape[0]):
        array_rate = rate * factors[number] if factors.size else rate
        first, last = range_of(arrays, number, part, parts)
        if first == last:
            continue
        if arrays[number, MATRICES]:
            theta, grad = advance(workspace[THETA], first), advance(workspace[GRADIENT], first)
            call_matrix_step(
                kernels[MATRIX_STEP], kernels[PRODUCT], kernels[BASIS], theta, grad, advance(workspace[STATE], first),
                workspace[STATE_STEP], arrays[number, ROWS], arrays[number, COLUMNS], arrays[number, MATRICES],
                array_rate,
                settings[settings.size - 1],
            )  # fmt: skip
        else:
            step_range(kernels[STEP], workspace, settings, array_rate, first, last)
