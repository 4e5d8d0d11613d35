"""The lecture's first network: five factors, whose product is the gradient."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backlit import BacklitError
from backlit.experiments import one_weight


def test_one_weight_is_the_product_of_the_lectures_five_factors() -> None:
    x, w1, w2, y = [0.5, -1.0, 2.0, 0.1], np.linspace(-0.6, 0.5, 12).reshape(4, 3), [0.3, -0.8, 1.1], 0.7
    a1 = 1 / (1 + np.exp(-(np.array(x) @ w1)))
    a2 = float(a1 @ w2)
    expected = [-2 * (y - a2), 1.0, w2[0], a1[0] * (1 - a1[0]), x[0]]
    traced = one_weight(x, w1, w2, y)
    derivation = traced.derivation("w[1][0][0]")
    (path,) = derivation.paths
    assert traced.value == pytest.approx((y - a2) ** 2)
    assert [factor.value for factor in path] == pytest.approx(expected)
    assert derivation.gradient == pytest.approx(math.prod(expected))
    assert traced.check().ok


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": [1, 2, 3]}, "x has shape"),
        ({"w1": np.zeros((3, 4))}, "w1 has shape"),
        ({"w2": [1, float("nan"), 0]}, "finite|nan"),
    ],
)
def test_bad_numbers_are_named(given: dict, message: str) -> None:
    with pytest.raises(BacklitError, match=message):
        one_weight(**given)
