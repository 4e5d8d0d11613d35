"""What the compiled passes read and write: arrays by name, and the table of their addresses."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.engine.aligned import BUFFERS, empty
from backlit.errors import BacklitError

_INDEX = {name: number for number, name in enumerate(BUFFERS)}


class Workspace:
    """Arrays that one thread, or one team, works with.

    Parameters
    ----------
    dtype : dtype
        Of the engine's numbers.

    Examples
    --------
    >>> workspace = Workspace(np.dtype(np.float32))
    >>> z = workspace.new("z", 10)
    >>> (workspace.table()[[BUFFERS.index("z"), BUFFERS.index("a")]] > 0).tolist()
    [True, False]
    """

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._dtype = dtype
        self._held: dict[str, NDArray[Any]] = {}
        self._table = np.zeros(len(BUFFERS), np.int64)

    def __contains__(self, name: str) -> bool:
        return name in self._held

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._held[name]

    def get(self, name: str) -> NDArray[Any] | None:
        """An array, or None where it is not held."""
        return self._held.get(name)

    def new(self, name: str, shape: int | tuple[int, ...], dtype: np.dtype[Any] | None = None) -> NDArray[Any]:
        """An array of any numbers, of the engine's type unless another is given."""
        return self._hold(name, empty(name, shape, dtype or self._dtype))

    def take(self, name: str, array: NDArray[Any]) -> None:
        """Work with an array that somebody made.

        Raises
        ------
        BacklitError
            If it is not as compiled code takes it: of the engine's type, writable, in one piece.
        """
        if array.dtype != self._dtype or not array.flags.carray:
            raise BacklitError(f"{name} must be a writable, C-contiguous array of {self._dtype}")
        self._hold(name, array)

    def _hold(self, name: str, array: NDArray[Any]) -> NDArray[Any]:
        self._held[name] = array
        self._table[_INDEX[name]] = array.ctypes.data
        return array

    def take_state(self, state: NDArray[Any]) -> None:
        """Work with an optimizer's memory."""
        if self._held.get("state") is not state:
            self.take("state", state)
            self._table[_INDEX["state_step"]] = state.shape[1]

    def table(self, *without: str) -> NDArray[np.int64]:
        """Where each lies; 0 for those that are not there, or not used."""
        table = self._table.copy()
        for name in without:
            table[_INDEX[name]] = 0
        return table
