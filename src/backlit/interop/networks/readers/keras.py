"""Keras: Sequential and functional models that are a chain, and their files; no code in them is run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.interop.networks.description import (
    Activation,
    Description,
    Dropout,
    LayerNorm,
    Linear,
    Scaling,
    Slopes,
    Step,
)
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.readers import _keras_files as files
from backlit.interop.networks.source import Source

NORMALIZATION_EPSILON = 1e-7
"""What Normalization divides by where a column was constant: other tools leave such a column's scale alone."""

ACTIVATIONS: Mapping[str, str | tuple[str, tuple[float, ...]]] = {
    **{name: name for name in ("elu", "gelu", "log_sigmoid", "mish", "relu", "selu", "sigmoid", "silu", "softmax")},
    **{name: name for name in ("softplus", "softsign", "sparse_plus", "squareplus", "tanh", "tanh_shrink")},
    "celu": ("celu", (1.0,)),
    "exponential": "exp",
    "hard_shrink": ("hard_shrink", (0.5,)),
    "hard_sigmoid": ("hard_sigmoid", (1 / 6, 0.5)),
    "hard_silu": "hard_swish",
    "hard_swish": "hard_swish",
    "hard_tanh": ("clip", (-1.0, 1.0)),
    "leaky_relu": ("leaky_relu", (0.2,)),
    "linear": "identity",
    "log_softmax": "softmax",
    "relu6": ("clip", (0.0, 6.0)),
    "soft_shrink": ("soft_shrink", (0.5,)),
    "sparse_sigmoid": ("hard_sigmoid", (0.5, 0.5)),
    "swish": "silu",
}
"""Activation of Keras 3 -> a gate, or a family of gates and its numbers."""


@dataclass(frozen=True, eq=False, slots=True)
class Met:
    """A layer as the file has it, with how many numbers reach it."""

    config: Mapping[str, Any]
    arrays: Sequence[NDArray[Any]]
    width: int
    where: str


def recognises(source: Source) -> bool:
    """Whether a file is an HDF5 file, or an archive of Keras's, or an object is a model of Keras's."""
    if source.path is None:
        return source.is_of("keras") and hasattr(source.value, "to_json")
    return source.head.startswith(files.HDF5) or {files.CONFIG, files.WEIGHTS} <= set(source.names)


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a file, or a model."""
    with files.contents(source) as (version, model, arrays):
        width, steps, kinds, inputs = 0, list[Step](), set[str](), ""
        shape, imaged = list[int](), tuple[int, ...]()
        for layer, own, nested in _every_layer(model, arrays):
            kind, config = str(layer["class_name"]), layer["config"]
            where = f"{config.get('name', kind)} ({kind})"
            try:
                if kind == "InputLayer":
                    given = _input_shape(config)
                    if nested and given != shape:
                        raise BacklitError(f"it takes rows of shape {given}, and gets {shape}; save the network again")
                    if not nested:
                        shape, inputs = given, str(config.get("dtype"))
                        width, imaged = math.prod(shape), tuple(shape) if len(shape) > 1 else ()
                    continue
                if not width:
                    raise BacklitError("no input says how many columns there are; begin with keras.Input((columns,))")
                shape = _flattened(shape, kind, config)
                added = list(LAYERS[kind](Met(config, own, width, where)))
            except BacklitError as error:
                raise error.located(where) from None
            width = next((step.weights.shape[1] for step in added if isinstance(step, Linear)), width)
            shape = [width] if len(shape) == 1 else shape
            steps += added
            kinds |= {kind, str(config.get("activation", ""))}
    notes = _notes(kinds)
    if imaged:
        notes.append(f"its rows of shape {imaged} are flattened: the last axis counts fastest")
    if inputs == "float32" and any(isinstance(step, Linear) and step.weights.dtype != np.float32 for step in steps):
        notes.append("Keras rounds the rows to float32 before these weights in float64; here they stay as they are")
    return Description("Keras", version, steps, notes=notes)


def _every_layer(
    model: Mapping[str, Any], arrays: files.Arrays, depth: int = 0
) -> Iterator[tuple[Mapping[str, Any], Sequence[NDArray[Any]], bool]]:
    """Every layer with its arrays, those of networks that are layers in their place; and whether it is one of those."""
    if depth > MOST_NESTED:
        raise BacklitError(f"more than {MOST_NESTED} networks within each other; build a chain of layers")
    for layer in _layers(model):
        kind, name = str(layer["class_name"]), str(layer["config"].get("name", layer["class_name"]))
        if kind in CHAINS and str(layer.get("module") or "keras").split(".")[0] == "keras":
            yield from _every_layer(layer, arrays.within(kind, name), depth + 1)
        else:
            _refuse_unknown(layer, kind, f"{name} ({kind})")
            yield layer, arrays.of(kind, name), depth > 0


CHAINS = ("Sequential", "Functional", "Model")
MOST_NESTED = 20


def _refuse_unknown(layer: Mapping[str, Any], kind: str, where: str) -> None:
    if kind == "Lambda":
        raise BacklitError(f"{where}: a Lambda holds code, which is not run; write it as a layer, or leave it out")
    module = str(layer.get("module") or "keras.layers")
    if kind not in LAYERS or layer.get("registered_name") or module.split(".")[0] != "keras":
        raise BacklitError(f"{where}: a {kind} is not read; known are {', '.join(LAYERS)}")


def _layers(model: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The layers, one after the other."""
    kind, config = model.get("class_name"), model.get("config")
    if kind not in CHAINS or not isinstance(config, dict):
        raise BacklitError(f"a {kind} is not read: its own code says how its layers are called; save a Sequential")
    layers = config.get("layers")
    if not isinstance(layers, list) or not all(isinstance(layer.get("config"), dict) for layer in layers):
        raise BacklitError(files.DAMAGED)
    if kind != "Sequential":
        _hold_chain(layers, config)
    return layers


def _hold_chain(layers: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> None:
    """Each layer is called once, on what the one before gives, and the last one is the output."""
    before: Any = None
    for layer in layers:
        name, nodes = layer.get("name"), layer.get("inbound_nodes", [])
        if [list(_histories(node)) for node in nodes] != ([] if before is None else [[before]]):
            raise BacklitError(
                f"{name}: it is not called once, on {before or 'no layer'} alone; build a chain of layers"
            )
        before = name
    ends = list(_first_names(config.get("output_layers")))
    if ends != [before]:
        raise BacklitError(f"the outputs are {', '.join(map(str, ends))}, not {before} alone; build a chain of layers")


def _histories(value: Any) -> Iterator[str]:
    """The layers whose outputs a call takes."""
    if isinstance(value, dict):
        if "keras_history" in value:
            yield str(value["keras_history"][0])
        else:
            value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _histories(part)


def _first_names(value: Any) -> Iterator[str]:
    """The names of ``[name, 0, 0]``, or of a list of such."""
    if isinstance(value, list) and value and isinstance(value[0], str):
        yield value[0]
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _first_names(part)


def _input_shape(config: Mapping[str, Any]) -> list[int]:
    """Of a row, which may be an image that is flattened before anything looks at its shape."""
    shape = config.get("batch_shape")
    if not isinstance(shape, list) or not 2 <= len(shape) <= MOST_AXES:
        raise BacklitError(f"inputs of shape {shape} are no rows of numbers; give (None, columns)")
    if not all(type(size) is int and 1 <= size < 2**31 for size in shape[1:]):
        raise BacklitError(f"inputs of shape {shape} may be of any width; say how many columns: (None, columns)")
    return shape[1:]


def _flattened(shape: list[int], kind: str, config: Mapping[str, Any]) -> list[int]:
    """The shape of a row behind a layer: of more axes only until it is flattened."""
    if len(shape) < 2:
        return shape
    if kind == "Flatten" and config.get("data_format") != "channels_first":
        return [math.prod(shape)]
    single = all(np.size(config.get(name, 0)) == 1 for name in ("scale", "offset"))
    if kind not in AHEAD_OF_FLATTEN or not single:
        raise BacklitError(f"it takes rows of shape {tuple(shape)}; flatten them first: keras.layers.Flatten()")
    return shape


MOST_AXES = 5
AHEAD_OF_FLATTEN = ("Rescaling", "Dropout", "GaussianNoise", "Identity")
"""Layers that do the same to every number of a row, whatever its shape."""


def _counted(met: Met, count: int) -> Sequence[NDArray[Any]]:
    if len(met.arrays) != count:
        raise BacklitError(f"{len(met.arrays)} arrays, where {count} are due; save the network again")
    return met.arrays


def _wide(value: Any, width: int) -> NDArray[np.float64]:
    """A number for each column."""
    try:
        return np.broadcast_to(np.asarray(value, np.float64).ravel(), (width,)).copy()
    except (ValueError, TypeError):
        raise BacklitError(f"its numbers do not fit {width} columns; save the network again") from None


def _columns(met: Met) -> None:
    axis = met.config.get("axis", -1)
    if axis not in (-1, 1, [-1], [1]):
        raise BacklitError(f"its axis is {axis}; the columns of a row lie in axis=-1")


def _gate(name: Any, where: str) -> Iterator[Step]:
    if isinstance(name, dict):
        kind = str(name.get("class_name"))
        if kind in GATED and str(name.get("module") or "keras.layers").split(".")[0] == "keras":
            yield from LAYERS[kind](Met(name.get("config") or {}, (), 0, where))
            return
        name = name.get("config") if kind == "function" else kind
    gate = ACTIVATIONS.get(name) if isinstance(name, str) else None
    if gate is None:
        raise BacklitError(f"activation {name!s:.60} is not known; known are {', '.join(ACTIVATIONS)}")
    yield Activation(gate if isinstance(gate, str) else GATES.families[gate[0]].member(*gate[1]).name, where)


def _dense(met: Met) -> Iterator[Step]:
    if met.config.get("lora_rank") or met.config.get("quantization_config"):
        raise BacklitError("its weights are quantized or of low rank; merge them into plain ones before saving")
    bias = bool(met.config.get("use_bias", True))
    weights, *biases = _counted(met, 1 + bias)
    if weights.ndim != 2 or weights.shape[0] != met.width:
        raise BacklitError(f"weights of shape {weights.shape} for {met.width} columns; save the network again")
    if met.config.get("units", weights.shape[1]) != weights.shape[1]:
        raise BacklitError(f"weights for {weights.shape[1]} of its {met.config['units']} units; save the network again")
    yield Linear(weights, biases[0] if bias else np.zeros(weights.shape[1], weights.dtype), met.where)
    yield from _gate(met.config.get("activation") or "linear", met.where)


def _activation(met: Met) -> Iterator[Step]:
    yield from _gate(met.config.get("activation"), met.where)


def _batch_norm(met: Met) -> Iterator[Step]:
    _columns(met)
    if met.config.get("renorm"):
        raise BacklitError("renorm keeps other means; train it with renorm=False")
    scaled, centred = bool(met.config.get("scale", True)), bool(met.config.get("center", True))
    arrays = [_wide(array, met.width) for array in _counted(met, 2 + scaled + centred)]
    scale = 1.0 / np.sqrt(arrays[-1] + float(met.config.get("epsilon", 1e-3)))
    gain = scale * arrays[0] if scaled else scale
    offset = arrays[int(scaled)] if centred else np.zeros(met.width)
    yield Scaling(arrays[-2], gain, offset, met.where)


def _normalization(met: Met) -> Iterator[Step]:
    if met.config.get("axis") not in (None, [], ()):
        _columns(met)
    given = met.config.get("mean"), met.config.get("variance")
    mean, variance = given if given[0] is not None else _counted(met, 3)[:2]
    center = _wide(mean, met.width)
    deviation = np.maximum(np.sqrt(_wide(variance, met.width)), NORMALIZATION_EPSILON)
    zero = np.zeros(met.width)
    yield (
        Scaling(zero, deviation, center, met.where)
        if met.config.get("invert")
        else Scaling(center, 1.0 / deviation, zero, met.where)
    )


def _rescaling(met: Met) -> Iterator[Step]:
    scale, offset = (_wide(met.config.get(name, default), met.width) for name, default in (("scale", 1), ("offset", 0)))
    yield Scaling(np.zeros(met.width), scale, offset, met.where)


def _layer_norm(met: Met) -> Iterator[Step]:
    _columns(met)
    scaled, centred = bool(met.config.get("scale", True)), bool(met.config.get("center", True))
    if met.config.get("rms_scaling"):
        raise BacklitError("rms_scaling is not read; train it with rms_scaling=False")
    arrays = [_wide(array, met.width) for array in _counted(met, scaled + centred)]
    gain = arrays[0] if scaled else np.ones(met.width)
    offset = arrays[-1] if centred else np.zeros(met.width)
    yield LayerNorm(gain, offset, float(met.config.get("epsilon", 1e-3)), met.where)


def _relu(met: Met) -> Iterator[Step]:
    high, slope, threshold = (met.config.get(name) for name in ("max_value", "negative_slope", "threshold"))
    low = float(threshold or 0.0)
    numbers = (float(slope or 0.0), low, np.inf if high is None else float(high))
    if numbers == (0.0, 0.0, np.inf):
        gate = "relu"
    elif high is None and not low:
        gate = GATES.families["leaky_relu"].member(numbers[0]).name
    else:  # without a top: one that float32 does not reach
        gate = GATES.families["ramp"].member(numbers[0], low, 3.4e38 if high is None else float(high)).name
    yield Activation(gate, met.where)


def _family(name: str, entry: str, default: float) -> Callable[[Met], Iterator[Step]]:
    def steps(met: Met) -> Iterator[Step]:
        yield Activation(GATES.families[name].member(float(met.config.get(entry, default))).name, met.where)

    return steps


def _slopes(met: Met) -> Iterator[Step]:
    yield Slopes(_counted(met, 1)[0].ravel(), met.where)


def _softmax(met: Met) -> Iterator[Step]:
    _columns(met)
    yield Activation("softmax", met.where)


def _dropout(met: Met) -> Iterator[Step]:
    yield Dropout(float(met.config.get("rate", 0.0)), met.where)


def _nothing(met: Met) -> Iterator[Step]:
    return iter(())


LAYERS: Mapping[str, Callable[[Met], Iterator[Step]]] = {
    "InputLayer": _nothing,
    "Dense": _dense,
    "Activation": _activation,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "Normalization": _normalization,
    "Rescaling": _rescaling,
    "ReLU": _relu,
    "LeakyReLU": _family("leaky_relu", "negative_slope", 0.3),
    "ELU": _family("elu", "alpha", 1.0),
    "PReLU": _slopes,
    "Softmax": _softmax,
    "Dropout": _dropout,
    "GaussianDropout": _nothing,
    "GaussianNoise": _nothing,
    "AlphaDropout": _nothing,
    "ActivityRegularization": _nothing,
    "Flatten": _nothing,
    "Identity": _nothing,
}
"""Layer of Keras -> its steps."""

GATED = ("ReLU", "LeakyReLU", "ELU")
"""Layers that stand as the activation of another as well."""


def _notes(kinds: set[str]) -> list[str]:
    notes = []
    if "log_softmax" in kinds:
        notes.append(
            "log_softmax gives logarithms: predict_log_proba; predict_proba gives the probabilities themselves"
        )
    left = sorted(kinds & {"GaussianDropout", "GaussianNoise", "AlphaDropout", "ActivityRegularization"})
    if left:
        notes.append(f"{', '.join(left)}: left out, where a training goes on as well")
    return notes


READER = Reader("Keras", recognises, read, "a model of Keras, or its .keras or .h5 file")
