"""Intervals of a stated coverage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import backlit
from backlit import BacklitError, TabularRegressor
from backlit.estimators.tabular.intervals import MOST_RESIDUALS, half_width, residuals_of


def regressor(**chosen: object) -> TabularRegressor:
    return TabularRegressor((16,), epochs=20, random_state=0, **chosen)


def rows(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    return x, 100.0 + 10.0 * x[:, 0] + rng.standard_t(4, n)


@pytest.mark.parametrize(("n", "coverage", "rank"), [(9, 0.9, 9), (19, 0.9, 18), (99, 0.9, 90), (999, 0.9, 900)])
def test_ranks_are_whole_numbers(n: int, coverage: float, rank: int) -> None:
    """(1 - 0.9) * (n + 1) in floating point falls short of 1, 2, 10 and 100, and would take the next rank."""
    assert half_width(np.arange(1.0, n + 1.0)[:, None], coverage) == rank


def test_every_rank_covers_what_it_promises() -> None:
    """A new row's residual has each of the n + 1 ranks with the same chance: ranks up to k cover k of n + 1."""
    for n in range(1, 60):
        for coverage in (0.05, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95):
            if (n + 1) * round(coverage * 100) <= n * 100:
                rank = int(half_width(np.arange(1.0, n + 1.0)[:, None], coverage)[0])
                assert (rank - 1) * 100 < (n + 1) * round(coverage * 100) <= rank * 100


def test_few_rows_are_named() -> None:
    with pytest.raises(BacklitError, match=r"coverage: 0\.9 needs 9 rows held out, the fit had 8"):
        half_width(np.ones((8, 1)), 0.9)


@pytest.mark.parametrize("coverage", [0.0, 1.0, -0.5, 90, True, "0.9", float("nan")])
def test_other_coverages_are_refused(coverage: object) -> None:
    with pytest.raises(BacklitError, match=r"coverage: .* is not between 0 and 1"):
        half_width(np.ones((99, 1)), coverage)  # type: ignore[arg-type]


def test_many_rows_are_thinned_evenly() -> None:
    kept = residuals_of(np.tile(np.linspace(1.0, 2.0, 50_000)[:, None], 2))
    assert kept.shape == (MOST_RESIDUALS, 2)
    assert kept[0, 0] == 1.0
    assert kept[-1, 1] == 2.0


@pytest.mark.parametrize("own_rows", [False, True])
def test_intervals_cover_new_rows(own_rows: bool) -> None:
    (x, y), (new, truth) = rows(600), rows(4_000, 1)
    given = dict(zip(("X_val", "y_val"), rows(300, 2), strict=True)) if own_rows else {}
    model = regressor(n_members=2).fit(x, y, **given)
    assert len(model.residuals_) == (300 if own_rows else 240)  # each member holds a fifth out
    for coverage in (0.5, 0.9):
        low, high = model.predict_interval(new, coverage).T
        held = ((low <= truth) & (truth <= high)).mean()
        assert coverage - 0.05 < held < coverage + 0.08


def test_intervals_of_several_outputs_and_of_counts(tmp_path: Path) -> None:
    x, y = rows(300)
    both = regressor(n_members=1).fit(x, np.column_stack([y, -3.0 * y]))
    ends = both.predict_interval(x[:5])
    assert ends.shape == (5, 2, 2)
    assert np.diff(ends, axis=-1).std(axis=0).max() < 1e-9
    counts = regressor(n_members=1, loss="poisson").fit(x, np.maximum(np.round(x[:, 0] * 2), 0.0))
    low, high = counts.predict_interval(x).T
    assert low.min() >= 0.0
    assert (low < high).all()
    counts.save(tmp_path / "counts.backlit")
    again = backlit.load(tmp_path / "counts.backlit")
    np.testing.assert_array_equal(again.predict_interval(x), counts.predict_interval(x))


def test_partial_fit_moves_on_from_the_rows_held_out() -> None:
    x, y = rows(100)
    model = regressor(n_members=1).fit(x, y)
    model.partial_fit(x, y)
    with pytest.raises(BacklitError, match="no row was held out"):
        model.predict_interval(x)
