"""Networks that the tools themselves saved, beside the outputs that the tools gave: every file of networks/ is read."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import backlit
from backlit.errors import BacklitError

HERE = Path(os.environ.get("BACKLIT_RECORDED", Path(__file__).parent / "networks"))
"""Kept files, or those of a live tool: `networks/check.py`."""
READ = ("brainjs", "fann", "keras", "neuralnet", "nnet", "onnx", "opencv")
"""The folders whose reader is there."""

NO_CHAIN = ("mixed_in_a_layer",)
"""What no chain of ours holds: neurons of a layer that differ."""

ROUNDED = dict.fromkeys(("large_sums.R", "classes.R", "two_classes.R", "censored.R"), 1e-6)
"""Where a tool cuts a function off: nnet's sigmoid is 0 or 1 beyond sums of 15."""
CASES = [
    (folder, case)
    for folder in READ
    for path in sorted((HERE / folder).glob("expected.json*"))
    for case in json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())["cases"]
    if "outputs" in case
]
READABLE = [(folder, case) for folder, case in CASES if not case["file"].startswith(("refused", *NO_CHAIN))]
REFUSED = [path for folder in READ for word in ("refused", *NO_CHAIN) for path in (HERE / folder).glob(f"{word}*")]


def unpacked(path: Path, folder: Path) -> Path:
    """The file itself, or what it holds compressed."""
    if path.suffix != ".gz":
        return path
    plain = folder / path.stem
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain


def outputs_of(model: Any, rows: Any) -> Any:
    if any("predict_log_proba" in note for note in model.provenance_["imported"]["notes"]):
        return model.predict_log_proba(rows)
    given = model.predict_proba(rows) if hasattr(model, "classes_") else model.predict(rows)
    if model.n_outputs_ == 1 and hasattr(model, "classes_"):
        given = given[:, 1]  # tools give the second class alone
    return np.reshape(given, (len(rows), -1))


@pytest.mark.parametrize(("folder", "case"), READABLE, ids=[f"{folder}-{case['file']}" for folder, case in READABLE])
def test_a_network_answers_as_its_tool_did(folder: str, case: dict[str, Any], tmp_path: Path) -> None:
    model = backlit.import_network(unpacked(HERE / folder / case["file"], tmp_path))
    rows, outputs = np.array(case["inputs"], float), np.array(case["outputs"])
    if folder == "keras":  # its inputs are float32 where Input does not say otherwise, before weights in float64, too
        rows = rows.astype(np.float32).astype(float)
    if names := case.get("names"):  # the file's own order of columns and outputs
        rows = rows[:, [names["inputs"].index(name) for name in model.feature_names_in_]]
        own = model.provenance_["imported"]["notes"][0].removeprefix("its outputs are ").split(", ")
        outputs = outputs[:, [names["outputs"].index(name) for name in own]]
        rows = pd.DataFrame(rows, columns=model.feature_names_in_)
    elif hasattr(model, "feature_names_in_"):
        rows = pd.DataFrame(rows, columns=model.feature_names_in_)
    tolerance = ROUNDED.get(case["file"], case["tolerance"])
    largest = np.abs(outputs).max()
    np.testing.assert_allclose(outputs_of(model, rows), outputs, rtol=0, atol=tolerance * largest)


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.name)
def test_what_is_no_chain_is_refused_in_one_line(path: Path, tmp_path: Path) -> None:
    with pytest.raises(BacklitError, match=r"^[^\n]+[;:] [^\n]+$"):
        backlit.import_network(unpacked(path, tmp_path))


def message_of(path: Path) -> str:
    """What is said of a file; nothing where it can be read."""
    try:
        backlit.import_network(path)
    except BacklitError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("folder", READ)
def test_a_damaged_file_is_refused_in_one_line(folder: str, tmp_path: Path) -> None:
    cases = [case for own, case in READABLE if own == folder]
    for case in cases[:3]:
        path = unpacked(HERE / folder / case["file"], tmp_path)
        data, path = path.read_bytes(), tmp_path / f"cut_{path.name}"
        for length in range(len(data) // 10, len(data), max(1, len(data) // 23)):
            path.write_bytes(data[:length])
            assert "\n" not in message_of(path)
