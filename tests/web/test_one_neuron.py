"""A neuron opened as a circuit: its value is the network's own, its gradients the product that a hand would write."""

from __future__ import annotations

import numpy as np
import pytest

from backlit import BacklitError
from backlit.network.forward import forward
from backlit.web.live.one_neuron import neuron
from backlit.web.live.problems import toy
from backlit.web.live.session import TrainingSession
from backlit.web.live.settings import settings_of


@pytest.fixture(scope="module")
def session() -> TrainingSession:
    return TrainingSession(toy("moons", 0), settings_of({"hidden": [[3, "tanh"], [8, "relu"]]}))


@pytest.mark.parametrize(("layer", "at"), [(1, 0), (1, 2), (2, 7), (3, 0)])
def test_its_value_is_the_networks(session: TrainingSession, layer: int, at: int) -> None:
    theta, x, _ = session.sample(5)
    right = forward(session.blueprint, theta, x[None, :])[f"a[{layer}]"][0][at]
    assert neuron(session, 5, layer, at).value == pytest.approx(right, rel=1e-12)


def test_its_gradient_is_slope_times_input(session: TrainingSession) -> None:
    _, x, _ = session.sample(5)
    traced = neuron(session, 5, 1, 1)
    slope = 1 - traced.value**2
    assert np.allclose([traced.gradients["w0"], traced.gradients["w1"]], slope * x, rtol=1e-12)
    assert traced.gradients["b"] == pytest.approx(slope)


@pytest.mark.parametrize(("layer", "at"), [(0, 0), (1, 3), (4, 0)])
def test_a_neuron_that_is_not_there_is_refused(session: TrainingSession, layer: int, at: int) -> None:
    with pytest.raises(BacklitError, match=rf"there is no a\[{layer}\]\[{at}\]"):
        neuron(session, 0, layer, at)
