"""MATLAB: a feedforward net of its Neural Network Toolbox as a struct of plain arrays in a MAT file.

Written after the toolbox's documentation (tansig, mapminmax, ...), and not held against the tool.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.interop.networks.description import Activation, Description, Linear, Numbers, Scaling, Step
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.source import Source

SAVE = (
    "in MATLAB: l = net.layers; s = struct('IW', {net.IW}, 'LW', {net.LW}, 'b', {net.b}, 'transferFcn', "
    "{cellfun(@(x) x.transferFcn, l, 'UniformOutput', false)}, 'inputFcns', {net.inputs{1}.processFcns}, "
    "'inputSettings', {net.inputs{1}.processSettings}, 'outputFcns', {net.outputs{end}.processFcns}, "
    "'outputSettings', {net.outputs{end}.processSettings}); save('net.mat', '-struct', 's', '-v7')"
)
"""What writes a net that can be read."""

DAMAGED = "the file is damaged or cut short; save the network again"
HEADER, COMPRESSED = 128, 15
MOST_BYTES, CHUNK, MOST_LAYERS = 2**30, 2**20, 1_000

TRANSFERS: Mapping[str, str | tuple[str, tuple[float, ...]]] = {
    "tansig": "tanh",
    "logsig": "sigmoid",
    "purelin": "identity",
    "poslin": "relu",
    "satlin": ("clip", (0.0, 1.0)),
    "satlins": ("clip", (-1.0, 1.0)),
    "elliotsig": "softsign",
    "radbas": ("gaussian", (1.0, 1.0, 0.0)),
    "softmax": "softmax",
}
"""Transfer function -> a gate, or a family of gates and its numbers."""

Settings = Mapping[str, NDArray[Any]]


def recognises(source: Source) -> bool:
    """Whether a file begins as MATLAB's do."""
    return source.head.startswith(b"MATLAB ") and len(source.head) >= HEADER


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a file: arrays, cells and structs of it, and no objects."""
    from scipy.io import loadmat

    assert source.path is not None
    if source.head.startswith(b"MATLAB 7.3"):
        raise BacklitError(f"a file of version 7.3 is not read; save it with '-v7', {SAVE}")
    _bound(source)
    try:
        saved = loadmat(str(source.path), struct_as_record=True, squeeze_me=False, chars_as_strings=True)
    except Exception:  # SciPy's own, of many types
        raise BacklitError(DAMAGED) from None
    if not {"IW", "LW", "b", "transferFcn"} <= saved.keys():
        missing = next(name for name in ("IW", "LW", "b", "transferFcn") if name not in saved)
        raise BacklitError(f"it has no {missing}: network objects are not read; {SAVE}")
    steps = _layers(saved)
    front, kept = _front(saved)
    if kept is not None:
        steps[0] = _spread(steps[0], kept)
    version = source.head[:20].decode("latin-1").split(",")[0].strip()
    notes = ["written after MATLAB's documentation, and not held against the tool: compare a row with net(x)"]
    return Description("MATLAB", version.removeprefix("MATLAB "), [*front, *steps, *_back(saved)], notes=notes)


def _bound(source: Source) -> None:
    """Refuse a file that unpacks to more than a network is, before it is read."""
    assert source.path is not None
    order = "<" if source.head[126:128] == b"IM" else ">"
    size, unpacked = source.path.stat().st_size, 0
    with source.path.open("rb") as file:
        at = HEADER
        while at + 8 <= size:
            file.seek(at)
            kind, length = struct.unpack(f"{order}II", file.read(8))
            if kind >> 16:  # a small element: its length lies in the upper half
                kind, length = kind & 0xFFFF, 0
            if length > size - at - 8:
                raise BacklitError(DAMAGED)
            unpacked += _unpacked(file, length) if kind == COMPRESSED else length
            if unpacked > MOST_BYTES:
                raise BacklitError(f"it unpacks to more than {MOST_BYTES:,} bytes; save the network alone")
            at += 8 + length + (0 if kind == COMPRESSED else -length % 8)


def _unpacked(file: Any, length: int) -> int:
    """How many bytes some packed ones make; counted up to the bound, and not kept."""
    unpacker, left, total = zlib.decompressobj(), length, 0
    try:
        while left and total <= MOST_BYTES:
            data = file.read(min(CHUNK, left))
            if not data:
                break
            left -= len(data)
            while data and total <= MOST_BYTES:
                total += len(unpacker.decompress(data, CHUNK))
                data = unpacker.unconsumed_tail
    except zlib.error:
        raise BacklitError(DAMAGED) from None
    return total


def _layers(saved: Mapping[str, Any]) -> list[Step]:
    """Weights and transfer functions, one layer after the other."""
    names = [_text(cell) for cell in np.ravel(_cells(saved, "transferFcn"))]
    count = len(names)
    inputs, between, biases = _cells(saved, "IW"), _cells(saved, "LW"), np.ravel(_cells(saved, "b"))
    if not 1 <= count <= MOST_LAYERS or inputs.shape != (count, 1) or between.shape != (count, count):
        raise BacklitError(f"IW {inputs.shape} and LW {between.shape} are not those of {count} layers; {SAVE}")
    if len(biases) != count:
        raise BacklitError(f"b has {len(biases)} cells for {count} layers; {SAVE}")
    steps: list[Step] = []
    for layer, name in enumerate(names):
        where = f"layer {layer + 1}"
        given = {f"IW{{{layer + 1},1}}": inputs[layer, 0]}
        given |= {f"LW{{{layer + 1},{before + 1}}}": between[layer, before] for before in range(count)}
        there = [key for key, cell in given.items() if np.size(cell)]
        due = f"LW{{{layer + 1},{layer}}}" if layer else "IW{1,1}"
        if there != [due]:
            has = ", ".join(there) or "no weights"
            raise BacklitError(f"{where}: has {has}, where {due} alone is due; train a feedforwardnet")
        weights = _numbers(given[due], due).T
        bias = _numbers(biases[layer], f"b{{{layer + 1}}}").ravel()
        steps.append(Linear(weights, bias if bias.size else np.zeros(weights.shape[1]), due))
        steps.append(Activation(_gate(name, where), f"{name} of {where}"))
    return steps


def _gate(name: str, where: str) -> str:
    if name not in TRANSFERS:
        raise BacklitError(f"{where}: {name!s:.40} is not read; known are {', '.join(TRANSFERS)}")
    gate = TRANSFERS[name]
    return gate if isinstance(gate, str) else GATES.families[gate[0]].member(*gate[1]).name


def _cells(saved: Mapping[str, Any], name: str) -> NDArray[Any]:
    cells = saved.get(name)
    if not isinstance(cells, np.ndarray) or cells.dtype != object or cells.ndim != 2:
        raise BacklitError(f"{name} is no cell array; {SAVE}")
    return cells


def _text(cell: Any) -> str:
    text = np.ravel(cell)
    return str(text[0]).strip() if text.size == 1 and text.dtype.kind == "U" else "?"


def _numbers(cell: Any, where: str) -> Numbers:
    if not isinstance(cell, np.ndarray) or cell.dtype.kind not in "fiu" or cell.ndim != 2:
        raise BacklitError(f"{where} is no matrix of numbers; {SAVE}")
    return cell.astype(np.float64, copy=False)


# -- settings of inputs and outputs ----------------------------------------------------------------------------------


def _processes(saved: Mapping[str, Any], end: str) -> list[tuple[str, Settings]]:
    """The functions of an end of the net, and their settings."""
    if f"{end}Fcns" not in saved:
        return []
    names = [_text(cell) for cell in np.ravel(_cells(saved, f"{end}Fcns"))]
    settings = np.ravel(_cells(saved, f"{end}Settings")) if f"{end}Settings" in saved else np.empty(0)
    if len(settings) != len(names):
        raise BacklitError(f"{end}Settings has {len(settings)} cells for {len(names)} functions; {SAVE}")
    made = list[tuple[str, Settings]]()
    for name, cell in zip(names, settings, strict=True):
        fields = cell.dtype.names if isinstance(cell, np.ndarray) and cell.size == 1 else None
        made.append((name, {field: np.ravel(cell)[0][field] for field in fields or ()}))
    return made


def _column(settings: Settings, field: str, where: str) -> Numbers:
    if field not in settings:
        raise BacklitError(f"{where}: its settings have no {field}; {SAVE}")
    return _numbers(settings[field], f"{where}.{field}").ravel()


def _min_max(settings: Settings, where: str) -> tuple[Numbers, Numbers, Numbers]:
    center, gain = _column(settings, "xoffset", where), _column(settings, "gain", where)
    return center, gain, np.broadcast_to(_column(settings, "ymin", where), center.shape)


def _standard(settings: Settings, where: str) -> tuple[Numbers, Numbers, Numbers]:
    center, deviation = _column(settings, "xmean", where), _column(settings, "xstd", where)
    scale = _column(settings, "ystd", where) / np.where(deviation == 0, 1.0, deviation)
    return center, scale, np.broadcast_to(_column(settings, "ymean", where), center.shape)


SCALINGS: Mapping[str, Callable[[Settings, str], tuple[Numbers, Numbers, Numbers]]] = {
    "mapminmax": _min_max,
    "mapstd": _standard,
}


def _scaling(name: str, settings: Settings, end: str) -> Scaling:
    where = f"{name} of the {end}s"
    if name not in SCALINGS:
        raise BacklitError(f"{where} is not read; known are {', '.join(SCALINGS)}, removeconstantrows")
    center, scale, offset = SCALINGS[name](settings, where)
    if not center.shape == scale.shape == offset.shape:
        raise BacklitError(f"{where}: its settings differ in length; {SAVE}")
    return Scaling(center, scale, offset, where)


def _front(saved: Mapping[str, Any]) -> tuple[list[Step], tuple[list[int], int] | None]:
    """The scalings in front, and which of how many columns are kept, where some were constant."""
    steps: list[Step] = []
    kept: tuple[list[int], int] | None = None
    for name, settings in _processes(saved, "input"):
        if name != "removeconstantrows":
            step = _scaling(name, settings, "input")
            steps.append(step if kept is None else _spread(step, kept))
        elif np.size(settings.get("remove", ())):
            if steps or kept is not None:
                raise BacklitError("removeconstantrows is not the first function of the inputs; put it first")
            keep = [int(number) - 1 for number in _column(settings, "keep", name)]
            width = len(keep) + np.size(settings["remove"])
            if sorted({*keep}) != keep or not all(0 <= number < width for number in keep):
                raise BacklitError(f"removeconstantrows keeps rows that are not among {width}; {SAVE}")
            kept = keep, width
    return steps, kept


def _spread(step: Any, kept: tuple[Sequence[int], int]) -> Any:
    """A step that takes some columns as one that takes all."""
    keep, width = list(kept[0]), kept[1]
    first = len(step.weights) if isinstance(step, Linear) else len(step.scale)
    if first != len(keep):
        raise BacklitError(f"{step.where}: takes {first} columns of {len(keep)} that are kept; {SAVE}")
    if isinstance(step, Linear):
        weights = np.zeros((width, step.weights.shape[1]))
        weights[keep] = step.weights
        return replace(step, weights=weights)
    arrays = [np.zeros(width), np.ones(width), np.zeros(width)]
    for whole, part in zip(arrays, (step.center, step.scale, step.offset), strict=True):
        whole[keep] = part
    return Scaling(arrays[0], arrays[1], arrays[2], step.where)


def _back(saved: Mapping[str, Any]) -> list[Step]:
    """What brings the outputs back to the targets' units."""
    steps: list[Step] = []
    for name, settings in reversed(_processes(saved, "output")):
        if name == "removeconstantrows":
            if np.size(settings.get("remove", ())):
                raise BacklitError("a target was constant and left out; train without it")
            continue
        scaling = _scaling(name, settings, "output")
        if not scaling.scale.all():
            raise BacklitError(f"{scaling.where}: a target has no range; train without it")
        steps.append(Scaling(scaling.offset, 1.0 / scaling.scale, scaling.center, scaling.where))
    return steps


READER = Reader("MATLAB", recognises, read, "a .mat file of MATLAB's with IW, LW, b, transferFcn of a feedforward net")
