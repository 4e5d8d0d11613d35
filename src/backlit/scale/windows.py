"""Rows of a cache as a training meets them: window by window, the next one read while this one is learnt from."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.regularization import Regularization
from backlit.engine.rng import Stream, epoch_seed
from backlit.scale.cache import EncodedCache, Held
from backlit.training.plan import Plan

WINDOW_BINS = 2
"""Bins that are in memory at once and whose rows are shuffled together; as many are read ahead."""

NO_WEIGHTS = np.empty(0, np.float32)


@dataclass(frozen=True, slots=True)
class EpochOrder:
    """An epoch's bins in their order, and the generator that shuffles within windows."""

    bins: NDArray[np.int64]
    rng: np.random.Generator


@dataclass(slots=True)
class Window:
    """Rows in memory: memory for a mini-batch that is carried over, then `count` rows that were read."""

    inputs: NDArray[np.float32]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]
    count: int = 0


@dataclass(frozen=True, slots=True)
class CachedRows:
    """The rows of a cache that one network learns from, for `backlit.training.loop.train`.

    Parameters
    ----------
    cache : EncodedCache
    held : Held
        The rows that are not learnt from: they validate.
    scales : ndarray of float32, shape (inputs,)
        What each input is multiplied by.
    batch_size : int
    """

    cache: EncodedCache
    held: Held
    scales: NDArray[np.float32]
    batch_size: int

    def __len__(self) -> int:
        return self.cache.layout.rows - self.held.count(self.cache.layout)

    def head(self, rows: int) -> NDArray[np.float32]:
        """The inputs of some rows, so many at most."""
        first = self.held.of(self.cache.layout, 0).stop
        return np.ascontiguousarray(self.cache.inputs[first : first + rows] * self.scales)

    def mean_weight(self, plan: Plan) -> float:
        """The mean weight of all rows of the cache, if there are weights."""
        return float(self.cache.facts["mean_weight"]) if self.cache.layout.weighted else 0.0

    def order(self, plan: Plan, epoch: int, shuffles: Stream) -> EpochOrder:
        """An epoch's order of bins; its generator then shuffles each window."""
        rng = shuffles.at(epoch)
        return EpochOrder(rng.permutation(self.cache.layout.bins), rng)

    def train_epoch(
        self,
        network: Network,
        optimizer: Optimizer,
        rates: NDArray[np.float64],
        order: EpochOrder,
        regularization: Regularization,
        seed: int,
        mean_weight: float,
    ) -> float:
        """Every mini-batch once, window by window; the mean loss as the rows were met.

        Rows that do not fill a mini-batch at the end of a window are the first of the next one.
        """
        step, done = self.batch_size, 0
        total = mass = 0.0
        carried = np.empty(0, np.int64)
        windows = -(-len(order.bins) // WINDOW_BINS)
        for number, (window, following) in enumerate(self._windows(order.bins)):
            rows = step + order.rng.permutation(window.count)
            rows = np.concatenate([carried, rows])
            whole = len(rows) if number == windows - 1 else len(rows) // step * step
            batches = -(-whole // step)
            met = rows[:whole]
            if batches:
                loss = network.train_epoch(
                    optimizer, rates[done : done + batches], window.inputs, window.targets, window.weights, met,
                    regularization, epoch_seed(seed, number) if seed else 0, mean_weight, continues=done > 0,
                )  # fmt: skip
                weight = float(window.weights[met].sum(dtype=np.float64)) if window.weights.size else float(whole)
                total, mass, done = total + loss * weight, mass + weight, done + batches
            if network.stopping:
                break
            left = rows[whole:]
            carried = step - len(left) + np.arange(len(left))
            for name in ("inputs", "targets", "weights") if window.weights.size else ("inputs", "targets"):
                getattr(following, name)[carried] = getattr(window, name)[left]
        return total / mass if mass > 0.0 else 0.0

    def _windows(self, bins: NDArray[np.int64]) -> Iterator[tuple[Window, Window]]:
        """Each window, and the one that is being read; what precedes its rows there is free for rows carried over."""
        groups = [bins[first : first + WINDOW_BINS] for first in range(0, len(bins), WINDOW_BINS)]
        buffers = [self._buffer() for _ in range(min(2, len(groups)))]
        with ThreadPoolExecutor(1, "read-ahead") as reader:
            ready: Future[Window] = reader.submit(self._read, groups[0], buffers[0])
            for number in range(len(groups)):
                window = ready.result()
                following = buffers[(number + 1) % len(buffers)]
                if number + 1 < len(groups):
                    ready = reader.submit(self._read, groups[number + 1], following)
                yield window, following

    def _buffer(self) -> Window:
        """Memory for the carried rows and a window's."""
        layout, step = self.cache.layout, self.batch_size
        rows = step + WINDOW_BINS * int(np.diff(layout.bounds).max())
        weights = np.empty(rows, np.float32) if layout.weighted else NO_WEIGHTS
        return Window(
            np.empty((rows, layout.inputs), np.float32), np.empty((rows, layout.targets), np.float32), weights
        )

    def _read(self, bins: NDArray[np.int64], window: Window) -> Window:
        """Fill a window with the rows of some bins that are learnt from, their inputs scaled."""
        cache, at = self.cache, self.batch_size
        for number in bins.tolist():
            for part in self.held.others(cache.layout, number):
                into = slice(at, at + part.stop - part.start)
                cache.inputs.read(part.start, window.inputs[into])
                window.inputs[into] *= self.scales
                cache.targets.read(part.start, window.targets[into])
                if window.weights.size:
                    cache.weights.read(part.start, window.weights[into])
                at = into.stop
        window.count = at - self.batch_size
        return window
