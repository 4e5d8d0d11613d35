"""Networks side by side: one network with the mean of their logits, the same bits whoever trains which."""

from __future__ import annotations

import numpy as np
import pytest

from backlit import BacklitError, TabularClassifier, load, trace
from backlit.engine.network import Network
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp, with_periodic_embedding
from backlit.network.merging import merged
from backlit.training.initial_parameters import initial


@pytest.mark.parametrize(
    ("hidden", "columns"),
    [((), 0), ((5,), 0), ((5,), 3), ((5, 4), 0), ((5, 4), 16), ((5, 4, 3), 0), ((5, 4, 3), 17)],
)
def test_merged_network_has_the_mean_of_the_logits(hidden: tuple[int, ...], columns: int) -> None:
    member = mlp(17, hidden, 3, hidden_gate="tanh", output_gate="identity", loss="squared")
    _same_mean(with_periodic_embedding(member, columns) if columns else member)


def test_merged_network_keeps_the_members_blends() -> None:
    _same_mean(
        mlp(17, (5, 4, 3), 3, hidden_gate="tanh", output_gate="identity", loss="squared", parametric_activation=True)
    )


def _same_mean(member: Blueprint) -> None:
    chance = np.random.default_rng(1)
    thetas = [initial(member, seed, np.dtype(np.float64)) for seed in range(3)]
    for slot in member.slots:
        if slot.parameter == "blend":
            for theta in thetas:
                slot.view(theta)[...] = chance.uniform(0.3, 1.4, slot.shape)
    x = np.random.default_rng(0).normal(size=(6, 17))
    outputs = [Network(member, theta, 6).predict(x) for theta in thetas]
    together, theta = merged([member] * 3, thetas)
    np.testing.assert_allclose(Network(together, theta, 6).predict(x), np.mean(outputs, axis=0), rtol=1e-12)


def blobs() -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(0)
    y = chance.integers(0, 3, 120)
    return chance.normal(size=(120, 4)) + y[:, None], y


def test_members_are_saved_traced_and_explained_as_one_network(tmp_path) -> None:
    X, y = blobs()
    model = TabularClassifier((6, 5), epochs=8, n_members=3, random_state=0).fit(X, y)
    assert [(layer.kind, layer.groups) for layer in model.network_.layers] == [
        ("periodic", 4), ("dense", 1), ("grouped", 3), ("dense", 1),
    ]  # fmt: skip
    traced = trace(model, x=X[0], y=y[0])
    assert traced.check(sample=60).ok
    assert traced.value == pytest.approx(-np.log(model.predict_proba(X[:1])[0, y[0]]), rel=1e-4)
    for name in ("w[1][2][7]", "w[2][3][11]", "w[3][14][2]"):
        level, i, j = (int(part.rstrip("]")) for part in name.split("[")[1:])
        slope = traced.gradients[f"w[{level}]"][i, j]
        assert f"{slope:.4g}"[:5] in str(traced.derivation(wrt=name))
    model.save(tmp_path / "m.backlit")
    np.testing.assert_array_equal(load(tmp_path / "m.backlit").predict_proba(X), model.predict_proba(X))


def test_a_callback_ends_all_members() -> None:
    X, y = blobs()
    told = []
    model = TabularClassifier((6,), epochs=50, n_members=4, random_state=0)
    model.fit(X, y, on_epoch=lambda epoch: told.append(epoch.number) or len(told) >= 5)
    assert len(told) == 5
    assert all(len(history.epochs) < 50 for history in model.histories_)


@pytest.mark.parametrize("members", [0, -1, 1.5])
def test_members_that_cannot_be(members) -> None:
    with pytest.raises(BacklitError, match="n_members"):
        TabularClassifier(n_members=members).fit(*blobs())
