"""The one seam to an engine of many processes: who is there, sums over all, one's word to all, and a barrier."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from numpy.typing import NDArray

T = TypeVar("T")


class Ranks(Protocol):
    """The processes that train one network together.

    Attributes
    ----------
    rank : int
        Of this process, from 0; 0 writes and speaks.
    size : int
        How many there are.
    """

    rank: int
    size: int

    def gather(self, part: NDArray[Any]) -> list[NDArray[Any]]:
        """Every process's array of one type, in the order of the ranks, in every process; lengths may differ."""
        ...

    def allreduce(self, array: NDArray[Any]) -> None:
        """Put the sum over all processes into each one's array; the order of the sum is the library's."""
        ...

    def broadcast(self, value: T) -> T:
        """Rank 0's value, in every process."""
        ...

    def barrier(self) -> None:
        """Wait for all."""
        ...


class OneProcess:
    """One process alone, which is what there is unless somebody starts several.

    Examples
    --------
    >>> import numpy as np
    >>> ranks = OneProcess()
    >>> ranks.size, ranks.broadcast("seed"), ranks.gather(np.ones(2))[0].tolist()
    (1, 'seed', [1.0, 1.0])
    """

    rank, size = 0, 1

    def gather(self, part: NDArray[Any]) -> list[NDArray[Any]]:
        """The array itself."""
        return [part]

    def allreduce(self, array: NDArray[Any]) -> None:
        """The sum over one process is there already."""

    def broadcast(self, value: T) -> T:
        """The value itself."""
        return value

    def barrier(self) -> None:
        """Nobody is waited for."""


def tree_sum(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """The sum of arrays in a fixed tree: neighbours first, whoever computed them.

    Examples
    --------
    >>> import numpy as np
    >>> tree_sum([np.array([1.0]), np.array([2.0]), np.array([4.0])]).tolist()
    [7.0]
    """
    while len(parts) > 1:
        pairs = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)]
        parts = pairs + parts[len(pairs) * 2 :]
    return parts[0]
