"""Keras: gradients are the tool's own; what could run code, reach other files or fill the memory is not opened.

Outputs, and files cut short, are held with those of other tools in test_networks_recorded.py.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import backlit
from backlit.errors import BacklitError, MissingExtra
from backlit.interop.networks.readers import _keras_files

HERE = Path(__file__).parent / "networks" / "keras"
CASES = json.loads(gzip.decompress((HERE / "expected.json.gz").read_bytes()))["cases"]


def plain(name: str, folder: Path) -> Path:
    path = folder / name
    path.write_bytes(gzip.decompress((HERE / f"{name}.gz").read_bytes()))
    return path


@pytest.mark.parametrize("case", [case for case in CASES if "first_row" in case], ids=lambda case: case["file"])
def test_loss_and_gradients_are_the_tools(case: dict[str, Any], tmp_path: Path) -> None:
    first = case["first_row"]
    model = backlit.import_network(plain(case["file"].removesuffix(".gz"), tmp_path))
    row = np.asarray(case["inputs"][0], np.float32).astype(float)
    target = first["target"]
    numbers = isinstance(target, list) and len(target) > 1
    label = target if numbers else int(np.ravel(target)[0])
    traced = backlit.trace(model, x=row, y=label)
    share = 0.5 * len(target) if numbers else 1.0  # its squared error is the mean over the outputs; ours half the sum
    assert traced.value / share == pytest.approx(first["loss"], rel=1e-5)
    for number, theirs in enumerate(first["gradients"]):
        name = f"{'wb'[number % 2]}[{1 + number // 2}]"
        for at in np.ndindex(np.shape(theirs)):
            ours = traced.gradients[name + "".join(f"[{i}]" for i in at)] / share
            assert ours == pytest.approx(np.asarray(theirs)[at], abs=1e-5 * np.abs(theirs).max())
    for column, theirs in enumerate(first["of_inputs"]):
        ours = traced.gradients[f"x[{column}]"] / share
        assert ours == pytest.approx(theirs, abs=1e-5 * np.abs(first["of_inputs"]).max())


def test_a_constant_column_is_divided_by_1e_7(tmp_path: Path) -> None:
    model = backlit.import_network(plain("columns.keras", tmp_path))
    arrays = model.network_.arrays(model.theta_)
    assert arrays["scale[0]"][2] == pytest.approx(1e7)
    assert model.network_.layers[0].kind == "scaling"


@pytest.mark.parametrize(("file", "words"), [
    ("refused_lambda.keras", "lambda (Lambda): a Lambda holds code, which is not run"),
    ("refused_branch.keras", "add: it is not called once"),
    ("refused_convolution.h5", "a Conv1D is not read"),
])  # fmt: skip
def test_a_refusal_names_the_layer(file: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BacklitError) as caught:
        backlit.import_network(plain(file, tmp_path))
    assert words in str(caught.value)


def test_h5py_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingExtra, match=r"h5py.*pip install \"backlit\[networks\]\""):
        backlit.import_network(plain("classes.keras", tmp_path))


def rewritten(path: Path, change: Callable[[Any], None], **configured: str) -> Path:
    """The archive with other weights, and texts replaced in its configuration."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, text in configured.items():
        members["config.json"] = members["config.json"].replace(name.encode(), text.encode())
    buffer = io.BytesIO(members["model.weights.h5"])
    with h5py.File(buffer, "r+") as file:
        change(file)
    members["model.weights.h5"] = buffer.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


KERNEL = "layers/dense/vars/0"


def linked_outside(file: Any) -> None:
    del file[KERNEL]
    file[KERNEL] = h5py.ExternalLink("/etc/hostname", "/x")


def linked_softly(file: Any) -> None:
    file.move(KERNEL, "elsewhere")
    file[KERNEL] = h5py.SoftLink("/elsewhere")


def stored_outside(file: Any) -> None:
    del file[KERNEL]
    file.create_dataset(KERNEL, (2, 4), "f4", external=[("/etc/hostname", 0, 32)])


def virtual(file: Any) -> None:
    del file[KERNEL]
    layout = h5py.VirtualLayout((2, 4), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (2, 4))
    file.create_virtual_dataset(KERNEL, layout)


def packed(file: Any) -> None:
    del file[KERNEL]
    file.create_dataset(KERNEL, (20_000, 20_000), "f4", compression="gzip", chunks=(1000, 1000))


def only_said(file: Any) -> None:
    """40 GB that are not in the file."""
    del file[KERNEL]
    file.create_dataset(KERNEL, (100_000, 100_000), "f4", chunks=(1000, 1000))


def of_text(file: Any) -> None:
    del file[KERNEL]
    file[KERNEL] = ["a", "b"]


def not_finite(file: Any) -> None:
    file[KERNEL][0, 0] = np.nan


def of_another_layer(file: Any) -> None:
    file["layers/dense/vars"].attrs["name"] = "other"


def left_out(file: Any) -> None:
    del file["layers/dense_1"]


@pytest.mark.parametrize(("change", "words"), [
    (linked_outside, "is a link"), (linked_softly, "is a link"), (stored_outside, "lie in another file"),
    (virtual, "lie in another file"), (packed, "packed"), (only_said, "fewer numbers than it says"),
    (of_text, "object of 1 dimensions"), (not_finite, "not finite"), (of_another_layer, "weights of 'other'"),
    (left_out, "0 arrays, where 2 are due"),
])  # fmt: skip
def test_weights_that_keras_would_not_write_are_refused(change: Any, words: str, tmp_path: Path) -> None:
    path = rewritten(plain("classes.keras", tmp_path), change)
    with pytest.raises(BacklitError, match=r"^[^\n]+; [^\n]+$") as caught:
        backlit.import_network(path)
    assert words in str(caught.value)


@pytest.mark.parametrize(("old", "new", "words"), [
    ('"tanh"', '"my_own"', "activation my_own is not known"),
    ('"class_name": "Dense"', '"class_name": "Conv1D"', "a Conv1D is not read"),
    ('"module": "keras.layers"', '"module": "os"', "is not read"),
    ('"batch_shape": [null, 2]', '"batch_shape": [null, 3]', "for 3 columns"),
    ('"class_name": "Sequential"', '"class_name": "Mine"', "a Mine is not read"),
])  # fmt: skip
def test_configurations_are_names_and_numbers_alone(old: str, new: str, words: str, tmp_path: Path) -> None:
    path = rewritten(plain("classes.keras", tmp_path), lambda file: None, **{old: new})
    with pytest.raises(BacklitError) as caught:
        backlit.import_network(path)
    assert words in str(caught.value)


def test_a_member_that_unpacks_to_more_than_it_should_is_refused(tmp_path: Path) -> None:
    path = plain("classes.keras", tmp_path)
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config)
        archive.writestr("model.weights.h5", bytes(2**24 + 1))
    with pytest.raises(BacklitError, match="bytes unpacked are no multilayer perceptron"):
        backlit.import_network(path)


def test_weights_alone_and_older_files_say_what_to_save(tmp_path: Path) -> None:
    path = plain("classes.h5", tmp_path)
    with h5py.File(path, "r+") as file:
        file.attrs["keras_version"] = "2.15.0"
    with pytest.raises(BacklitError, match=r"a file of Keras 2\.15\.0"):
        backlit.import_network(path)
    with h5py.File(path, "r+") as file:
        del file.attrs["model_config"]
    with pytest.raises(BacklitError, match="weights without a network"):
        backlit.import_network(path)


@pytest.mark.parametrize("name", ["classes.keras", "columns.keras"])
def test_a_model_in_memory_is_read_as_its_file(name: str, tmp_path: Path) -> None:
    """A stand-in with what Keras's models have; models of Keras's own are held by `make extras`."""
    path = plain(name, tmp_path)
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json").decode()
        weights = h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r")
    layers = []
    counted: dict[str, int] = {}
    for layer in json.loads(config)["config"]["layers"]:
        group = _keras_files._snake(layer["class_name"])
        number = counted[group] = counted.get(group, -1) + 1
        variables = weights.get(f"layers/{group}_{number}/vars" if number else f"layers/{group}/vars", {})
        layers.append(Held(layer["config"]["name"], [variables[str(i)][()] for i in range(len(variables))]))
    ours, same = backlit.import_network(Sequential(config, layers)), backlit.import_network(path)
    np.testing.assert_array_equal(ours.theta_, same.theta_)
    with pytest.raises(BacklitError, match="its weights are not made yet"):
        backlit.import_network(Sequential(config, layers, built=False))


class Held:
    def __init__(self, name: str, arrays: list[Any]) -> None:
        self.name, self.get_weights = name, lambda: arrays


class Sequential:
    def __init__(self, config: str, layers: list[Held], built: bool = True) -> None:
        self.layers, self.built, self.to_json = layers, built, lambda: config


Sequential.__module__ = "keras.src.models.sequential"
