"""Which rows a network learns from and which select its best epoch: one pair for each network of a model."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.encoding.conversion import to_cells
from backlit.errors import BacklitError

Rows = NDArray[np.int64]
Folds = list[tuple[Rows, Rows]]

MIN_ROWS = 5
"""Rows from which some can be held out."""

STRATUM_ROWS = 5
"""Rows of a class from which every validation part gets its share of them, where parts are no more."""


def too_few_rows(n: int) -> BacklitError:
    """The error of so few rows."""
    rows = "1 sample is" if n == 1 else f"{n} samples are"
    return BacklitError(f"X: {rows} too few to hold some out for validation; give at least {MIN_ROWS}")


def folds(
    n: int,
    members: int,
    fraction: float,
    *,
    strata: NDArray[Any] | None = None,
    groups: NDArray[Any] | None = None,
    ordered: bool = False,
    seed: int = 0,
) -> Folds:
    """For each network the rows to learn from and the rows to validate on; none validates twice while parts last.

    Parameters
    ----------
    n : int
        Rows.
    members : int
        Networks.
    fraction : float
        The part of the rows that validates, about.
    strata : ndarray, shape (n,), optional
        What every part has its share of.
    groups : ndarray, shape (n,), optional
        Rows of one group are never on both sides.
    ordered : bool
        The rows are in the order of time: the last ones validate, for every network.
    seed : int

    Returns
    -------
    list of (learn, held)
        Ascending row numbers.

    Raises
    ------
    BacklitError
        If there are too few rows or groups, or the fraction is none.

    Examples
    --------
    >>> [held.tolist() for _, held in folds(6, 3, 1 / 3)]
    [[2, 5], [1, 3], [0, 4]]
    >>> folds(6, 1, 1 / 3, ordered=True)[0][1].tolist()
    [4, 5]
    """
    if not 0.0 < fraction < 1.0:
        raise BacklitError(f"validation_fraction: {fraction:g} is no part of the rows; use one such as 0.2")
    if n < MIN_ROWS:
        raise too_few_rows(n)
    if ordered:
        first = min(n - 1, max(1, round(n * (1.0 - fraction))))
        return [(np.arange(first), np.arange(first, n))] * members
    parts = _parts(n, fraction)
    if groups is not None:
        parts = _group_parts(groups, n, parts)
    pairs: Folds = []
    while len(pairs) < members:
        cut = _cut(n, parts, strata, groups, seed + len(pairs) // parts)
        pairs += islice(cut, members - len(pairs))  # of many parts only those that are needed
    return pairs


def group_codes(groups: Any, n: int) -> NDArray[np.int64]:
    """The groups as whole numbers from 0 in the order of their values; each missing one is a group of its own.

    Parameters
    ----------
    groups : one-dimensional
        Numbers, text, times or categories, of any library.
    n : int
        How many there must be.

    Raises
    ------
    BacklitError
        If there are not so many, or they are not one column.

    Examples
    --------
    >>> group_codes(["g", "h", None, "g", None], 5).tolist()
    [0, 1, 2, 0, 3]
    """
    if len(getattr(groups, "shape", (n,))) != 1:
        raise BacklitError(
            f"groups: {'x'.join(map(str, groups.shape))} values; give one for each row, in one dimension"
        )
    cells = to_cells(groups, "groups")
    if len(cells) != n:
        raise BacklitError(f"groups: {len(cells)} for {n} rows of X; give one for each row")
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_nan(cells), pa.scalar(None, cells.type), cells)
    try:
        encoded = cells.dictionary_encode()
    except pa.ArrowNotImplementedError:
        raise BacklitError(f"groups: {cells.type} is no type of groups; give numbers or text") from None
    values = encoded.dictionary.to_pylist()
    order = sorted(range(len(values)), key=values.__getitem__)
    codes = np.empty(n, np.int64)
    missing = pc.is_null(encoded).to_numpy(zero_copy_only=False)
    ranks = np.argsort(np.array(order, np.int64), kind="stable")
    codes[~missing] = ranks[encoded.indices.drop_null().to_numpy()]
    codes[missing] = len(values) + np.arange(int(missing.sum()))
    return codes


def class_strata(codes: NDArray[np.int64], fraction: float) -> NDArray[np.int64] | None:
    """The classes as strata; those with too few rows for every part share one, and None where that one is too small.

    Examples
    --------
    >>> class_strata(np.array([0] * 6 + [1] * 3 + [2] * 2), fraction=0.2).tolist()
    [0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1]
    """
    least = max(STRATUM_ROWS, _parts(len(codes), fraction))
    rare = np.bincount(codes)[codes] < least
    return None if 0 < rare.sum() < least else np.where(rare, -1, codes)


def _cut(
    n: int, parts: int, strata: NDArray[Any] | None, groups: NDArray[Any] | None, seed: int
) -> Iterator[tuple[Rows, Rows]]:
    """The rows cut into parts at random, each held out once."""
    from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

    rows = np.arange(n)
    if groups is not None:
        cut = GroupKFold(parts, shuffle=True, random_state=seed).split(rows, groups=groups)
    elif strata is not None:
        cut = StratifiedKFold(parts, shuffle=True, random_state=seed).split(rows, strata)
    else:
        cut = KFold(parts, shuffle=True, random_state=seed).split(rows)
    return iter(cut)


def _parts(n: int, fraction: float) -> int:
    """Into how many parts so many rows are cut."""
    return int(np.clip(round(1.0 / fraction), 2, n))


def _group_parts(groups: NDArray[Any], n: int, parts: int) -> int:
    """As many parts as the groups allow."""
    if groups.shape != (n,):
        raise BacklitError(f"groups: {len(groups)} for {n} rows of X; give one for each row")
    different = len(np.unique(groups))
    if different < 2:
        raise BacklitError("groups: all rows are of one group, so that none can be held out; give at least two groups")
    return min(parts, different)
