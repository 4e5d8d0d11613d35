"""Every initializer and distribution in the lists: shapes, spread, and draws that follow from the generator alone."""

from __future__ import annotations

import numpy as np
import pytest

from backlit.declared.initializers import DISTRIBUTIONS, INITIALIZERS, Fan


@pytest.mark.parametrize("weights", [True, False], ids=["weights", "biases"])
@pytest.mark.parametrize("name", INITIALIZERS)
def test_draws_are_centred_and_repeatable(name: str, weights: bool) -> None:
    fan = Fan(100, 50, weights, saturating=False)
    draws = [INITIALIZERS[name].draw(np.random.default_rng(seed), fan, (100, 50)) for seed in (1, 1, 2)]
    assert draws[0].shape == (100, 50)
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).any()
    assert abs(draws[0].mean()) < 5 * draws[0].std() / np.sqrt(draws[0].size)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_distribution_keeps_to_its_width(name: str) -> None:
    draw = DISTRIBUTIONS[name](np.random.default_rng(0), 0.25, (200, 3))
    assert draw.shape == (200, 3)
    assert np.sqrt((draw**2).mean()) < 0.3
