"""A mini-batch gathered from the data: rows, targets, weights."""

from numba import njit

from ..precision import OPTIONS, PART, F
from ..runtime.memory import address
from .tables import FIRST, numbers


@njit(**OPTIONS)
def gather(source, order, start, batch, first, rows):
    """Copy some rows of a mini-batch that begins at `start`."""
    columns = source.shape[1]
    for r in range(first, first + rows):
        row = numbers(address(source, order[start + r]), FIRST, columns)
        into = numbers(batch, r * columns, (r + 1) * columns)
        for j in range(columns):
            into[j] = row[j]


@njit(**OPTIONS)
def gather_targets(source, order, start, batch, first, rows, outputs, smoothing):
    """The same for targets; whole-number classes in one column become one-hot rows, smoothed towards all classes."""
    if source.shape[1] == outputs:
        gather(source, order, start, batch, first, rows)
        return
    for r in range(first, first + rows):
        into = numbers(batch, r * outputs, (r + 1) * outputs)
        for j in range(outputs):
            into[j] = F(smoothing / outputs)
        into[int(source[order[start + r], 0])] += F(1.0 - smoothing)


@njit(**PART)
def masses(weights, mean_weight, order, start, rows):
    """The sum of a mini-batch's weights, and what its loss is divided by: that, or `mean_weight`, if any, a row.

    No weights given means that all count 1.
    """
    total = float(rows)
    if weights.size:
        total = 0.0
        for r in range(rows):
            total += weights[order[start + r]]
    return total, mean_weight * rows if mean_weight > 0.0 else total


@njit(**PART)
def share(strength, divisor):
    """A penalty's strength in a mini-batch; one whose rows all weigh 0 adds nothing."""
    return strength / divisor if divisor > 0.0 else 0.0


@njit(**PART)
def gather_weights(weights, order, start, batch, first, rows, divisor):
    """Some rows' weights over the mini-batch's divisor: they sum to 1 where it is the sum of the batch's weights."""
    scale = F(1.0 / divisor) if divisor > 0.0 else F(0.0)
    into = numbers(batch, FIRST, first + rows)
    for r in range(first, first + rows):
        into[r] = weights[order[start + r]] * scale if weights.size else scale
