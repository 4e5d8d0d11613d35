"""An optimizer at work: its constants and its memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.optimizers import OPTIMIZERS
from backlit.engine.aligned import staggered_rows
from backlit.errors import choose


class Optimizer:
    """An optimizer at work: its constants, its memory, and (in `settings`) how many steps it has taken."""

    def __init__(self, name: str, size: int, dtype: np.dtype[Any], settings: Mapping[str, float]) -> None:
        kind = choose("optimizer", name, OPTIMIZERS)
        self.name = name
        self.learning_rate = 0.0  # of the next epoch, as the training loop leaves it
        self.kernel, self.matrix_kernel = kind.kernel, kind.matrix_kernel
        constants = [settings[key] for key in kind.settings]
        self.settings: NDArray[np.float64] = np.array([0.0, 0.0, *constants])  # rate and number of the step come first
        self.state = staggered_rows("state", max(kind.vectors, 1), size if kind.vectors else 1, dtype)
