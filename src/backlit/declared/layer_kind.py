"""What a layer is: its formula, its parameters, its widths, and how several members of it become one.

Each layer is a file of `backlit.declared.layers`; CONTRIBUTING.md describes how one is added.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError

Positions = NDArray[np.int64]
Vector = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One array that a layer learns.

    Parameters
    ----------
    name : str
    shape : tuple of str
        Names of the layer's widths.
    decays : bool
        Whether weight decay and the L2 penalty apply.
    initializer : tuple of (str, float), optional
        A distribution of `backlit.declared.initializers.DISTRIBUTIONS` and its width; without one the network's
        initializer draws it.
    rate_multiplier : float
        The array's factor of the learning rate.
    """

    name: str
    shape: tuple[str, ...]
    decays: bool
    initializer: tuple[str, float] | None = None
    rate_multiplier: float = 1.0


class Widths(NamedTuple):
    """How many inputs and outputs a layer has, and into how many groups they are divided."""

    inputs: int
    outputs: int
    groups: int = 1


@dataclass(frozen=True)
class Members:
    """How the inputs of several networks' layers lie in the inputs of the one layer that holds them all.

    `positions` has an array for each member: which of the `inputs` of the whole are the member's. `last` says whether
    it is the networks' last layer, whose outputs are the mean of the members'.
    """

    positions: tuple[Positions, ...]
    inputs: int
    last: bool = False

    @property
    def count(self) -> int:
        """How many members there are."""
        return len(self.positions)

    @property
    def shared(self) -> bool:
        """Whether every member takes all inputs, in their order."""
        everything = np.arange(self.inputs)
        return all(np.array_equal(positions, everything) for positions in self.positions)

    @property
    def concatenated(self) -> bool:
        """Whether each member has inputs of its own, and they follow one another."""
        return np.array_equal(np.concatenate(self.positions), np.arange(self.inputs))


class Merged(NamedTuple):
    """The layer that holds several members' layers: its kind, its widths, and which outputs are each member's."""

    kind: str
    widths: Widths
    positions: tuple[Positions, ...]


def consecutive(width: int, count: int) -> tuple[Positions, ...]:
    """The positions of members whose outputs follow one another.

    Examples
    --------
    >>> [positions.tolist() for positions in consecutive(2, 3)]
    [[0, 1], [2, 3], [4, 5]]
    """
    return tuple(np.arange(member * width, (member + 1) * width) for member in range(count))


def merged_in_groups(kind: str, widths: Widths, members: Members) -> Merged:
    """Members whose inputs follow one another: a layer as wide as all of them, in as many times as many groups.

    Raises
    ------
    BacklitError
        If the members share inputs.
    """
    if not members.concatenated:
        raise BacklitError(f"a {kind} layer of several networks needs inputs of each network's own")
    inputs, outputs, groups = (width * members.count for width in widths)
    return Merged(kind, Widths(inputs, outputs, groups), consecutive(widths.outputs, members.count))


def merged_elementwise(kind: str, widths: Widths, members: Members) -> Merged:
    """The same for a layer that works element by element, which has no groups."""
    _, (inputs, outputs, _), positions = merged_in_groups(kind, widths, members)
    return Merged(kind, Widths(inputs, outputs), positions)


def not_merged(kind: str, widths: Widths, members: Members) -> Merged:
    """Of a layer that only foreign networks have, which are never merged.

    Raises
    ------
    BacklitError
        Always.
    """
    raise BacklitError(f"a {kind} layer of several networks is not made one; keep the networks apart")


def concatenated(parameter: str, arrays: Sequence[Vector], widths: Widths, members: Members) -> Vector:
    """The members' arrays, one after the other along the last axis."""
    return np.concatenate(arrays, axis=-1)


def _outer_widths(widths: Widths) -> Mapping[str, int]:
    return {"inputs": widths.inputs, "outputs": widths.outputs}


def _no_shape_error(widths: Widths) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class LayerKind:
    """A layer as data: ``z`` is `formula` in its input ``x`` and its parameters; a gate then makes ``a`` of ``z``.

    Parameters
    ----------
    name : str
        What blueprints and files call it; its file has the same name.
    formula : str
        In gates of `backlit.declared.gates`, ``x``, and the parameters' names.
    parameters : tuple of Parameter
        In the order in which their arrays lie.
    named_widths : callable
        The widths that the parameters' shapes name; ``inputs`` and ``outputs`` unless given.
    shape_error : callable
        Why a layer of such widths cannot be built; an empty string if it can.
    numbered : bool
        Whether it is a layer of neurons, which is counted: layer l of a network is ``w[l]``. What is not counted has no
        gate, and the number of the layer before it, 0 in front of the first one.
    elementwise : bool
        Whether each output depends on the input at its place only.
    weighted_sum : bool
        Whether ``z = x w + b`` (in each group), for which the engine and Muon know ways of their own.
    gated : bool
        Whether a gate may follow it though it is not counted, as one follows neurons, and it may end a network.
    only_first : bool
        Whether it stands at the input only: it has no kernel for the gradient of its inputs.
    slope : str
        Of a layer that follows a gate and takes the gate's input ``z`` as well: its derivative by ``z``, in its
        parameters and the gate's own ``slope``.
    steps : tuple of (str, str)
        What `formula` is made of on the way, by name and formula, each of ``x``, parameters and the steps before it;
        a circuit shows them under their names.
    across : str
        Of a layer that mixes a row's numbers without weights: the derivative of an output by an input, in its
        parameters and steps at the output, ``STEP_in`` for a step at the input, ``same`` (1 where both are at one
        place, else 0) and ``width``.
    merged : callable
        The layer that holds several members' layers.
    joined : callable
        One array of it: of the parameter's name, the members' arrays, a member's widths and where the inputs lie.
    source : callable
        Of an output: a word for what is made of an input, and that input's index; for names of columns.
    """

    name: str
    formula: str
    parameters: tuple[Parameter, ...]
    named_widths: Callable[[Widths], Mapping[str, int]] = _outer_widths
    shape_error: Callable[[Widths], str] = _no_shape_error
    numbered: bool = False
    elementwise: bool = False
    weighted_sum: bool = False
    gated: bool = False
    only_first: bool = False
    slope: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    across: str = ""
    merged: Callable[[str, Widths, Members], Merged] = merged_elementwise
    joined: Callable[[str, Sequence[Vector], Widths, Members], Vector] = concatenated
    source: Callable[[Widths, int], tuple[str, int]] = lambda widths, output: ("", output)
