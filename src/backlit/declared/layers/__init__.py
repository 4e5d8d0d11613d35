"""THE list of layers: each is a file of this folder that holds its declaration, `LAYER`, and its compiled kernels.

A layer's file is read twice: here, where it is a declaration and its kernels are plain functions that nobody calls, and
in the engine's program, where `compiling` is another file that brings Numba.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from backlit.declared.layer_kind import LayerKind

LAYERS: Mapping[str, LayerKind] = {
    name: import_module(f"{__name__}.{name}").LAYER
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__))
    if name != "compiling"
}
"""Name -> declaration."""

PARAMETER_NAMES = tuple(dict.fromkeys(parameter.name for kind in LAYERS.values() for parameter in kind.parameters))
"""What layers learn: ``w``, ``b``, ..., written with the layer's number: ``w[1]``."""

STEP_NAMES = tuple(dict.fromkeys(step for kind in LAYERS.values() for step, _ in kind.steps))
"""What layers compute on the way under a name: ``mean[1]``."""
