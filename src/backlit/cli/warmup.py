"""`backlit warmup`: compile what usual fits and predictions need, before the first of them (for container images)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from backlit.cli.console import console
from backlit.declared.layers import LAYERS
from backlit.declared.losses import LOSSES, natural_gate
from backlit.declared.optimizers import OPTIMIZERS
from backlit.engine.cache import cache_folder
from backlit.engine.program import FLOATS, REGULARIZERS, Program, program
from backlit.estimators.tabular.recipe import RECIPES

WARMED_GATES = ("relu", "tanh", "sigmoid", "gelu")
"""Hidden gates that people choose, beside those of the recipes for tables."""

PASSES: Mapping[str, str] = {
    "train_epoch": "training",
    "predict": "prediction",
    "loss_and_gradient": "L-BFGS and validation losses",
}
"""Passes that are called from Python -> what they are for."""


def warm_up() -> None:
    """Compile for both float types, a line each; what is in the cache already takes no time."""
    output = console()
    begun = time.perf_counter()
    for precision in FLOATS:
        compiled = program(precision)
        for what, compile_one in kernels(compiled):
            start = time.perf_counter()
            compile_one()
            output.print(f"{precision} {what}: {time.perf_counter() - start:.1f} s")
    output.print(f"Ready after {time.perf_counter() - begun:.1f} s; kernels are kept in {cache_folder()}")


def kernels(compiled: Program) -> Iterator[tuple[str, Any]]:
    """Name and compilation of each kernel."""
    yield "matrix products", compiled.product
    for name, purpose in PASSES.items():
        yield f"pass of {purpose}", lambda name=name: compiled.entry(name)
    if compiled.skips_zeros:
        yield "pass of prediction in panels", lambda: compiled.panels
    for name in sorted({*WARMED_GATES, *(recipe.activation for recipe in RECIPES.values())}):
        yield f"gate {name}", lambda name=name: compiled.gate(name)
    for gate, loss in sorted((natural_gate(loss), loss) for loss in LOSSES):
        yield f"end {gate}, {loss}", lambda gate=gate, loss=loss: compiled.head(gate, loss)
    for name, matrix in sorted({(kind.kernel, kind.matrix_kernel) for kind in OPTIMIZERS.values()}):
        yield f"optimizer {matrix or name}", lambda name=name, matrix=matrix: compiled.step(name, matrix)
    yield "dropout", compiled.dropout
    for name in REGULARIZERS:
        yield f"regularizer {name}", lambda name=name: compiled.regularizer(name)
    if compiled.skips_zeros:
        yield "first layer that goes around zeros", compiled.sparse
    for name in LAYERS:
        for kernel in ("forward", "backward", "gradient"):
            yield f"layer {name}, {kernel}", lambda name=name, kernel=kernel: compiled.layer(name, kernel)
