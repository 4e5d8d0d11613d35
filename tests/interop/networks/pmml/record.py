"""Records PMML networks of Nyoka and SkLearn2PMML, and some after the standard, with JPMML's outputs; outside CI.

Needs a Java runtime and `pip install nyoka==5.5.0 sklearn2pmml==0.133.1 jpmml-evaluator==0.16.0 jpype1==1.7.1
scikit-learn==1.9.0 pandas==3.1.1` (Nyoka: Apache-2.0; SkLearn2PMML and JPMML: AGPL-3.0).
"""

import gzip
import json
import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from jpmml_evaluator import make_evaluator
from jpmml_evaluator.jpype import JPypeBackend
from nyoka import skl_to_pmml
from sklearn.compose import ColumnTransformer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn2pmml import sklearn2pmml
from sklearn2pmml.pipeline import PMMLPipeline

HERE = Path(__file__).parent
CHAINS = (
    ("sine", "Elliott", "arctan", "square", "identity"),
    ("Gauss", "cosine", "rectifier", "logistic", "exponential"),
    ("threshold", "tanh", "reciprocal", "identity"),
)
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
  <Header/>
  <DataDictionary>
    <DataField name="age" optype="continuous" dataType="double"/>
    <DataField name="colour" optype="categorical" dataType="string"><Value value="red"/><Value value="blue"/></DataField>
    {target}
  </DataDictionary>
  <NeuralNetwork functionName="{function}" activationFunction="{first}">
    <MiningSchema>
      <MiningField name="age" {age}/>
      <MiningField name="colour"/>
      <MiningField name="y" usageType="target"/>
    </MiningSchema>
    {before}<NeuralInputs>
      <NeuralInput id="age"><DerivedField optype="continuous" dataType="double">{scaled}</DerivedField></NeuralInput>
      <NeuralInput id="red"><DerivedField optype="continuous" dataType="double"><NormDiscrete field="colour" value="red"/>
      </DerivedField></NeuralInput>
    </NeuralInputs>
{layers}
    <NeuralOutputs>
{outputs}
    </NeuralOutputs>
  </NeuralNetwork>
</PMML>
"""  # noqa: E501 -- lines of the document
NUMBER = '<DataField name="y" optype="continuous" dataType="double"/>'
CLASS = '<DataField name="y" optype="categorical" dataType="string">{}</DataField>'.format(
    "".join(f'<Value value="{name}"/>' for name in "pqr")
)
PLAIN = '<FieldRef field="age"/>'
PIECES = (
    '<NormContinuous field="age" outliers="{}"><LinearNorm orig="20" norm="-1"/><LinearNorm orig="30" norm="0.5"/>'
    '<LinearNorm orig="60" norm="1"/></NormContinuous>'
)
PRICE = '<NormContinuous field="y"><LinearNorm orig="100" norm="-3"/><LinearNorm orig="200" norm="3"/></NormContinuous>'
OUTPUT = """      <NeuralOutput outputNeuron="{}"><DerivedField optype="{}" dataType="{}">{}</DerivedField>
      </NeuralOutput>"""
PROBABILITY = (
    '<OutputField name="probability({0})" optype="continuous" dataType="double" feature="probability" value="{0}"/>'
)
cases = []
backend = JPypeBackend()
rng = np.random.default_rng(int(os.environ.get("SEED", "24")))


def record(name, rows):
    evaluator = make_evaluator(str(HERE / name), backend=backend).verify()
    answers = evaluator.evaluateAll(rows)
    probabilities = [column for column in answers if column.startswith("probability")]
    outputs = answers[probabilities or answers.columns[:1]].to_numpy(float)
    case = {"file": name, "tolerance": 1e-12, "columns": list(rows.columns)}
    inputs = [[None if pd.isna(cell) else cell for cell in row] for row in rows.to_numpy(object).tolist()]
    cases.append({**case, "inputs": inputs, "outputs": outputs.tolist()})
    return outputs


def layers_of(activations, widths, normalization):
    text, names = [], ["age", "red"]
    for number, (activation, width) in enumerate(zip(activations, widths, strict=True)):
        own = f' activationFunction="{activation}"' if number else ""  # the first has the network's own
        last = f' normalizationMethod="{normalization}"' if normalization and number == len(widths) - 1 else ""
        neurons = []
        for unit in range(width):
            weights = rng.normal(0, 1.2, len(names)).round(4)
            arrows = "".join(f'<Con from="{name}" weight="{w}"/>' for name, w in zip(names, weights, strict=True))
            neurons.append(f'      <Neuron id="{number}/{unit}" bias="{rng.normal():.4f}">{arrows}</Neuron>')
        text += [f"    <NeuralLayer{own}{last}>", *neurons, "    </NeuralLayer>"]
        names = [f"{number}/{unit}" for unit in range(width)]
    return "\n".join(text), names


def written(name, activations, function="regression", normalization="", **given):
    ages = np.array([18.0, 22.5, 28.0, 35.0, 47.5, 59.0, 66.0, np.nan])
    colours = np.array(["red", "blue", "red", "blue", "red", "blue", "blue", "red"], dtype=object)
    raw = not given.get("scaled")
    rows = pd.DataFrame({"age": np.linspace(-2, 2, 8) if raw else ages, "colour": colours})
    classes = function == "classification"
    while True:
        widths = [3] * (len(activations) - 1) + [3 if classes else 1]
        layers, last = layers_of(activations, widths, normalization)
        field = '<NormDiscrete field="y" value="{}"/>' if classes else given.get("price", '<FieldRef field="y"/>')
        kind = ("categorical", "string") if classes else ("continuous", "double")
        labels = "pqr" if classes else "y"
        outputs = "\n".join(
            OUTPUT.format(unit, *kind, field.format(label)) for unit, label in zip(last, labels, strict=True)
        )
        before = "".join(PROBABILITY.format(label) for label in "pqr")
        text = DOCUMENT.format(
            target=CLASS if classes else NUMBER,
            function=function,
            first=activations[0],
            age='missingValueReplacement="40"',
            before=f"<Output>{before}</Output>\n    " if classes else given.get("targets", ""),
            scaled=given.get("scaled") or PLAIN,
            layers=layers,
            outputs=outputs,
        )
        (HERE / name).write_text(text)
        spread = record(name, rows)
        if np.isfinite(spread).all() and spread.std() > 0.2 * (1 if classes else min(1, abs(spread).max())):
            return
        cases.pop()


def exported():
    frame = pd.DataFrame({"age": rng.uniform(20, 60, 60).round(1), "height": rng.normal(1.7, 0.1, 60).round(2)})
    frame["colour"] = rng.choice(["red", "dark green", "blue"], 60)
    price = np.sin(frame.age / 10) + 5 * frame.height + (frame.colour == "red")
    numbers, plain = ["age", "height"], frame[["age", "height"]]
    some = frame.iloc[:5].reset_index(drop=True)
    three = np.where(price < 8.6, "low", np.where(price < 9.4, "middle", "high"))
    two = np.where(price < 9, "no", "yes")

    def network(kind, activation="relu", sizes=(3,)):
        return kind(hidden_layer_sizes=sizes, activation=activation, max_iter=600, random_state=0)

    for name, model, target in (
        ("nyoka_regression.pmml", network(MLPRegressor, "tanh"), price),
        ("nyoka_classes.pmml", network(MLPClassifier, "relu", (6, 4)), three),
        ("nyoka_two_classes.pmml", network(MLPClassifier, "logistic"), two),
    ):
        pipeline = Pipeline([("scaler", StandardScaler()), ("network", model)]).fit(plain, target)
        skl_to_pmml(pipeline, numbers, "y", str(HERE / name))
        record(name, some[numbers])
    for name, model, target in (
        ("sklearn2pmml_regression.pmml", network(MLPRegressor, "relu"), price),
        ("sklearn2pmml_two_classes.pmml", network(MLPClassifier, "tanh"), two),
    ):
        one_hot = OneHotEncoder(sparse_output=False)
        encoder = ColumnTransformer([("numbers", MinMaxScaler(), numbers), ("colour", one_hot, ["colour"])])
        pipeline = PMMLPipeline([("encoder", encoder), ("network", model)]).fit(frame, target)
        sklearn2pmml(pipeline, str(HERE / name))
        record(name, some)


def main():
    warnings.simplefilter("ignore")
    exported()
    for number, activations in enumerate(CHAINS, 1):
        written(f"activations_{number}.pmml", activations)
    written("pieces.pmml", ("tanh", "identity"), scaled=PIECES.format("asExtremeValues"), price=PRICE)
    targets = '<Targets><Target field="y" rescaleConstant="10" rescaleFactor="2"/></Targets>\n    '
    written("beyond.pmml", ("logistic", "identity"), scaled=PIECES.format("asIs"), targets=targets)
    written("softmax.pmml", ("tanh", "identity"), "classification", "softmax")
    written("simplemax.pmml", ("tanh", "logistic"), "classification", "simplemax")
    head = {"tool": "JPMML-Evaluator-Python 0.16.0", "licence": "AGPL-3.0"}
    lines = ",\n  ".join(json.dumps(case) for case in cases)
    (HERE / "expected.json").write_text(f'{json.dumps(head)[:-1]}, "cases": [\n  {lines}\n]}}\n')
    for path in (*HERE.glob("*.pmml"), HERE / "expected.json"):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
        path.unlink()


if __name__ == "__main__":
    main()
