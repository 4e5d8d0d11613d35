"""What is done to all parameters once their gradient is known: penalty, decay, step, mean, by parts of every array."""

from numba import njit

from .buffers import GRADIENT, MEAN, STATE, STATE_STEP, THETA
from .calls import BASIS, MATRIX_STEP, PRODUCT, STEP, call_matrix_step, call_step
from .memory import address, along
from .precision import ALIGNMENT, OPTIONS, F
from .steps import RATE
from .tables import BEGIN, COLUMNS, DECAYS, FIRST, MATRICES, ROWS, numbers, part_of


@njit(**OPTIONS)
def range_of(arrays, number, part, parts):
    """Where a part of a parameter's array begins and ends in the flat vector: whole rows of it, or all or nothing."""
    begin, rows, columns = arrays[number, BEGIN], arrays[number, ROWS], arrays[number, COLUMNS]
    if arrays[number, MATRICES]:
        return begin, begin + (rows * columns if number % parts == part else FIRST)
    return begin + part_of(rows, part, parts) * columns, begin + part_of(rows, part + 1, parts) * columns


@njit(**OPTIONS)
def add_decay(w, grad, strength):
    """Add the L2 penalty's gradient, ``strength * w``; return the sum of squares of w."""
    total = F(0.0)
    for i in range(w.size):
        grad[i] += strength * w[i]
        total += w[i] * w[i]
    return total


@njit(**OPTIONS)
def penalty(arrays, buffers, strength, part, parts):
    """Add the L2 penalty's gradient in a part of all weights; return half the strength times their sum of squares."""
    squares = 0.0
    for number in range(arrays.shape[0]):
        if arrays[number, DECAYS]:
            first, last = range_of(arrays, number, part, parts)
            w, grad = numbers(buffers[THETA], first, last), numbers(buffers[GRADIENT], first, last)
            squares += add_decay(w, grad, F(strength))
    return 0.5 * strength * squares


@njit(**OPTIONS)
def shrink(arrays, buffers, factor, part, parts):
    """Decoupled weight decay: multiply a part of all weights."""
    for number in range(arrays.shape[0]):
        if arrays[number, DECAYS]:
            first, last = range_of(arrays, number, part, parts)
            w = numbers(buffers[THETA], first, last)
            for i in range(w.size):
                w[i] *= factor


@njit(**OPTIONS)
def step_range(step, buffers, settings, rate, first, last):
    """Let the optimizer step a range of the flat vector."""
    settings[RATE] = rate
    theta, grad, state = along(buffers[THETA], first), along(buffers[GRADIENT], first), along(buffers[STATE], first)
    call_step(step, theta, grad, state, buffers[STATE_STEP], address(settings, 0), last - first)


@njit(**OPTIONS)
def step_matrices(kernels, buffers, settings, rate, begin, rows, columns, count):
    """Let the optimizer step matrices side by side, each as a whole; the constant of its momentum is the last one."""
    width = columns // count
    state, step = along(buffers[STATE], begin), buffers[STATE_STEP]
    for number in range(count):
        at = begin + number * width
        call_matrix_step(
            kernels[MATRIX_STEP], kernels[PRODUCT], kernels[BASIS], along(buffers[THETA], at),
            along(buffers[GRADIENT], at), along(buffers[STATE], at), along(state, step), along(state, 2 * step),
            along(state, 3 * step), rows, width, columns, rate, settings[settings.size - 1],
        )  # fmt: skip


@njit(**OPTIONS)
def step_part(arrays, factors, kernels, buffers, settings, rate, part, parts):
    """Let the optimizer step a part of every array; without factors one part is the whole vector, padding included."""
    if parts == 1 and factors.size == 0 and kernels[MATRIX_STEP] == 0:
        _, last = range_of(arrays, arrays.shape[0] - 1, part, parts)
        step_range(kernels[STEP], buffers, settings, rate, FIRST, -(-last // ALIGNMENT) * ALIGNMENT)
        return
    for number in range(arrays.shape[0]):
        own = rate * factors[number] if factors.size else rate
        first, last = range_of(arrays, number, part, parts)
        if first == last:
            continue
        if arrays[number, MATRICES]:
            rows, columns, count = arrays[number, ROWS], arrays[number, COLUMNS], arrays[number, MATRICES]
            step_matrices(kernels, buffers, settings, own, first, rows, columns, count)
        else:
            step_range(kernels[STEP], buffers, settings, own, first, last)


@njit(**OPTIONS)
def follow(arrays, buffers, stays, count, part, parts):
    """Move a part of the parameters' running mean towards them; at first it follows faster, lest it keep the start."""
    left = F(min(stays, (1.0 + count) / (10.0 + count)))
    for number in range(arrays.shape[0]):
        first, last = range_of(arrays, number, part, parts)
        theta, mean = numbers(buffers[THETA], first, last), numbers(buffers[MEAN], first, last)
        for i in range(mean.size):
            mean[i] = theta[i] + left * (mean[i] - theta[i])
