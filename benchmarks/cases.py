"""The networks that are timed, and their variants: gate, dropout, weights of samples, precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    widths: tuple[int, ...]
    batch: int
    rows: int
    gate: str = "relu"
    dropout: float = 0.0
    weighted: bool = False
    precision: str = "float32"

    @property
    def name(self) -> str:
        return "-".join(map(str, self.widths))

    @property
    def steps(self) -> int:
        return self.rows // self.batch

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and classes; whole mini-batches only, so that every peer takes the same steps."""
        rng = np.random.default_rng(0)
        x = rng.normal(size=(self.rows, self.widths[0])).astype(self.precision)
        return x, rng.integers(0, self.widths[-1], self.rows)

    def samples(self) -> np.ndarray | None:
        """A weight for each row, if they have weights."""
        return np.random.default_rng(3).uniform(0.5, 2.0, self.rows).astype(self.precision) if self.weighted else None

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """The same start for every peer that takes one."""
        rng = np.random.default_rng(1)
        return [
            (
                (rng.normal(size=(before, after)) / before**0.5).astype(self.precision),
                np.zeros(after, self.precision),
            )
            for before, after in zip(self.widths, self.widths[1:], strict=False)
        ]


CASES = (
    Case((4, 16, 3), 32, 32 * 60),
    Case((64, 100, 10), 32, 32 * 60),
    Case((784, 512, 10), 128, 128 * 40),
    Case((32, 256, 256, 256, 2), 256, 256 * 30),
    Case((1024, 2048, 2048, 10), 512, 512 * 4),
)
VARIANTS: dict[str, dict[str, Any]] = {
    "relu": {},
    "tanh": {"gate": "tanh"},
    "sigmoid": {"gate": "sigmoid"},
    "gelu": {"gate": "gelu"},
    "dropout": {"dropout": 0.2},
    "weights": {"weighted": True},
    "float64": {"precision": "float64"},
}
RATE = 0.001
BETAS = (0.9, 0.999)
EPSILON = 1e-8
