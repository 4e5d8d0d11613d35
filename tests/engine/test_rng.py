"""Chance as data: the same numbers whoever asks, in whatever order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backlit.engine.rng import PURPOSES, Stream, generator


@given(st.integers(0, 2**63), st.sampled_from(PURPOSES), st.lists(st.integers(0, 2**40), max_size=5))
def test_a_stream_gives_at_an_index_what_a_new_generator_gives(seed: int, purpose: str, indices: list[int]) -> None:
    stream = Stream(seed, purpose)
    for index in indices:
        own = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, PURPOSES.index(purpose), index]))
        np.testing.assert_array_equal(stream.at(index).permutation(50), own.permutation(50))
        stream.at(index).integers(0, 2**31, 3, dtype=np.uint32)  # half of a number is left over
    assert generator(seed, purpose, 3).random() == Stream(seed, purpose).at(3).random()
