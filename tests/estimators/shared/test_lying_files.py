"""A file that lies about what it holds is refused by `load`, in one line, before memory or time is spent on it."""

from __future__ import annotations

import copy
import hashlib
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open
from safetensors.numpy import save

import backlit
from backlit.declared.losses import LOSSES
from backlit.errors import BacklitError, DamagedFile
from backlit.files import read_model, write_model
from backlit.files.strict_json import DECODER, weight
from backlit.network.blueprint import Blueprint

GOLDEN = Path(__file__).parents[2] / "files" / "golden"
FORMATS = sorted(GOLDEN.iterdir())
TABULAR, NUMBERS, MLP, FEATURES = (
    f"{name}.backlit" for name in ("tabular-classifier", "tabular-regressor", "mlp-classifier", "mlp-regressor")
)


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    """What the first model of a process imports is no memory of a file."""
    for name in (TABULAR, MLP):
        backlit.load(FORMATS[-1] / name)


@pytest.mark.parametrize("folder", FORMATS, ids=lambda path: path.name)
def test_files_of_every_format_predict_as_on_the_day_they_were_saved(folder: Path) -> None:
    kept = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    frame, X = pd.DataFrame(kept["rows"]["frame"]), np.array(kept["rows"]["X"])
    given = {"mlp-regressor": pd.DataFrame(X, columns=["a", "b", "c"]), "mlp-classifier": X}
    for name, expected in kept["expected"].items():
        model = backlit.load(folder / f"{name}.backlit")
        for method, values in expected.items():
            answer = getattr(model, method)(given.get(name, frame))
            if answer.dtype.kind in "fc":
                np.testing.assert_allclose(answer, values, rtol=2e-5, atol=1e-6)  # other processors round otherwise
            else:
                assert answer.tolist() == values


def test_the_newest_format_has_golden_files() -> None:
    from backlit.files.model_file import FORMAT, OLDEST_FORMAT

    assert [path.name for path in FORMATS] == [f"format-{n}" for n in range(OLDEST_FORMAT, FORMAT + 1)]


def lied(name: str, change: Callable[[Any, Any], None], path: Path) -> Path:
    """A file whose content was changed, and whose digest fits."""
    header, arrays = read_model(FORMATS[-1] / name)
    header, arrays = copy.deepcopy(header), dict(arrays)
    change(header, arrays)
    write_model(path, header, arrays)
    return path


def column(header: Any, number: int = 0) -> Any:
    return header["encoder"]["columns"][number]


def setting(*keys: Any, to: Any) -> Callable[[Any, Any], None]:
    def change(header: Any, arrays: Any) -> None:
        for key in keys[:-1]:
            header = header[key]
        header[keys[-1]] = to

    return change


LIES: dict[str, tuple[str, Callable[[Any, Any], None]]] = {
    "an unknown estimator": (MLP, setting("estimator", to="Pipeline")),
    "no estimator": (MLP, lambda header, arrays: header.pop("estimator")),
    "an estimator that is a list": (MLP, setting("estimator", to=["MLPClassifier"])),
    "another estimator": (MLP, setting("estimator", to="MLPRegressor")),
    "a fitted name of its own": (MLP, setting("fitted", "predict", to=1)),
    "a fitted name of Python's": (MLP, setting("fitted", "__class__", to="x")),
    "a fitted name is missing": (MLP, lambda header, arrays: header["fitted"].pop("n_iter_")),
    "a fitted text for a number": (TABULAR, setting("fitted", "n_iter_", to="6")),
    "an unknown parameter": (MLP, setting("parameters", "colour", to=1)),
    "a parameter of another type": (MLP, setting("parameters", "n_jobs", to="all")),
    "a parameter out of bounds": (MLP, setting("parameters", "momentum", to=7.0)),
    "a label type that takes memory": (MLP, setting("classes", "dtype", to="(100000000,)f8")),
    "a label type that takes memory, as text": (TABULAR, setting("classes", "dtype", to="U1000000000")),
    "a label twice": (TABULAR, setting("classes", "values", to=["low", "low", "x"])),
    "a label less": (TABULAR, setting("classes", "values", to=["low", "x"])),
    "a label of another type": (TABULAR, setting("classes", "values", to=["low", "x", 1])),
    "a wide network": (MLP, setting("network", "layers", 0, 2, to=2**31 - 1)),
    "a negative width": (MLP, setting("network", "layers", 0, 2, to=-5)),
    "a width that is no number": (MLP, setting("network", "layers", 0, 2, to="5")),
    "an unknown gate": (MLP, setting("network", "layers", 0, 3, to="no_gate")),
    "an output gate of numbers": (MLP, setting("network", "layers", 2, 3, to="identity")),
    "an output gate under another name": (MLP, setting("fitted", "out_activation_", to="identity")),
    "an unknown loss": (MLP, setting("network", "loss", to="no_loss")),
    "another number of inputs": (MLP, setting("n_features_in", to=4)),
    "a target type of another head": (MLP, setting("target_type", to="multiclass")),
    "a feature's name twice": (FEATURES, setting("feature_names_in", to=["a", "b", "a"])),
    "a feature less": (FEATURES, setting("feature_names_in", to=["a", "b"])),
    "an unknown name": (MLP, setting("colour", to=1)),
    "an array more": (MLP, lambda header, arrays: arrays.update(more=np.zeros(3))),
    "an array less": (NUMBERS, lambda header, arrays: arrays.pop("low")),
    "parameters of another number": (MLP, lambda header, arrays: arrays.update(theta=np.zeros(7))),
    "whole parameters": (MLP, lambda header, arrays: arrays.update(theta=np.zeros(len(arrays["theta"]), np.int64))),
    "a parameter that is not finite": (MLP, lambda header, arrays: arrays["theta"].__setitem__(3, np.nan)),
    "an unknown kind of column": (TABULAR, lambda header, arrays: column(header).update(kind="picture")),
    "another kind of column": (TABULAR, lambda header, arrays: column(header).update(kind="category")),
    "a form of another kind": (
        TABULAR,
        lambda header, arrays: column(header, 1).update(form=column(header, 2)["form"]),
    ),
    "a layout of its own": (TABULAR, lambda header, arrays: column(header, 2)["form"].update(layout="(a+)+$")),
    "a decimal mark of its own": (TABULAR, lambda header, arrays: column(header, 1)["form"].update(decimal="(a+)+$")),
    "an order that is a list": (TABULAR, lambda header, arrays: column(header, 2)["form"].update(order=[])),
    "an unknown part of a date": (TABULAR, lambda header, arrays: column(header, 2)["blocks"][0].__setitem__(3, ["x"])),
    "a date without its part": (TABULAR, lambda header, arrays: column(header, 2)["blocks"][0].__setitem__(3, [])),
    "a wide block": (TABULAR, lambda header, arrays: column(header, 3)["blocks"][0].__setitem__(2, 10**9)),
    "a block that starts elsewhere": (TABULAR, lambda header, arrays: column(header)["blocks"][0].__setitem__(1, 5)),
    "a category twice": (TABULAR, lambda header, arrays: column(header, 3).update(categories=["a", "a", "b"])),
    "counts of another number": (TABULAR, lambda header, arrays: column(header, 3).update(counts=[1])),
    "two columns of one name": (TABULAR, lambda header, arrays: column(header).update(name="price")),
    "no columns": (TABULAR, setting("encoder", "columns", to=[])),
    "scaling that is not finite": (TABULAR, lambda header, arrays: arrays["encoder.center"].__setitem__(0, np.inf)),
    "scaling of another shape": (TABULAR, lambda header, arrays: arrays.update({"encoder.factor": np.zeros((13, 1))})),
    "an infinite range": (TABULAR, lambda header, arrays: column(header).update(high=10**400)),
    "a range beyond 64 bits": (TABULAR, lambda header, arrays: column(header).update(high=10**30)),
    "an empty range": (TABULAR, lambda header, arrays: column(header).update(low=5.0, high=-5.0)),
    "a negative unit": (NUMBERS, lambda header, arrays: arrays.update(std=-arrays["std"])),
    "limits that cross": (NUMBERS, lambda header, arrays: arrays.update(low=arrays["high"], high=arrays["low"])),
    "one target of two": (NUMBERS, setting("scaler", "one_dimensional", to=True)),
    "provenance of another shape": (MLP, setting("provenance", to={"version": 3})),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_are_refused_by_load(lie: str, tmp_path: Path) -> None:
    path = lied(*LIES[lie], tmp_path / "m.backlit")
    tracemalloc.start()
    try:
        with pytest.raises(BacklitError) as caught:
            backlit.load(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert peak < 2 * path.stat().st_size + 10e6


GROWING = {f"g{n}": [f"g{n - 1}(x) * g{n - 1}(x)" if n else "x + x", "1.0", "g"] for n in range(60)}


def test_a_gate_that_grows_is_refused_before_it_is_written_out_and_nothing_stays_declared(tmp_path: Path) -> None:
    gates, losses = set(backlit.GATES), set(LOSSES)
    for change in (
        setting("custom_gates", to=GROWING),
        setting("custom_gates", to={"wrong_slope": ["x * x", "x", "g"]}),
        setting("custom_gates", to={"left_behind": ["x * x * x", "3 * x * x", "g"], "relu": ["x", "1", "r"]}),
        setting("custom_loss", to=["squared", "a", "1"]),
    ):
        with pytest.raises(BacklitError, match=r"m\.backlit"):
            backlit.load(lied(MLP, change, tmp_path / "m.backlit"))
        assert (set(backlit.GATES), set(LOSSES)) == (gates, losses)


def test_a_gate_of_gates_travels_alone(tmp_path: Path) -> None:
    backlit.gate("inner_square", "x * x")
    backlit.gate("outer_gate", "tanh(inner_square(x)) + inner_square(inner_square(x)) / 8")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    model = backlit.MLPRegressor(hidden_layer_sizes=(4,), activation="outer_gate", max_iter=2, random_state=0)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        model.fit(X, X[:, 0])
    model.save(tmp_path / "m.backlit")
    before = model.predict(X)
    for name in ("inner_square", "outer_gate"):
        backlit.GATES.forget(name)
    try:
        np.testing.assert_allclose(backlit.load(tmp_path / "m.backlit").predict(X), before, rtol=1e-12)
        backlit.load(tmp_path / "m.backlit")  # the gate is the one that is declared by now
        assert "inner_square" not in backlit.GATES
    finally:
        backlit.GATES.forget("outer_gate")


def test_what_could_not_be_loaded_is_not_saved(tmp_path: Path) -> None:
    model = backlit.load(FORMATS[-1] / MLP)
    model.set_params(n_jobs="all")
    with pytest.raises(ValueError, match="n_jobs"):
        model.save(tmp_path / "m.backlit")
    model.set_params(n_jobs=None).t_ = -1
    with pytest.raises(BacklitError, match=r"save: header\.fitted\.t_ is -1"):
        model.save(tmp_path / "m.backlit")
    assert not list(tmp_path.iterdir())


def test_a_file_knows_where_its_model_comes_from(tmp_path: Path) -> None:
    X, y = np.arange(40.0).reshape(20, 2) / 40, np.arange(20.0) / 20
    fitted = [
        backlit.MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", random_state=5).fit(X, target)
        for target in (y, y, y + 1)
    ]
    digests = [model.provenance_["data"]["digest"] for model in fitted]
    assert digests[0] == digests[1] != digests[2]
    fitted[0].save(tmp_path / "m.backlit")
    kept = backlit.load(tmp_path / "m.backlit").provenance_
    assert kept == fitted[0].provenance_
    assert (kept["version"], kept["seed"], kept["data"]["rows"]) == (backlit.__version__, 5, 20)
    assert kept["epochs"] == fitted[0].n_iter_


@pytest.mark.parametrize("text", ['{"a":1,"a":1}', '{"a":{"b":1,"b":2}}', '{"a":NaN}', '{"a":"\\ud800"}', "[]", "{"])
def test_headers_that_readers_would_not_agree_on_are_refused(text: str, tmp_path: Path) -> None:
    note = {"digest": hashlib.sha256(text.encode()).hexdigest(), "format": 3}
    data = save({"__header__": np.frombuffer(text.encode(), np.uint8)}, {"backlit": json.dumps(note)})
    (tmp_path / "m.backlit").write_bytes(data)
    with pytest.raises(DamagedFile, match="header is damaged"):
        read_model(tmp_path / "m.backlit")


def crowd(form: str, *, names: bool = False) -> Callable[[int], str]:
    """A text of JSON of so many characters that repeats something: a list, or a mapping with a number in each name."""
    ends = "{}" if names else "[]"
    return lambda size: ends[0] + ",".join(form.replace("%", str(n)) for n in range(size // len(form))) + ends[1]


CROWDS: dict[str, Callable[[int], str]] = {
    "empty lists": crowd("[]"),
    "lists of a number": crowd("[999]"),
    "lists of lists": crowd("[[[[]]]]"),
    "deep lists": crowd("[" * 800 + "]" * 800),
    "empty mappings": crowd("{}"),
    "mappings of one": crowd('{"a":1.5}'),
    "mappings of six": crowd('{"a":999,"b":999,"c":999,"d":999,"e":999,"f":999}'),
    "deep mappings": crowd('{"a":' * 800 + "1" + "}" * 800),
    "open mappings": lambda size: '{"a":1,"b":' * 800 + crowd("[]")(size) + "}" * 800,
    "names": crowd('"%":999', names=True),
    "wide names": crowd('"\\ud83d\\ude00%":999', names=True),
    "numbers": crowd("1.5"),
    "large numbers": crowd("123456789012345678901234567890"),
    "texts": crowd('"ab"'),
    "texts of commas": crowd('"[],[],[],{},{}"'),
    "wide texts": crowd('"\\ud83d\\ude00' + "a" * 40 + '"'),
    "texts of quotes": crowd('"\\"a\\":[],"'),
    "texts of colons": crowd('"a\\\\",":"'),
    "one text": lambda size: '["' + "a" * size + '"]',
}


@pytest.mark.parametrize("kind", CROWDS)
def test_the_weight_of_a_text_is_more_than_its_content_takes(kind: str) -> None:
    text = CROWDS[kind](100_000)
    tracemalloc.start()
    try:
        content = DECODER.decode(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert content
    assert peak - 20_000 <= weight(text) <= 8 * peak
    assert weight(text, enough=10**9) >= weight(text)


@pytest.mark.parametrize("kind", CROWDS)
def test_a_header_that_takes_much_memory_is_refused_before_it_does(kind: str, tmp_path: Path) -> None:
    text = '{"estimator":' + CROWDS[kind](600_000) + "}"
    note = {"digest": hashlib.sha256(text.encode()).hexdigest(), "format": 3}
    data = save({"__header__": np.frombuffer(text.encode(), np.uint8)}, {"backlit": json.dumps(note)})
    (tmp_path / "m.backlit").write_bytes(data)
    text = ""
    assert peak_of_loading(tmp_path / "m.backlit", refused=True) < 2 * len(data) + 10e6


def test_a_description_that_takes_much_memory_is_refused_before_it_does(tmp_path: Path) -> None:
    described = json.dumps({f"a{n}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for n in range(12_000)})
    (tmp_path / "m.backlit").write_bytes(len(described).to_bytes(8, "little") + described.encode())
    assert peak_of_loading(tmp_path / "m.backlit", refused=True) < 2 * len(described) + 10e6


def peak_of_loading(path: Path, *, refused: bool = False) -> int:
    """Bytes of memory while a file is loaded."""
    tracemalloc.start()
    try:
        if refused:
            with pytest.raises(DamagedFile):
                backlit.load(path)
        else:
            backlit.load(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("columns", "categories"), [(5_000, 0), (20, 9_000)])
def test_models_of_large_headers_are_loaded_in_twice_their_file(columns: int, categories: int, tmp_path: Path) -> None:
    """What a network of a few numbers needs for many columns or categories stands in the file as spaces."""
    header, arrays = read_model(FORMATS[-1] / NUMBERS)
    words = [f"word {number}" for number in range(categories)]
    kind = {"kind": "category", "categories": words, "counts": [7] * categories} if categories else {"kind": "numeric"}
    block = ["frequency" if categories else "numeric", 0, 1, []]
    header["encoder"]["columns"] = [
        {
            "blocks": [[block[0], number, 1, []]], "categories": [], "counts": [], "dropped": "", "edges": [],
            "form": None, "high": 2.5, "low": -1.25, "missing": [], "n_onehot": 0, "name": f"column {number}", **kind,
        }
        for number in range(columns)
    ]  # fmt: skip
    layers = header["network"]["layers"]
    network = Blueprint.from_state({**header["network"], "layers": [["dense", columns, layers[-1][2], "identity", 1]]})
    header["network"] = network.to_state()
    arrays |= {name: np.ones(columns) for name in ("encoder.center", "encoder.factor")}
    arrays["theta"] = np.zeros(network.theta_size, np.float32)
    path = tmp_path / "m.backlit"
    write_model(path, header, arrays)
    backlit.load(path)
    assert peak_of_loading(path) < 2 * path.stat().st_size + 10e6
    with safe_open(path, framework="numpy") as file:
        assert set(file.keys()) == {"__header__", *arrays}
