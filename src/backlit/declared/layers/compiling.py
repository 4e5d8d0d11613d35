"""What layers' kernels are written with, where nothing is compiled: names only, so that no Numba is imported.

The engine's program has a file of the same name (`engine/kernels/layers/compiling.py`), which describes them; a test
holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

F = float
"""The float type of the program."""


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that kernels call."""
    return function


def _only_compiled(*_: Any) -> Any:
    raise NotImplementedError("kernels run where the engine has compiled them")


array = call_gate_backward = cos_of_turns = matrix = multiply = next_array = part_of = advance = _only_compiled
sin_of_turns = sum_rows = _only_compiled
