"""MATLAB's feedforward nets as structs of arrays: held against the documented formulas, not against the tool."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

import backlit
from backlit.errors import BacklitError

rng = np.random.default_rng(0)
LOW, HIGH = np.array([-3.0, 10.0, 0.0]), np.array([5.0, 90.0, 0.2])
X = rng.uniform(LOW, HIGH, (8, 3))
W1, B1, W2, B2 = rng.normal(size=(4, 3)), rng.normal(size=(4, 1)), rng.normal(size=(2, 4)), rng.normal(size=(2, 1))
MIN_MAX = {"xoffset": LOW[:, None], "gain": (2 / (HIGH - LOW))[:, None], "ymin": -1.0, "xrows": 3}
TARGETS = {"xoffset": np.array([[100.0], [-2.0]]), "gain": np.array([[0.01], [0.5]]), "ymin": -1.0}
NONE = {"keep": np.zeros((1, 0)), "remove": np.zeros((1, 0))}

TRANSFERS: dict[str, Callable[[Any], Any]] = {
    "tansig": lambda n: 2 / (1 + np.exp(-2 * n)) - 1,
    "logsig": lambda n: 1 / (1 + np.exp(-n)),
    "purelin": lambda n: n,
    "poslin": lambda n: np.maximum(n, 0),
    "satlin": lambda n: np.clip(n, 0, 1),
    "satlins": lambda n: np.clip(n, -1, 1),
    "elliotsig": lambda n: n / (1 + np.abs(n)),
    "radbas": lambda n: np.exp(-(n**2)),
}


def cells(*values: Any, shape: tuple[int, ...] = ()) -> Any:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made.reshape(shape or (1, -1))


def net(**changes: Any) -> dict[str, Any]:
    nothing = np.empty((0, 0))
    return {
        "IW": cells(W1, nothing, shape=(2, 1)),
        "LW": cells(nothing, nothing, W2, nothing, shape=(2, 2)),
        "b": cells(B1, B2, shape=(2, 1)),
        "transferFcn": cells("tansig  ", "purelin"),
        "inputFcns": cells("removeconstantrows", "mapminmax"),
        "inputSettings": cells(NONE, MIN_MAX),
        "outputFcns": cells("removeconstantrows", "mapminmax"),
        "outputSettings": cells(NONE, TARGETS),
    } | changes


def saved(struct: dict[str, Any], folder: Path, **keywords: Any) -> Path:
    savemat(folder / "net.mat", struct, do_compression=True, **keywords)
    return folder / "net.mat"


def by_hand(transfer: Callable[[Any], Any]) -> Any:
    scaled = 2 * (X - LOW) / (HIGH - LOW) - 1
    outputs = transfer(scaled @ W1.T + B1.T) @ W2.T + B2.T
    return (outputs + 1) / TARGETS["gain"].T + TARGETS["xoffset"].T


@pytest.mark.parametrize("name", TRANSFERS)
def test_a_net_by_the_documented_formulas(name: str, tmp_path: Path) -> None:
    ours = backlit.import_network(saved(net(transferFcn=cells(name, "purelin")), tmp_path))
    np.testing.assert_allclose(ours.predict(X), by_hand(TRANSFERS[name]), rtol=1e-12)
    assert [layer.kind for layer in ours.network_.layers] == ["scaling", "dense", "dense", "scaling"]
    assert "not held against the tool" in ours.provenance_["imported"]["notes"][0]
    assert backlit.trace(ours, x=X[0], y=[1.0, 2.0]).check(sample=30).ok


def test_classes_standard_scores_and_constant_rows(tmp_path: Path) -> None:
    deviations = {"xmean": LOW[:, None], "xstd": HIGH[:, None] + 5, "ymean": 0.0, "ystd": 1.0}
    constant = {"keep": np.array([[1.0, 3.0, 4.0]]), "remove": np.array([[2.0]]), "value": np.array([[7.0]])}
    struct = net(
        transferFcn=cells("tansig", "softmax"),
        inputFcns=cells("removeconstantrows", "mapstd"),
        inputSettings=cells(constant, deviations),
    )
    for name in ("outputFcns", "outputSettings"):
        del struct[name]
    ours = backlit.import_network(saved(struct, tmp_path), classes=["a", "b"])
    rows = np.insert(X, 1, 7.0, axis=1)
    logits = np.tanh((X - LOW) / (HIGH + 5) @ W1.T + B1.T) @ W2.T + B2.T
    powers = np.exp(logits)
    np.testing.assert_allclose(ours.predict_proba(rows), powers / powers.sum(axis=1, keepdims=True), rtol=1e-12)


NOTHING = np.empty((0, 0))
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "cascade": ({"IW": cells(W1, np.ones((2, 3)), shape=(2, 1))}, r"layer 2: has IW\{2,1\}, LW\{2,1\}, where"),
    "no weights": ({"LW": cells(*[NOTHING] * 4, shape=(2, 2))}, "layer 2: has no weights"),
    "shape": ({"b": cells(B2, B2, shape=(2, 1))}, "do not fit"),
    "transfer": ({"transferFcn": cells("compet", "purelin")}, "layer 1: compet is not read"),
    "layers": ({"LW": cells(W2, shape=(1, 1))}, "are not those of 2 layers"),
    "processing": ({"inputFcns": cells("removeconstantrows", "processpca")}, "processpca of the inputs is not read"),
    "settings": ({"inputSettings": cells(NONE, {"gain": 1.0})}, "its settings have no xoffset"),
    "text": ({"IW": cells("abc", NOTHING, shape=(2, 1))}, r"IW\{1,1\} is no matrix of numbers"),
    "an object": ({"IW": 3.0}, "IW is no cell array"),
}


@pytest.mark.parametrize(("changes", "message"), BAD.values(), ids=BAD)
def test_what_is_no_such_net_is_refused(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(BacklitError, match=rf"^[^\n]*{message}[^\n]*;[^\n]*$"):
        backlit.import_network(saved(net(**changes), tmp_path))


def test_other_files_of_matlab_and_damaged_ones(tmp_path: Path) -> None:
    with pytest.raises(BacklitError, match=r"has no IW: network objects are not read; in MATLAB: l = net\.layers"):
        backlit.import_network(saved({"net": {"a": 1}}, tmp_path))
    data = saved(net(), tmp_path).read_bytes()
    path = tmp_path / "cut.mat"
    for length in (100, *range(130, len(data) - 8, 61)):
        path.write_bytes(data[:length])
        with pytest.raises(BacklitError, match=r"^[^\n]+; [^\n]+$"):
            backlit.import_network(path)
    path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(200))
    with pytest.raises(BacklitError, match="save it with '-v7'"):
        backlit.import_network(path)


def test_a_file_that_unpacks_to_far_more_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from backlit.interop.networks.readers import matlab

    monkeypatch.setattr(matlab, "MOST_BYTES", 2**16)
    with pytest.raises(BacklitError, match="unpacks to more than"):
        backlit.import_network(saved({"zeros": np.zeros((1000, 1000))}, tmp_path))
