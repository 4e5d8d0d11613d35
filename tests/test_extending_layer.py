"""A new layer is one file: it is written in a copy of the package, and everything else has it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import backlit

LAYER = '''"""A scale: each input times a number that is learned."""

from backlit.declared.layer_kind import LayerKind, Parameter

from .compiling import F, array, matrix, part_of

LAYER = LayerKind(
    "scale",
    "x * scale",
    (Parameter("scale", ("inputs",), decays=False, initializer=("uniform", 1.0), rate_multiplier=6.0),),
    elementwise=True,
)


def forward(kernels, z_before, x, theta, z, rows, inputs, outputs, groups):
    x, z, scale = matrix(x, rows, inputs), matrix(z, rows, inputs), array(theta, inputs)
    for r in range(rows):
        for j in range(inputs):
            z[r, j] = x[r, j] * scale[j]


def backward(kernels, gate, z_before, x, theta, delta, dx, rows, inputs, outputs, groups):
    delta, dx, scale = matrix(delta, rows, inputs), matrix(dx, rows, inputs), array(theta, inputs)
    for r in range(rows):
        for j in range(inputs):
            dx[r, j] = delta[r, j] * scale[j]


def gradient(kernels, z_before, x, theta, delta, grad, part, parts, rows, inputs, outputs, groups):
    x, delta, d_scale = matrix(x, rows, inputs), matrix(delta, rows, inputs), array(grad, inputs)
    for j in range(part_of(inputs, part, parts), part_of(inputs, part + 1, parts)):
        d_scale[j] = F(0.0)
        for r in range(rows):
            d_scale[j] += delta[r, j] * x[r, j]
'''

PROGRAM = """
import numpy as np
import pytest
from backlit.engine.network import Network
from backlit.engine.regularization import Regularization
from backlit.engine.optimizer import Optimizer
from backlit.formula.latex import symbol
from backlit.graph import backward, network as as_graph
from backlit.network.blueprint import Blueprint, Layer
from backlit.network.forward import forward
from backlit.network.merging import merged
from backlit.tracing.derivation.chain import product
from backlit.tracing.derivation.derivation import derive_in_network
from backlit.tracing.derivation.matrix_form import derive_in_arrays
from backlit.tracing.derivation.network_chain import NetworkChain
from backlit.training.initial_parameters import initial

def scale(width):
    return Layer("scale", width, width)

between = Blueprint((Layer("dense", 3, 5, "tanh"), scale(5), Layer("dense", 5, 2, "softmax")), "cross_entropy")
everywhere = Blueprint(
    (scale(3), Layer("dense", 3, 5, "tanh"), Layer("parametric", 5, 5), scale(5), Layer("dense", 5, 4, "relu"),
     Layer("parametric", 4, 4), Layer("dense", 4, 2, "softmax")),
    "cross_entropy",
)
behind = Blueprint(
    (Layer("periodic", 3, 9, groups=2), scale(9), Layer("dense", 9, 5, "gelu"), Layer("dense", 5, 2, "softmax")),
    "cross_entropy",
)
chance = np.random.default_rng(0)
x, y, weights = chance.normal(size=(6, 3)), np.eye(2)[[0, 1, 1, 0, 1, 0]], np.full(6, 1 / 6)
for blueprint in (between, everywhere, behind):
    theta = initial(blueprint, 0, np.dtype(np.float64))
    for slot in blueprint.slots:
        slot.view(theta)[...] += chance.uniform(-0.3, 0.3, slot.shape)
    compiled = Network(blueprint, theta, 6)
    loss, gradient = compiled.loss_and_gradient(x, y, weights)
    gradient = gradient.copy()
    graph = as_graph(blueprint, theta, x, y)
    swept = backward(graph)
    assert loss == pytest.approx(float(graph.output.value), rel=1e-12)
    for slot in blueprint.slots:
        np.testing.assert_allclose(slot.view(gradient), swept[graph.named(slot.name)], rtol=1e-9, atol=1e-14)
        for index in np.ndindex(slot.shape):
            at, ends = slot.view(theta), []
            kept = at[index]
            for step in (1e-6, -1e-6):
                at[index] = kept + step
                ends.append(compiled.loss_and_gradient(x, y, weights)[0])
            at[index] = kept
            assert slot.view(gradient)[index] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-8)
    values = forward(blueprint, theta, x)
    *_, outputs = values.values()
    np.testing.assert_allclose(outputs, compiled.predict(x), rtol=1e-12)
    for name, array in values.items():
        np.testing.assert_allclose(array, graph.named(name).value, rtol=1e-12)
    assert Blueprint.from_state(blueprint.to_state()) == blueprint

for blueprint in (between, everywhere):
    theta = initial(blueprint, 1, np.dtype(np.float64))
    graph = as_graph(blueprint, theta, x[0], y[0])
    swept = backward(graph)
    chain = NetworkChain(blueprint, graph, swept)
    names = ["x[1]", "w[1][2][3]", "b[1][1]", "scale[1][4]", "z[1][2]", "a[1][0]", "w[2][3][1]"]
    names += ["scale[0][2]", "blend[1][3]", "blend[2][1]"] if blueprint is everywhere else []
    for name in names:
        derived = derive_in_network(blueprint, graph, swept, name, "en")
        assert derived.gradient == pytest.approx(chain.gradient(chain.part(name)), rel=1e-9), name
        assert not derived.paths or sum(map(product, derived.paths)) == pytest.approx(derived.gradient, rel=1e-9), name
assert symbol("scale[1][4]") == r"\\mathrm{scale}^{(1)}_{4}"
arrays = as_graph(between, initial(between, 1, np.dtype(np.float64)), x, y)
form = derive_in_arrays(between, arrays, backward(arrays), "w[1][0][0]", "en")
assert "(tanh'(z[1]) ⊙ scale[1])" in str(form), str(form)
assert r"\\mathrm{scale}^{(1)}" in form.to_latex()

thetas = [initial(between, seed, np.dtype(np.float64)) for seed in range(2)]
together, theta = merged([between] * 2, thetas)
assert [(layer.kind, layer.outputs) for layer in together.layers] == [("dense", 10), ("scale", 10), ("dense", 2)]
members = [forward(between, member, x)["z[2]"] for member in thetas]
np.testing.assert_allclose(forward(together, theta, x)["z[2]"], np.mean(members, axis=0), rtol=1e-12)
with pytest.raises(Exception, match="needs inputs of each network's own"):
    merged([everywhere] * 2, [initial(everywhere, 0, np.dtype(np.float64))] * 2)

trained = []
for threads in (1, 2):
    theta = initial(everywhere, 0, np.dtype(np.float64))
    network = Network(everywhere, theta, 3, threads=threads, factors=everywhere.learning_rate_multipliers)
    sgd = Optimizer("sgd", theta.size, theta.dtype, {})
    losses = [
        network.train_epoch(sgd, np.full(2, 0.05), x, y, np.empty(0), np.arange(6), Regularization(dropout=0.1), epoch)
        for epoch in range(60)
    ]
    trained.append(theta)
assert losses[-1] < losses[0]
np.testing.assert_array_equal(*trained)
print("all of it")
"""


def test_a_layer_is_one_file(tmp_path: Path) -> None:
    package = tmp_path / "backlit"
    shutil.copytree(Path(backlit.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "declared" / "layers" / "scale.py").write_text(LAYER, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("all of it\n")


def test_a_layer_that_is_declared_wrongly_is_refused() -> None:
    from backlit.network.blueprint import Blueprint, Layer

    with pytest.raises(backlit.BacklitError, match="layer 1: a parametric layer has as many outputs as inputs"):
        Blueprint(
            (Layer("dense", 2, 3, "tanh"), Layer("parametric", 3, 4), Layer("dense", 4, 1, "identity")), "squared"
        )
