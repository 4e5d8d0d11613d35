"""A training under MPI, for `check.py`: prints rank 0's digest of two models."""

from __future__ import annotations

import hashlib
import os
import signal
import sys

import numpy as np

import backlit


def main(deterministic: bool, killed: bool) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3_000, 8)).astype(np.float32)
    y = (X[:, 0] * X[:, 1] > 0).astype(int)

    def on_epoch(epoch: object) -> None:
        if killed and ranks.rank == ranks.size - 1:
            os.kill(os.getpid(), signal.SIGKILL)

    with backlit.distributed(deterministic=deterministic) as ranks:
        model = backlit.TabularClassifier((32, 32), epochs=4, n_members=2, random_state=0).fit(X, y, on_epoch=on_epoch)
        start = rng.lognormal(1, 1.3, (900, 2))  # of which a straight line is kept
        end = start @ [1.1, -0.3] + rng.normal(0, 0.5, 900)
        line = backlit.TabularRegressor((16,), epochs=2, n_members=2, random_state=0).fit(start, end)
        if ranks.rank == 0:
            digest = hashlib.sha256(model.theta_.tobytes() + line.theta_.tobytes()).hexdigest()
            print(ranks.size, digest, f"{model.score(X, y):.3f}, {line.score(start, end):.3f}")


if __name__ == "__main__":
    main("deterministic" in sys.argv, "killed" in sys.argv)
