"""ONNX: chains of MatMul, Gemm, Add, activations and scalers, as other tools write them, and files of our own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from backlit.encoding.preparation import Entry, Preparation, preparation_from
from backlit.errors import BacklitError, extra_imports
from backlit.estimators.shared.header_schema import INPUTS, POSITION
from backlit.files.schema import check
from backlit.interop.networks.description import Activation, Clipping, Description, Linear, Scaling, Slopes, Step
from backlit.interop.networks.onnx_nodes import OF_LABELS, OPERATORS, TAIL, Array, Node
from backlit.interop.networks.onnx_spelled import spelled
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.source import Source
from backlit.network.blueprint import Blueprint

SECOND_FIELDS = b"\x12\x1a\x22\x28\x32\x3a\x42"
"""What may follow the version of the format at the start of a file: producer, domain, graph, operators."""


def recognises(source: Source) -> bool:
    """Whether a file begins as ONNX's message does: with its version, and one of the fields that follow."""
    head = source.head
    return len(head) > 2 and head[0] == 0x08 and 1 <= head[1] <= 40 and head[2] in SECOND_FIELDS


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a file; no operator of it is run."""
    with extra_imports("onnx", "reading ONNX needs"):
        import onnx
    assert source.path is not None
    try:
        model = onnx.load(str(source.path), load_external_data=False)
    except Exception as error:  # protobuf's own, of several types
        why = " ".join(str(error).split())
        raise BacklitError(f"the file is damaged or no ONNX ({why:.100}); save it again") from None
    _load_external(model, source.path)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    constants = {tensor.name: _array(onnx, tensor, tensor.name) for tensor in model.graph.initializer}
    tool = model.producer_name or "ONNX"
    if model.producer_name == "backlit":
        return _exported(model, metadata, constants)
    graph = _Graph(onnx, model.graph, constants)
    steps = graph.steps()
    filled = graph.preparation(steps)
    return Description(
        f"ONNX ({tool})",
        model.producer_version,
        steps,
        classes=graph.classes(),
        feature_names=graph.columns,
        preparation=filled,
        notes=graph.notes,
    )


def _array(onnx: Any, tensor: Any, name: str) -> Array:
    try:
        return np.asarray(onnx.numpy_helper.to_array(tensor))
    except (ValueError, TypeError, KeyError):
        shape = list(tensor.dims)[:9]
        raise BacklitError(
            f"{name}: its bytes are no array of shape {shape}; the file is damaged, save it again"
        ) from None


def _load_external(model: Any, path: Path) -> None:
    """Numbers that lie in files beside this one: in its folder, and nowhere else."""
    from onnx.external_data_helper import load_external_data_for_model, uses_external_data

    outside = [tensor for tensor in model.graph.initializer if uses_external_data(tensor)]
    for tensor in outside:
        location = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
        above = any(
            parts.is_absolute() or parts.drive or ".." in parts.parts
            for parts in (PurePosixPath(location), PureWindowsPath(location))
        )
        inside = (path.parent / location).resolve().is_relative_to(path.parent.resolve())
        if above or not location or not inside:
            raise BacklitError(f"{tensor.name} lies in {location!r}, outside the file's folder; save it in one file")
    if outside:
        try:
            load_external_data_for_model(model, str(path.parent))
        except Exception as error:  # of onnx's own checks
            raise BacklitError(f"numbers beside the file cannot be read ({error!s:.100}); copy them with it") from None


_PLAIN = ("value_float", "value_floats", "value_int", "value_ints")
"""Attributes of a node Constant that is no tensor."""


class _Graph:
    """A graph that is walked along from its one input of numbers."""

    def __init__(self, onnx: Any, graph: Any, constants: dict[str, Array]) -> None:
        self._onnx, self._graph, self._constants = onnx, graph, constants
        self._consumers: dict[str, list[Any]] = {}
        self._fills: Array | None = None
        self.notes: list[str] = []
        self.columns: list[str] = []
        for node in graph.node:
            if not self._folded(node):
                for name in dict.fromkeys(node.input):
                    self._consumers.setdefault(name, []).append(node)

    def _attributes(self, node: Any) -> dict[str, Any]:
        return {part.name: self._onnx.helper.get_attribute_value(part) for part in node.attribute}

    def _folded(self, node: Any) -> bool:
        """Whether a node makes a constant of constants; then it is one."""
        attributes = self._attributes(node)
        if node.op_type == "Constant":
            value = attributes.get("value")
            array = None if value is None else _array(self._onnx, value, node.output[0])
            numbers = next(
                (attributes[name] for name in ("value_float", "value_floats", "value_int") if name in attributes), 0
            )
            self._constants[node.output[0]] = np.asarray(numbers) if array is None else array
            return True
        if node.op_type in ("Transpose", "Identity", "Cast") and node.input[0] in self._constants:
            array = self._constants[node.input[0]]
            self._constants[node.output[0]] = array.T if node.op_type == "Transpose" else array
            return True
        return False

    def steps(self) -> list[Step]:
        """The chain from the input on."""
        (value, width), steps = self._begin(), list[Step]()
        while nodes := self._consumers.get(value, []):
            found = spelled(value, self._consumers, self._constants) if len(nodes) > 1 else None
            node = self._next(value, nodes) if found is None else found.last
            if node is None:
                break
            if node.op_type == "Imputer" and not steps and self._fills is None:
                self._fills, value = self._filled(node), node.output[0]
                continue
            if found is not None:
                made: list[Step] = [Activation(found.gate, f"node {node.name!r} ({node.op_type})")]
            else:
                made = self._made(node, width, steps)
            steps += made
            width = next((part.weights.shape[-1] for part in reversed(made) if isinstance(part, Linear)), width)
            value = node.output[0]
        self._refuse_more(value)
        return steps

    def _refuse_more(self, end: str) -> None:
        """What is made of the outputs is labels: another layer there would be a branch that was passed by."""
        ends, met = [end], list[str]()
        while ends:
            for node in self._consumers.get(ends.pop(), ()):
                if node.op_type in OPERATORS and node.op_type not in OF_LABELS:
                    raise BacklitError(
                        f"node {node.name!r} ({node.op_type}) takes {end} by way of another; only chains are read"
                    )
                ends += [name for name in node.output if name not in met]
                met += node.output

    def _begin(self) -> tuple[str, int]:
        """The rows, and how many numbers each has; 0 where that is not known. Columns that are joined have names."""
        inputs = [value for value in self._graph.input if value.name not in self._constants]
        sizes = [[part.dim_value for part in value.type.tensor_type.shape.dim] for value in inputs]
        if len(inputs) == 1:
            return inputs[0].name, sizes[0][-1] if len(sizes[0]) == 2 else 0
        names = [value.name for value in inputs]
        joining = [node for name in names for node in self._consumers.get(name, ())]
        if (
            names
            and {node.op_type for node in joining} <= {"Concat", "FeatureVectorizer"}
            and all(sorted(node.input) == sorted(names) and node.input == joining[0].input for node in joining)
            and all(size[1:] == [1] for size in sizes)
        ):
            self.columns = list(joining[0].input)
            return joining[0].output[0], len(names)
        raise BacklitError(
            f"the graph has the inputs {', '.join(names)[:200] or 'none'}; a chain takes one matrix of "
            "rows, or columns that one Concat joins"
        )

    def _filled(self, node: Any) -> Array:
        """What an Imputer puts in the place of NaN: a number for each column, or one for all."""
        attributes = self._attributes(node)
        fills = np.asarray(attributes.get("imputed_value_floats", ()), np.float64)
        replaced = attributes.get("replaced_value_float", 0.0)
        if not fills.size or not np.isnan(replaced):
            what = f"it replaces {replaced:g}" if fills.size else "it replaces whole numbers"
            raise BacklitError(f"node {node.name!r} (Imputer): {what}, and NaN is read alone; fill cells in before")
        self.notes.append("NaN in its rows is filled in, as its Imputer does")
        return fills

    def preparation(self, steps: Sequence[Step]) -> Preparation | None:
        """The columns with their missing cells filled, where the graph does that."""
        if self._fills is None:
            return None
        sizes = (len(step.weights) if isinstance(step, Linear) else getattr(step, "width", 0) for step in steps)
        width = next(filter(None, sizes), len(self._fills))
        if len(self._fills) not in (1, width):
            raise BacklitError(f"an Imputer fills {len(self._fills)} columns of {width}; export the network again")
        fills = np.broadcast_to(self._fills, (width,)).tolist()
        return Preparation(width, tuple(Entry(column, fill=fill) for column, fill in enumerate(fills)))

    def _next(self, value: str, nodes: Sequence[Any]) -> Any:
        """The node that goes on with a value; None at the end."""
        if any(node.op_type in TAIL for node in nodes):
            gates = [node for node in nodes if node.op_type in ("Softmax", "LogSoftmax", "Sigmoid")]
            return gates[0] if len(gates) == 1 else None
        if len(nodes) > 1:
            kinds = sorted(node.op_type for node in nodes)
            raise BacklitError(f"{value} goes into {len(nodes)} nodes ({', '.join(kinds)}); only chains are read")
        return nodes[0]

    def _made(self, node: Any, width: int, steps: list[Step]) -> list[Step]:
        """The steps of a node; biases that are added to weights without any become theirs."""
        name = node.name or node.output[0]
        given = tuple(self._constants.get(part, part) for part in node.input)
        known = Node(node.op_type, name, self._attributes(node), given, width)
        if node.op_type not in OPERATORS:
            raise BacklitError(f"{known.where} is not read; known are {', '.join(OPERATORS)}")
        try:
            made = OPERATORS[node.op_type](known)
        except BacklitError as error:
            raise error.located(known.where) from None
        except (ValueError, TypeError, KeyError, IndexError):
            raise BacklitError(f"{known.where}: its constants do not fit it; export the network again") from None
        last = steps[-1] if steps else None
        if (
            node.op_type == "Add"
            and isinstance(last, Linear)
            and isinstance(made[0], Scaling)
            and not last.biases.any()
        ):
            steps[-1] = Linear(last.weights, made[0].offset.astype(last.weights.dtype), last.where)
            return []
        return made

    def classes(self) -> list[Any] | None:
        """The labels, where the end of the graph holds them."""
        for node in self._graph.node:
            attributes = self._attributes(node)
            for name in ("classlabels_strings", "classlabels_int64s"):
                if attributes.get(name):
                    return [label.decode() if isinstance(label, bytes) else label for label in attributes[name]]
            if node.op_type == "ArrayFeatureExtractor" and node.input[0] in self._constants:
                labels = self._constants[node.input[0]].ravel().tolist()
                return [label.decode() if isinstance(label, bytes) else label for label in labels]
        return None


def _exported(model: Any, metadata: Mapping[str, str], constants: Mapping[str, Array]) -> Description:
    """A file of our own: it says which constants are which arrays."""
    if "network" not in metadata:
        raise BacklitError("its network takes encoded columns; keep the model file that it was exported from")
    try:
        blueprint = _blueprint(json.loads(metadata["network"]))
        arrays = {name: constants[where] for name, where in json.loads(metadata["arrays"]).items()}
        steps: list[Step] = []
        for slot_row, (number, layer) in enumerate(blueprint.numbered):
            own = {slot.parameter: arrays[slot.name] for slot in blueprint.slots if slot.row == slot_row}
            if layer.kind not in _STEPS:
                raise BacklitError(f"layer {number}: a {layer.kind} layer is not read back; keep the model file")
            if layer.kind == "parametric" and steps.pop() != Activation("relu", f"layer {number}"):
                raise BacklitError(f"layer {number}: a parametric activation is read back of relu only")
            steps.append(_STEPS[layer.kind](own, f"layer {number}"))
            steps.append(Activation(layer.gate, f"layer {number}"))
        classes = json.loads(metadata["classes"]) if "classes" in metadata else None
        names = [str(name) for name in json.loads(metadata.get("columns", "[]"))]
        preparation = None
        if "inputs" in metadata:
            entries, width = json.loads(metadata["inputs"]), json.loads(metadata["width"])
            check(INPUTS, entries, "its inputs")
            check(POSITION, width, "its width")
            preparation = preparation_from(entries, width)
    except (KeyError, ValueError, TypeError) as error:
        if isinstance(error, BacklitError):
            raise
        raise BacklitError("its description and its numbers do not fit; export the model again") from None
    multilabel = classes is not None and blueprint.output_gate == "sigmoid" and len(classes) == blueprint.outputs > 1
    return Description(
        "Backlit",
        model.producer_version,
        steps,
        metadata.get("task", ""),
        classes,
        multilabel and metadata.get("multilabel") == "true",
        blueprint.loss,
        names,
        preparation=preparation,
    )


def _blueprint(state: Any) -> Blueprint:
    try:
        return Blueprint.from_state(state)
    except BacklitError as error:
        raise BacklitError(f"its network: {error}; export the model again") from None


_STEPS: Mapping[str, Any] = {
    "dense": lambda own, where: Linear(own["w"], own["b"], where),
    "scaling": lambda own, where: Scaling(own["center"], own["scale"], own["offset"], where),
    "clipping": lambda own, where: Clipping(own["low"], own["high"], where),
    "parametric": lambda own, where: Slopes(1.0 - own["blend"], where),
}
"""Kind of layer -> its step."""

READER = Reader("ONNX", recognises, read, "an .onnx file")
