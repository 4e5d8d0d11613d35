"""What all estimators share: one flat parameter vector, seen as arrays, saved as a file, run by the engine."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from os import PathLike
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from backlit.blueprint import Blueprint
from backlit.errors import BacklitError

PREDICTION_ROWS = 1024

_READY: WeakKeyDictionary[HasNetwork, tuple[NDArray[Any], Any]] = WeakKeyDictionary()
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
    flat_: NDArray[Any]

    def _views(self, parameter: str) -> Views:
        if "flat_" not in vars(self):
            raise AttributeError(f"{type(self).__name__} is not fitted yet; call fit first")
        return Views(slot.view(self.flat_) for slot in self.network_.slots if slot.parameter == parameter)

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
        """The network's outputs for rows of its own float type."""
        from backlit.training.network import Network

        theta, ready = _READY.get(self, (None, None))
        if ready is None or theta is not self.flat_ or ready.blueprint is not self.network_:
            writable = self.flat_ if self.flat_.flags.writeable else self.flat_.copy()  # memory-mapped: kept apart
            ready = Network(self.network_, writable, PREDICTION_ROWS)
            _READY[self] = (self.flat_, ready)
        outputs: NDArray[Any] = ready.predict(np.ascontiguousarray(rows, self.flat_.dtype))
        return outputs

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
        from backlit.estimators.saving import save_model

        if "flat_" not in vars(self):
            raise BacklitError(f"{type(self).__name__} is not fitted; call fit before save")
        save_model(self, path)


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
