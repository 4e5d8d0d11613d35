"""A network of each source that is read, and ways to spoil it: what the tests loop over."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import load_file, save_file
from scipy.io import savemat
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import backlit

from . import test_networks_matlab as matlab
from . import test_networks_onnx as of_onnx
from . import test_networks_safetensors as safetensors
from . import test_networks_torch as torch

RECORDED = Path(__file__).parent / "networks"
Source = Any
Make = Callable[[Path], Source]


def kept(name: str) -> Make:
    """A file that a tool saved."""

    def make(folder: Path) -> Path:
        path = RECORDED / name
        if path.suffix != ".gz":
            return Path(shutil.copy(path, folder / path.name))
        (folder / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        return folder / path.stem

    return make


def scikit_learn(folder: Path) -> Any:
    network = MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", solver="lbfgs", max_iter=40, random_state=0)
    X = np.random.default_rng(0).normal(3, 2, (60, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return make_pipeline(StandardScaler(), network).fit(X, np.sin(X[:, 0]) + X[:, 1] / 4)


def ours_as_onnx(folder: Path) -> Path:
    X = np.random.default_rng(0).normal(size=(60, 3))
    model = backlit.MLPClassifier((5,), solver="lbfgs", max_iter=20, random_state=0).fit(X, (X[:, 0] > 0).astype(int))
    backlit.to_onnx(model, folder / "ours.onnx")
    return folder / "ours.onnx"


def weka(folder: Path) -> Path:
    shutil.copy(RECORDED / "weka" / "numeric.arff", folder / "net.arff")
    return Path(shutil.copy(RECORDED / "weka" / "weka39_numbers.txt", folder / "net.txt"))


SOURCES: Mapping[str, Make] = {
    "scikit-learn": scikit_learn,
    "PyTorch": lambda folder: torch.rebuilt(torch.CASES["norm before the gate"]["tree"]),
    "PyTorch's weights": lambda folder: safetensors.saved(safetensors.WEIGHTS, folder),
    "MATLAB": lambda folder: matlab.saved(matlab.net(), folder),
    "ONNX": lambda folder: of_onnx.saved(folder, of_onnx.layers(of_onnx.one("Tanh"))),
    "Backlit's own ONNX": ours_as_onnx,
    "FANN": kept("fann/as_created.net.gz"),
    "FANN, scaled": kept("fann/scaled.net.gz"),
    "brain.js": kept("brainjs/v2_tanh.json"),
    "brain.js 1": kept("brainjs/v1_names.json"),
    "OpenCV": kept("opencv/sigmoid.yml"),
    "OpenCV in XML": kept("opencv/gaussian.xml"),
    "OpenCV in JSON": kept("opencv/sigmoid.json"),
    "R nnet": kept("nnet/classes.R"),
    "R neuralnet": kept("neuralnet/outputs.R"),
    "Keras": kept("keras/preparation.keras.gz"),
    "Keras in HDF5": kept("keras/classes.h5.gz"),
    "PMML": kept("pmml/nyoka_two_classes.pmml.gz"),
    "PMML of SkLearn2PMML": kept("pmml/sklearn2pmml_regression.pmml.gz"),
    "Weka": weka,
}
"""Source -> a network of it; what stands before a comma, or in front of a word more, is its row of docs/interop.md."""

# -- spoiled networks --------------------------------------------------------------------------------------------------


def text(*changes: tuple[str, str]) -> Callable[[Path], Path]:
    """The first place of a text that matches, written otherwise."""

    def spoil(path: Path) -> Path:
        written = path.read_text()
        for pattern, new in changes:
            written, count = re.subn(pattern, new, written, count=1)
            assert count, pattern
        path.write_text(written)
        return path

    return spoil


def keras(change: Callable[[Any], None]) -> Callable[[Path], Path]:
    """Other weights in a file of Keras."""

    def spoil(path: Path) -> Path:
        if path.suffix == ".h5":
            with h5py.File(path, "r+") as file:
                change(file["model_weights"])
            return path
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        buffer = io.BytesIO(members["model.weights.h5"])
        with h5py.File(buffer, "r+") as file:
            change(file["layers"])
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in {**members, "model.weights.h5": buffer.getvalue()}.items():
                archive.writestr(name, data)
        return path

    return spoil


def kernel(file: Any) -> Any:
    """The first matrix of weights in a group of HDF5."""
    found: list[Any] = []
    file.visititems(lambda name, item: found.append(item) if getattr(item, "ndim", 0) == 2 else None)
    return found[0]


def replaced(make: Callable[[Any], Any]) -> Callable[[Any], None]:
    def change(file: Any) -> None:
        dataset = kernel(file)
        name, parent, array = dataset.name, dataset.parent, dataset[()]
        del parent[name]
        parent[name] = make(array)

    return change


def config(*changes: tuple[str, str]) -> Callable[[Path], Path]:
    """Another configuration of Keras's."""

    def spoil(path: Path) -> Path:
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        for pattern, new in changes:
            members["config.json"], count = re.subn(pattern.encode(), new.encode(), members["config.json"], count=1)
            assert count, pattern
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return path

    return spoil


def tensors(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], Path]:
    """Other arrays in a `.safetensors`, or an ONNX file."""

    def spoil(path: Path) -> Path:
        if path.suffix == ".safetensors":
            arrays = {name: array.copy() for name, array in load_file(path).items()}
            change(arrays)
            save_file(arrays, path)
            return path
        model = onnx.load(path)
        arrays = {tensor.name: numpy_helper.to_array(tensor).copy() for tensor in model.graph.initializer}
        change(arrays)
        del model.graph.initializer[:]
        model.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in arrays.items())
        path.write_bytes(model.SerializeToString())
        return path

    return spoil


def spoil(name: str, value: float = np.nan) -> Callable[[dict[str, Any]], None]:
    return lambda arrays: arrays[name].__setitem__((0, 0), value)


def set_to(name: str, make: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    return lambda arrays: arrays.__setitem__(name, make(arrays[name]))


def fitted(change: Callable[[Any], None]) -> Callable[[Any], Any]:
    """Other attributes of a pipeline of scikit-learn's."""

    def spoil(pipeline: Any) -> Any:
        change(pipeline)
        return pipeline

    return spoil


def module(number: int, **tensor: Any) -> Callable[[Any], Any]:
    """Another tensor in a layer of PyTorch's."""

    def spoil(sequential: Any) -> Any:
        part = list(sequential._modules.values())[number]
        for name, (dtype, change) in tensor.items():
            old = getattr(part, name)
            setattr(part, name, torch.Tensor(dtype, change(np.asarray(old.values)).tolist()))
        return sequential

    return spoil


def with_nan(array: Any) -> Any:
    array = np.array(array, float)
    array.flat[0] = np.nan
    return array


def struct(**changes: Any) -> Callable[[Path], Path]:
    def spoil(path: Path) -> Path:
        savemat(path, matlab.net(**changes), do_compression=True)
        return path

    return spoil


def of_layer(old: str, **named: Any) -> Callable[[Any], Any]:
    """A layer of PyTorch's of another kind."""

    def spoil(sequential: Any) -> Any:
        modules = sequential._modules
        modules[old] = torch.rebuilt(torch.leaf(**named))
        return sequential

    return spoil


def node(operator: str) -> Callable[[Path], Path]:
    """Another operator in an ONNX graph."""

    def spoil(path: Path) -> Path:
        model = onnx.load(path)
        model.graph.node[1].op_type = operator
        path.write_bytes(model.SerializeToString())
        return path

    return spoil


def saved_as(name: str, change: Callable[[Any], Any]) -> Callable[[Path], Path]:
    """Another entry of a JSON."""

    def spoil(path: Path) -> Path:
        saved = json.loads(path.read_text())
        saved[name] = change(saved[name])
        path.write_text(json.dumps(saved))
        return path

    return spoil


def metadata(key: str, old: str, new: str) -> Callable[[Path], Path]:
    """Another description in an ONNX file of ours."""

    def spoil(path: Path) -> Path:
        model = onnx.load(path)
        entry = next(entry for entry in model.metadata_props if entry.key == key)
        assert old in entry.value
        entry.value = entry.value.replace(old, new, 1)
        path.write_bytes(model.SerializeToString())
        return path

    return spoil
