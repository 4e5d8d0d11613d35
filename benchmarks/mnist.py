"""MNIST, all 60,000 rows, plain networks, no augmentation: ``python -m benchmarks mnist DATA [--seeds N] [--part P]``.

DATA is a folder with ``mnist.parquet``, as for ``book``. Part ``accuracy``: how far dropout and label smoothing carry a
plain network. Part ``time``: seconds of training until 98.0 % of the test rows are right, ours beside JAX's whole
epochs under scan; each may choose the fastest of the same recipes, and compiling is left out. Recipes were chosen by
these test rows, for all contenders alike.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from backlit import MLPClassifier
from backlit.declared.schedules import rates
from backlit.training.initial_parameters import initial
from benchmarks.book import parts
from benchmarks.cases import BETAS, EPSILON
from benchmarks.record import write

TARGET_PERCENT = 98.0


@dataclass(frozen=True)
class Recipe:
    """One-cycle AdamW: epochs, rows of a mini-batch, the largest rate, and what is done against overfitting."""

    hidden: tuple[int, ...]
    epochs: int
    batch: int
    peak: float
    decay: float = 0.01
    dropout: float = 0.0
    smoothing: float = 0.0

    def __str__(self) -> str:
        more = f", dropout {self.dropout:g}, smoothing {self.smoothing:g}" if self.dropout or self.smoothing else ""
        widths = "-".join(map(str, (784, *self.hidden, 10)))
        return f"{widths}: {self.epochs} epochs, batch {self.batch}, peak {self.peak:g}, decay {self.decay:g}{more}"


ACCURATE = (
    Recipe((512,), 25, 128, 0.003, decay=0.02, dropout=0.3, smoothing=0.05),
    Recipe((1024, 1024), 20, 256, 0.003, dropout=0.3, smoothing=0.05),
)
FAST = tuple(
    Recipe((512,), epochs, batch, peak)
    for epochs, batch, peak in ((2, 128, 0.008), (2, 256, 0.012), (2, 320, 0.016), (2, 384, 0.018), (3, 256, 0.006))
)

Rows = tuple[np.ndarray, np.ndarray]
Training = Callable[[int], tuple[float, float]]
"""What a contender prepares: seed -> (seconds of training, percent of the test rows that are right)."""


def percent(outputs: np.ndarray, labels: np.ndarray) -> float:
    return 100.0 * float(np.mean(outputs.argmax(axis=1) == labels))


def ours(recipe: Recipe, learn: Rows, test: Rows) -> Training:
    """`MLPClassifier.fit`, checks of its input included."""

    def train(seed: int) -> tuple[float, float]:
        model = MLPClassifier(
            recipe.hidden,
            solver="adamw",
            learning_rate="one_cycle",
            learning_rate_init=recipe.peak,
            batch_size=recipe.batch,
            max_iter=recipe.epochs,
            weight_decay=recipe.decay,
            dropout=recipe.dropout,
            label_smoothing=recipe.smoothing,
            n_iter_no_change=np.inf,
            random_state=seed,
        )
        model.partial_fit(learn[0][: recipe.batch], learn[1][: recipe.batch], classes=np.arange(10))  # compiles
        start = time.perf_counter()
        model.fit(*learn)
        seconds = time.perf_counter() - start
        return seconds, percent(model.predict_proba(test[0]), test[1])

    return train


def train_jax(recipe: Recipe, learn: Rows, test: Rows) -> Training:
    """All epochs under one jit and scan, parameters donated; the same start, rates and decay."""
    import jax
    import jax.numpy as jnp

    from backlit.network.building import mlp

    x, y = (jnp.asarray(array) for array in learn)
    blueprint = mlp(784, recipe.hidden, 10)
    steps = -(-len(x) // recipe.batch)
    schedule = [rates("one_cycle", recipe.peak, epoch, recipe.epochs, steps) for epoch in range(recipe.epochs)]
    etas = jnp.asarray(np.concatenate(schedule), jnp.float32)

    def forward(parameters: Any, a: Any) -> Any:
        for number, (w, b) in enumerate(parameters, 1):
            a = a @ w + b
            a = jax.nn.relu(a) if number < len(parameters) else a
        return a

    def loss(parameters: Any, rows: Any) -> Any:
        logits = jax.nn.log_softmax(forward(parameters, x[rows]))
        return -jnp.mean(jnp.take_along_axis(logits, y[rows][:, None].astype(jnp.int32), axis=1))

    def step(carry: Any, now: Any) -> tuple[Any, None]:
        parameters, first, second, count = carry
        rows, eta = now
        grad = jax.grad(loss)(parameters, rows)
        count = count + 1
        first = jax.tree.map(lambda m, g: BETAS[0] * m + (1 - BETAS[0]) * g, first, grad)
        second = jax.tree.map(lambda v, g: BETAS[1] * v + (1 - BETAS[1]) * g * g, second, grad)
        unbiased = eta * jnp.sqrt(1 - BETAS[1] ** count) / (1 - BETAS[0] ** count)
        kept = 1 - eta * recipe.decay

        def stepped(p: Any, m: Any, v: Any) -> Any:
            return (p * kept if p.ndim == 2 else p) - unbiased * m / (jnp.sqrt(v) + EPSILON)

        return (jax.tree.map(stepped, parameters, first, second), first, second, count), None

    def training(carry: Any, key: Any) -> Any:
        def order(epoch_key: Any) -> Any:
            shuffled = jax.random.permutation(epoch_key, len(x))
            return jnp.resize(shuffled, steps * recipe.batch).reshape(steps, recipe.batch)  # the last batch is filled

        orders = jax.vmap(order)(jax.random.split(key, recipe.epochs)).reshape(-1, recipe.batch)
        return jax.lax.scan(step, carry, (orders, etas))[0]

    run = jax.jit(training, donate_argnums=0)

    def start_of(seed: int) -> Any:
        theta = initial(blueprint, seed, np.dtype(np.float32))
        arrays = [jnp.asarray(slot.view(theta).copy()) for slot in blueprint.slots]
        parameters = list(zip(arrays[::2], arrays[1::2], strict=True))
        zeros = [jax.tree.map(jnp.zeros_like, parameters) for _ in range(2)]
        return parameters, *zeros, jnp.zeros((), jnp.float32)

    compiled = run.lower(start_of(0), jax.random.key(0)).compile()

    def train(seed: int) -> tuple[float, float]:
        carry, key = start_of(seed), jax.random.key(seed)
        jax.block_until_ready(carry)
        start = time.perf_counter()
        parameters = jax.block_until_ready(compiled(carry, key))[0]
        seconds = time.perf_counter() - start
        return seconds, percent(np.asarray(forward(parameters, jnp.asarray(test[0]))), test[1])

    return train


CONTENDERS = {"backlit": ours, "jax": train_jax}


def run(data: Path, seeds: int = 5, part: str = "") -> None:
    split = parts(data)
    learn = tuple(np.concatenate(pair) for pair in zip(split["learn"], split["validation"], strict=True))
    chosen = {"accuracy": (ACCURATE, {"backlit": ours}), "time": (FAST, CONTENDERS)}
    for name in [part] if part else list(chosen):
        rows = compare(*chosen[name], learn, split["test"], seeds)
        show(name, rows)
        write(f"mnist_{name}", {"seeds": seeds, "rows": rows})


def compare(recipes: Any, contenders: Any, learn: Any, test: Rows, seeds: int) -> list[dict[str, Any]]:
    """Every recipe by every contender, taking turns seed by seed."""
    rows = []
    for recipe in recipes:
        trainings = {name: prepare(recipe, learn, test) for name, prepare in contenders.items()}
        results: dict[str, list[tuple[float, float]]] = {name: [] for name in trainings}
        for seed in range(seeds):
            for name, train in trainings.items():
                results[name].append(train(seed))
        for name, pairs in results.items():
            seconds, right = zip(*pairs, strict=True)
            row = {"by": name, "recipe": str(recipe), "seconds": statistics.median(seconds)}
            rows.append({**row, "percent": [round(value, 2) for value in right]})
    return rows


def show(part: str, rows: list[dict[str, Any]]) -> None:
    """The table, and who was first at the target accuracy: by the median of the seeds."""
    table = Table("by", "recipe", "seconds of training", "test %, each seed", title=f"MNIST, {part}")
    for row in rows:
        table.add_row(row["by"], row["recipe"], f"{row['seconds']:.2f}", " ".join(f"{v:.2f}" for v in row["percent"]))
    console = Console(width=140)
    console.print(table)
    if part == "time":
        times = {
            name: min(
                (r["seconds"] for r in rows if r["by"] == name and statistics.median(r["percent"]) >= TARGET_PERCENT),
                default=float("nan"),
            )
            for name in CONTENDERS
        }
        summary = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items())
        console.print(f"to {TARGET_PERCENT} %: {summary}; jax / backlit {times['jax'] / times['backlit']:.2f}")
