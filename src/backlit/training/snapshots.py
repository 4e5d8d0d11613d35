"""Parameters at chosen epochs of a training, kept while it runs: `backlit.diagnose` follows the gradient through each.

To keep a copy costs a memory copy; the flow itself is computed when somebody looks at it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backlit.errors import ParameterError
from backlit.network.blueprint import Blueprint


class Snapshot(NamedTuple):
    """The parameters after an epoch, 0 being the start, and the learning rate of its last step."""

    epoch: int
    theta: NDArray[Any]
    rate: float | None


@dataclass(slots=True)
class Snapshots:
    """What was kept of a training.

    Parameters
    ----------
    blueprint : Blueprint
        The network that was trained; of a tabular model its first member.
    chosen : frozenset of int or None
        The epochs; None: the start and the powers of two.

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> kept = Snapshots(mlp(1, (), 1, output_gate="identity", loss="squared"), None)
    >>> for epoch in range(20):
    ...     kept.keep(epoch, np.zeros(2), 0.1)
    >>> [one.epoch for one in kept.kept]
    [0, 1, 2, 4, 8, 16]
    """

    blueprint: Blueprint
    chosen: frozenset[int] | None
    kept: list[Snapshot] = field(default_factory=list)

    def keep(self, epoch: int, theta: NDArray[Any], rate: float | None) -> None:
        """Copy the parameters, if the epoch is among those that were chosen."""
        if (epoch & (epoch - 1) == 0) if self.chosen is None else epoch in self.chosen:
            self.kept.append(Snapshot(epoch, theta.copy(), rate))


def snapshots_of(diagnose: Any, blueprint: Blueprint) -> Snapshots | None:
    """What a fit fills, for a value of the parameter `diagnose`; None where it asks for nothing.

    Raises
    ------
    ParameterError
        If an epoch is no whole number of at least 0.

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> snapshots_of([1, 10], mlp(1, (), 1, output_gate="identity", loss="squared")).chosen == {1, 10}
    True
    """
    if isinstance(diagnose, bool | np.bool_):
        return Snapshots(blueprint, None) if diagnose else None
    epochs = list(diagnose)
    wrong = [epoch for epoch in epochs if not isinstance(epoch, Integral) or isinstance(epoch, bool) or epoch < 0]
    if wrong:
        raise ParameterError(
            f"diagnose: {wrong[0]!r} is no epoch; give whole numbers, 0 being the start, such as (0, 1, 10)",
            parameter="diagnose",
        )
    return Snapshots(blueprint, frozenset(map(int, epochs)))
