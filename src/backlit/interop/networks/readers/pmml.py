"""PMML: a NeuralNetwork of version 3 or 4, with what the file does to inputs, targets and classes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.interop.networks.chain import check_density
from backlit.interop.networks.description import Activation, Description, Linear, Scaling, Step
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.readers._pmml_columns import Column, Fields, first_steps, knots_of
from backlit.interop.networks.readers._pmml_document import AGAIN, Element, document_of, number_of
from backlit.interop.networks.source import Source

ROOT = re.compile(rb"<(?:\w+:)?PMML[\s/>]")
NO_MODELS = ("Header", "MiningBuildTask", "DataDictionary", "TransformationDictionary", "Extension")
LABELS: Mapping[str, Callable[[str], Any]] = {
    "integer": int,
    "float": float,
    "double": float,
    "boolean": lambda text: {"true": True, "1": True, "false": False, "0": False}[text],
}
"""Data type of a target -> its labels; all others are text."""


def _member(family: str, *numbers: float) -> Callable[[float], str]:
    return lambda threshold: GATES.families[family].member(*numbers).name


ACTIVATIONS: Mapping[str, Callable[[float], str]] = {
    "threshold": lambda threshold: GATES.families["above"].member(threshold).name,
    "logistic": lambda threshold: "sigmoid",
    "tanh": lambda threshold: "tanh",
    "identity": lambda threshold: "identity",
    "exponential": lambda threshold: "exp",
    "reciprocal": _member("reciprocal", 1.0),
    "square": _member("parabola", 1.0),
    "Gauss": _member("gaussian", 1.0, 1.0, 0.0),
    "sine": lambda threshold: "sin",
    "cosine": lambda threshold: "cos",
    "Elliott": lambda threshold: "softsign",
    "arctan": _member("scaled_arctan", 2 / math.pi),
    "rectifier": lambda threshold: "relu",
}
"""PMML's name of an activation -> our gate, of the threshold."""


def recognises(source: Source) -> bool:
    """Whether a file is XML whose root is PMML."""
    return ROOT.search(source.head) is not None


@dataclass(frozen=True, slots=True)
class NeuralLayer:
    """A layer as the file has it, and the names of its neurons."""

    linear: Linear
    gate: str
    normalization: str
    neurons: Sequence[str]


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a file."""
    assert source.path is not None
    root = document_of(source.path)
    network = _network(root)
    task = network.attributes.get("functionName", "")
    if task not in ("classification", "regression"):
        raise BacklitError(f"functionName {task!r} is not read; give a network of classification or regression")
    columns, notes = _columns(root, network)
    layers = _layers(network, list(columns))
    outputs = _within(network, "NeuralOutputs").every("NeuralOutput")
    fields = {output.attributes.get("outputNeuron", ""): _target(output) for output in outputs}
    front, first, bends = first_steps(list(columns.values()), layers[0].linear)
    layers[0] = replace(layers[0], linear=first)
    classes = None
    if task == "classification":
        layers, classes, divided = _classes(layers, fields, _within(root, "DataDictionary"))
        notes += divided
        units: list[Step] = []
    else:
        layers, units = _numbers(layers, fields, _within(network, "Targets"))
    names = [str(column.name) for column in columns.values()]
    steps = [*front, *_steps(layers), *units]
    made = _within(_within(root, "Header"), "Application").attributes
    version = " ".join(filter(None, (root.attributes.get("version"), made.get("name"), made.get("version"))))
    return Description("PMML", version, steps, task, classes, feature_names=names, notes=[*notes, *bends])


def _within(element: Element, tag: str) -> Element:
    """A child, or an empty one."""
    return element.first(tag) or Element(tag, {})


def _network(root: Element) -> Element:
    if root.tag != "PMML":
        raise BacklitError(f"the XML is a {root.tag[:40]}, no PMML; {AGAIN}")
    models = [child for child in root.children if child.tag not in NO_MODELS]
    if len(models) != 1 or models[0].tag != "NeuralNetwork":
        what = ", ".join(sorted({model.tag for model in models})) or "no model"
        raise BacklitError(f"the PMML holds {what[:80]}; give a file of one NeuralNetwork")
    return models[0]


def _columns(root: Element, network: Element) -> tuple[dict[str, Column], list[str]]:
    """The column of each input, and what to know of them."""
    groups = (_within(root, "TransformationDictionary"), _within(network, "LocalTransformations"))
    derived = {field.attributes.get("name", ""): field for group in groups for field in group.every("DerivedField")}
    schema = _within(network, "MiningSchema").every("MiningField")
    fields = Fields(derived, {field.attributes.get("name", ""): field for field in schema})
    columns: dict[str, Column] = {}
    for given in _within(network, "NeuralInputs").every("NeuralInput"):
        name = given.attributes.get("id", "")
        if name in columns:
            raise BacklitError(f"{given.named}: a second input of this id; {AGAIN}")
        columns[name] = fields.column(_within(given, "DerivedField"))
    names = [column.name for column in columns.values()]
    if not names or None in names or len({*names}) != len(names):
        raise BacklitError("NeuralInputs: each takes a column that no other takes; give the network such inputs")
    return columns, list(fields.notes.values())


def _layers(network: Element, before: Sequence[str]) -> list[NeuralLayer]:
    layers: list[NeuralLayer] = []
    for number, layer in enumerate(network.every("NeuralLayer"), 1):
        where = f"NeuralLayer {number}"
        given = {**network.attributes, **layer.attributes}
        name = given.get("activationFunction", "")
        if name not in ACTIVATIONS:
            raise BacklitError(
                f"{where}: activationFunction {name!r} is not read; those that are: {', '.join(ACTIVATIONS)}"
            )
        if layer.number("numberOfNeurons", -1) not in (-1, len(list(layer.every("Neuron")))):
            raise BacklitError(f"{where}: numberOfNeurons is not the number of its neurons; {AGAIN}")
        gate = ACTIVATIONS[name](float(number_of(given.get("threshold"), f"{where}: threshold", 0.0)))
        neurons = [neuron.attributes.get("id", "") for neuron in layer.every("Neuron")]
        linear = _linear(layer, before, where)
        if len({*neurons}) != len(neurons):
            raise BacklitError(f"{where}: two neurons of one id; {AGAIN}")
        layers.append(NeuralLayer(linear, gate, given.get("normalizationMethod", "none"), neurons))
        before = neurons
    if not layers:
        raise BacklitError(f"the network has no NeuralLayer; {AGAIN}")
    for number, hidden in enumerate(layers[:-1], 1):
        if hidden.normalization != "none":
            raise BacklitError(
                f"NeuralLayer {number}: {hidden.normalization} is read of the last layer alone; leave it out"
            )
    return layers


def _linear(layer: Element, before: Sequence[str], where: str) -> Linear:
    """Weights and biases; a link that the file lacks is 0, as PMML has it."""
    neurons = list(layer.every("Neuron"))
    links = sum(len(neuron.sources) for neuron in neurons)
    if not links:
        raise BacklitError(f"{where}: it has no weights; {AGAIN}")
    check_density(links, len(before) * len(neurons), where)
    rows = {name: row for row, name in enumerate(before)}
    weights = np.zeros((len(before), len(neurons)))
    at = np.empty(0, np.int64)
    looked_up: list[str] | None = None
    for unit, neuron in enumerate(neurons):
        if neuron.sources is not looked_up:  # neurons of a layer often share the list
            at, looked_up = _rows_of(neuron, rows, where), neuron.sources
        weights[at, unit] = neuron.weights
    return Linear(weights, np.array([neuron.number("bias", 0.0) for neuron in neurons]), where)


def _rows_of(neuron: Element, rows: Mapping[str, int], where: str) -> NDArray[np.int64]:
    """Which of the numbers before it a neuron takes, each once."""
    at = [rows.get(source, -1) for source in neuron.sources]
    if -1 in at:
        name = neuron.sources[at.index(-1)]
        raise BacklitError(
            f"{where}, {neuron.named}: a link from {name[:40]!r}, which is not in the layer before; {AGAIN}"
        )
    if len({*at}) != len(at):
        raise BacklitError(f"{where}, {neuron.named}: two links from one neuron; {AGAIN}")
    return np.array(at, np.int64)


def _steps(layers: Sequence[NeuralLayer]) -> list[Step]:
    """The layers; a neuron that passes on what it gets, as some tools write it before a logistic one, is left out."""
    steps: list[Step] = []
    for layer in layers:
        passes = layer.linear.weights.tolist() == [[1.0]] and layer.linear.biases.tolist() == [0.0]
        if passes and steps and isinstance(steps[-1], Activation) and steps[-1].gate == "identity":
            steps[-1] = Activation(layer.gate, layer.linear.where)
            continue
        steps += [layer.linear, Activation(layer.gate, layer.linear.where)]
    return steps


def _target(output: Element) -> Element:
    """What a NeuralOutput stands for."""
    expression = next(_within(output, "DerivedField").every("FieldRef", "NormContinuous", "NormDiscrete"), None)
    if expression is None:
        raise BacklitError(f"NeuralOutput: it is no FieldRef, NormContinuous or NormDiscrete; {AGAIN}")
    return expression


def _chosen(layer: NeuralLayer, neurons: Sequence[str]) -> NeuralLayer:
    """A layer of some of its neurons, in another order."""
    for name in neurons:
        if name not in layer.neurons:
            raise BacklitError(f"NeuralOutput {name[:40]!r}: it is no neuron of the last layer; {AGAIN}")
    at = [layer.neurons.index(name) for name in neurons]
    linear = replace(layer.linear, weights=layer.linear.weights[:, at], biases=layer.linear.biases[at])
    return replace(layer, linear=linear, neurons=neurons)


def _numbers(
    layers: Sequence[NeuralLayer], fields: Mapping[str, Element], targets: Element
) -> tuple[list[NeuralLayer], list[Step]]:
    """The layers and the units of the targets."""
    last = layers[-1]
    if last.normalization != "none":
        raise BacklitError(f"{last.linear.where}: {last.normalization} of numbers is not read; leave it out")
    if not fields:
        raise BacklitError(f"the network has no NeuralOutput; {AGAIN}")
    scaled = {target.attributes.get("field", ""): target for target in targets.every("Target")}
    units = []
    for field in fields.values():
        center, scale, offset = 0.0, 1.0, 0.0
        if field.tag == "NormDiscrete":
            raise BacklitError(f"NeuralOutput: {field.named} is a class, but functionName is regression; {AGAIN}")
        if field.tag == "NormContinuous":
            (x0, y0), (x1, y1), *more = knots_of(field)
            if more or y0 == y1:
                raise BacklitError(f"NeuralOutput, {field.named}: its line has bends or is level; scale by two points")
            center, scale, offset = y0, (x1 - x0) / (y1 - y0), x0
        target = scaled.get(field.attributes.get("field", "")) or Element("Target", {})
        for name in ("min", "max", "castInteger"):
            if name in target.attributes:
                raise BacklitError(f"{target.named}: {name} of a target is not read; leave it out")
        factor = target.number("rescaleFactor", 1.0)
        units.append((center, scale * factor, offset * factor + target.number("rescaleConstant", 0.0)))
    centers, scales, offsets = np.array(units).T
    plain = not centers.any() and not offsets.any() and bool((scales == 1).all())
    layers = [*layers[:-1], _chosen(last, list(fields))]
    return layers, [] if plain else [Scaling(centers, scales, offsets, "NeuralOutputs")]


def _classes(
    layers: Sequence[NeuralLayer], fields: Mapping[str, Element], dictionary: Element
) -> tuple[list[NeuralLayer], list[Any], list[str]]:
    """The layers with the gate of probabilities, the labels in the order of the outputs, and what to know of them."""
    labels = _labels(fields.values(), dictionary)
    *before, last = layers
    if {*fields} != {*last.neurons}:
        raise BacklitError("NeuralOutputs: a neuron of the last layer is no output, or an output no neuron; " + AGAIN)
    last = _chosen(last, list(fields))
    where, method = last.linear.where, last.normalization
    ends = list(zip(last.linear.weights.T.tolist(), last.linear.biases.tolist(), strict=True))
    yes, no = ([1.0], 0.0), ([-1.0], 1.0)
    of_sigmoid = bool(before) and before[-1].gate == "sigmoid" and (method, last.gate) == ("none", "identity")
    if of_sigmoid and ends in ([no, yes], [yes, no]):  # p and 1 - p
        return before, labels if ends[1] == yes else labels[::-1], []
    if method == "softmax":
        if last.gate == "identity":
            return [*before, replace(last, gate="softmax")], labels, []
        width = len(last.neurons)
        behind = Linear(np.eye(width), np.zeros(width), f"softmax of {where}")
        note = f"softmax of {where} follows its activation: it is a layer with ones on its diagonal"
        return [*before, last, NeuralLayer(behind, "softmax", method, last.neurons)], labels, [note]
    if method == "simplemax" and last.gate == "exp":
        return [*before, replace(last, gate="softmax")], labels, ["simplemax of exponentials is a softmax"]
    if method == "simplemax" and last.gate == "sigmoid" and len(labels) > 1:
        return [*before, last], labels, ["simplemax: predict_proba divides the outputs by their sum"]
    raise BacklitError(
        f"{where}: normalizationMethod {method!r} of {last.gate} gives no probabilities that are read; softmax does, "
        "and simplemax of logistic or exponential"
    )


def _labels(fields: Iterable[Element], dictionary: Element) -> list[Any]:
    """The values that the outputs stand for, in the type of the target."""
    types = {field.attributes.get("name", ""): field.attributes.get("dataType", "") for field in dictionary.children}
    labels = []
    for field in fields:
        value = field.attributes.get("value")
        if field.tag != "NormDiscrete" or value is None:
            raise BacklitError(f"NeuralOutput: {field.named} is no class (NormDiscrete with a value); {AGAIN}")
        try:
            labels.append(LABELS.get(types.get(field.attributes.get("field", ""), ""), str)(value))
        except (ValueError, KeyError):
            raise BacklitError(f"NeuralOutput: class {value[:40]!r} is not of its dataType; {AGAIN}") from None
    if len({*labels}) != len(labels):
        raise BacklitError(f"NeuralOutputs: two are of one class; {AGAIN}")
    return labels


READER = Reader("PMML", recognises, read, "a NeuralNetwork in PMML")
