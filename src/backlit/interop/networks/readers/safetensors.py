"""PyTorch's weights as `.safetensors`: names and arrays; the activations between them are given or guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError
from backlit.estimators.mlp.parameters import ACTIVATIONS
from backlit.interop.networks.chain import MOST_PARAMETERS
from backlit.interop.networks.description import Activation, Description, LayerNorm, Linear, Scaling, Slopes, Step
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.source import Source

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4"}
"""Type of the format -> NumPy's; BF16 is the upper half of a float32."""

MOST_HEADER, MOST_ARRAYS = 2**24, 10_000
MARK = "backlit"
"""Key of the metadata of our own model files."""

EPSILON = 1e-5
GUESSED = "relu"
DAMAGED = "the file is damaged or cut short; save the weights again"

Array = NDArray[Any]


def recognises(source: Source) -> bool:
    """Whether a file begins with the length of a header in JSON and that header, and is no model file of ours."""
    head = source.head
    if len(head) < 10 or head[8:9] != b"{":
        return False
    size = int.from_bytes(head[:8], "little")
    return 2 <= size <= MOST_HEADER and b'"dtype"' in head and f'"{MARK}":'.encode() not in head[:2048]


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a file; `hints` may have the gates between the layers, as ``activation``."""
    groups = _groups(_arrays(source))
    order = _in_order(groups)
    linears = [name for name in order if groups[name]["weight"].ndim == 2]
    gates, notes = _gates(hints.get("activation"), len(linears) - 1)
    steps: list[Step] = []
    for number, name in enumerate(linears):
        steps.append(_linear(groups[name], name))
        end = order.index(linears[number + 1]) if name != linears[-1] else len(order)
        between = order[order.index(name) + 1 : end]
        parts = [(part, _part(groups[part], part)) for part in between]
        notes += [
            f"{part}: the file has no epsilon of it; {EPSILON:g} is taken, PyTorch's default"
            for part, made in parts
            if not isinstance(made, Slopes)
        ]
        following = linears[number + 1] if name != linears[-1] else ""
        at = _gate_index([name, *between, following]) if following else None
        if following and any(isinstance(made, Slopes) for _, made in parts):
            at = None  # a relu with slopes is the gate
        for place, made in enumerate([None, *(made for _, made in parts)]):
            steps += [] if made is None else [made]
            if place == at:
                steps.append(Activation(gates[number], f"the activation behind {[name, *between][place]}"))
    return Description("PyTorch", "", steps, notes=notes)


def _arrays(source: Source) -> dict[str, Array]:
    """The arrays, after all that the header says of them was held against the size of the file."""
    assert source.path is not None
    size = source.path.stat().st_size
    with source.path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > min(MOST_HEADER, size - 8):
            raise BacklitError(DAMAGED)
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError):
            raise BacklitError(DAMAGED) from None
        if not isinstance(header, dict) or len(header) > MOST_ARRAYS:
            raise BacklitError(DAMAGED)
        arrays, end, numbers = dict[str, Array](), 8 + length, 0
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            kind, shape, (first, last) = _entry(name, entry)
            count = int(np.prod(shape, dtype=object)) if shape else 1
            if count * kind.itemsize != last - first or not 0 <= first <= last <= size - end:
                raise BacklitError(f"{name}: {last - first} bytes are no array of shape {shape}; save it again")
            numbers += count
            if numbers > MOST_PARAMETERS:
                raise BacklitError(f"the network has more than {MOST_PARAMETERS:,} weights; give a smaller one")
            file.seek(end + first)
            values = np.fromfile(file, kind, count).reshape(shape)
            arrays[str(name)] = _float(values, entry["dtype"])
    return arrays


def _entry(name: str, entry: Any) -> tuple[np.dtype[Any], list[int], tuple[int, int]]:
    """The type, the shape, and where the bytes lie."""
    try:
        kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        whole = all(type(number) is int and 0 <= number < 2**48 for number in (*shape, *offsets))
        if len(shape) > 4 or len(offsets) != 2 or not whole:
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise BacklitError(f"{name}: {DAMAGED}") from None
    if not isinstance(kind, str) or kind not in TYPES:
        raise BacklitError(f"{name}: numbers of type {kind!s:.20} are not read; save them as float32: model.float()")
    return np.dtype(TYPES[kind]), list(shape), (offsets[0], offsets[1])


def _float(values: Array, kind: str) -> Array:
    if kind == "BF16":
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values if kind in ("F64", "F32") else values.astype(np.float32 if kind == "F16" else np.float64)


def _order(name: str) -> list[Any]:
    """Names with numbers in them in the order of the numbers: ``net.10`` is behind ``net.2``."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]


PARTS = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def _groups(arrays: Mapping[str, Array]) -> dict[str, dict[str, Array]]:
    """Layer -> its arrays."""
    groups: dict[str, dict[str, Array]] = {}
    for name, array in arrays.items():
        layer, _, part = name.rpartition(".")
        if part not in PARTS or (part == "weight" and array.ndim not in (1, 2)):
            raise BacklitError(f"{name}: of shape {array.shape} it is of no Linear or norm; {CHAIN}")
        groups.setdefault(layer, {})[part] = array
    for layer, group in groups.items():
        if "weight" not in group:
            raise BacklitError(f"{layer}: its weight is missing; save the whole state_dict")
    if not any(group["weight"].ndim == 2 for group in groups.values()):
        raise BacklitError(f"no weight of shape (outputs, inputs) is in it; {CHAIN}")
    return groups


CHAIN = "save the state_dict of a chain of Linear, BatchNorm1d, LayerNorm and PReLU"


def _in_order(groups: Mapping[str, Mapping[str, Array]]) -> list[str]:
    """The layers in the order of the numbers in their names, or in the only one in which their widths fit."""
    names = sorted(groups, key=_order)
    others = [name for name in names if groups[name]["weight"].ndim == 1]
    unplaced = [name for name in others if not re.search(r"(^|\.)\d+(\.|$)", name)]
    if unplaced:
        raise BacklitError(f"{unplaced[0]}: its name does not say what it follows; number the layers: nn.Sequential")
    shapes = {name: groups[name]["weight"].shape for name in names if name not in others}
    linears = list(shapes)
    if _fits(linears, shapes):
        return names
    orders = _orders(shapes) if not others and len(shapes) <= MOST_SOUGHT else []
    if len(orders) != 1:
        raise BacklitError(
            f"the layers {', '.join(linears)[:200]} do not follow one another by their widths; give the module itself, "
            "or number its layers: nn.Sequential"
        )
    return orders[0]


MOST_SOUGHT = 30
"""Layers whose order is looked for by their widths."""


def _fits(names: Sequence[str], shapes: Mapping[str, tuple[int, ...]]) -> bool:
    return all(shapes[before][0] == shapes[after][1] for before, after in pairwise(names))


def _orders(shapes: Mapping[str, tuple[int, ...]]) -> list[list[str]]:
    """Up to two orders in which each layer takes what the one before it gives."""
    found: list[list[str]] = []
    begun = [[name] for name in shapes]
    for _ in range(MOST_TRIED):
        if not begun or len(found) > 1:
            break
        chain = begun.pop()
        if len(chain) == len(shapes):
            found.append(chain)
        begun += [[*chain, name] for name in shapes if name not in chain and shapes[chain[-1]][0] == shapes[name][1]]
    return found if not begun else []


MOST_TRIED = 10_000


def _gate_index(names: Sequence[str]) -> int | None:
    """Behind which of the layers before the last a gate stands: in the gap of their numbers, else behind the last."""
    numbers = [int(found[-1]) for name in names if (found := re.findall(r"(?:^|\.)(\d+)(?=\.|$)", name))]
    if len({re.sub(r"\d+", "#", name) for name in names}) > 1 or len(numbers) < len(names):
        return len(names) - 2
    gaps = [index for index, (before, after) in enumerate(pairwise(numbers)) if after - before > 1]
    return gaps[-1] if gaps else None


def _gates(given: Any, hidden: int) -> tuple[list[str], list[str]]:
    """The gate behind each hidden layer, and what is to be said of it."""
    if given is None:
        note = f"the file has no activations; {GUESSED} is taken behind hidden layers: give activation='tanh' if not"
        return [GUESSED] * hidden, [note] if hidden else []
    names = [given] * hidden if isinstance(given, str) else list(given)
    if len(names) != hidden:
        raise BacklitError(f"activation: {len(names)} names for {hidden} hidden layers; give one for each")
    return [ACTIVATIONS.get(name, name) for name in names], []


def _linear(group: Mapping[str, Array], name: str) -> Linear:
    weights = group["weight"].T
    biases = group.get("bias", np.zeros(weights.shape[1], weights.dtype))
    if biases.shape != weights.shape[1:]:
        raise BacklitError(
            f"{name}: a weight of shape {weights.T.shape} and a bias of {biases.shape} do not fit; save both again"
        )
    return Linear(weights, biases, name or "weight")


def _part(group: Mapping[str, Array], name: str) -> Step:
    """A norm, or a relu with slopes."""
    weight = group["weight"]
    if any(array.shape not in (weight.shape, ()) for array in group.values()):
        raise BacklitError(f"{name}: its arrays differ in length; save the weights again")
    if "running_var" in group and "running_mean" in group:
        scale = weight / np.sqrt(group["running_var"].astype(np.float64) + EPSILON)
        return Scaling(group["running_mean"], scale, group.get("bias", np.zeros_like(weight)), name)
    if "bias" in group:
        return LayerNorm(weight, group["bias"], EPSILON, name)
    return Slopes(weight, name)


READER = Reader("PyTorch's weights", recognises, read, "a .safetensors file of PyTorch's weights")
