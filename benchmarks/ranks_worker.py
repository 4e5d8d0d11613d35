"""One of the processes that `benchmarks ranks` measures; rank 0 prints what a step took, as JSON."""

from __future__ import annotations

import json
import sys
import time
from contextlib import nullcontext
from typing import Any

import numpy as np

from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.ranks import OneProcess
from backlit.engine.sharded import ShardedNetwork, training_together
from backlit.network.building import mlp
from backlit.scale.mpi import MPIRanks, launched
from backlit.scale.placement import placed

INPUTS, BATCH, STEPS, EPOCHS = 32, 1_024, 24, 7


class Timed:
    """Ranks whose sums are timed: after a barrier, so that waiting for others does not count."""

    def __init__(self, ranks: Any) -> None:
        self.rank, self.size, self._ranks, self.times = ranks.rank, ranks.size, ranks, [0.0]

    def allreduce(self, array: np.ndarray) -> None:
        self._ranks.barrier()
        begin = time.perf_counter()
        self._ranks.allreduce(array)
        self.times.append(time.perf_counter() - begin)

    def gather(self, part: np.ndarray) -> list[np.ndarray]:
        return self._ranks.gather(part)  # type: ignore[no-any-return]

    def broadcast(self, value: Any) -> Any:
        return self._ranks.broadcast(value)

    def collect(self, value: Any) -> list[Any]:
        return self._ranks.collect(value)  # type: ignore[no-any-return]

    def barrier(self) -> None:
        self._ranks.barrier()

    def neighbours(self) -> Any:
        return self._ranks.neighbours()


def seconds_a_step(ranks: Any, widths: tuple[int, ...], alone: bool, deterministic: bool = False) -> float:
    """The median over epochs of what a step took."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(BATCH * STEPS, INPUTS)).astype(np.float32)
    y = (X[:, :1] > 0).astype(np.float32)
    blueprint = mlp(INPUTS, widths, 2, output_gate="softmax", loss="cross_entropy", hidden_gate="relu")
    theta = rng.normal(0, 0.1, blueprint.theta_size).astype(np.float32)
    network = (Network if alone else ShardedNetwork)(blueprint, theta, BATCH, on_callers_thread=True)
    optimizer = Optimizer("adam", theta.size, theta.dtype, {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8})
    taken = []
    apart = nullcontext() if ranks.size == 1 else placed(*ranks.neighbours())
    with apart, training_together(ranks, deterministic):
        for _ in range(EPOCHS):
            ranks.barrier()
            begin = time.perf_counter()
            network.train_epoch(optimizer, np.full(STEPS, 1e-3), X, y, np.empty(0, np.float32), rng.permutation(len(X)))
            taken.append((time.perf_counter() - begin) / STEPS)
    return float(np.median(taken[1:]))


def main() -> None:
    widths = tuple(int(width) for width in sys.argv[1].split("-"))
    ranks = MPIRanks() if launched() else OneProcess()
    alone, timed = ranks.size == 1, Timed(ranks)
    size = mlp(INPUTS, widths, 2, output_gate="softmax", loss="cross_entropy").theta_size
    facts: dict[str, Any] = {"ranks": ranks.size, "parameters": size}
    facts["step"] = min(seconds_a_step(ranks, widths, False), seconds_a_step(ranks, widths, True) if alone else np.inf)
    facts["deterministic step"] = seconds_a_step(ranks, widths, False, deterministic=True)
    seconds_a_step(timed, widths, False)
    facts["sum"] = float(np.median(timed.times))
    if not ranks.rank:
        print(json.dumps(facts))


if __name__ == "__main__":
    main()
