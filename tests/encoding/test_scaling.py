"""Robust scaling against NumPy's quantiles, written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backlit.encoding.scaling import LARGEST, robust_affine, smooth_clip

FINITE = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))


def expected(values: Any) -> tuple[float, float]:
    while True:
        q25, median, q75 = np.quantile(values, [0.25, 0.5, 0.75])
        if q75 > q25:
            return median, 1 / (q75 - q25)
        others = values[values != median]
        if len(np.unique(others)) < 2:
            width = np.ptp(values)
            return median, 2 / width if width > 0 else 0.0
        values = others


@given(hnp.arrays(np.float64, st.integers(1, 30), elements=FINITE))
def test_is_median_and_quartiles(values: Any) -> None:
    assert robust_affine(values) == pytest.approx(expected(values))


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 9)), min_size=1, max_size=8))
def test_counted_values_are_repeated_values(pairs: list[tuple[int, int]]) -> None:
    values, counts = (np.array(part) for part in zip(*pairs, strict=True))
    if counts.sum():
        repeated = np.repeat(values, counts).astype(float)
        assert robust_affine(values.astype(float), counts) == pytest.approx(expected(repeated))


def test_a_column_that_is_nearly_always_zero_keeps_the_shape_of_the_rest() -> None:
    gains = np.array([0.0] * 900 + [*np.linspace(3_000, 15_000, 99), 99_999.0])
    center, factor = robust_affine(gains)
    scaled = smooth_clip((gains - center) * factor)
    assert scaled[0] == scaled[899] < -1
    assert scaled[900] == pytest.approx(-1, abs=0.1)
    assert scaled[-2] == pytest.approx(1, abs=0.1)
    assert scaled[-1] > 2.7
    counts = np.array([0.0] * 20 + [1.0] * 5 + [5.0])  # the rest has a value of most rows too
    assert robust_affine(counts) == (1.0, 0.5)


def test_extremes_neither_overflow_nor_divide_by_zero() -> None:
    for values in ([-LARGEST, LARGEST], [0.0, 5e-324], [0.0, 0.0, 0.0, 5e-324]):
        center, factor = robust_affine(np.array(values))
        assert np.isfinite(center)
        assert 0 < factor <= LARGEST


def test_smooth_clip_is_its_formula_and_bounded() -> None:
    x = np.linspace(-50, 50, 101)
    np.testing.assert_allclose(smooth_clip(x), x / np.sqrt(1 + (x / 3) ** 2), rtol=1e-15)
    far = smooth_clip(np.array([1e5, 1e9, 1e200, np.inf, -np.inf]))
    np.testing.assert_allclose(far, [3, 3, 3, 3, -3], rtol=1e-9)
