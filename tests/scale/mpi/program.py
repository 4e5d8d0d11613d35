"""A training under MPI, for `check.py`: prints rank 0's digest of two models."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from typing import Any

import numpy as np

import backlit

SIGNALS = {"killed": signal.SIGKILL, "stopped": signal.SIGSTOP, "interrupted": signal.SIGINT}


def main(words: list[str]) -> None:
    deterministic = "deterministic" in words
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3_000, 8)).astype(np.float32)
    y = (X[:, 0] * X[:, 1] > 0).astype(int)

    def on_epoch(epoch: Any) -> None:
        for word, number in SIGNALS.items():
            if word in words and ranks.rank == ranks.size - 1 and epoch.number == 2:
                os.kill(os.getpid(), number)

    spread = "members" if "members" in words else "rows"
    with backlit.distributed(deterministic=deterministic, spread=spread) as ranks:
        if "other" in words and ranks.rank:
            X[7, 3] += 1.0
        kept = next((word.removeprefix("checkpoint=") for word in words if word.startswith("checkpoint=")), None)
        model = backlit.TabularClassifier(
            (32, 32), epochs=4, n_members=2, random_state=0, checkpoint=kept, checkpoint_epochs=1
        )
        model.fit(X, y, on_epoch=on_epoch)
        start = rng.lognormal(1, 1.3, (900, 2))  # of which a straight line is kept
        end = start @ [1.1, -0.3] + rng.normal(0, 0.5, 900)
        line = backlit.TabularRegressor((16,), epochs=2, n_members=2, random_state=0).fit(start, end)
        if ranks.rank == 0:
            digest = hashlib.sha256(model.theta_.tobytes() + line.theta_.tobytes()).hexdigest()
            print(ranks.size, digest, f"{model.score(X, y):.3f}, {line.score(start, end):.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
