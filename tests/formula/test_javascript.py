"""Every gate's JavaScript against the same declaration read by NumPy."""

from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import pytest

from backlit.declared.gate_kinds import Gate
from backlit.formula import GATES, local_of, value_of
from backlit.formula.javascript import gates_module
from backlit.graph.nary_gates import LOGSUMEXP, MEAN, SUM, WEIGHTED_SUM, NaryGate, softmax_output

ELEMENTWISE = [gate for gate in GATES.values() if isinstance(gate, Gate)]
POINTS = [-40.0, -3.2, -1.0, -0.3, 0.0, 1e-3, 0.4, 1.0, 2.6, 5.0, 40.0]


def test_every_gate_means_the_same_in_javascript() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here to run JavaScript with")
    cases = {}
    for gate in ELEMENTWISE:
        arity = len(gate.operands)
        cases[gate.name] = [[POINTS[(i * (k + 1) + k) % len(POINTS)] for k in range(arity)] for i in range(len(POINTS))]
    script = (
        gates_module(cases)
        + f"""
const cases = {json.dumps(cases)}, found = {{}};
for (const [name, rows] of Object.entries(cases)) {{
  found[name] = rows.map((row) => {{
    const y = GATES[name].value(...row);
    return [y, ...GATES[name].local.map((local) => local(...row, y))].map(String);
  }});
}}
console.log(JSON.stringify(found));"""
    )
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
    for name, rows in json.loads(done.stdout).items():
        gate = GATES[name]
        assert isinstance(gate, Gate)
        for at, row in zip(cases[name], rows, strict=True):
            y = value_of(gate)(*map(np.float64, at))
            expected = [y, *(local_of(gate, slot)(*map(np.float64, at), y) for slot in range(len(at)))]
            numbers = [float(text.replace("Infinity", "inf")) for text in row]
            expected = np.array(expected, float)
            np.testing.assert_allclose(numbers, expected, rtol=1e-12, atol=1e-14, err_msg=f"{name}{at}")


@pytest.mark.parametrize("rule", [WEIGHTED_SUM, SUM, MEAN, LOGSUMEXP, softmax_output(0), softmax_output(3)])
def test_gates_of_many_operands_mean_the_same_in_javascript(rule: NaryGate) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here to run JavaScript with")
    operands = np.array([0.4, -3.2, 2.6, 1.0, -0.3])
    script = (
        gates_module([], {"rule": rule.javascript})
        + f"const v = {operands.tolist()}, y = GATES.rule.value(...v);"
        + "console.log(JSON.stringify([y, ...GATES.rule.locals(v, y)]));"
    )
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
    y = rule.value(operands)
    np.testing.assert_allclose(json.loads(done.stdout), [y, *rule.locals(operands, y)], rtol=1e-13)
