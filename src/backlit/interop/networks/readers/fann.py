"""FANN: the text files ``.net`` that ``fann_save`` writes, with the scaling that FANN keeps in them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.interop.networks.chain import check_density
from backlit.interop.networks.description import Activation, Description, Linear, Scaling, Step
from backlit.interop.networks.number_runs import numbers_in
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.source import Source, check_size_of_text

LONGEST_KEY = 200
"""Bytes of a line within which its name ends."""

LARGEST_SUM = 150.0
"""FANN holds steepness x sum at 150 / steepness to both sides, before any activation."""

ACTIVATIONS: Mapping[int, tuple[str, tuple[str, ...]]] = {
    0: ("bounded_linear", ("steepness", "largest")),
    1: ("step", ("0", "1")),
    2: ("step", ("-1", "1")),
    3: ("scaled_sigmoid", ("double",)),
    4: ("sigmoid_stepwise", ("steepness",)),
    5: ("scaled_tanh", ("1", "steepness")),
    6: ("tanh_stepwise", ("steepness",)),
    7: ("gaussian", ("1", "steepness", "0")),
    8: ("gaussian", ("2", "steepness", "-1")),
    9: ("linear", ("0",)),  # FANN_GAUSSIAN_STEPWISE was never written: it gives 0
    10: ("elliott", ("0.5", "steepness", "0.5")),
    11: ("elliott", ("1", "steepness", "0")),
    12: ("hard_sigmoid", ("steepness", "0")),
    13: ("bounded_linear", ("steepness", "1")),
    14: ("sine", ("1", "steepness", "0")),
    15: ("cosine", ("1", "steepness", "0")),
    16: ("sine", ("0.5", "steepness", "0.5")),
    17: ("cosine", ("0.5", "steepness", "0.5")),
}
"""FANN's number of an activation -> a family of gates and its numbers, some of which follow from the steepness."""

LEVEL = {"scaled_sigmoid": 40.0, "scaled_tanh": 20.0, "gaussian": 28.0, "sigmoid_stepwise": 3.0, "tanh_stepwise": 3.0}
"""Family -> from where on its gate is level in float64: where FANN holds a sum beyond, nothing is to be done."""


def recognises(source: Source) -> bool:
    """Whether a file begins as FANN's do."""
    return source.head.startswith((b"FANN_FLO_", b"FANN_FIX_"))


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a file."""
    assert source.path is not None
    check_size_of_text(source.path)
    version, entries = _entries(source.path)
    if version.startswith("FANN_FIX"):
        raise BacklitError("the file holds whole numbers (fann_save_to_fixed); save the network with fann_save")
    if entries.get("network_type", b"0").strip() != b"0":
        raise BacklitError("a shortcut network links layers that do not follow on each other; train a layered network")
    sizes = _numbers(entries, "layer_sizes").astype(np.int64)
    if (said := entries.get("num_layers", b"").strip()) and said != b"%d" % len(sizes):
        given = said[:20].decode("ascii", "replace")
        raise BacklitError(f"num_layers: {given}, but layer_sizes has {len(sizes)}; save the network again")
    neurons = _numbers(entries, "neurons").reshape(-1, 3)
    connections = _numbers(entries, "connections").reshape(-1, 2)
    if len(sizes) < 2 or (sizes < 2).any() or sizes.sum() != len(neurons):
        raise BacklitError(f"layer_sizes: {sizes.sum()} neurons, but the file holds {len(neurons)}; save it again")
    if neurons[:, 0].sum() != len(connections):
        raise BacklitError(
            f"connections: {int(neurons[:, 0].sum())} of neurons, but the file holds {len(connections)}; save it again"
        )
    steps: list[Step] = [*_scaling(entries, "in", int(sizes[0]) - 1)]
    starts, taken = np.concatenate([[0], np.cumsum(sizes)]), 0
    for number in range(1, len(sizes)):
        own = neurons[starts[number] : starts[number + 1] - 1]  # the last of each layer is the bias of the next
        count = int(own[:, 0].sum())
        before = slice(int(starts[number - 1]), int(starts[number]))
        steps.append(_linear(own[:, 0].astype(np.int64), connections[taken : taken + count], before, number))
        steps.append(Activation(_gate(own[:, 1:], number), f"layer {number}"))
        taken += count
    steps += _scaling(entries, "out", int(sizes[-1]) - 1)
    return Description("FANN", version.removeprefix("FANN_FLO_"), steps, "regression")


def _entries(path: Path) -> tuple[str, dict[str, bytes]]:
    """The first line, and the others by what stands before their ``=``, without the words in brackets."""
    pairs = {}
    with path.open("rb") as file:
        version = file.readline().strip().decode("ascii", "replace")
        for line in file:
            begin = line[:LONGEST_KEY].partition(b"=")[0]
            pairs[begin.partition(b" (")[0].decode("ascii", "replace")] = line[len(begin) + 1 :]
    return version, pairs


def _numbers(entries: Mapping[str, bytes], name: str) -> NDArray[np.float64]:
    if name not in entries:
        raise BacklitError(f"{name}: the file has none; it is cut short, save the network again")
    width = {"neurons": 3, "connections": 2}.get(name, 1)
    try:
        numbers = numbers_in(entries[name])
    except ValueError:
        raise BacklitError(f"{name}: a number cannot be read; save the network again") from None
    if len(numbers) % width or not np.isfinite(numbers).all():
        raise BacklitError(
            f"{name}: the line is cut short or holds a number that is not finite; save the network again"
        )
    return numbers


def _linear(counts: NDArray[np.int64], connections: NDArray[np.float64], before: slice, number: int) -> Linear:
    """A layer's weights and biases; what a sparse network does not connect is 0."""
    rows = connections[:, 0].astype(np.int64) - before.start
    height = before.stop - before.start
    if len(rows) == 0 or rows.min() < 0 or rows.max() >= height:
        raise BacklitError(
            f"layer {number}: a neuron is not connected to the layer before alone; train a layered network"
        )
    check_density(len(rows), height * len(counts), f"layer {number}")
    matrix = np.zeros((height, len(counts)))
    matrix[rows, np.repeat(np.arange(len(counts)), counts)] = connections[:, 1]
    return Linear(matrix[:-1].copy(), matrix[-1].copy(), f"layer {number}")


def _gate(kinds: NDArray[np.float64], number: int) -> str:
    if not (kinds == kinds[0]).all():
        raise BacklitError(f"layer {number}: its neurons differ in activation or steepness; give a layer one of each")
    kind, steepness = int(kinds[0, 0]), float(kinds[0, 1])
    if kind not in ACTIVATIONS:
        raise BacklitError(f"layer {number}: activation {kind} is not known; those of FANN 2.2, 0 to 17, are read")
    if steepness <= 0:
        raise BacklitError(f"layer {number}: steepness {steepness:g}; give it one above 0")
    family, numbers = ACTIVATIONS[kind]
    largest = LARGEST_SUM / steepness
    named = {"steepness": steepness, "double": 2 * steepness, "largest": largest}
    given = [named[n] if n in named else float(n) for n in numbers]
    held = 2 * largest if "double" in numbers else largest
    if f"held_{family}" in GATES.families and held < LEVEL.get(family, math.inf):
        return GATES.families[f"held_{family}"].member(*given, held).name
    if kind in (12, 13) and largest < 1:
        raise BacklitError(
            f"layer {number}: steepness {steepness:g} of a LINEAR_PIECE; give it one below {LARGEST_SUM:g}"
        )
    return GATES.families[family].member(*given).name


def _scaling(entries: Mapping[str, bytes], side: str, width: int) -> list[Step]:
    """``fann_scale_input`` before the network, ``fann_descale_output`` behind it, where the file has their numbers."""
    if entries.get("scale_included", b"0").strip() == b"0":
        return []
    names = ("mean", "deviation", "new_min", "factor")
    mean, deviation, low, factor = (_numbers(entries, f"scale_{name}_{side}") for name in names)
    if {len(mean), len(deviation), len(low), len(factor)} != {width}:
        raise BacklitError(f"scale_mean_{side}: not one number for each of {width}; save the network again")
    divisor = deviation if side == "in" else factor
    if (divisor == 0).any():
        raise BacklitError(
            f"scale_deviation_{side}: 0, as FANN saves six digits after the point; give the column larger units"
        )
    if side == "in":
        return [Scaling(mean, factor / deviation, factor + low, "fann_scale_input")]
    return [Scaling(low, deviation / factor, mean - deviation, "fann_descale_output")]


READER = Reader("FANN", recognises, read, "a .net file of FANN")
