"""Every schedule in the list: factors lie between 0 and 1, and a cycle's end is where the rate is 0."""

from __future__ import annotations

import numpy as np
import pytest

from backlit.declared.schedules import SCHEDULES, rates


@pytest.mark.parametrize("name", SCHEDULES)
def test_factors_are_between_0_and_1_and_cycles_end_at_0(name: str) -> None:
    factors = SCHEDULES[name].factor(np.linspace(0.0, 1.0, 1001))
    assert factors.shape == (1001,)
    assert (factors >= -1e-12).all()
    assert (factors <= 1.0 + 1e-12).all()
    assert factors.max() == pytest.approx(1.0, abs=1e-3)
    np.testing.assert_allclose(SCHEDULES[name].factor(np.array(SCHEDULES[name].cycle_ends)), 0.0, atol=1e-12)


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_of_all_epochs_are_one_curve(name: str) -> None:
    epochs = np.concatenate([rates(name, 0.5, epoch, 4, 5) for epoch in range(4)])
    np.testing.assert_array_equal(epochs, 0.5 * SCHEDULES[name].factor(np.arange(20) / 20))
