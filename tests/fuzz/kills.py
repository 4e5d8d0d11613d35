"""Trainings that are killed with SIGKILL again and again, and end as if they never were.

``python tests/fuzz/kills.py 50`` kills so many, one after the other, each at a moment that the operating system and a
random number choose: a fork of this process trains, says after each epoch that it is there, and is killed a few epochs
later, often while it writes its checkpoint. What the last start ends with is compared, bit by bit, with a training that
was left alone. `make fuzz` records the figures in ``tests/fuzz/results/kills.json``.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from records import write

import backlit
from backlit.cli import main
from backlit.cli.console import EpochBar
from backlit.estimators.tabular import recipe

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 5))
LABELS = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int)
NUMBERS = X[:, 0] - 2.0 * X[:, 1]

FITS: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "MLPClassifier": (
        backlit.MLPClassifier,
        {"solver": "muon", "ema_decay": 0.9, "dropout": 0.2, "max_iter": 30, "early_stopping": True},
        LABELS,
    ),
    "MLPRegressor": (
        backlit.MLPRegressor,
        {"solver": "sgd", "learning_rate": "adaptive", "learning_rate_init": 0.02, "n_iter_no_change": 2},
        NUMBERS,
    ),
    "TabularClassifier": (backlit.TabularClassifier, {"epochs": 30, "n_members": 3}, LABELS),
    "TabularRegressor": (backlit.TabularRegressor, {"epochs": 30, "n_members": 1}, NUMBERS),
}
"""Name -> estimator, parameters, targets."""


def fitted(name: str, checkpoint: Path | None, on_epoch: Callable[[Any], None]) -> np.ndarray:
    """The parameters of a fit, and its history, as numbers."""
    kind, parameters, targets = FITS[name]
    model = kind(hidden_layer_sizes=(16,), random_state=0, **parameters, checkpoint=checkpoint, checkpoint_epochs=1)
    model.fit(X, targets, on_epoch=on_epoch)
    histories = getattr(model, "histories_", None)
    curve = [e.loss for history in histories for e in history.epochs] if histories else model.loss_curve_
    return np.concatenate([model.theta_, curve])


def trained(checkpoint: Path | None, on_epoch: Callable[[Any], None]) -> np.ndarray:
    """The bytes of the model that the command writes."""
    folder = Path(tempfile.mkdtemp())
    table = folder / "t.csv"
    lines = [",".join(map(str, (*row, label))) for row, label in zip(X.round(3).tolist(), LABELS, strict=True)]
    table.write_text("\n".join(["a,b,c,d,e,label", *lines]))
    small = replace(recipe.CLASSIFICATION, hidden_layer_sizes=(16,), min_epochs=30, max_epochs=30, n_members=2)
    recipe.RECIPES = {"classification": small}
    EpochBar.__call__ = lambda self, epoch: on_epoch(epoch)  # type: ignore[method-assign]
    options = ["--checkpoint", str(checkpoint), "--checkpoint-epochs", "1", "--resume"] if checkpoint else []
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    status = main(["train", str(table), "--target", "label", "--task", "classification",
                   "--model", str(folder / "m.backlit"), *options])  # fmt: skip
    sys.stdout = sys.__stdout__
    assert status == 0
    return np.frombuffer((folder / "m.backlit").read_bytes(), np.uint8)


def killed(train: Callable[[Path, Callable[[Any], None]], Any], checkpoint: Path, after: int) -> bool:
    """Train in a fork, and kill it when it has begun so many epochs more; whether it was killed before its end."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        train(checkpoint, lambda epoch: os.write(writing, b".") and None)
        os._exit(0)
    os.close(writing)
    for _ in range(after):
        if not os.read(reading, 1):
            break
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(reading)
    return os.WIFSIGNALED(status)


def trials(kills: int, seed: int) -> Iterator[tuple[str, int, bool]]:
    """For each kind of training: its name, how often it was killed, and whether it ended as one that never was."""
    chance = random.Random(seed)
    kinds: dict[str, Any] = {name: lambda path, on, name=name: fitted(name, path, on) for name in FITS}
    kinds["backlit train"] = trained
    shares = [kills // len(kinds) + (number < kills % len(kinds)) for number in range(len(kinds))]
    for (name, train), share in zip(kinds.items(), shares, strict=True):
        whole = train(None, lambda epoch: None)
        done = 0
        while done < share:
            checkpoint = Path(tempfile.mkdtemp()) / "c"
            for _ in range(share - done):
                if not killed(train, checkpoint, chance.randint(1, 12)):
                    break
                done += 1
            again = train(checkpoint, lambda epoch: None)
            left = sorted(path.name for path in checkpoint.parent.iterdir())
            yield name, done, bool(np.array_equal(again, whole)) and left == ["c"]


def run(kills: int, seed: int = 0) -> dict[str, Any]:
    """Kill so many trainings; the figures."""
    warnings.simplefilter("ignore")
    results = list(trials(kills, seed))
    last = {name: done for name, done, _ in results}
    return {"kills": sum(last.values()), "by kind": last, "ended otherwise": sum(not same for *_, same in results)}


if __name__ == "__main__":
    result = run(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
    print(json.dumps(result, indent=2))
    if "--record" in sys.argv:
        write("kills", result)
    sys.exit(result["ended otherwise"] != 0)
