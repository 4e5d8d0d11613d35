"""The two models: the lecture's numbers, and the slide's erratum."""

from __future__ import annotations

import numpy as np
import pytest

from backlit import BacklitError
from backlit.experiments import two_models


def test_one_error_two_losses() -> None:
    columns = two_models()
    assert columns["model"].tolist() == ["model 1", "model 2"]
    np.testing.assert_allclose(columns["error"], [1 / 3, 1 / 3])
    np.testing.assert_allclose(columns["cross_entropy"], [1.378389, 0.639108], atol=6e-7)
    np.testing.assert_allclose(columns["squared"], [0.806667, 0.340000], atol=6e-7)


def test_models_of_ones_own_and_certainty() -> None:
    columns = two_models({"sure": [[1, 0], [0, 1]], "wrong": [[0, 1], [0, 1]]}, [[1, 0], [0, 1]])
    assert columns["error"].tolist() == [0, 0.5]
    assert columns["cross_entropy"].tolist() == [0, np.inf]
    assert columns["squared"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("outputs", "message"),
    [([[0.5, 0.5]], "one row a sample"), ([[1.5, -0.5], [0, 1]], "outside 0..1"), ([[np.nan, 1], [0, 1]], "outside")],
)
def test_bad_outputs_are_named(outputs: object, message: str) -> None:
    with pytest.raises(BacklitError, match=f"model x.*{message}"):
        two_models({"model x": outputs}, [[1, 0], [0, 1]])
