"""Columns over threads: the same encoder, the same numbers, the same first error."""

from __future__ import annotations

import threading

import numpy as np
import pyarrow as pa
import pytest

from backlit.encoding import column_threads, fit_encoder
from backlit.encoding.column_threads import columns_by, each_column
from backlit.errors import DataError, DataWarning

RNG = np.random.default_rng(0)
ROWS = 500
TABLE = pa.table(
    {
        "number": RNG.lognormal(size=ROWS),
        "counts": RNG.poisson(0.2, ROWS),
        "days": RNG.integers(0, 20_000, ROWS).astype("datetime64[D]"),
        "words": RNG.choice(["a", "b", "c", None], ROWS).tolist(),
        "prices": [f"${price:.2f}" for price in RNG.lognormal(size=ROWS)],
        "flags": RNG.random(ROWS) < 0.5,
    }
)


@pytest.fixture(autouse=True)
def _threads_for_small_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_threads, "FEWEST_CELLS", 0)
    monkeypatch.setattr(column_threads, "team_size", lambda n_jobs: 3 if n_jobs is None else n_jobs)
    monkeypatch.setattr("backlit.engine.threads.processors", lambda: 3)


def test_threads_change_neither_what_is_learnt_nor_a_bit() -> None:
    shared = fit_encoder(TABLE, steps=8)
    with columns_by(1):
        alone = fit_encoder(TABLE, steps=8)
        rows = alone.encode(TABLE)
    assert alone.to_state()[0] == shared.to_state()[0]
    assert np.array_equal(rows, shared.encode(TABLE))
    assert np.array_equal(rows, np.concatenate(list(shared.parts(TABLE))))


def test_columns_are_read_by_several_threads_and_answers_keep_their_order() -> None:
    meeting = threading.Barrier(3, timeout=60)  # passed only where three are at work at once

    def work(number: int) -> int:
        meeting.wait()
        return number * number

    assert each_column(work, [3, 1, 2], ROWS) == [9, 1, 4]


def test_one_thread_is_the_calling_one() -> None:
    with columns_by(1):
        assert set(each_column(lambda _: threading.get_ident(), [3, 1, 2], ROWS)) == {threading.get_ident()}


def test_the_first_column_that_fails_is_named_whichever_ends_first() -> None:
    encoder = fit_encoder(TABLE)
    wrong = TABLE.set_column(0, "number", [["x"] * ROWS]).set_column(5, "flags", [["y"] * ROWS])
    messages = []
    for n_jobs in (1, None):
        with columns_by(n_jobs), pytest.raises(DataError) as caught:
            encoder.encode(wrong)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert "column 'number'" in messages[0]


def test_unseen_categories_are_one_warning() -> None:
    encoder = fit_encoder(TABLE)
    unseen = TABLE.set_column(3, "words", [["z"] * ROWS])
    with pytest.warns(DataWarning, match="words") as caught:
        encoder.encode(unseen)
    assert len(caught) == 1
