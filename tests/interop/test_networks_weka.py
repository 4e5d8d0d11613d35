"""Weka: printed networks give Weka's outputs, with the table that they were trained on and without; bad texts."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import backlit
from backlit.errors import BacklitError

HERE = Path(os.environ.get("BACKLIT_RECORDED", Path(__file__).parent / "networks")) / "weka"
CASES = [case for path in sorted(HERE.glob("expected*.json")) for case in json.loads(path.read_text())["cases"]]
COLUMNS = ("age", "colour", "smokes", "height", "constant")
CODES = {"colour": ("red", "dark green", "blue"), "smokes": ("n", "y")}


def rows_of(model: Any, case: dict[str, Any]) -> pd.DataFrame:
    """The rows as the model takes them: codes, or 0 and 1, for nominal columns; the middle where a cell is missing."""
    arrays = model.network_.arrays(model.theta_)
    middles = arrays.get("center[0]", np.zeros(model.n_features_in_))
    rows = []
    for given in case["inputs"]:
        cells = dict(zip(COLUMNS, given, strict=True))
        row = []
        for name, middle in zip(model.feature_names_in_, middles, strict=True):
            column, _, value = name.partition("=")
            cell = cells[column]
            if cell is not None and column in CODES:
                cell = float(cell == value) if value else float(CODES[column].index(cell))
            row.append(middle if cell is None else cell)
        rows.append(row)
    return pd.DataFrame(rows, columns=model.feature_names_in_)


def outputs_of(model: Any, rows: pd.DataFrame) -> Any:
    return model.predict_proba(rows) if hasattr(model, "classes_") else model.predict(rows).reshape(len(rows), -1)


def laid(folder: Path, case: dict[str, Any]) -> Path:
    """A printed network, and the table that it was trained on under the same name."""
    shutil.copy(HERE / case["data"], folder / "network.arff")
    return Path(shutil.copy(HERE / case["file"], folder / "network.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_a_network_beside_its_table_answers_as_weka_did(case: dict[str, Any], tmp_path: Path) -> None:
    model = backlit.import_network(laid(tmp_path, case))
    outputs = np.array(case["outputs"])
    ours = outputs_of(model, rows_of(model, case))
    np.testing.assert_allclose(ours, outputs, rtol=0, atol=case["tolerance"] * np.abs(outputs).max())
    missing = "Weka takes 0 for" if "-I" in case["options"] else "Weka takes the middle of its column's range for"
    notes = model.provenance_["imported"]["notes"]
    assert any(note.startswith(missing) for note in notes)
    assert ("column smokes is 0 for n, 1 for y" in notes) is ("smokes" in model.feature_names_in_)


def test_ranges_are_those_of_the_table(tmp_path: Path) -> None:
    model = backlit.import_network(laid(tmp_path, CASES[0]))
    arrays, names = model.network_.arrays(model.theta_), list(model.feature_names_in_)
    table = (HERE / CASES[0]["data"]).read_text().partition("@data")[2].split("\n")
    for column, at in (("age", 0), ("height", 3)):
        cells = [float(line.replace("'", "").split(",")[at]) for line in table if line.strip()]
        number = names.index(column)
        assert arrays["center[0]"][number] == pytest.approx((max(cells) + min(cells)) / 2)
        assert arrays["scale[0]"][number] == pytest.approx(2 / (max(cells) - min(cells)))
    assert arrays["scale[0]"][names.index("constant")] == 1.0


def test_rows_without_a_target_do_not_count_for_the_ranges(tmp_path: Path) -> None:
    path = laid(tmp_path, CASES[0])
    before = backlit.import_network(path).theta_
    with (tmp_path / "network.arff").open("a") as table:
        table.write("99.0,red,n,9.9,7,?\n?,red,n,?,7,102.0\n")
    assert backlit.import_network(path).theta_.tolist() == before.tolist()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_a_network_without_its_table_is_read_on_scaled_numbers(case: dict[str, Any], tmp_path: Path) -> None:
    path = laid(tmp_path, case)
    whole = backlit.import_network(path)
    (tmp_path / "network.arff").unlink()
    bare = backlit.import_network(path)
    arrays = whole.network_.arrays(whole.theta_)
    rows, scale = rows_of(whole, case), arrays.get("scale[0]", 1.0)
    expected = outputs_of(whole, rows)
    if whole.network_.layers[-1].kind == "scaling":  # the target's units
        offset, factor = ([arrays[name] for name in arrays if name.startswith(part)][-1] for part in ("off", "sca"))
        expected = (expected - offset) / factor
    scaled = (rows - arrays.get("center[0]", 0.0)) * scale
    np.testing.assert_allclose(outputs_of(bare, scaled), expected, rtol=1e-11)
    note = any("put the table it was trained on beside it as network.arff" in n for n in notes_of(bare))
    assert note is (case["options"] != "-H 2 -C -I")


def notes_of(model: Any) -> list[str]:
    return list(model.provenance_["imported"]["notes"])


def test_a_text_without_its_scheme_counts_as_scaled(tmp_path: Path) -> None:
    path = laid(tmp_path, CASES[0])
    before = backlit.import_network(path)
    path.write_text(path.read_text().partition("\n")[2])
    model = backlit.import_network(path)
    assert model.theta_.tolist() == before.theta_.tolist()
    assert "lacks its Scheme line" in notes_of(model)[0]


def test_lines_of_the_explorer_around_it_are_passed_over(tmp_path: Path) -> None:
    path = laid(tmp_path, CASES[1])
    before = backlit.import_network(path)
    text = path.read_text().replace("\n", "\r\n")
    path.write_text(f"=== Run information ===\r\n\r\n{text}\r\n\r\nTime taken to build model: 0.02 seconds\r\n")
    assert backlit.import_network(path).theta_.tolist() == before.theta_.tolist()


REFUSED = [
    ([("    Node 1    0.6", "    Node 1    O.6")], r"line \d+: 'O.6\d+' is no number; print"),
    ([("Sigmoid Node 2\n", "Sigmoid Node 1\n")], r"line \d+: a second node 1; give"),
    ([("Sigmoid Node 2\n", "Sigmoid Node 3\n")], "Node 2 is not printed; print"),
    ([("Sigmoid Node 2\n", "Linear Node 2\n")], "Node 2: it is no sigmoid of a layer of its own"),
    ([("    Threshold    -0.4", "    Thresh    -0.4")], "Node 1: its weights are not those of the layer before"),
    ([("    Attrib constant    -0.03140103373143921\n", "")], "Node 2: its weights are not those of the layer before"),
    ([("    Attrib constant    -0.01", "    Attrib height    -0.01")], r"line \d+: Attrib height once more"),
    ([("    Node 2    -1", "    Attrib age    -1")], "Node 0: it takes columns and nodes; train"),
    ([("    Node 2    -1", "    Node 0    -1")], "Node 0: it is no sigmoid of a layer of its own"),
    ([("    Node 2    -1", "    Knot 2    -1")], "a node is in no layer on the way to the classes"),
    ([("Class \n", "Clause\n")], "the text ends without a Class and its node"),
    ([("Linear Node 0", "Sigmoid Node 0")], "it is neither one linear node nor a sigmoid node for each class"),
    ([("functions.", "meta.FilteredClassifier -W weka.classifiers.functions.")], "around the network is not printed"),
    ([("Attrib age", "Attrib years")], "network.arff: it has no column 'years'; put the table"),
    ([("colour=blue", "colour=pink")], "network.arff: it has no column 'colour=pink'; put the table"),
    ([("    Attrib height    0.2656785647469169\n", ""), ("    Attrib height    0.6904062513796677\n", "")],
     "network.arff: 2 attributes of numbers could be the target; leave one there"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), REFUSED, ids=[f"{i}" for i in range(len(REFUSED))])
def test_what_is_no_whole_network_is_refused_by_name(
    changes: list[tuple[str, str]], message: str, tmp_path: Path
) -> None:
    path = laid(tmp_path, CASES[0])
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    with pytest.raises(BacklitError, match=message) as caught:
        backlit.import_network(path)
    assert "\n" not in str(caught.value)


def test_another_table_is_refused(tmp_path: Path) -> None:
    path = laid(tmp_path, CASES[1])
    shutil.copy(HERE / "p_q.arff", tmp_path / "network.arff")
    with pytest.raises(BacklitError, match="0 attributes with the classes no, yes could be the target; leave one"):
        backlit.import_network(path)
    (tmp_path / "network.arff").write_text("@relation empty\n")
    with pytest.raises(BacklitError, match="has no @attribute and @data"):
        backlit.import_network(path)


def test_a_text_that_is_cut_short_is_refused_or_another_file(tmp_path: Path) -> None:
    path = laid(tmp_path, CASES[2])
    data = path.read_bytes()
    for length in range(150, len(data) - 10, 97):
        path.write_bytes(data[:length])
        with pytest.raises(BacklitError, match=r"^[^\n]+$"):
            backlit.import_network(path)
