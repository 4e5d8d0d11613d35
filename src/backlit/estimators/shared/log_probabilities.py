"""Logarithms of probabilities, from what the output gate gets: exact where the probability itself is 0 or 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def log_softmax(logits: Numbers) -> Numbers:
    """``log(softmax(z))`` of each row.

    Examples
    --------
    >>> log_softmax(np.array([[0.0, 1e4]])).tolist()
    [[-10000.0, 0.0]]
    """
    below = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(below - np.log(np.exp(below).sum(axis=1, keepdims=True)))


def log_sigmoid(logits: Numbers) -> Numbers:
    """``log(sigmoid(z))`` of each number.

    Examples
    --------
    >>> log_sigmoid(np.array([-1e4, 0.0, 1e4])).round(4).tolist()
    [-10000.0, -0.6931, -0.0]
    """
    return np.asarray(-np.logaddexp(0.0, -logits))


def log_of_labels(logits: Numbers, probabilities: Numbers) -> Numbers:
    """Of several labels' own probabilities; above a half the logarithm of what `predict_proba` gives, to the last bit.

    Examples
    --------
    >>> log_of_labels(np.array([[-1e4, 0.0, 50.0]]), np.array([[0.0, 0.5, 1.0]])).round(4).tolist()
    [[-10000.0, -0.6931, 0.0]]
    """
    likely = logits > 0.0
    return np.where(likely, np.log(np.where(likely, probabilities, 1.0)), log_sigmoid(logits))


def log_of_two(logits: Numbers) -> Numbers:
    """Of no and yes, shape (n, 2), from one logit a row, shape (n, 1).

    Examples
    --------
    >>> log_of_two(np.array([[1e4]])).tolist()
    [[-10000.0, -0.0]]
    """
    return np.concatenate([log_sigmoid(-logits), log_sigmoid(logits)], axis=1)


def log_of_shares(logits: Numbers) -> Numbers:
    """Of the shares that independent sigmoid outputs have in their sum, shape (n, outputs).

    Examples
    --------
    >>> log_of_shares(np.array([[-1e4, -1e4 - 1.0]])).round(4).tolist()
    [[-0.3133, -1.3133]]
    """
    each = log_sigmoid(logits)
    highest = each.max(axis=1, keepdims=True)
    return np.asarray(each - highest - np.log(np.exp(each - highest).sum(axis=1, keepdims=True)))
