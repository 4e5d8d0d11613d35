"""Tables whose rows to answer are not like those that are learnt from, drawn at random by a seed.

Groups that no row was learnt of, a later time, other inputs: of each kind numbers and classes, 20,000 rows to measure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

TEST_ROWS = 20_000

Random = np.random.Generator
Numbers = NDArray[Any]
Drawn = tuple[dict[str, Numbers], Numbers, dict[str, Any]]
"""The columns, the target, and what ours may be told of the rows that are learnt from."""


@dataclass(frozen=True, slots=True)
class HardTable:
    """One table: in what its rows to measure on differ, its name, how many are learnt from first, seed, and drawing."""

    split: str
    name: str
    learnt: int
    seed: int
    draw: Callable[[Random, int, Numbers], Drawn]

    def make(self) -> tuple[Any, Numbers, dict[str, Any]]:
        """The frame, the target, and what ours may be told, always the same."""
        import pandas as pd

        later = np.arange(self.learnt + TEST_ROWS) >= self.learnt
        columns, target, told = self.draw(np.random.default_rng(self.seed), len(later), later)
        return pd.DataFrame(columns), target, told


def _classes(rng: Random, score: Numbers, share: float, noise: float = 0.5) -> Numbers:
    noisy = score + rng.logistic(0, noise, len(score))
    return np.where(noisy > np.quantile(noisy, 1.0 - share), "yes", "no")


# -- groups ------------------------------------------------------------------------------------------------------------


def _groups(rng: Random, later: Numbers, each: int) -> Numbers:
    """Fifty or so rows of a group; none is on both sides."""
    sizes = np.where(later, 1, 0)
    return np.where(
        sizes, 100_000 + np.cumsum(sizes) // each, rng.integers(0, max(2, int((~later).sum()) // each), len(later))
    )


def _patients(rng: Random, rows: int, later: Numbers) -> Drawn:
    group = _groups(rng, later, 50)
    codes = np.unique(group, return_inverse=True)[1]
    habit = rng.normal(size=(codes.max() + 1, 8))[codes]
    now = rng.normal(size=(rows, 8))
    score = now[:, 0] * 1.5 + np.sin(2 * now[:, 1]) + now[:, 2] * now[:, 3] + 0.8 * habit[:, 7]
    columns = {f"sensor{i}": now[:, i] + (1.5 if i > 3 else 0.4) * habit[:, i] for i in range(8)}
    return columns, _classes(rng, score, 0.35), {"groups": group[~later]}


def _machines(rng: Random, rows: int, later: Numbers) -> Drawn:
    group = _groups(rng, later, 60)
    codes = np.unique(group, return_inverse=True)[1]
    kind = rng.integers(0, 6, codes.max() + 1)
    level = rng.normal(0, 0.7, codes.max() + 1) + 0.4 * kind
    load, age = rng.gamma(2, 1, rows), rng.uniform(0, 10, rows)
    wear = 0.3 * age * np.sqrt(load) + level[codes] + 0.5 * (load > 3) + rng.normal(0, 0.4, rows)
    names = np.array(list("pqrstu"))[kind[codes]]
    columns = {"machine": np.array([f"m{code}" for code in group]), "kind": names, "load": load, "age": age}
    return columns, wear, {"groups": group[~later]}


# -- time --------------------------------------------------------------------------------------------------------------


def _days(rng: Random, later: Numbers) -> Numbers:
    """Days of four years in order; the last tenth of the time is measured."""
    early, late = (~later).sum(), later.sum()
    return np.concatenate([np.sort(rng.uniform(0, 1_314, early)), np.sort(rng.uniform(1_314, 1_460, late))])


def _sales(rng: Random, rows: int, later: Numbers) -> Drawn:
    day = _days(rng, later)
    price, shop = rng.lognormal(1, 0.4, rows), rng.integers(0, 15, rows)
    level = rng.normal(0, 1, 15)[shop]
    sold = 20 + 0.006 * day + 4 * np.sin(2 * np.pi * day / 365.25) + 2 * (day % 7 > 5) - 3 * np.log(price) + 2 * level
    dates = np.datetime64("2022-01-01", "s") + (day * 86_400).astype("timedelta64[s]")
    columns = {"day": dates, "price": price, "shop": np.array([f"shop {code}" for code in shop])}
    return columns, sold + rng.normal(0, 1, rows), {"ordered": True}


def _customers(rng: Random, rows: int, later: Numbers) -> Drawn:
    day = _days(rng, later)
    x = rng.normal(size=(rows, 10))
    turn = day / 1_460
    weights = rng.normal(size=(2, 10))
    score = (x * ((1 - turn)[:, None] * weights[0] + turn[:, None] * weights[1])).sum(axis=1) + x[:, 0] * x[:, 1]
    x[:, 9] += 0.5 * turn
    return {f"x{i}": x[:, i] for i in range(10)}, _classes(rng, score, 0.3), {"ordered": True}


# -- other inputs ------------------------------------------------------------------------------------------------------


def _moved(rng: Random, later: Numbers, columns: int) -> Numbers:
    """Normal inputs; the later ones are moved and wider."""
    x = rng.normal(size=(len(later), columns))
    return np.where(later[:, None], 1.3 * x + rng.normal(0, 1.0, columns), x)


def _clinic(rng: Random, rows: int, later: Numbers) -> Drawn:
    x = _moved(rng, later, 8)
    score = x[:, 0] + np.tanh(2 * x[:, 1]) + 0.7 * x[:, 2] * (x[:, 3] > 0) - 0.5 * np.abs(x[:, 4])
    ward = np.where(later, "new ward", np.array(["east", "west", "north"])[rng.integers(0, 3, rows)])
    x[:, 5][later & (rng.random(rows) < 0.4)] = np.nan
    return {f"x{i}": x[:, i] for i in range(8)} | {"ward": ward}, _classes(rng, score, 0.4), {}


def _yield(rng: Random, rows: int, later: Numbers) -> Drawn:
    x = _moved(rng, later, 6)
    grown = 2 * x[:, 0] - x[:, 1] + np.sin(2 * x[:, 2]) + 0.6 * x[:, 3] * x[:, 4]
    return {f"x{i}": x[:, i] for i in range(6)}, grown + rng.normal(0, 0.5, rows), {}


HARD_TABLES = (
    HardTable("groups", "patients", 4_000, 21, _patients),
    HardTable("groups", "machines", 4_000, 22, _machines),
    HardTable("time", "sales", 6_000, 23, _sales),
    HardTable("time", "customers", 6_000, 24, _customers),
    HardTable("inputs", "clinic", 4_000, 25, _clinic),
    HardTable("inputs", "yield", 4_000, 26, _yield),
)
