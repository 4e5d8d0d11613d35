"""Where arrays lie in memory: at cache lines, and apart from those that are used beside them."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlit.declared.optimizers import OPTIMIZERS
from backlit.engine.aligned import APART, LINE, PAGE, SIDE_BY_SIDE, empty, staggered_rows, whole_lines, zeros
from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.network.building import mlp
from backlit.training.initial_parameters import initial

FLOATS = [np.dtype(np.float32), np.dtype(np.float64)]


def apart(one, other):
    """Bytes between the last twelve bits of two arrays' addresses."""
    between = (one.ctypes.data - other.ctypes.data) % PAGE
    return min(between, PAGE - between)


@pytest.mark.parametrize("names", SIDE_BY_SIDE)
@pytest.mark.parametrize("dtype", FLOATS)
def test_arrays_that_are_used_side_by_side_lie_apart(names, dtype):
    arrays = [empty(name, (7, 5), dtype) for name in names]
    assert all(array.ctypes.data % LINE == 0 for array in arrays)
    assert all(apart(one, other) >= APART for one, other in combinations(arrays, 2))


@given(st.integers(1, 4), st.integers(1, 5000), st.sampled_from(FLOATS))
def test_rows_of_a_state_lie_apart_and_hold_what_is_asked_for(rows, size, dtype):
    state = staggered_rows("state", rows, size, dtype)
    assert state.shape[0] == rows
    assert size <= state.shape[1] <= size + PAGE // dtype.itemsize
    assert state.flags.c_contiguous
    assert not state.any()
    assert all(row.ctypes.data % LINE == 0 for row in state)
    assert all(apart(one, other) >= APART for one, other in combinations([*state, zeros("gradient", 1, dtype)], 2))


@given(st.integers(0, 10_000), st.sampled_from(FLOATS))
def test_whole_lines_are_filled(numbers, dtype):
    lines = whole_lines(numbers, dtype) * dtype.itemsize / LINE
    assert lines == np.ceil(numbers * dtype.itemsize / LINE)


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_training_has_its_arrays_there(dtype):
    blueprint = mlp(5, (7, 9), 3)
    theta = initial(blueprint, 0, dtype)
    network = Network(blueprint, theta, capacity=11)
    inputs, targets = np.zeros((11, 5), dtype), np.zeros((11, 1), dtype)
    settings = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "momentum": 0.9}
    for name in OPTIMIZERS:
        optimizer = Optimizer(name, theta.size, dtype, settings)
        network.train_epoch(optimizer, np.ones(1), inputs, targets, np.empty(0, dtype), np.arange(11))
        stepped = [theta, network._workspace["gradient"], *optimizer.state]
        assert all(apart(one, other) >= APART for one, other in combinations(stepped, 2))
    rows = [network._workspace[name] for name in SIDE_BY_SIDE[0] if name in network._workspace]
    assert len(rows) == 6
    assert all(apart(one, other) >= APART for one, other in combinations(rows, 2))
    assert (
        network._table[:, network._program.module("passes/tables.py").ROWS_OFFSET] * dtype.itemsize % LINE == 0
    ).all()  # where each layer's buffer begins
