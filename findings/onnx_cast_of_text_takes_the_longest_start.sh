#!/bin/sh
# ONNX Runtime 1.32.0 (CPU): Cast of text to float and double reads the longest start that is a number.
# Expected: a cell that is no number is an error, as '' and '1e400' are; '1,5' (a decimal comma) or '12 kg' above all.
# Happens: '1,5' is 1, '1,234.5' is 1, '12 000' is 12, '1.2.3' is 1.2, '12 kg' is 12, '1_000' is 1, and '0x10' is 16,
#   in both types, without a word. (onnx's own reference evaluator raises for all of these, and takes '1_000' for 1000 as Python does.)
# Hurt: graphs that take raw text columns, as exported preprocessing does: thousands separators and decimal commas give
#   numbers that are off by a factor, where pandas and NumPy, which made the training table, would have stopped.
# Exit status 0: ONNX Runtime still does this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 2> "$work/log" || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" - <<'END'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

onnxruntime.set_default_logger_severity(4)
EXPECTED = {"1.5": 1.5, "1,5": 1, "1,234.5": 1, "12 000": 12, "1.2.3": 1.2, "12 kg": 12, "1_000": 1, "0x10": 16, "": None}
still = True
for name, kind in (("float", TensorProto.FLOAT), ("double", TensorProto.DOUBLE)):
    cast = helper.make_node("Cast", ["x"], ["y"], to=kind)
    x = helper.make_tensor_value_info("x", TensorProto.STRING, [None])
    graph = helper.make_graph([cast], "cast", [x], [helper.make_tensor_value_info("y", kind, [None])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for text, number in EXPECTED.items():
        seen = []
        for run in (session.run, ReferenceEvaluator(model).run):
            try:
                seen.append(float(run(None, {"x": np.array([text], dtype=object)})[0][0]))
            except Exception:
                seen.append(None)
        print(f"{name} {text!r}: ONNX Runtime {seen[0]}, reference {seen[1]}")
        still &= (seen[0] is None) if number is None else seen[0] is not None and abs(seen[0] - number) < 1e-6
print("ONNX Runtime", onnxruntime.__version__)
raise SystemExit(0 if still else 1)
END
