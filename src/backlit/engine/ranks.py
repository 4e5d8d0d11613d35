"""The one seam to an engine of many processes: who is there, sums over all, one's word to all, and a barrier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from numpy.typing import NDArray

from backlit.errors import BacklitError

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

    def collect(self, value: T) -> list[T]:
        """Every process's value, in the order of the ranks, in every process."""
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

    def collect(self, value: T) -> list[T]:
        """The value alone."""
        return [value]

    def barrier(self) -> None:
        """Nobody is waited for."""


def check_alike(ranks: Ranks, what: str, facts: Mapping[str, str], mend: str = "give all ranks the same") -> None:
    """Hold this process's facts against those of rank 0, before a difference leaves one of them waiting without end.

    Parameters
    ----------
    ranks : Ranks
    what : str
        Of what the facts are, for the message.
    facts : mapping of str to str
    mend : str
        The end of the message.

    Raises
    ------
    BacklitError
        Naming the first fact that differs.

    Examples
    --------
    >>> check_alike(OneProcess(), "installation", {"NumPy": "2.4"})
    """
    first = ranks.broadcast(dict(facts))
    for name in (*facts, *(name for name in first if name not in facts)):
        mine, theirs = facts.get(name, "nothing"), first.get(name, "nothing")
        if mine != theirs:
            raise BacklitError(f"{what}: {name} is {mine} here and {theirs} on rank 0; {mend}")


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
