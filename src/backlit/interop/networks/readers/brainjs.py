"""brain.js: what `toJSON` of its NeuralNetwork gives, of versions 1 and 2."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.interop.networks.description import Activation, Description, Linear, Step
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.source import Source, check_size_of_text

UNSAVED_SLOPE = 0.01
"""The slope of a leaky relu whose file does not say it."""


def recognises(source: Source) -> bool:
    """Whether a file begins as brain.js's JSON does."""
    head = source.head.lstrip()[:4096]
    return head.startswith(b"{") and b'"sizes"' in head and b'"layers"' in source.head


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a file."""
    assert source.path is not None
    check_size_of_text(source.path)
    try:
        saved = json.loads(source.path.read_bytes())
    except (ValueError, RecursionError):
        raise BacklitError("the JSON is damaged or cut short; write JSON.stringify(net.toJSON()) again") from None
    second = "type" in saved
    if second and saved["type"] not in ("NeuralNetwork", "NeuralNetworkGPU"):
        raise BacklitError(f"a {saved['type']} is no chain of layers; give a NeuralNetwork")
    try:
        read_layers = _second if second else _first
        matrices, inputs, outputs = read_layers(saved)
        _check_sizes(saved["sizes"], matrices)
        options = saved.get("trainOpts") or {}
        name = str(options.get("activation", "sigmoid") if second else saved.get("activation", "sigmoid"))
        gate = _gate(name, second, float(options.get("leakyReluAlpha", UNSAVED_SLOPE)))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if isinstance(error, BacklitError):
            raise
        raise BacklitError("a layer lacks weights or a bias; write JSON.stringify(net.toJSON()) again") from None
    steps: list[Step] = []
    for number, (weights, biases) in enumerate(matrices, 1):
        steps += [Linear(weights, biases, f"layers[{number}]"), Activation(gate, f"{name} behind layers[{number}]")]
    notes = [f"its outputs are {', '.join(outputs)}"] if outputs else []
    if name == "leaky-relu" and not second:
        notes.append("brain.js 1 does not save leakyReluAlpha: 0.01 is taken, as it does itself")
    return Description("brain.js", "2" if second else "1", steps, "regression", feature_names=inputs, notes=notes)


def _check_sizes(sizes: Sequence[int], matrices: Sequence[tuple[Any, Any]]) -> None:
    """Where the file says other sizes than its layers have, brain.js goes by the sizes."""
    widths = [weights.shape[0] for weights, _ in matrices[:1]] + [len(biases) for _, biases in matrices]
    if list(sizes) != widths:
        raise BacklitError(f"sizes: {sizes!s:.80}, but its layers are of {widths!s:.80}; write it again")


def _gate(name: str, second: bool, slope: float) -> str:
    if name == "leaky-relu":
        # version 1 gives 0 below 0 and slope x above, which is a relu of a scaled sum; version 2 what the name says
        return GATES.families["leaky_relu" if second else "scaled_relu"].member(slope).name
    if name not in ("sigmoid", "relu", "tanh"):
        raise BacklitError(f"activation {name!r} is not known; those of brain.js are sigmoid, relu, leaky-relu, tanh")
    return name


@contextmanager
def _named(number: int) -> Iterator[None]:
    """Say which layer it is that cannot be read."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise BacklitError(
            f"layers[{number}]: it lacks weights or a bias; write JSON.stringify(net.toJSON()) again"
        ) from None


def _second(saved: Mapping[str, Any]) -> tuple[list[tuple[Any, Any]], list[str], list[str]]:
    """Rows of weights for each neuron, and names with their columns."""
    layers = []
    for number, layer in enumerate(saved["layers"][1:], 1):
        with _named(number):
            layers.append((np.array(layer["weights"], np.float64).T, np.array(layer["biases"], np.float64)))
    return layers, _in_order(saved.get("inputLookup")), _in_order(saved.get("outputLookup"))


def _in_order(lookup: Mapping[str, int] | None) -> list[str]:
    return sorted(lookup, key=lambda name: lookup[name]) if lookup else []


def _first(saved: Mapping[str, Any]) -> tuple[list[tuple[Any, Any]], list[str], list[str]]:
    """A bias and named weights for each named neuron; names come in the order that they have in the file."""
    before: Sequence[str] = list(saved["layers"][0])
    matrices = []
    for number, layer in enumerate(saved["layers"][1:], 1):
        with _named(number):
            rows = [[neuron["weights"][name] for name in before] for neuron in layer.values()]
            biases = np.array([neuron["bias"] for neuron in layer.values()], float)
            matrices.append((np.array(rows, np.float64).T, biases))
        before = list(layer)
    inputs, outputs = list(saved["layers"][0]), list(saved["layers"][-1])
    return matrices, inputs if saved.get("inputLookup") else [], outputs if saved.get("outputLookup") else []


READER = Reader("brain.js", recognises, read, "the JSON of a brain.js NeuralNetwork")
