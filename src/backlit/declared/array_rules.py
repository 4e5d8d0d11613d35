"""Values and pull-backs of the gates that reduce or mix whole arrays, in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from backlit.declared.gate_kinds import Array


def expand(reduced: Array, x: Array, axis: int | None) -> Any:
    """Stretch what a reduction along `axis` left over back to the shape of `x`."""
    return np.broadcast_to(reduced if axis is None else np.expand_dims(reduced, axis), np.shape(x))


def row_mean(x: Array) -> Any:
    """The mean of each row, as a column, so that it can be taken from the row."""
    return np.mean(x, axis=-1, keepdims=True) if np.ndim(x) else x


def logsumexp(x: Array, axis: int | None = None) -> Any:
    """Log sum exp, shifted by the largest so that nothing overflows."""
    top = np.max(x, axis=axis, keepdims=True)
    total: Array = np.squeeze(top, axis=axis) + np.log(np.sum(np.exp(x - top), axis=axis))
    return total


def softmax(x: Array, axis: int | None = None) -> Any:
    """Shares that sum to 1 along the axis, the last unless given."""
    axis = -1 if axis is None and np.ndim(x) else axis
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))
    shares: Array = powers / np.sum(powers, axis=axis, keepdims=True)
    return shares


def softmax_vjp(up: Array, operands: tuple[Array, ...], y: Array, axis: int | None) -> Any:
    """A * (upstream - sum(upstream * a)): the Jacobian diag(a) - a a^T without building it."""
    axis = -1 if axis is None and np.ndim(y) else axis
    pulled: Array = y * (up - np.sum(up * y, axis=axis, keepdims=True))
    return pulled


def softmax_jacobian(operands: tuple[Array, ...], y: Array, axis: int | None) -> Any:
    """diag(a) - a a^T, for each row of a batch."""
    a = np.moveaxis(np.atleast_1d(y), -1 if axis is None else axis, -1)
    return a[..., None] * np.eye(a.shape[-1]) - a[..., :, None] * a[..., None, :]


def matmul_left(up: Array, operands: tuple[Array, ...], y: Array, axis: int | None) -> Any:
    """The pull-back to `a` in ``a @ b``: upstream times b transposed."""
    a, b = operands
    if np.ndim(b) == 1:
        return np.asarray(up)[..., None] * b
    if np.ndim(a) == 1:
        return np.matmul(np.asarray(up)[..., None, :], np.swapaxes(b, -1, -2))[..., 0, :]
    return np.matmul(up, np.swapaxes(b, -1, -2))


def matmul_right(up: Array, operands: tuple[Array, ...], y: Array, axis: int | None) -> Any:
    """The pull-back to `b` in ``a @ b``: a transposed times upstream (the outer product a delta^T)."""
    a, b = operands
    if np.ndim(a) == 1:
        return np.multiply.outer(a, up) if np.ndim(b) <= 2 else a[:, None] * np.asarray(up)[..., None, :]
    if np.ndim(b) == 1:
        return np.matmul(np.swapaxes(a, -1, -2), np.asarray(up)[..., None])[..., 0]
    return np.matmul(np.swapaxes(a, -1, -2), up)


def grouped(x: Array, w: Array) -> Any:
    """Each group of x times its own columns of w: ``x @ w`` for a w of blocks along the diagonal, without its zeros.

    x has shape (..., groups * inner) and w (inner, columns); the columns are shared out among the groups in order.
    """
    inner, columns = w.shape
    return _ungrouped(np.matmul(_by_group(x, inner), _blocks(w, x.shape[-1] // inner))).reshape(*x.shape[:-1], columns)


def _by_group(x: Array, inner: int) -> Array:
    """(..., groups * inner) as (groups, rows, inner): a group's rows lie in one matrix, for one product a group."""
    return np.moveaxis(np.reshape(x, (-1, np.shape(x)[-1] // inner, inner)), 1, 0)


def _ungrouped(parts: Array) -> Array:
    """(groups, rows, many) as (rows, groups * many)."""
    groups, rows, many = parts.shape
    return np.moveaxis(parts, 0, 1).reshape(rows, groups * many)


def _blocks(w: Array, groups: int) -> Array:
    """The blocks of w, (inner, groups * many), as (groups, inner, many)."""
    return np.moveaxis(w.reshape(w.shape[0], groups, w.shape[1] // groups), 1, 0)


def grouped_left(up: Array, operands: tuple[Array, ...], y: Array, axis: int | None) -> Any:
    """The pull-back to x: each group's upstream times its own block transposed."""
    x, w = operands
    groups = x.shape[-1] // w.shape[0]
    blocks = np.swapaxes(_blocks(w, groups), -1, -2)
    return _ungrouped(np.matmul(_by_group(up, w.shape[1] // groups), blocks)).reshape(x.shape)


def grouped_right(up: Array, operands: tuple[Array, ...], y: Array, axis: int | None) -> Any:
    """The pull-back to w: for each group the outer product of its inputs and its upstream, summed over samples."""
    x, w = operands
    inner, columns = w.shape
    inputs = np.swapaxes(_by_group(x, inner), -1, -2)
    signals = _by_group(up, columns * inner // x.shape[-1])
    return np.moveaxis(np.matmul(inputs, signals), 0, 1).reshape(w.shape)


def columnwise(x: Array, w: Array) -> Any:
    """Each of the first columns of x times its own row of w: (..., columns), (first, many) give (..., first * many)."""
    first, many = w.shape
    if first > x.shape[-1]:
        raise ValueError(f"{first} rows for {x.shape[-1]} columns")
    return (x[..., :first, None] * w).reshape(*x.shape[:-1], first * many)


def columnwise_left(up: Array, operands: tuple[Array, ...], y: Array, axis: int | None) -> Any:
    """The pull-back to x: 0 for the columns that were not used."""
    x, w = operands
    pulled = np.zeros_like(x)
    pulled[..., : len(w)] = (np.reshape(up, (*x.shape[:-1], *w.shape)) * w).sum(axis=-1)
    return pulled


def columnwise_right(up: Array, operands: tuple[Array, ...], y: Array, axis: int | None) -> Any:
    """The pull-back to w, summed over samples."""
    x, w = operands
    products = np.reshape(up, (*x.shape[:-1], *w.shape)) * x[..., : len(w), None]
    return products.reshape(-1, *w.shape).sum(axis=0)
