#!/bin/sh
# JPMML-Evaluator-Python 0.16.0 against PyPMML 1.5.8 (PMML4S): one valid PMML network, two answers.
# The target of the network is scaled by NormContinuous: 100 -> 0, 200 -> 1. The standard says that values beyond the
# listed points are extrapolated (outliers="asIs", the default), or held at the ends (asExtremeValues).
# Expected: where the last neuron gives 2.25, both answer 325, or 200 with asExtremeValues.
# Happens: JPMML answers nothing (missing) wherever the neuron leaves 0..1, and does so with asExtremeValues as well;
#   PMML4S answers as the standard says. JPMML itself extrapolates NormContinuous where it scales an input.
# Hurt: a regression network that was scaled by the range of its training targets and answers beyond it now and then:
#   tests on training rows pass, and single answers go missing in production, after a change of the engine.
# Needs a Java runtime. Exit status 0: both still do this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install jpmml-evaluator==0.16.0 jpype1==1.7.1 pypmml==1.5.8 pandas==3.1.1 2> "$work/log" || { cat "$work/log"; exit 1; }
cd "$work"
venv/bin/python - 2> log <<'END' || { cat log; exit 1; }
import numpy as np
import pandas as pd
from jpmml_evaluator import make_evaluator
from jpmml_evaluator.jpype import JPypeBackend
from pypmml import Model

NETWORK = """<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>
<DataField name="x" optype="continuous" dataType="double"/><DataField name="y" optype="continuous" dataType="double"/>
</DataDictionary><NeuralNetwork functionName="regression" activationFunction="identity">
<MiningSchema><MiningField name="x"/><MiningField name="y" usageType="target"/></MiningSchema>
<NeuralInputs><NeuralInput id="i"><DerivedField optype="continuous" dataType="double">{input}</DerivedField>
</NeuralInput></NeuralInputs>
<NeuralLayer><Neuron id="n" bias="0"><Con from="i" weight="1"/></Neuron></NeuralLayer>
<NeuralOutputs><NeuralOutput outputNeuron="n"><DerivedField optype="continuous" dataType="double">{output}
</DerivedField></NeuralOutput></NeuralOutputs></NeuralNetwork></PMML>"""
PLAIN = '<FieldRef field="{}"/>'
SCALED = '<NormContinuous field="{}" outliers="{}"><LinearNorm orig="100" norm="0"/><LinearNorm orig="200" norm="1"/></NormContinuous>'
backend = JPypeBackend()


def answers(name, text, values):
    with open("network.pmml", "w") as file:
        file.write(text)
    rows = pd.DataFrame({"x": values})
    jpmml = make_evaluator("network.pmml", backend=backend).verify().evaluateAll(rows)["y"].to_numpy(float)
    pmml4s = Model.load("network.pmml").predict(rows).iloc[:, 0].to_numpy(float)
    print(f"{name}: JPMML {jpmml}, PMML4S {pmml4s}")
    return jpmml, pmml4s


nothing = np.nan
still = True
for name, where, outliers, values, jpmml, pmml4s in (
    ("input asIs", "x", "asIs", [50.0, 150.0, 325.0], [-0.5, 0.5, 2.25], [-0.5, 0.5, 2.25]),
    ("target asIs", "y", "asIs", [-0.5, 0.5, 2.25], [nothing, 150, nothing], [50, 150, 325]),
    ("target asExtremeValues", "y", "asExtremeValues", [-0.5, 0.5, 2.25], [nothing, 150, nothing], [100, 150, 200]),
):
    parts = {"x": PLAIN.format("x"), "y": PLAIN.format("y"), where: SCALED.format(where, outliers)}
    seen = answers(name, NETWORK.format(input=parts["x"], output=parts["y"]), values)
    still &= np.allclose(seen[0], jpmml, equal_nan=True) and np.allclose(seen[1], pmml4s, equal_nan=True)
raise SystemExit(0 if still else 1)
END
