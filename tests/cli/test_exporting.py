"""`backlit export`: the file that it writes predicts as the model does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

import backlit
from backlit.files import read_table

from .conftest import Trained

Run = Callable[..., tuple[int, str, str]]
Fails = Callable[..., str]


def test_the_file_predicts_as_the_model_does(run: Run, trained: Trained) -> None:
    assert run("export", trained.classes, "model.onnx") == (0, "", "")
    model, table = backlit.load(trained.classes), read_table(trained.data)
    session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
    feed = {}
    for value in session.get_inputs():
        cells = table[value.name].to_pylist()
        text = value.type == "tensor(string)"
        column = [("" if text else np.nan) if cell is None else str(cell) if text else float(cell) for cell in cells]
        feed[value.name] = np.array(column, dtype=object if text else np.float64)[:, None]
    label, probabilities = session.run(None, feed)
    assert label.tolist() == model.predict(table).tolist()
    assert np.abs(probabilities - model.predict_proba(table)).max() < 1e-5


def test_another_suffix_is_refused(fails: Fails, trained: Trained) -> None:
    assert "ends in .onnx" in fails("export", trained.classes, "model.pb")
    assert not Path("model.pb").exists()
