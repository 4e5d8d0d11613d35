"""The networks that are timed: widths, size of a mini-batch, rows of the data, hidden gate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Case:
    widths: tuple[int, ...]
    batch: int
    rows: int
    gate: str = "relu"

    @property
    def name(self) -> str:
        return "-".join(map(str, self.widths)) + (f" {self.gate}" if self.gate != "relu" else "")

    @property
    def steps(self) -> int:
        return self.rows // self.batch

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Float32 inputs and classes; whole mini-batches only, so that every peer takes the same steps."""
        rng = np.random.default_rng(0)
        x = rng.normal(size=(self.rows, self.widths[0])).astype(np.float32)
        return x, rng.integers(0, self.widths[-1], self.rows)

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """The same start for every peer that takes one."""
        rng = np.random.default_rng(1)
        return [
            (
                (rng.normal(size=(before, after)) / before**0.5).astype(np.float32),
                np.zeros(after, np.float32),
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
RATE = 0.001
BETAS = (0.9, 0.999)
EPSILON = 1e-8
