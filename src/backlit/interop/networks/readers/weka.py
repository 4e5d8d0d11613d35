"""Weka: a MultilayerPerceptron as it is printed, with the ranges of its columns from an ARFF that lies by it."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import numpy as np

from backlit.errors import BacklitError
from backlit.interop.networks.description import Activation, Description, Linear, Scaling, Step
from backlit.interop.networks.number_runs import numbers_in
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.readers._weka_ranges import Ranges, ranges_of
from backlit.interop.networks.source import Source, check_size_of_text

AGAIN = "print the network again, all of it"
NODE = re.compile(r"\s*(Sigmoid|Linear) Node (\d+)\s*")
LINK = re.compile(r"\s*(Threshold|Node \d+|Attrib .*?)\s\s+(\S+)\s*")
BEGINNING = re.compile(rb"(?:Sigmoid|Linear) Node \d+[ \t]*\r?\n[ \t]*Inputs[ \t]+Weights")
CLASS = re.compile(r"Class( .*)?")
SCHEME = re.compile(r"MultilayerPerceptron((?: +\S+)*)")


@dataclass(eq=False, slots=True)
class Node:
    """A node: the names of what it takes, in the order of their weights; nodes of a layer share them."""

    linear: bool
    names: dict[str, int] = field(default_factory=dict)
    weights: array[float] = field(default_factory=lambda: array("d"))
    beginnings: list[str] = field(default_factory=list)
    """What stands before each weight in its line."""
    shared: bool = False
    """Whether names and beginnings are those of another node, too."""

    def weight(self, name: str) -> float | None:
        """The weight of what it takes under a name."""
        at = self.names.get(name, len(self.weights))
        return self.weights[at] if at < len(self.weights) else None


@dataclass(eq=False, slots=True)
class Printed:
    """The nodes by number, the outputs with their classes, and the options, where they are printed."""

    nodes: dict[int, Node]
    outputs: list[tuple[str, int]]
    options: Sequence[str] | None


def recognises(source: Source) -> bool:
    """Whether a text has a node as Weka prints it."""
    return BEGINNING.search(source.head) is not None


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a file."""
    assert source.path is not None
    check_size_of_text(source.path)
    with source.path.open(encoding="utf-8", errors="replace") as lines:
        printed = _printed(lines)
    layers = _layers(printed)
    columns, classes = list(layers[0][0]), [name for name, _ in printed.outputs]
    linear = [printed.nodes[number].linear for _, number in printed.outputs]
    numeric = len(classes) == 1 and linear[0]
    if not numeric and (any(linear) or len(classes) < 2 or len({*classes}) != len(classes)):
        raise BacklitError("Class: it is neither one linear node nor a sigmoid node for each class; " + AGAIN)
    arff = source.path.with_suffix(".arff")
    ranges = ranges_of(arff, columns, [] if numeric else classes) if arff.is_file() else None
    front, behind, notes = _scalings(printed.options, ranges, arff.name, len(columns), numeric)
    steps: list[Step] = [*front]
    for number, (_, matrix, biases) in enumerate(layers, 1):
        steps += [Linear(matrix, biases, f"layer {number}"), Activation("sigmoid", f"layer {number}")]
    if numeric:
        steps[-1:] = behind
    else:
        notes.append("predict_proba divides the sigmoids of the classes by their sum, as Weka does")
    task = "regression" if numeric else "classification"
    return Description("Weka", "", steps, task, None if numeric else classes, feature_names=columns, notes=notes)


def _printed(lines: Iterable[str]) -> Printed:
    nodes: dict[int, Node] = {}
    outputs: list[tuple[str, int]] = []
    options: Sequence[str] | None = None
    node: Node | None = None
    label: str | None = None
    stream, number = iter(lines), 0
    while (line := next(stream, None)) is not None:
        number += 1
        if not nodes and (match := SCHEME.search(line)):
            if ".meta." in line:
                raise BacklitError(f"line {number}: what is around the network is not printed; train it by itself")
            options = match[1].split()
        elif match := NODE.fullmatch(line):
            if int(match[2]) in nodes:
                raise BacklitError(f"line {number}: a second node {match[2]}; give the text of one network")
            before, node, label = node, Node(match[1] == "Linear"), None
            nodes[int(match[2])] = node
            if before is not None:
                looked_at = list(islice(stream, len(before.beginnings) + 1))  # a line in front of the weights
                if _like(node, before, looked_at[1:]):
                    number += len(looked_at)
                else:
                    stream = chain(looked_at, stream)
        elif node is not None and (match := LINK.fullmatch(line)):
            if node.weights and match[1] in node.names:
                raise BacklitError(f"line {number}: {match[1]} once more; {AGAIN}")
            if node.shared:  # it goes on where the other ends
                node.names, node.beginnings, node.shared = dict(node.names), list(node.beginnings), False
            node.names[match[1]] = len(node.weights)
            node.weights.append(_number(match[2], number))
            node.beginnings.append(line[: match.start(2)])
        elif nodes and (match := CLASS.fullmatch(line.rstrip("\n"))):
            node, label = None, (match[1] or "").strip()
        elif label is not None and (match := re.fullmatch(r"\s*Node (\d+)\s*", line)):
            outputs.append((label, int(match[1])))
            label = None
    return Printed(nodes, outputs, options)


def _like(node: Node, before: Node, lines: Sequence[str]) -> bool:
    """Fill a node whose lines begin as those of the node before, as all of a layer do; otherwise leave it as it is."""
    beginnings = before.beginnings
    if not beginnings or len(lines) < len(beginnings):
        return False
    try:
        weights = numbers_in("".join(map(str.removeprefix, lines, beginnings)).encode())
    except ValueError:
        return False
    if len(weights) != len(beginnings):
        return False
    node.weights, node.names, node.beginnings, node.shared = (
        array("d", weights.tobytes()),
        before.names,
        beginnings,
        True,
    )
    return True


def _number(text: str, number: int) -> float:
    try:
        return float(text)
    except ValueError:
        raise BacklitError(f"line {number}: {text.strip()[:40]!r} is no number; {AGAIN}") from None


def _layers(printed: Printed) -> list[tuple[Sequence[str], Any, Any]]:
    """What each layer takes, its weights and its biases, from the columns to the outputs."""
    if not printed.outputs:
        raise BacklitError("the text ends without a Class and its node; " + AGAIN)
    layers: list[tuple[Sequence[str], Any, Any]] = []
    numbers, seen = [number for _, number in printed.outputs], set[int]()
    while True:
        nodes = []
        for number in numbers:
            node = printed.nodes.get(number)
            if node is None:
                raise BacklitError(f"Node {number} is not printed; {AGAIN}")
            if number in seen or (layers and node.linear):
                raise BacklitError(f"Node {number}: it is no sigmoid of a layer of its own; train a network of layers")
            seen.add(number)
            nodes.append(node)
        sources = [name for name in nodes[0].names if name != "Threshold"]
        rows = [_row(node, nodes[0], sources) for node in nodes]
        biases = [node.weight("Threshold") for node in nodes]
        for number, node, row, bias in zip(numbers, nodes, rows, biases, strict=True):
            if bias is None or not sources or row is None or len(node.weights) != len(sources) + 1:
                raise BacklitError(f"Node {number}: its weights are not those of the layer before; {AGAIN}")
        columns = [name.removeprefix("Attrib ") for name in sources if name.startswith("Attrib ")]
        layers.insert(0, (columns or sources, np.array(rows, np.float64).T, np.array(biases, np.float64)))
        if len(columns) == len(sources):
            break
        if columns:
            raise BacklitError(f"Node {numbers[0]}: it takes columns and nodes; train a network of layers")
        numbers = [int(name.removeprefix("Node ")) for name in sources]
    if len(seen) != len(printed.nodes):
        raise BacklitError("a node is in no layer on the way to the classes; train a network of layers")
    return layers


def _row(node: Node, first: Node, sources: Sequence[str]) -> Any:
    """A node's weights in the order of the first node's; None where it takes others."""
    if node.names is first.names and len(node.weights) == len(first.weights) and "Threshold" in node.names:
        return np.delete(np.frombuffer(node.weights, np.float64), node.names["Threshold"])
    weights = [node.weight(name) for name in sources]
    return None if None in weights else np.array(weights, np.float64)


def _scalings(
    options: Sequence[str] | None, ranges: Ranges | None, name: str, width: int, numeric: bool
) -> tuple[list[Step], list[Step], list[str]]:
    """What Weka does to columns and to a numeric target, as far as the text and the table have it; and notes."""
    front: list[Step] = []
    behind: list[Step] = []
    notes = []
    if options is None:
        notes.append("the text lacks its Scheme line: columns and a numeric target count as scaled (no -I, no -C)")
    scaled = [what for what, option in (("inputs", "-I"), ("target", "-C")) if option not in (options or ())]
    if not numeric and "target" in scaled:
        scaled.remove("target")
    if ranges is None and scaled:
        notes.append(
            f"the text lacks the ranges by which Weka scales its {' and '.join(scaled)} to [-1, 1]: they are scaled "
            f"numbers here; put the table it was trained on beside it as {name}, and the scaling is a layer"
        )
    if ranges is not None:
        notes += [f"the ranges of its columns are those of {name}", *ranges.codes]
        if "inputs" in scaled:
            halves = np.where(ranges.halves == 0, 1.0, ranges.halves)  # a constant column is shifted alone
            front.append(Scaling(ranges.middles, 1 / halves, np.zeros(width), f"ranges of {name}"))
        if "target" in scaled:
            middle, half = np.array([ranges.target[0]]), np.array([ranges.target[1]])
            behind.append(Scaling(np.zeros(1), half, middle, f"range of the target in {name}"))
    missing = "the middle of its column's range" if front else "0"
    notes.append(f"Weka takes {missing} for a missing cell: fill it in before")
    return front, behind, notes


READER = Reader("Weka", recognises, read, "a MultilayerPerceptron as Weka prints it")
