#!/bin/sh
# ONNX Runtime 1.32.0 (CPU): StringSplit by a given delimiter finds no part in empty text.
# Expected: ''.split(',') of Python, NumPy and pandas is one part, '', and so says onnx's reference evaluator: number of
#   parts 1. A cell ',' has two parts, 'a' one.
# Happens: ONNX Runtime counts 0 parts for '', and as many as Python for all other cells (2 for ',' and 'a,').
# Hurt: whoever counts parts (words, tags, lines) or indexes the last one, [n - 1], in a graph made from Python code: for
#   empty cells the count differs by one and the index becomes -1, another row's end or an error. A reference run passes.
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

cells = ["", "a", ",", "a,", "a,b"]
split = helper.make_node("StringSplit", ["x"], ["parts", "count"], delimiter=",")
x = helper.make_tensor_value_info("x", TensorProto.STRING, [None])
outputs = [helper.make_tensor_value_info("parts", TensorProto.STRING, None)]
outputs.append(helper.make_tensor_value_info("count", TensorProto.INT64, None))
graph = helper.make_graph([split], "split", [x], outputs)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
feed = {"x": np.array(cells, dtype=object)}
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
runtime = session.run(None, feed)[1].tolist()
reference = ReferenceEvaluator(model).run(None, feed)[1].tolist()
python = [len(cell.split(",")) for cell in cells]
print("cells", cells, "ONNX Runtime", runtime, "reference", reference, "Python", python)
print("ONNX Runtime", onnxruntime.__version__)
raise SystemExit(0 if runtime == [0, 1, 2, 2, 2] and reference == python == [1, 1, 2, 2, 2] else 1)
END
