"""Output gate and loss as one formula, or each by its own: the same loss and gradient."""

from __future__ import annotations

import numpy as np
import pytest

from backlit.declared.losses import FUSIONS
from backlit.engine.network import Network
from backlit.engine.processor import vectors_here
from backlit.engine.program import Program
from backlit.network.building import mlp
from backlit.training.initial_parameters import initial


@pytest.mark.parametrize(("gate", "loss"), FUSIONS)
def test_fused_and_unfused_heads_agree(gate: str, loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    blueprint = mlp(5, (7,), 3, hidden_gate="tanh", output_gate=gate, loss=loss)
    theta, rng = initial(blueprint, 0, np.dtype(np.float64)), np.random.default_rng(1)
    rows, targets, weights = rng.normal(size=(20, 5)), rng.uniform(0.1, 0.9, (20, 3)), rng.uniform(0.5, 2.0, 20)
    targets /= targets.sum(axis=1, keepdims=True)
    fused_loss, fused = Network(blueprint, theta, 20).loss_and_gradient(rows, targets, weights)
    monkeypatch.setattr("backlit.formula.numba.FUSIONS", {})
    monkeypatch.setattr(
        "backlit.engine.network.program", lambda precision: Program(precision, vectors_here()[0])
    )  # another, which has compiled no head yet
    apart_loss, apart = Network(blueprint, theta, 20).loss_and_gradient(rows, targets, weights)
    assert apart_loss == pytest.approx(fused_loss, rel=1e-12)
    np.testing.assert_allclose(apart, fused, rtol=1e-10, atol=1e-14)
    assert not np.array_equal(apart, fused), "both were fused"
