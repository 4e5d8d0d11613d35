"""Tables of the kinds on which boosting or a straight line used to be far ahead of ours, drawn at random by a seed.

Each has a column ``target``, what is learnt from first, and 20,000 rows after it to measure on.
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
Drawn = tuple[Any, Numbers]
"""The columns, and the target: numbers of floating point, or labels."""


@dataclass(frozen=True, slots=True)
class MadeTable:
    """One table: its kind, its name, how many rows are learnt from, the seed, and how rows are drawn.

    `ranked` says that 1 - AUC is the error, as where nearly all rows are of one class.
    """

    kind: str
    name: str
    learnt: int
    seed: int
    draw: Callable[[Random, int], Drawn]
    ranked: bool = False

    def make(self) -> Drawn:
        """Its columns and its target, always the same."""
        return self.draw(np.random.default_rng(self.seed), self.learnt + TEST_ROWS)


def _frame(columns: dict[str, Numbers]) -> Any:
    import pandas as pd

    return pd.DataFrame(columns)


def _share(score: Numbers, share: float) -> float:
    """The score that so many of the rows exceed."""
    return float(np.quantile(score, 1.0 - share))


# -- a target that follows a heavy-tailed column nearly in a straight line ---------------------------------------------


def _delays(rng: Random, rows: int) -> Drawn:
    start = np.where(rng.random(rows) < 0.6, rng.normal(-3, 4, rows), rng.lognormal(2.8, 1.3, rows)).round()
    distance, carrier = rng.lognormal(6.5, 0.6, rows).round(), rng.integers(0, 12, rows)
    hour = rng.integers(5, 24, rows)
    made_up = 0.05 * np.sqrt(distance) * (start > 15)
    effect = rng.normal(0, 4, 12)[carrier] + 3 * np.sin(hour / 4)
    end = start + effect - 3 * made_up + rng.normal(0, 9, rows)
    return _frame({"start": start, "distance": distance, "hour": hour, "carrier": carrier.astype(str)}), end


def _bills(rng: Random, rows: int) -> Drawn:
    amount = 20 * (1 + rng.pareto(2.2, rows))
    pieces, weight = rng.poisson(3, rows) + 1.0, rng.gamma(2, 2, rows)
    abroad = rng.choice(["yes", "no"], rows, p=[0.2, 0.8])
    total = 1.19 * amount + 4 * pieces + 2.5 * weight + 9 * (abroad == "yes") + rng.normal(0, 5, rows)
    return _frame({"amount": amount, "pieces": pieces, "weight": weight, "abroad": abroad}), total


def _sizes(rng: Random, rows: int) -> Drawn:
    x = np.exp(rng.normal(0, 1.2, (rows, 3)))
    other = rng.normal(size=(rows, 4))
    y = 2 * x[:, 0] - 0.7 * x[:, 1] + 0.4 * x[:, 2] + np.sin(2 * other[:, 0]) + 0.5 * other[:, 1]
    columns = {f"size{i}": x[:, i] for i in range(3)} | {f"other{i}": other[:, i] for i in range(4)}
    return _frame(columns), y + rng.normal(0, 0.6, rows)


# -- tens of skewed counts that are nearly always 0 --------------------------------------------------------------------


def _frequencies(rng: Random, rows: int) -> Drawn:
    often = rng.uniform(0.04, 0.35, 48)
    spam = rng.random(rows) < 0.4
    shift = rng.normal(0, 0.8, 48) * (rng.random(48) < 0.5)
    odds = np.log(often / (1 - often)) + np.where(spam[:, None], shift, -shift)
    present = rng.random((rows, 48)) < 1 / (1 + np.exp(-odds))
    height = np.exp(rng.normal(-0.5, 1.1, (rows, 48)) + 0.3 * np.where(spam[:, None], shift, -shift))
    words = np.where(present, height, 0.0).round(2)
    runs = np.exp(rng.normal(np.where(spam, 1.6, 0.8)[:, None], 0.9, (rows, 3)) * [1.0, 1.8, 2.4]).round(1)
    columns = {f"word{i}": words[:, i] for i in range(48)} | {f"run{i}": runs[:, i] for i in range(3)}
    return _frame(columns), np.where(spam ^ (rng.random(rows) < 0.01), "spam", "mail")


def _topics(rng: Random, rows: int) -> Drawn:
    rate = rng.gamma(0.25, 0.5, (4, 60))
    topic, length = rng.integers(0, 4, rows), rng.lognormal(0, 0.7, rows)
    counts = rng.poisson(rng.gamma(0.5, 2.0, (rows, 60)) * rate[topic] * length[:, None])
    return _frame({f"count{i}": counts[:, i] for i in range(60)}), np.array(list("abcd"))[topic]


def _visits(rng: Random, rows: int) -> Drawn:
    seen = rng.random((rows, 30)) < rng.uniform(0.03, 0.2, 30)
    counts = np.where(seen, np.ceil(rng.pareto(1.1, (rows, 30)) * 2), 0.0)
    logs = np.log1p(np.minimum(counts, 1e6))
    score = logs @ rng.normal(0, 0.8, 30) + 1.5 * (seen[:, 0] & seen[:, 1]) + np.log1p(counts.sum(axis=1)) * 0.5
    noisy = score + rng.logistic(0, 0.35, rows)
    return _frame({f"page{i}": counts[:, i] for i in range(30)}), np.where(noisy > _share(noisy, 0.4), "buys", "goes")


# -- rare positives, many ordinal codes --------------------------------------------------------------------------------


def _rare(columns: int, share: float, curved: bool) -> Callable[[Random, int], Drawn]:
    def draw(rng: Random, rows: int) -> Drawn:
        latent = rng.normal(size=(rows, 6)) @ rng.normal(0, 0.4, (6, columns)) + rng.normal(size=(rows, columns))
        levels = rng.integers(3, 10, columns)
        codes = np.clip(((latent + 2) * levels / 4).astype(int), 0, levels)
        x = codes / levels - 0.5
        weight = rng.normal(0, 1.3, columns) * (rng.random(columns) < 0.2)
        score = x @ weight
        if curved:
            score = score + 2.5 * (x[:, 0] > 0.1) * (x[:, 1] > 0.1) - 6 * x[:, 2] ** 2
        noisy = score + rng.logistic(0, 0.7, rows)
        again = rng.random(rows) < 0.1  # duplicates of the row before
        codes[1:][again[1:]] = codes[:-1][again[1:]]
        noisy[1:][again[1:]] = (score[:-1] + rng.logistic(0, 0.7, rows - 1))[again[1:]]
        names = np.where(noisy > _share(noisy, share), "yes", "no")
        return _frame({f"code{i}": codes[:, i] for i in range(columns)}), names

    return draw


# -- steps and corners -------------------------------------------------------------------------------------------------


def _two_thresholds(rng: Random, rows: int) -> Drawn:
    x = rng.normal(size=(rows, 8))
    yes = (x[:, 0] > 0.3) & (x[:, 1] < 0.8)
    return _frame({f"x{i}": x[:, i] for i in range(8)}), np.where(yes ^ (rng.random(rows) < 0.002), "in", "out")


def _corners(rng: Random, rows: int) -> Drawn:
    x = np.round(rng.standard_t(4, (rows, 9)) * rng.uniform(3, 30, 9) + rng.uniform(0, 80, 9))
    at = lambda column, share: np.quantile(x[:, column], share)  # noqa: E731
    names = np.full(rows, "flow", dtype=object)
    names[(x[:, 0] > at(0, 0.8)) & (x[:, 3] < at(3, 0.9))] = "high"
    names[(x[:, 0] < at(0, 0.1)) & (x[:, 5] > at(5, 0.4))] = "open"
    names[(x[:, 7] > at(7, 0.985)) & (x[:, 0] <= at(0, 0.8))] = "close"
    wrong = rng.random(rows) < 0.003
    names[wrong] = rng.choice(["flow", "high", "open", "close"], int(wrong.sum()))
    return _frame({f"sensor{i}": x[:, i] for i in range(9)}), names.astype(str)


def _rules(rng: Random, rows: int) -> Drawn:
    x = np.concatenate([rng.normal(size=(rows, 5)), rng.exponential(1, (rows, 5))], axis=1)
    code = np.zeros(rows, int)
    for _ in range(4):
        first, second = rng.choice(10, 2, replace=False)
        cut = [np.quantile(x[:, column], rng.uniform(0.3, 0.7)) for column in (first, second)]
        code = code * 2 + (
            (x[:, first] > cut[0]) ^ (x[:, second] > cut[1]) if rng.random() < 0.3 else x[:, first] > cut[0]
        )
    names = np.array(list("abc"))[rng.integers(0, 3, 16)][code]
    wrong = rng.random(rows) < 0.005
    names[wrong] = rng.choice(list("abc"), int(wrong.sum()))
    return _frame({f"x{i}": x[:, i] for i in range(10)}), names


# -- many classes, nulls, places as text, ordered classes --------------------------------------------------------------


def _offices(rng: Random, rows: int) -> Drawn:
    places = np.array([f"{side} {number} street" for side in ("north", "south", "old") for number in range(30)])
    place = rng.choice(90, rows, p=rng.dirichlet(np.full(90, 0.7)))
    kind = rng.integers(0, 6, rows)
    amount, hour = rng.lognormal(3, 1, rows), rng.uniform(0, 24, rows)
    logits = (
        1.4 * rng.normal(0, 1.2, (90, 22))[place]
        + rng.normal(0, 1, (6, 22))[(kind[:, None] == list("pqrstu")).argmax(1)]
    )
    logits = (
        logits + np.log(amount)[:, None] * rng.normal(0, 0.6, 22) + np.sin(hour / 4)[:, None] * rng.normal(0, 1, 22)
    )
    office = (2.0 * logits + rng.gumbel(size=(rows, 22))).argmax(axis=1)
    absent, kinds = rng.random((rows, 3)) < 0.15, np.array(list("pqrstu"))[kind]
    columns = {
        "place": np.where(absent[:, 0], None, places[place]), "kind": np.where(absent[:, 1], None, kinds),
        "amount": np.where(absent[:, 2], np.nan, amount), "hour": hour,
    }  # fmt: skip
    return _frame(columns), np.array([f"office {code:02}" for code in office])


def _grades(columns: int, classes: int, worded: bool) -> Callable[[Random, int], Drawn]:
    def draw(rng: Random, rows: int) -> Drawn:
        words = np.array(["none", "low", "medium", "high", "extreme"])
        codes = rng.integers(0, 5, (rows, columns))
        effects = np.sort(rng.normal(size=(columns, 5)), axis=1) if worded else rng.normal(size=(columns, 5))
        score = sum(effects[column][codes[:, column]] for column in range(columns))
        score = score + rng.normal(size=(5, 5))[codes[:, 0], codes[:, 1]] + rng.logistic(0, 0.5, rows)
        grade = np.searchsorted(np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1]), score)
        names = words if worded else np.array(list("vwxyz"))
        return _frame({f"c{i}": names[codes[:, i]] for i in range(columns)}), np.array([f"grade {g}" for g in grade])

    return draw


KINDS = ("line", "counts", "rare", "steps", "classes")
"""Straight lines with heavy tails; zero-inflated counts; rare positives; thresholds; many or ordered classes."""

MADE_TABLES = (
    MadeTable("line", "delays", 4_000, 1, _delays),
    MadeTable("line", "bills", 3_000, 2, _bills),
    MadeTable("line", "sizes", 3_000, 3, _sizes),
    MadeTable("counts", "frequencies", 3_500, 4, _frequencies),
    MadeTable("counts", "topics", 3_000, 5, _topics),
    MadeTable("counts", "visits", 4_000, 6, _visits),
    MadeTable("rare", "85 codes", 5_000, 7, _rare(85, 0.06, curved=False), ranked=True),
    MadeTable("rare", "85 codes, curved", 5_000, 8, _rare(85, 0.06, curved=True), ranked=True),
    MadeTable("rare", "40 codes", 6_000, 9, _rare(40, 0.03, curved=False), ranked=True),
    MadeTable("steps", "two thresholds", 4_000, 10, _two_thresholds),
    MadeTable("steps", "corners", 8_000, 11, _corners),
    MadeTable("steps", "rules", 5_000, 12, _rules),
    MadeTable("classes", "22 offices", 5_000, 13, _offices),
    MadeTable("classes", "nine grades", 4_000, 14, _grades(8, 9, worded=False)),
    MadeTable("classes", "five grades, words", 3_000, 15, _grades(6, 5, worded=True)),
)
