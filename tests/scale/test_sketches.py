"""Summaries of columns: exact where they can be, within the stated error elsewhere, and mergeable."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlit.scale.categories import CategoryCounts
from backlit.scale.quantiles import QuantileSketch
from backlit.scale.targets import ClassCounts, TargetSample


def rank_error(sketch: QuantileSketch, numbers: np.ndarray) -> float:
    """The largest difference of ranks between a sketch and all numbers, as a part of them."""
    values, counts = sketch.points()
    order = np.argsort(values, kind="stable")
    at = values[order]
    below = np.concatenate([[0], np.cumsum(counts[order])])
    numbers = np.sort(numbers)
    probes = np.quantile(numbers, np.linspace(0, 1, 101), method="nearest")
    mine = below[np.searchsorted(at, probes, side="left")]
    low, high = np.searchsorted(numbers, probes, side="left"), np.searchsorted(numbers, probes, side="right")
    return float(np.maximum(np.maximum(low - mine, mine - high), 0).max() / len(numbers))


def zooming(rows: int, block: int) -> np.ndarray:
    """Blocks of which each lies between the two middle values of the one before, wherever a sketch has just cut."""
    blocks, low, high = [], 0.0, 1.0
    for _ in range(-(-rows // block)):
        blocks.append(np.linspace(low, high, block))
        low, high = blocks[-1][block // 2], blocks[-1][block // 2 + 1]
        low, high = (low, high) if high > low else (0.0, 1.0)
    return np.concatenate(blocks)[:rows]


def bits_reversed(bits: int) -> np.ndarray:
    """All numbers of so many bits, read backwards: each is far from the one before."""
    numbers = np.arange(2**bits)
    return sum((((numbers >> bit) & 1) << (bits - 1 - bit) for bit in range(bits)), np.zeros(2**bits, int)).astype(
        float
    )


NORMAL = np.random.default_rng(1).normal(size=200_000)
KINDS = {
    "normal": NORMAL,
    "ascending": np.sort(NORMAL),
    "descending": np.sort(NORMAL)[::-1],
    "mostly zero": np.where(np.random.default_rng(2).random(200_000) < 0.95, 0.0, NORMAL),
    "ties": np.round(NORMAL, 3),
    "runs of ties": np.repeat(NORMAL[:4_000], 50),
    "as many different ones as are kept": np.random.default_rng(3).integers(0, 256, 200_000).astype(float),
    "one more": np.random.default_rng(3).integers(0, 257, 200_000).astype(float),
    "heavy tails": np.exp(8.0 * NORMAL),
    "half one value, after the others": np.where(np.arange(200_000) < 100_000, NORMAL, 0.1),
    "odd ones, then even ones": np.concatenate([np.arange(1.0, 200_000, 2), np.arange(0.0, 200_000, 2)]),
    "outwards": np.where(np.arange(200_000) % 2, 1.0, -1.0) * np.arange(200_000),
    "zooming": zooming(200_000, 5_000),
    "bits reversed": bits_reversed(17),
}


@pytest.mark.parametrize("kind", KINDS)
def test_ranks_are_within_the_stated_error(kind: str) -> None:
    numbers = KINDS[kind]
    sketch = QuantileSketch(capacity=128)
    for part in np.array_split(numbers, 37):
        sketch.add(part)
    values, counts = sketch.points()
    assert counts.sum() == sketch.rows == len(numbers)
    assert rank_error(sketch, numbers) <= sketch.error < 0.12
    assert (sketch.low, sketch.high) == (numbers.min(), numbers.max())
    if kind == "mostly zero":
        assert counts[values == 0.0].sum() == (numbers == 0.0).sum()  # a heavy value is counted, not sketched


@given(st.lists(st.integers(0, 3_000), min_size=2, max_size=6), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_merged_sketches_know_all_rows_within_the_sum_of_errors(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = [np.round(rng.normal(size=size), rng.integers(0, 6)) for size in sizes]
    merged, whole = QuantileSketch(capacity=64), np.concatenate(parts)
    for part in parts:
        other = QuantileSketch(capacity=64)
        other.add(part)
        merged.merge(other)
    assert merged.points()[1].sum() == merged.rows == len(whole)
    if len(whole):
        assert rank_error(merged, whole) <= merged.error + 1e-12


def test_few_different_values_are_exact_and_the_order_of_calls_does_not_count() -> None:
    numbers = np.random.default_rng(0).integers(0, 100, 10_000).astype(float)
    one, other = QuantileSketch(), QuantileSketch()
    one.add(numbers)
    for part in np.array_split(numbers[::-1], 9):
        other.add(part)
    expected = np.unique(numbers, return_counts=True)
    for sketch in (one, other):
        assert sketch.error == 0.0
        np.testing.assert_array_equal(sketch.points(), expected)


def test_counts_of_categories_are_exact_until_there_are_too_many_and_then_err_as_stated() -> None:
    rng = np.random.default_rng(0)
    labels = np.minimum(rng.zipf(1.3, 20_000), 10**6).astype(str)
    exact, small, half = CategoryCounts(), CategoryCounts(most=200), CategoryCounts(most=200)
    for part in np.array_split(labels, 20):
        exact.add(pa.array(part.tolist(), pa.large_string()))
        small.add(pa.array(part.tolist(), pa.large_string()))
    half.merge(small)
    true = dict(zip(*(column.tolist() for column in np.unique(labels, return_counts=True)), strict=True))
    assert dict(zip(*(column.to_pylist() for column in exact.table().columns), strict=True)) == true
    for counts in (small, half):
        table = counts.table()
        assert table.num_rows <= 200
        for label, count in zip(*(column.to_pylist() for column in table.columns), strict=True):
            assert true[label] - counts.dropped <= count <= true[label]


def test_a_sample_of_targets_is_drawn_from_all_and_classes_are_all_counted() -> None:
    sample, classes = TargetSample(size=1_000), ClassCounts()
    for first in range(0, 50_000, 500):
        sample.add(pa.chunked_array([pa.array(np.arange(first, first + 500, dtype=float))]))
        classes.add(pa.chunked_array([pa.array(["a", "b"] * 250)]))
    kept = sample.cells().to_numpy()
    assert len(kept) == 1_000 == len(np.unique(kept))
    assert abs(kept.mean() - 25_000) < 4 * 14_434 / np.sqrt(1_000)
    assert classes.counts == {"a": 25_000, "b": 25_000}
