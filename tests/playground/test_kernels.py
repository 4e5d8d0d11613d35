"""Steps and initializers are translated from the engine's own source, and what has no translation is named."""

from __future__ import annotations

import ast

import pytest

from backlit.declared.initializers import INITIALIZERS
from backlit.declared.losses import FUSIONS, LOSSES, is_built_in
from backlit.declared.optimizers import OPTIMIZERS
from backlit.errors import BacklitError
from backlit.playground import kernels
from backlit.playground.losses import losses_module
from backlit.playground.tables import declared_module


def test_every_declaration_is_there() -> None:
    steps, draws, losses, gates = (
        kernels.optimizers_module(),
        kernels.initializers_module(),
        losses_module(),
        declared_module(),
    )
    assert all(f'  "{name}": ' in steps for name in OPTIMIZERS)
    assert all(f'  "{name}": ' in draws for name in INITIALIZERS)
    assert all(f'  "{name}": ' in losses for name in LOSSES if is_built_in(name))
    assert all(f'  "{gate}/{loss}": ' in losses for gate, loss in FUSIONS)
    assert '"softplus": {value: (x) => (Math.max(x, 0) + Math.log1p(Math.exp((-Math.abs(x)))))' in gates


@pytest.mark.parametrize(
    "body", ["while x: x -= 1", "return sorted(x)", "x, y = y", "x @= y", "x[0, 1, 2] = y", "x == y"]
)
def test_what_has_no_javascript_is_named(body: str) -> None:
    (function,) = ast.parse(f"def step(x, y):\n    {body}").body
    assert isinstance(function, ast.FunctionDef)
    with pytest.raises(BacklitError, match=r"no JavaScript for .*; add it to playground/kernels\.py"):
        kernels._function(function, {})
