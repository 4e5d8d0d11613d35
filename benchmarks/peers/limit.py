"""The limit: the network's matrix products alone, preallocated, with NumPy's BLAS."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.cases import Case


def prepare(case: Case) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    a = [rng.normal(size=(case.batch, width)).astype(case.precision) for width in case.widths]
    w = [pair[0] for pair in case.weights()]
    z, dw = [np.empty_like(array) for array in a], [np.empty_like(array) for array in w]

    def epoch() -> None:
        for _ in range(case.steps):
            for layer, weights in enumerate(w):
                np.dot(a[layer], weights, out=z[layer + 1])
            for layer in range(len(w) - 1, -1, -1):
                np.dot(a[layer].T, z[layer + 1], out=dw[layer])
                if layer:
                    np.dot(z[layer + 1], w[layer].T, out=z[layer])

    return epoch
