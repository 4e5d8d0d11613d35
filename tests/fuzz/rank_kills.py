"""Trainings out of core over several processes, killed with SIGKILL, which other numbers of them end to the same bits.

``python tests/fuzz/rank_kills.py 20`` kills so many: all processes of a deterministic training, at a moment that a
random number chooses (while columns are learnt, rows are encoded, a network trains), and begins again with 1 to 4 of
them. What the last start ends with is compared, bit by bit, with a training of one process that was left alone. `make
fuzz` records the figures in ``tests/fuzz/results/rank_kills.json``.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from process_ranks import Work, run
from records import write

import backlit
from backlit.scale import progress
from backlit.scale.cache import Layout

Layout.__init__.__defaults__ = (4_000,)  # bins of so few bytes that there are many windows
progress.PAUSE = 0.0  # a sign of life for every chunk

SIGNS = 11
"""Of a whole training, about."""


def data(folder: Path) -> Path:
    """Two files of numbers and a category."""
    folder.mkdir()
    for part in range(2):
        rng = np.random.default_rng(part)
        x = rng.normal(size=(700, 2))
        colour = rng.choice(["red", "blue"], 700)
        label = x[:, 0] + (colour == "red") > 0.5
        table = pa.table({"x": x[:, 0], "z": x[:, 1], "colour": colour, "label": label})
        pq.write_table(table, folder / f"{part}.parquet", row_group_size=300)
    return folder


def fitting(folder: Path, checkpoint: Path | None) -> Work:
    """A fit that keeps its progress after every epoch; what it ends with, as numbers."""

    def work(sign: Any) -> np.ndarray:
        model = backlit.TabularClassifier(
            (12,), epochs=4, n_members=2, random_state=0, checkpoint=checkpoint, checkpoint_epochs=1
        )
        model.fit(backlit.out_of_core(folder, on_rows=sign), "label", on_epoch=sign)
        losses = [epoch.loss for history in model.histories_ for epoch in history.epochs]
        return np.concatenate([model.theta_, losses])

    return work


def trials(kills: int, seed: int = 0) -> dict[str, Any]:
    """Kill so many trainings; the figures."""
    chance = random.Random(seed)
    done = otherwise = ended = 0
    by_ranks: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = data(Path(temporary) / "data")
        with backlit.distributed(deterministic=True):  # here, so that the forks find all that is compiled
            whole = fitting(folder, None)(lambda *_: None)
        while done < kills:
            shutil.rmtree(folder / "_backlit_cache", ignore_errors=True)
            checkpoint = Path(temporary) / f"checkpoint{ended}"
            for _ in range(min(3, kills - done)):
                size = chance.randint(1, 4)
                if run(size, fitting(folder, checkpoint), kill_after=chance.randint(0, SIGNS * size)) is not None:
                    continue
                done += 1
                by_ranks[str(size)] = by_ranks.get(str(size), 0) + 1
            result = run(chance.randint(1, 4), fitting(folder, checkpoint))
            ended += 1
            otherwise += not np.array_equal(result, whole)
    return {"kills": done, "by ranks": dict(sorted(by_ranks.items())), "ends": ended, "ended otherwise": otherwise}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    result = trials(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
    print(json.dumps(result, indent=2))
    if "--record" in sys.argv:
        write("rank_kills", result)
    sys.exit(result["ended otherwise"] != 0)
