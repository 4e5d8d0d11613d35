"""PMML: recorded networks give JPMML's outputs; bends, thresholds and classes as the standard has them; bad files."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import backlit
from backlit.errors import BacklitError

UNPACKED = tempfile.TemporaryDirectory()
HERE = Path(UNPACKED.name)
"""The recorded files, which are kept compressed."""
for packed in (Path(os.environ.get("BACKLIT_RECORDED", Path(__file__).parent / "networks")) / "pmml").glob("*.gz"):
    (HERE / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
CASES = json.loads((HERE / "expected.json").read_text())["cases"]


def table_of(model: Any, case: dict[str, Any]) -> pd.DataFrame:
    """The rows as the model takes them: 0 and 1 for FIELD=VALUE, and missing cells filled in as the notes ask."""
    given = pd.DataFrame(case["inputs"], columns=case["columns"])
    fillings = [note for note in model.provenance_["imported"]["notes"] if "missing cell of age" in note]
    if given["age"].isna().any():
        assert fillings == ["PMML takes 40 for a missing cell of age: fill it in before"]
        given["age"] = given["age"].fillna(40.0)
    columns = {}
    for name in model.feature_names_in_:
        field, _, value = name.partition("=")
        columns[name] = (given[field] == value).astype(float) if value else given[field]
    return pd.DataFrame(columns)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_a_network_answers_as_jpmml_did(case: dict[str, Any]) -> None:
    model = backlit.import_network(HERE / case["file"])
    rows, outputs = table_of(model, case), np.array(case["outputs"])
    ours = model.predict_proba(rows) if hasattr(model, "classes_") else model.predict(rows).reshape(len(rows), -1)
    np.testing.assert_allclose(ours, outputs, rtol=0, atol=case["tolerance"] * np.abs(outputs).max())


def test_classes_are_the_values_of_the_outputs() -> None:
    classes = {"softmax.pmml": ["p", "q", "r"], "nyoka_two_classes.pmml": ["no", "yes"]}
    for name, labels in classes.items():
        assert backlit.import_network(HERE / name).classes_.tolist() == labels


def changed(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A recorded file with some text replaced."""
    text = (HERE / name).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "changed.pmml"
    path.write_text(text)
    return path


def test_outputs_in_another_order_are_read_in_their_order(tmp_path: Path) -> None:
    swap = [
        ('outputNeuron="1/0"', "FIRST"),
        ('outputNeuron="1/2"', 'outputNeuron="1/0"'),
        ("FIRST", 'outputNeuron="1/2"'),
    ]
    rows = np.array([[0.5, 1.0], [-1.0, 0.0]])
    names = ["age", "colour=red"]
    for name in ("softmax.pmml", "simplemax.pmml"):
        usual = backlit.import_network(HERE / name).predict_proba(pd.DataFrame(rows, columns=names))
        other = backlit.import_network(changed(tmp_path, name, *swap)).predict_proba(pd.DataFrame(rows, columns=names))
        np.testing.assert_allclose(other, usual[:, [2, 1, 0]], rtol=1e-14)


def test_labels_have_the_type_of_the_target(tmp_path: Path) -> None:
    values = [(f'value="{old}"', f'value="{new}"') for old, new in zip("pqr", (3, 1, 2), strict=True)]
    integer = ('name="y" optype="categorical" dataType="string"', 'name="y" optype="categorical" dataType="integer"')
    model = backlit.import_network(changed(tmp_path, "softmax.pmml", *values, integer))
    assert model.classes_.tolist() == [3, 1, 2]


def test_softmax_behind_an_activation_takes_what_that_gives(tmp_path: Path) -> None:
    rows = pd.DataFrame([[0.5, 1.0], [-1.0, 0.0]], columns=["age", "colour=red"])
    sigmoids = backlit.import_network(HERE / "simplemax.pmml")
    model = backlit.import_network(changed(tmp_path, "simplemax.pmml", ("simplemax", "softmax")))
    arrays = sigmoids.network_.arrays(sigmoids.theta_)
    hidden = np.tanh(rows.to_numpy() @ arrays["w[1]"] + arrays["b[1]"])
    powers = np.exp(1 / (1 + np.exp(-hidden @ arrays["w[2]"] - arrays["b[2]"])))
    np.testing.assert_allclose(model.predict_proba(rows), powers / powers.sum(axis=1, keepdims=True), rtol=1e-13)


@pytest.mark.parametrize("outliers", ["asIs", "asExtremeValues"])
def test_a_line_with_bends_is_the_line_between_its_points(outliers: str, tmp_path: Path) -> None:
    path = changed(tmp_path, "pieces.pmml", ('activationFunction="tanh"', 'activationFunction="identity"'),
                   ('outliers="asExtremeValues"', f'outliers="{outliers}"'))  # fmt: skip
    model = backlit.import_network(path)
    ages = np.array([-5.0, 20.0, 24.0, 30.0, 50.0, 60.0, 90.0])
    level = np.interp(ages, [20.0, 30.0, 60.0], [-1.0, 0.5, 1.0])
    if outliers == "asIs":
        level += 0.15 * np.minimum(ages - 20.0, 0) + np.maximum(ages - 60.0, 0) / 60
    through = -1.3233 * 1.9121 + 0.2229 * 1.2061 - 1.0516 * 0.482
    bias = -0.5107 * 1.9121 - 0.1360 * 1.2061 + 0.6122 * 0.482 - 0.2225
    rows = pd.DataFrame({"age": ages, "colour=red": np.zeros(7)})
    ours = (model.predict(rows) - 150) * 6 / 100
    np.testing.assert_allclose(ours, level * through + bias, rtol=1e-12)
    assert model.network_.layers[0].gate == "relu"
    assert "bends" in model.provenance_["imported"]["notes"][-1]
    nameless = backlit.import_network(path, feature_names=())
    assert backlit.trace(nameless, x=[33.0, 1.0], y=120.0).check().ok


def test_a_line_of_two_points_is_a_scaling(tmp_path: Path) -> None:
    middle = '<LinearNorm orig="30" norm="0.5"/>'
    model = backlit.import_network(changed(tmp_path, "beyond.pmml", (middle, "")))
    assert [layer.kind for layer in model.network_.layers] == ["scaling", "dense", "dense", "scaling"]
    arrays = model.network_.arrays(model.theta_)
    assert arrays["center[0]"].tolist() == [20.0, 0.0]
    np.testing.assert_allclose(arrays["scale[0]"], [0.05, 1.0])
    assert arrays["offset[0]"].tolist() == [-1.0, 0.0]


@pytest.mark.parametrize("threshold", [0.0, 1.5])
def test_a_threshold_is_0_at_the_threshold_itself(threshold: float, tmp_path: Path) -> None:
    path = tmp_path / "threshold.pmml"
    path.write_text(
        ONE_NEURON.format(f'threshold="{threshold}" activationFunction="threshold"', '<FieldRef field="x"/>')
    )
    at = pd.DataFrame({"x": [threshold - 0.5, threshold, threshold + 0.5]})
    assert backlit.import_network(path).predict(at).tolist() == [0.0, 0.0, 1.0]


ONE_NEURON = """<p:PMML xmlns:p="http://www.dmg.org/PMML-4_4" version="4.4"><p:Header/>
<p:NeuralNetwork functionName="regression" {}><p:NeuralInputs><p:NeuralInput id="0">
<p:DerivedField>{}</p:DerivedField></p:NeuralInput></p:NeuralInputs>
<p:NeuralLayer><p:Neuron id="1"><p:Con from="0" weight="1"/></p:Neuron></p:NeuralLayer>
<p:NeuralOutputs><p:NeuralOutput outputNeuron="1"><p:DerivedField><p:FieldRef field="y"/></p:DerivedField>
</p:NeuralOutput></p:NeuralOutputs></p:NeuralNetwork></p:PMML>"""
X, TWO = '<FieldRef field="x"/>', "<Constant>2</Constant>"


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        (f'<Apply function="-">{X}{TWO}</Apply>', 3.0),
        (f'<Apply function="-">{TWO}{X}</Apply>', -3.0),
        (f'<Apply function="+">{TWO}{X}</Apply>', 7.0),
        (
            f'<Apply function="*"><Apply function="/">{X}{TWO}</Apply><Apply function="+">{TWO}{TWO}</Apply></Apply>',
            10.0,
        ),
    ],
)
def test_formulas_of_one_column_are_scalings(formula: str, value: float, tmp_path: Path) -> None:
    path = tmp_path / "formula.pmml"
    path.write_text(ONE_NEURON.format('activationFunction="identity"', formula))
    assert backlit.import_network(path).predict(pd.DataFrame({"x": [5.0]})) == pytest.approx(value)


OUTER = '<?xml version="1.0" encoding="UTF-8"?>'
DOCTYPE = '<!DOCTYPE PMML [<!ENTITY two "2">]>'
LAYER = "    <NeuralLayer>\n"
PLAIN = '<FieldRef field="age"/>'
REFUSED = [
    ("activations_1.pmml", [("arctan", "arcus")], "NeuralLayer 3: activationFunction 'arcus' is not read; those that"),
    ("softmax.pmml", [(OUTER, OUTER + DOCTYPE)], "declares a document type, which PMML never does; remove"),
    ("softmax.pmml", [('encoding="UTF-8"', 'encoding="x-none"')], "; "),
    ("softmax.pmml", [("NeuralNetwork", "TreeModel")], "the PMML holds TreeModel; give a file of one NeuralNetwork"),
    ("softmax.pmml", [(' weight="0.', ' wait="0.')], "Neuron .*: the weight of its Con from .* is missing; export"),
    ("softmax.pmml", [(' weight="0.', ' weight="O.')], "Con from .* is no number; export"),
    ("softmax.pmml", [(' weight="0.', ' weight="nan" x="0.')], "NeuralLayer 1: a number of its w is not finite"),
    ("softmax.pmml", [('<Con from="0/1"', '<Con from="0/7"')], "a link from '0/7', which is not in the layer before"),
    ("softmax.pmml", [('<Con from="0/1"', '<Con from="age"')], "a link from 'age', which is not in the layer before"),
    ("softmax.pmml", [('<Con from="0/1"', '<Con from="0/0"')], "two links from one neuron; export"),
    ("softmax.pmml", [('id="0/1"', 'id="0/0"')], "NeuralLayer 1: two neurons of one id"),
    ("softmax.pmml", [('id="red"', 'id="age"')], "NeuralInput age: a second input of this id"),
    ("softmax.pmml", [(LAYER, LAYER.replace(">", ' numberOfNeurons="9">'))], "numberOfNeurons is not the number"),
    ("softmax.pmml", [("Con ", "Cow ")], "NeuralLayer 1: it has no weights"),
    ("softmax.pmml", [("NeuralLayer", "Layer")], "the network has no NeuralLayer"),
    ("softmax.pmml", [('"tanh"', '"radialBasis"')], "activationFunction 'radialBasis' is not read"),
    ("softmax.pmml", [(LAYER, LAYER.replace(">", ' normalizationMethod="softmax">'))], "read of the last layer alone"),
    ("softmax.pmml", [("softmax", "simplemax")], "normalizationMethod 'simplemax' of identity gives no probabilities"),
    ("softmax.pmml", [(' normalizationMethod="softmax"', "")], "normalizationMethod 'none' of identity gives no prob"),
    ("softmax.pmml", [('outputNeuron="1/2"', 'outputNeuron="0/2"')], "or an output no neuron; export"),
    ("softmax.pmml", [('value="q"', 'value="p"')], "NeuralOutputs: two are of one class"),
    ("softmax.pmml", [('"classification"', '"clustering"')], "functionName 'clustering' is not read"),
    ("softmax.pmml", [('"classification"', '"regression"')], "softmax of numbers is not read"),
    ("softmax.pmml", [("NormDiscrete field", "Norm field")], "computed of nothing that is known"),
    ("softmax.pmml", [('<NormDiscrete field="colour" value="red"/>', PLAIN)], "each takes a column that no"),
    ("softmax.pmml", [(PLAIN, '<Apply function="ln">' + PLAIN + "</Apply>")], "Apply 'ln' of an input is not read"),
    ("softmax.pmml", [(PLAIN, f'<Apply function="/">{PLAIN}<Constant>0</Constant></Apply>')], "Apply '/' of an input"),
    ("softmax.pmml", [(PLAIN, '<Discretize field="age"/>')], "Discretize of an input is not read; compute"),
    ("softmax.pmml", [(PLAIN, '<Apply function="+">' * 60 + PLAIN + "</Apply>" * 60)], "more than 50 formulas"),
    ("softmax.pmml", [(PLAIN, "<a>" * 200 + "</a>" * 200)], "more than 100 elements within each other"),
    ("softmax.pmml", [('ment="40"', 'ment="40" outliers="asExtremeValues"')], "MiningField age: its outliers"),
    ("pieces.pmml", [("asExtremeValues", "asMissingValues")], "outliers 'asMissingValues' are not read"),
    ("pieces.pmml", [('orig="60"', 'orig="30"')], "in rising order of orig"),
    ("pieces.pmml", [('norm="3"', 'norm="-3"')], "its line has bends or is level"),
    ("pieces.pmml", [('outputNeuron="1/0"', 'outputNeuron="8"')], "NeuralOutput '8': it is no neuron of the last"),
    ("beyond.pmml", [("rescaleConstant", 'castInteger="round" rescaleConstant')], "castInteger of a target"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "message"), REFUSED, ids=[f"{i}" for i in range(len(REFUSED))])
def test_what_is_not_read_is_refused_by_name(
    name: str, changes: list[tuple[str, str]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(BacklitError, match=message) as caught:
        backlit.import_network(changed(tmp_path, name, *changes))
    assert "\n" not in str(caught.value)
    assert ";" in str(caught.value)


def test_derived_fields_that_lead_to_themselves_are_refused(tmp_path: Path) -> None:
    loop = (
        '<LocalTransformations><DerivedField name="age"><FieldRef field="age"/></DerivedField></LocalTransformations>'
    )
    with pytest.raises(BacklitError, match="more than 50 formulas within each other"):
        backlit.import_network(changed(tmp_path, "softmax.pmml", ("<NeuralInputs>", loop + "<NeuralInputs>")))


def test_a_file_that_is_cut_short_is_refused_with_its_line(tmp_path: Path) -> None:
    data, path = (HERE / "sklearn2pmml_two_classes.pmml").read_bytes(), tmp_path / "cut.pmml"
    for length in range(300, len(data) - 10, 311):
        path.write_bytes(data[:length])
        with pytest.raises(BacklitError, match=r"line \d+, column \d+: the XML is damaged or cut short; export"):
            backlit.import_network(path)


def test_other_xml_is_not_taken_for_pmml(tmp_path: Path) -> None:
    path = tmp_path / "other.xml"
    path.write_text("<svg><path/></svg>")
    with pytest.raises(BacklitError, match=r"is no network that is known here; give one of: .*a NeuralNetwork in PMML"):
        backlit.import_network(path)
    path.write_text("<svg><PMML/></svg>")
    with pytest.raises(BacklitError, match="the XML is a svg, no PMML; export"):
        backlit.import_network(path)
