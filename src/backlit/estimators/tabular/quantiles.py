"""Quantiles of a target, one or several at once: their levels, the loss that finds them, and their score."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import ParameterError
from backlit.formula.declaring import loss as declare_loss

MOST_LEVELS = 99
"""Percentiles; a loss is a formula, and every level is a part of it."""
MOST_NAME_CHARACTERS = 80
"""Characters of a loss's name, which names a file of the compiled program; longer ones are shortened to a digest."""


def levels_of(quantile: Any) -> tuple[float, ...]:
    """The levels of several quantiles; none where `quantile` is one number.

    Raises
    ------
    ParameterError
        If they are not between 0 and 1, in ascending order.

    Examples
    --------
    >>> levels_of([0.1, 0.5, 0.9]), levels_of(0.5)
    ((0.1, 0.5, 0.9), ())
    """
    if np.ndim(quantile) == 0:
        return ()
    try:
        levels = np.asarray(quantile, dtype=np.float64)
    except (TypeError, ValueError):
        levels = np.empty(0)
    rising = levels.ndim == 1 and 0 < levels.size <= MOST_LEVELS and bool((np.diff(levels) > 0.0).all())
    if not (rising and levels[0] > 0.0 and levels[-1] < 1.0):
        raise ParameterError(
            f"quantile: {quantile!r} are not up to {MOST_LEVELS} numbers between 0 and 1 in ascending order; "
            "give such as [0.1, 0.5, 0.9]",
            parameter="quantile",
        )
    return tuple(levels.tolist())


def quantile_loss(quantile: Any) -> str:
    """The name of the loss of one quantile or of several, which is declared when it is first needed.

    Of several each output has the level of its number (Koenker and Bassett 1978: the pinball loss).

    Examples
    --------
    >>> from backlit.declared.losses import loss_named
    >>> loss_named(quantile_loss([0.25, 0.75])).term
    'where(y > a, where(j < 1, 0.25, 0.75) * (y - a), (1 - where(j < 1, 0.25, 0.75)) * (a - y))'
    """
    levels = levels_of(quantile)
    if not levels:
        above, below = repr(float(quantile)), repr(1.0 - float(quantile))
        return declare_loss(_name([above]), f"where(y > a, {above} * (y - a), {below} * (a - y))").name
    level = repr(levels[-1])
    for number in range(len(levels) - 1, 0, -1):
        level = f"where(j < {number}, {levels[number - 1]!r}, {level})"
    term = f"where(y > a, {level} * (y - a), (1 - {level}) * (a - y))"
    return declare_loss(_name([repr(each) for each in levels], "quantiles"), term).name


def _name(levels: Sequence[str], stem: str = "quantile") -> str:
    written = "_".join(levels).replace(".", "_").replace("-", "_")
    if len(written) > MOST_NAME_CHARACTERS:
        written = sha256(written.encode()).hexdigest()[:16]
    return f"{stem}_{written}"


def quantile_score(
    truth: NDArray[Any], predictions: NDArray[np.float64], levels: Sequence[float], sample_weight: Any = None
) -> float:
    """The mean over the levels of scikit-learn's `d2_pinball_score`.

    Examples
    --------
    >>> y = np.arange(5.0)
    >>> quantile_score(y, np.column_stack([y, y]), (0.1, 0.9))
    1.0
    """
    from sklearn.metrics import d2_pinball_score

    scores = [
        d2_pinball_score(truth, predictions[:, number], alpha=level, sample_weight=sample_weight)
        for number, level in enumerate(levels)
    ]
    return float(np.mean(scores))
