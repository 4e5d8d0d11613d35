"""What all estimators share: one theta parameter vector, seen as arrays, saved as a file, run by the engine."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable
from functools import partial
from os import PathLike
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError
from backlit.network.blueprint import Blueprint

CHUNK = 1024
"""Rows that a prediction carries at a time: the weights of a large network are packed anew for each chunk."""

SHARED_CHUNK = 512
"""The same where threads share the chunks of a large network."""

LARGE = 1e5
"""Multiplications of a row from which BLAS divides a product among its threads better than we divide the rows."""

TEAM_WORK = 2e7
"""Multiplications of a prediction from which a second thread pays."""

POOLED_WORK = {"row": 2e5, "rows": 2.5e5}
"""Multiplications from which BLAS starts threads of its own, which decide its rounding."""


class _Ready:
    """A model's compiled networks that no thread is using; made of its parameters and its blueprint as they were."""

    def __init__(self, model: HasNetwork) -> None:
        from backlit.engine.processor import vectors_here

        self.theta, self.blueprint = model.theta_, model.network_
        self.n_jobs, self.deterministic = model.n_jobs, model.deterministic
        self.work = self.blueprint.multiplications
        large, free = self.work >= LARGE, self.n_jobs in (None, -1) and not self.deterministic
        self.blas = not vectors_here()[0].width
        # BLAS's own threads share its products where all threads may be used, and most time goes there
        self.pooled = self.blas and large and free and not self.blueprint.front
        self.chunk = SHARED_CHUNK if large and not self.pooled else CHUNK
        self.free: list[Any] = []

    def fits(self, model: HasNetwork) -> bool:
        """Whether the model is still as it was then."""
        return (
            self.theta is model.theta_
            and self.blueprint is model.network_
            and self.n_jobs == model.n_jobs
            and self.deterministic == model.deterministic
        )

    def predict(self, rows: NDArray[Any]) -> NDArray[Any]:
        """The outputs for rows of any layout and float type."""
        from backlit.engine.threads import single_threaded_blas

        rows = np.ascontiguousarray(rows, self.theta.dtype)
        try:
            network = self.free.pop()
        except IndexError:  # other threads use them all, or this is the first
            network = self._network()
        try:
            if not self.blas or self.pooled or len(rows) * self.work < POOLED_WORK["rows" if len(rows) > 1 else "row"]:
                outputs: NDArray[Any] = network.predict(rows)
            else:
                with single_threaded_blas():
                    outputs = network.predict(rows)
        finally:
            self.free.append(network)
        return outputs

    def _network(self) -> Any:
        from backlit.engine.network import Network

        writable = self.theta if self.theta.flags.writeable else self.theta.copy()  # memory-mapped: kept apart
        return Network(self.blueprint, writable, self.chunk)


_READY: WeakKeyDictionary[HasNetwork, _Ready] = WeakKeyDictionary()
"""Compiled networks with their buffers, beside the models, so that a model holds data only."""


class Views(list[NDArray[Any]]):
    """A list of arrays that are views of the network's parameters: putting an array in writes into the network."""

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            for view, array in zip(self[index], value, strict=True):
                view[...] = array
        else:
            self[index][...] = value


class HasNetwork:
    """A fitted network: its blueprint and its flat vector; compiled again wherever it is unpickled or copied."""

    network_: Blueprint
    theta_: NDArray[Any]
    n_jobs: int | None = None
    deterministic: bool | None = None

    def _views(self, parameter: str) -> Views:
        if "theta_" not in vars(self):
            raise AttributeError(f"{type(self).__name__} is not fitted yet; call fit first")
        return Views(slot.view(self.theta_) for slot in self.network_.slots if slot.parameter == parameter)

    @property
    def coefs_(self) -> Views:
        """Weights, one array (inputs, outputs) for each layer, as views: setting values changes the network."""
        return self._views("w")

    @coefs_.setter
    def coefs_(self, arrays: Iterable[Any]) -> None:
        self._views("w")[:] = list(arrays)

    @property
    def intercepts_(self) -> Views:
        """Biases, one array (outputs,) for each layer, as views: setting values changes the network."""
        return self._views("b")

    @intercepts_.setter
    def intercepts_(self, arrays: Iterable[Any]) -> None:
        self._views("b")[:] = list(arrays)

    def _outputs(self, rows: NDArray[Any]) -> NDArray[Any]:
        """The network's outputs for rows of numbers."""
        return self._by_chunks(rows, lambda outputs: outputs)

    def _by_chunks(self, rows: Any, finish: Callable[[NDArray[Any]], NDArray[Any]]) -> NDArray[Any]:
        """What `finish` makes of the network's outputs, a chunk of rows at a time.

        `rows` is an array or a sparse matrix in rows. Each chunk is one thread's, so that the answer does not depend
        on how many there are; unless products are BLAS's, the network is large and `deterministic` is not asked for:
        then BLAS's threads share each product.
        """
        from backlit.engine.threads import shared_out, team_size

        ready = self._ready()
        count = rows.shape[0]
        team = team_size(self.n_jobs) if count * ready.work > TEAM_WORK and not ready.pooled else 1
        # our products give a row the same bits beside any others, so that its chunk may depend on the threads
        height = ready.chunk if ready.blas else min(ready.chunk, -(-count // team))
        if count <= height:
            return finish(ready.predict(dense(rows)))
        chunks = [slice(start, start + height) for start in range(0, count, height)]
        none = finish(np.empty((0, self.network_.outputs), self.theta_.dtype))  # what answers look like
        result = np.empty((count, *none.shape[1:]), none.dtype)
        stopped = threading.Event()

        def carry(rank: int) -> None:
            for chunk in chunks[rank::team]:
                if stopped.is_set():
                    return
                result[chunk] = finish(ready.predict(dense(rows[chunk])))

        if team == 1:
            carry(0)
            return result
        shared_out([partial(carry, rank) for rank in range(team)], team, stopped.set)
        return result

    def _ready(self) -> _Ready:
        """What is compiled for the parameters as they are."""
        ready = _READY.get(self)
        if ready is None or not ready.fits(self):
            ready = _READY[self] = _Ready(self)
        return ready

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted model to one safe file (safetensors: arrays and JSON, no code).

        Parameters
        ----------
        path : str or path-like

        Raises
        ------
        BacklitError
            If the model is not fitted.
        OSError
            If the file cannot be written; nothing is left half-written.
        """
        from backlit.estimators.shared.saving import save_model

        if "theta_" not in vars(self):
            raise BacklitError(f"{type(self).__name__} is not fitted; call fit before save")
        save_model(self, path)


def dense(rows: Any) -> NDArray[Any]:
    """Rows as an array, where they are a sparse matrix or an array of another kind."""
    return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows)


def class_code(classes: NDArray[Any], y: Any) -> int:
    """The place of a label among a model's classes.

    Raises
    ------
    BacklitError
        If it is none of them.
    """
    found = np.flatnonzero(classes == y)
    if len(found) != 1:
        raise BacklitError(f"y: {y!r} is not one of the model's classes {classes.tolist()}")
    return int(found[0])


def widths_of(hidden_layer_sizes: Any) -> tuple[int, ...]:
    """The widths of the hidden layers, of which one may stand alone.

    Raises
    ------
    BacklitError
        If a width is no whole number from 1.
    """
    sizes = np.asarray(hidden_layer_sizes if np.iterable(hidden_layer_sizes) else [hidden_layer_sizes])
    if sizes.size and (sizes.ndim != 1 or sizes.dtype.kind not in "iu" or (sizes < 1).any()):
        raise BacklitError(f"hidden_layer_sizes must be > 0, got {hidden_layer_sizes!r}; use whole numbers from 1")
    return tuple(int(size) for size in sizes)


def seed_of(random_state: Any) -> int:
    """scikit-learn's `random_state` as the one seed of a training."""
    if random_state is None:
        return secrets.randbits(31)
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31 - 1))
    try:
        seed = int(random_state)
    except (TypeError, ValueError):
        raise BacklitError(f"random_state: {random_state!r} is not a whole number; use 0, or None for chance") from None
    if seed < 0:
        raise BacklitError(f"random_state: {seed} is negative; use a whole number from 0")
    return seed
