"""The products that a training may call: all fill the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from backlit.blueprint import mlp
from backlit.training import libraries
from backlit.training.initial import initial
from backlit.training.network import Network


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(libraries.CHOICE, "mkl")
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    libraries.mkl_path.cache_clear()
    libraries._mkl.cache_clear()


def test_products_of_both_libraries_agree(asked: None) -> None:
    if libraries._mkl() is None:
        pytest.skip("the extra 'mkl' is not installed")
    assert libraries.team_product("float64") != libraries.scipy_product("float64")
    network = mlp(20, (30,), 3)
    theta = initial(network, 0, np.dtype(np.float64))
    chance = np.random.default_rng(0)
    x, y, weights = chance.normal(size=(9, 20)), np.eye(3)[chance.integers(0, 3, 9)], np.full(9, 1 / 9)
    ours = Network(network, theta, 9)
    loss, gradient = ours.loss_and_gradient(x, y, weights)
    gradient = gradient.copy()
    ours._program, kept = _With(ours._program, libraries.team_product("float64")), ours._program
    other, slopes = ours.loss_and_gradient(x, y, weights)
    ours._program = kept
    assert other == pytest.approx(loss, rel=1e-13)
    np.testing.assert_allclose(slopes, gradient, rtol=1e-10, atol=1e-15)


class _With:
    """A program with another product."""

    def __init__(self, program, product: int) -> None:
        self._own, self.product = program, product

    def __getattr__(self, name: str):
        return getattr(self._own, name)


def test_without_the_extra_the_team_calls_scipys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "_mkl", lambda: None)
    for precision in libraries.LETTERS:
        assert libraries.team_product(precision) == libraries.scipy_product(precision)


def test_it_is_not_loaded_unasked() -> None:
    assert libraries._mkl() is None


def test_our_own_library_does_not_limit_the_team(asked: None) -> None:
    from backlit.training.threads import processors

    before = processors()
    libraries._mkl()
    assert processors() == before
