"""The matrix products that the engine is made of: each kind of vectors of this machine, and BLAS, against NumPy."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from backlit.engine.network import Network
from backlit.engine.processor import VECTORS, vectors_here
from backlit.engine.program import FLOATS, Program
from backlit.network.building import mlp
from backlit.training.initial_parameters import initial

MULTIPLY = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 13)
EXACT = {"float32": 1e-5, "float64": 1e-13}


@pytest.fixture(scope="module")
def products():
    """(precision, name of the vectors) -> the function that multiplies, and what it calls."""
    programs = {(precision, kind.name): Program(precision, kind) for precision in FLOATS for kind in vectors_here()}
    found = {key: program.product() for key, program in programs.items()}
    return {key: (MULTIPLY(some["product"]), some["basis"]) for key, some in found.items()}


def fill(product, left, right, turn_left=False, turn_right=False, begin=None, wider=0):
    """The product by the engine, into a wider array whose other numbers must not change."""
    multiply, basis = product
    rows, inner = left.shape
    columns = right.shape[1]
    left = np.ascontiguousarray(left.T if turn_left else left)
    right = np.ascontiguousarray(right.T if turn_right else right)
    out = np.full((rows + 1, columns + wider), 7, left.dtype)
    arguments = [basis, turn_left, turn_right, left.ctypes.data, left.shape[1], right.ctypes.data, right.shape[1]]
    multiply(
        *arguments, begin.ctypes.data if begin is not None else 0, out.ctypes.data, out.shape[1], rows, inner, columns
    )
    assert (out[rows] == 7).all()
    assert (out[:, columns:] == 7).all()
    return out[:rows, :columns]


def matrices(rows, inner, columns, precision, seed=0):
    chance = np.random.default_rng(seed)
    return chance.normal(size=(rows, inner)).astype(precision), chance.normal(size=(inner, columns)).astype(precision)


sizes = st.tuples(st.integers(1, 70), st.integers(1, 70), st.integers(1, 140))


@settings(max_examples=60, deadline=None)
@given(sizes, st.sampled_from(FLOATS), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 3))
def test_every_kind_fills_the_product(products, size, precision, turn_left, turn_right, added, wider) -> None:
    left, right = matrices(*size, precision)
    begin = np.arange(size[2], dtype=precision) if added else None
    wanted = left.astype(np.float64) @ right + (begin if added else 0)
    for (own, name), product in products.items():
        if own == precision:
            found = fill(product, left, right, turn_left, turn_right, begin, wider)
            assert_allclose(found, wanted, rtol=EXACT[own], atol=EXACT[own] * 100, err_msg=name)


@pytest.mark.parametrize("precision", FLOATS)
@pytest.mark.parametrize(
    "size",
    [
        (3, 513, 40),
        (300, 20, 33),
        (300, 1100, 70),
        (1, 700, 300),
        (257, 1024, 64),
        (6, 1024, 5),
        (5, 30, 60),
        (40, 600, 700),
        (1000, 70, 33),
    ],
    ids=lambda size: "x".join(map(str, size)),
)
def test_sides_longer_than_a_panel_or_a_band(products, size, precision) -> None:
    left, right = matrices(*size, precision)
    begin = np.arange(size[2], dtype=precision)
    wanted = left.astype(np.float64) @ right + begin
    for (own, name), product in products.items():
        for turns in [(False, False), (True, False), (False, True)] if own == precision else []:
            found = fill(product, left, right, *turns, begin)
            assert_allclose(found, wanted, rtol=EXACT[own], atol=EXACT[own] * 1000, err_msg=f"{name} {turns}")


@pytest.mark.parametrize("kind", [kind for kind in vectors_here() if kind.width], ids=lambda kind: kind.name)
@pytest.mark.parametrize("precision", FLOATS)
def test_a_row_does_not_depend_on_the_rows_beside_it(products, precision, kind) -> None:
    left, right = matrices(50, 700, 90, precision)
    product = products[precision, kind.name]
    whole = fill(product, left, right)
    for first, last in [(0, 1), (7, 8), (3, 20), (40, 50)]:
        assert_array_equal(fill(product, left[first:last], right), whole[first:last])


@pytest.mark.parametrize("kind", vectors_here(), ids=lambda kind: kind.name)
def test_a_network_has_the_same_gradient_with_all_of_them(kind, monkeypatch) -> None:
    blueprint = mlp(20, (30, 17), 3)
    theta = initial(blueprint, 0, np.dtype(np.float64))
    chance = np.random.default_rng(0)
    x, y, weights = chance.normal(size=(9, 20)), np.eye(3)[chance.integers(0, 3, 9)], np.full(9, 1 / 9)
    loss, gradient = Network(blueprint, theta, 9).loss_and_gradient(x, y, weights)
    monkeypatch.setattr("backlit.engine.network.program", lambda precision: Program(precision, kind))
    other, slopes = Network(blueprint, theta, 9).loss_and_gradient(x, y, weights)
    assert other == pytest.approx(loss, rel=1e-13)
    assert_allclose(slopes, gradient, rtol=1e-10, atol=1e-15)


def test_there_is_always_a_kind(monkeypatch) -> None:
    monkeypatch.setattr("numba.config.CPU_NAME", "generic")
    monkeypatch.setattr("numba.config.CPU_FEATURES", "")
    assert vectors_here() == (VECTORS[-1],)
    monkeypatch.setattr("numba.config.CPU_FEATURES", "+avx2,+fma")
    assert [kind.name for kind in vectors_here()] == ["AVX2", "none"]


@pytest.mark.parametrize("kind", [kind.name for kind in vectors_here()])
def test_no_rows_are_no_error(products, kind, capfd) -> None:
    """Compiled code that is called by its address can only print what goes wrong."""
    assert fill(products["float32", kind], *matrices(0, 5, 7, "float32")).shape == (0, 7)
    assert capfd.readouterr().err == ""
