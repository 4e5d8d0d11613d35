"""`backlit import`, and commands that take a network of another tool where they take a model."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import backlit

Run = Callable[..., tuple[int, str, str]]
Fails = Callable[..., str]


@pytest.fixture
def exported(tmp_path: Path) -> tuple[Path, Path, Any]:
    """A network as an ONNX file, a table with labels, and the model."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(40, 2)), columns=["width", "height"])
    labels = np.array(["no", "yes"])[(frame["width"] > 0).astype(int)]
    model = backlit.MLPClassifier((4,), solver="lbfgs", random_state=0).fit(frame, labels)
    backlit.to_onnx(model, tmp_path / "theirs.onnx")
    frame.assign(label=labels).to_csv(tmp_path / "rows.csv", index=False)
    return tmp_path / "theirs.onnx", tmp_path / "rows.csv", model


def test_a_foreign_file_becomes_a_model(run: Run, exported: tuple[Path, Path, Any]) -> None:
    file, rows, model = exported
    status, out, err = run("import", file, "--model", "ours.backlit")
    assert (status, err) == (0, "")
    assert out.startswith("ours.backlit: MLPClassifier of Backlit ")
    assert "2 -> dense 4 relu -> dense 1 sigmoid" in out
    ours = backlit.load("ours.backlit")
    np.testing.assert_array_equal(ours.theta_, model.theta_)
    assert ours.feature_names_in_.tolist() == ["width", "height"]
    assert run("predict", "ours.backlit", rows) == run("predict", file, rows)


def test_commands_take_the_file_itself(run: Run, exported: tuple[Path, Path, Any]) -> None:
    file, rows, _ = exported
    status, out, _ = run("evaluate", file, rows, "--target", "label")
    assert status == 0
    assert "accuracy" in out
    status, out, _ = run("explain", file, rows, "--row", "3", "--target", "label", "--weight", "1,0,0")
    assert status == 0
    assert "w[1][0][0]" in out
    assert run("columns", file, rows, "--target", "label")[0] == 0


def test_activations_that_a_file_lacks_are_given(run: Run, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    weights = {"0.weight": np.ones((4, 2), "f4"), "0.bias": np.zeros(4, "f4"), "2.weight": np.ones((1, 4), "f4")}
    save_file(weights, tmp_path / "theirs.safetensors")
    status, out, err = run("import", tmp_path / "theirs.safetensors", "--model", "m.backlit", "--activation", "tanh")
    assert (status, err) == (0, "")
    assert "MLPRegressor of PyTorch: 2 -> dense 4 tanh -> dense 1 identity" in out
    _, _, err = run("import", tmp_path / "theirs.safetensors", "--model", "n.backlit")
    assert "relu is taken" in err


def test_what_is_wrong_is_one_line(fails: Fails, exported: tuple[Path, Path, Any], tmp_path: Path) -> None:
    file, _, _ = exported
    assert "3 labels for 2 classes" in fails("import", file, "--model", "ours.backlit", "--classes", "a,b,c")
    (tmp_path / "weights.pt").write_bytes(b"\x80\x02K\x01.")
    assert "a pickle may run code" in fails("import", tmp_path / "weights.pt", "--model", "ours.backlit")
    assert "is an input of this command" in fails("import", file, "--model", file)


RECORDED = Path(__file__).parents[1] / "interop" / "networks"
FOREIGN = (
    "fann/single_precision.net.gz", "keras/classes.h5.gz", "nnet/two_classes.R", "opencv/sigmoid.yml",
    "brainjs/v2_slope.json",
    "pmml/nyoka_classes.pmml.gz", "weka/weka39_as_codes.txt",
)  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_every_command_takes_a_file_of_another_tool(run: Run, name: str, tmp_path: Path) -> None:
    """A table with a column of targets, which no such file names."""
    packed = (RECORDED / name).read_bytes()
    file = tmp_path / Path(name).name.removesuffix(".gz")
    file.write_bytes(gzip.decompress(packed) if name.endswith(".gz") else packed)
    model = backlit.import_network(file)
    names = list(getattr(model, "feature_names_in_", [f"c{i}" for i in range(model.n_features_in_)]))
    rows = np.random.default_rng(0).uniform(0.5, 1.5, (30, len(names)))
    frame = pd.DataFrame(rows, columns=names)
    answers = model.predict(frame if hasattr(model, "feature_names_in_") else rows)
    frame["y"] = answers if hasattr(model, "classes_") else answers + 0.25  # a loss of 0 moves no weight
    frame.to_csv(tmp_path / "rows.csv", index=False)
    frame[names].to_csv(tmp_path / "bare.csv", index=False)
    for command, more, said in (
        ("columns", (), str(names[0])),
        ("explain", ("--row", "3", "--weight", "1,0,1"), "w[1][0][1]"),
        ("evaluate", (), "accuracy" if hasattr(model, "classes_") else "R2"),
        ("diagnose", (), "rows learnt from"),
    ):
        status, out, err = run(command, file, tmp_path / "rows.csv", "--target", "y", *more)
        assert (status, said.lower() in (out + err).lower()) == (0, True), (command, out, err)
    if "weka" not in name:
        out = run("explain", file, tmp_path / "rows.csv", "--target", "y", "--row", "3")[1]
        assert any(f" {name} " in out for name in names), out
    status, out, err = run("predict", file, tmp_path / "bare.csv")
    assert (status, out.count("\n")) == (0, 31), err
