"""Keras's files: a `.keras` archive or an `.h5` file as a configuration and the arrays of each layer; nothing is run.

Memory is bounded by the file: what is packed, linked, stored elsewhere or read through a filter is not opened.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError, extra_imports
from backlit.interop.networks.source import Source

CONFIG, WEIGHTS, ABOUT = "config.json", "model.weights.h5", "metadata.json"
HDF5 = b"\x89HDF\r\n\x1a\n"
MOST_CONFIG = 2**24
MOST_WEIGHTS = 2**30
MOST_UNPACKED = 20
"""Keras packs nothing; a member that grows more than that many times is no file of its own making."""
SMALL = 2**24
DAMAGED = "the file is damaged or cut short; save the network again"


@dataclass(frozen=True, slots=True)
class Arrays:
    """The arrays of each layer: `of` takes its class and name, in the order of the network.

    `within` gives those of the layers of a network that is a layer itself.
    """

    of: Callable[[str, str], Sequence[NDArray[Any]]]
    within: Callable[[str, str], Arrays]


@contextmanager
def contents(source: Source) -> Iterator[tuple[str, Mapping[str, Any], Arrays]]:
    """The version of Keras, the configuration of the network, and its arrays, while a file is open."""
    if source.path is None:
        yield _of_object(source.value)
        return
    with extra_imports("networks", "networks of Keras need"):
        import h5py
    assert source.path is not None
    try:
        if source.head.startswith(HDF5):
            with h5py.File(source.path, "r") as file:
                text = file.attrs.get("model_config")
                if text is None:
                    raise BacklitError("it holds weights without a network; save the whole one: model.save('a.keras')")
                version = _version(_text(file.attrs.get("keras_version", "")))
                yield version, _config(_text(text)), _of_h5(h5py, file)
        else:
            with zipfile.ZipFile(source.path) as archive:
                about = _config(_member(archive, ABOUT, MOST_CONFIG)) if ABOUT in source.names else {}
                config = _config(_member(archive, CONFIG, MOST_CONFIG))
                version = _version(str(about.get("keras_version", "")))
                with h5py.File(io.BytesIO(_member(archive, WEIGHTS, MOST_WEIGHTS)), "r") as file:
                    yield version, config, _of_keras(h5py, file)
    except BacklitError:
        raise
    except (OSError, KeyError, ValueError, TypeError, RuntimeError, EOFError, zipfile.BadZipFile, NotImplementedError):
        raise BacklitError(DAMAGED) from None


def _of_object(model: Any) -> tuple[str, Mapping[str, Any], Arrays]:
    """The same of a model that Keras has in memory: it is loaded, or there would be none."""
    if not getattr(model, "built", False):
        raise BacklitError("its weights are not made yet; train it, or begin it with keras.Input((columns,))")
    version = str(getattr(sys.modules.get("keras"), "__version__", ""))
    return version, _config(model.to_json()), _of_layers(model)


def _of_layers(model: Any) -> Arrays:
    layers = {layer.name: layer for layer in model.layers}

    def arrays(kind: str, name: str) -> list[NDArray[Any]]:
        return [_in_floats(np.asarray(array)) for array in layers[name].get_weights()] if name in layers else []

    return Arrays(arrays, lambda kind, name: _of_layers(layers[name]))


def _in_floats(array: NDArray[Any]) -> NDArray[Any]:
    """Numbers of other types as float32."""
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    info = archive.getinfo(name)
    if info.file_size > most or info.file_size > max(SMALL, MOST_UNPACKED * info.compress_size):
        raise BacklitError(
            f"{name}: {info.file_size:,} bytes unpacked are no multilayer perceptron; save a smaller one"
        )
    return archive.read(info)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _version(version: str) -> str:
    if version.startswith(("1.", "2.")):
        raise BacklitError(
            f"a file of Keras {version}, and those of 3 are read; save it again: "
            "keras.saving.load_model(path, compile=False).save('network.keras')"
        )
    return version


def _config(text: str | bytes) -> Mapping[str, Any]:
    if len(text) > MOST_CONFIG:
        raise BacklitError(f"the configuration has more than {MOST_CONFIG:,} bytes; save a smaller network")
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        raise BacklitError(DAMAGED) from None
    if not isinstance(config, dict):
        raise BacklitError(DAMAGED)
    return config


def _within(h5py: Any, group: Any, path: str) -> Any:
    """What lies at a path, by way of hard links alone: others lead to other files."""
    for name in path.split("/"):
        kind = group.get(name, getlink=True) if isinstance(group, h5py.Group) else None
        if kind is None:
            raise BacklitError(f"{path}: the file has no such weights; save the network again")
        if type(kind) is not h5py.HardLink:
            raise BacklitError(f"{path}: it is a link, which Keras never writes, and is not followed; save it again")
        group = group[name]
    return group


def _array(h5py: Any, dataset: Any, where: str) -> NDArray[Any]:
    """The numbers of a dataset whose bytes all lie in this file, as they are."""
    if not isinstance(dataset, h5py.Dataset):
        raise BacklitError(f"{where}: it is no array; save the network again")
    plist = dataset.id.get_create_plist()
    if dataset.is_virtual or dataset.external or plist.get_nfilters():
        raise BacklitError(
            f"{where}: its numbers are packed or lie in another file; save the network with Keras itself"
        )
    if dataset.dtype.kind not in "fiu" or dataset.ndim > 2:
        raise BacklitError(f"{where}: {dataset.dtype} of {dataset.ndim} dimensions; save the network in float32")
    if dataset.id.get_storage_size() < dataset.size * dataset.dtype.itemsize:
        raise BacklitError(f"{where}: the file has fewer numbers than it says; save the network again")
    return _in_floats(np.asarray(dataset[()]))


def _of_keras(h5py: Any, file: Any) -> Arrays:
    """Groups are named by class, and counted: ``layers/dense``, ``layers/dense_1``."""
    met: Counter[str] = Counter()

    def path(kind: str) -> str:
        group = _snake(kind)
        met[group] += 1
        return f"layers/{group}_{met[group] - 1}" if met[group] > 1 else f"layers/{group}"

    def arrays(kind: str, name: str) -> list[NDArray[Any]]:
        own = path(kind)
        if own.removeprefix("layers/") not in file.get("layers", ()):
            return []  # layers without weights are left out
        variables = _within(h5py, file, f"{own}/vars")
        said = _text(variables.attrs.get("name", name))
        if said != name:
            raise BacklitError(f"{own}: weights of {said!r}, where those of {name!r} are due; save the network again")
        count = len(variables)
        return [_array(h5py, _within(h5py, variables, str(i)), f"{own}/vars/{i}") for i in range(count)]

    return Arrays(arrays, lambda kind, name: _of_keras(h5py, _within(h5py, file, path(kind))))


def _snake(kind: str) -> str:
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", kind)).lower()


def _of_h5(h5py: Any, file: Any) -> Arrays:
    """Groups are named by the layer; an attribute lists its arrays in their order."""

    def group_of(name: str) -> Any:
        weights = _within(h5py, file, "model_weights")
        return _within(h5py, weights, name) if name in weights else None  # an input has none

    def arrays(kind: str, name: str) -> list[NDArray[Any]]:
        group = group_of(name)
        return [] if group is None else _listed(h5py, group, name)

    return Arrays(arrays, lambda kind, name: _of_nested_h5(h5py, group_of(name)))


def _of_nested_h5(h5py: Any, group: Any) -> Arrays:
    """The arrays of a network within another lie in one group: the name of a layer is a part of their paths."""
    return Arrays(
        lambda kind, name: [] if group is None else _listed(h5py, group, name, name),
        lambda kind, name: _of_nested_h5(h5py, group),
    )


def _listed(h5py: Any, group: Any, where: str, layer: str = "") -> list[NDArray[Any]]:
    """The arrays that a group lists; of one layer where it is named."""
    paths = [_text(one) for one in group.attrs.get("weight_names", ())]
    own = [path for path in paths if not layer or path.split("/")[-2:-1] == [layer]]
    return [_array(h5py, _within(h5py, group, path), f"{where}: {path}") for path in own]
