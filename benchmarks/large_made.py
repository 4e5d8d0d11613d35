"""A made table of any number of rows: 25 numbers and 5 columns of categories, interactions, missing cells, noise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS = (3, 5, 10, 30, 100)
NUMBERS = 25
NOISE = 0.6
"""Deviation of what nothing explains, of a score whose own deviation is about 1.7."""


def make(rows: int, seed: int = 0) -> tuple[Any, NDArray[np.float64]]:
    """A frame, and the score of each row; half of the terms are smooth, half are steps or levels, as trees like them.

    Ten of the numbers and one column of categories have no part in it. One number in twenty of two columns is missing.
    """
    import pandas as pd

    levels = np.random.default_rng(1_000).normal(size=(len(LEVELS), max(LEVELS)))  # the same for every seed
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, NUMBERS)).astype(np.float32)
    x[:, 10:15] = np.exp(x[:, 10:15])  # skewed, as amounts are
    codes = [rng.integers(0, size, rows) for size in LEVELS]
    score = 0.6 * x[:, 0] * x[:, 1] + 0.5 * np.sin(2 * x[:, 2]) + 0.4 * np.abs(x[:, 3])
    score = score + 0.5 * (x[:, 4] > 0.5) * (x[:, 5] < 0) + 0.6 * (codes[0] == 1) * x[:, 6]
    score += 0.4 * np.floor(x[:, 7]) * (codes[1] < 2) + 0.3 * np.log(x[:, 10]) - 0.3 * (x[:, 11] > 2)
    score += 0.4 * levels[3, codes[3]] + 0.5 * levels[4, codes[4]] + 0.3 * x[:, 8] * x[:, 9] * x[:, 12].clip(0, 3)
    score += 0.2 * x[:, 13:15].clip(0, 4).sum(1)
    x[rng.random(rows) < 0.05, 3] = np.nan
    x[rng.random(rows) < 0.05, 20] = np.nan
    frame = pd.DataFrame(x, columns=[f"x{j}" for j in range(NUMBERS)])
    for j, code in enumerate(codes):
        frame[f"c{j}"] = pd.Categorical.from_codes(code, [f"c{j}-{k}" for k in range(LEVELS[j])])
    return frame, np.asarray(score + NOISE * rng.normal(size=rows), np.float64)
