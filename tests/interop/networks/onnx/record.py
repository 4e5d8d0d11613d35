"""Records ONNX files that other tools export, rows and the tools' own outputs, in this folder; outside CI.

Needs `pip install torch==2.13.0 onnxscript==0.7.2 skl2onnx==1.20.0 onnx==1.23.2` (torch: BSD-3-Clause; skl2onnx, onnx:
Apache-2.0; onnxscript: MIT) and scikit-learn. The outputs are those of the network that was exported, not of its file.
"""

import gzip
import json
import os
import warnings
from pathlib import Path

import numpy as np
import onnx
import skl2onnx
import torch
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from torch import nn

HERE = Path(__file__).parent
SEED = int(os.environ.get("SEED", "24"))
rng = np.random.default_rng(SEED)
cases = []


def kept(name, content, inputs, outputs, tolerance=1e-5):
    (HERE / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    rows = [[None if np.isnan(cell) else float(f"{cell:.9g}") for cell in row] for row in inputs.tolist()]
    given = np.asarray(outputs, float).reshape(len(inputs), -1).tolist()
    cases.append({"file": f"{name}.gz", "tolerance": tolerance, "inputs": rows, "outputs": given})


def of_scikit_learn():
    X = rng.normal(2, 3, (80, 3)).round(3)
    number = np.sin(X[:, 0]) + X[:, 1] / 4
    three = np.array(["p", "q", "r"])[np.digitize(number, [-0.3, 0.8])]
    settings = {"max_iter": 300, "random_state": 0}
    tanh, small = {"activation": "tanh", **settings}, {"hidden_layer_sizes": (4,), **settings}
    gaps = X.copy()
    gaps[rng.random(X.shape) < 0.15] = np.nan
    some = [("X", FloatTensorType([None, 3]))]
    columns = [(name, FloatTensorType([None, 1])) for name in ("age", "size", "rooms")]
    models = {
        "skl_scaled": (make_pipeline(StandardScaler(), MLPRegressor(**small | tanh)), X, number),
        "skl_gaps": (make_pipeline(SimpleImputer(), MinMaxScaler(), MLPRegressor(**small)), gaps, number),
        "skl_classes": (make_pipeline(StandardScaler(), MLPClassifier((5, 4), **tanh)), X, three),
        "skl_two": (make_pipeline(StandardScaler(), MLPClassifier((4,), **settings)), X, number > 0.5),
        "skl_float64": (make_pipeline(MinMaxScaler(), MLPRegressor(**small)), X, number),
        "skl_columns": (make_pipeline(StandardScaler(), MLPRegressor(**small)), X, number),
    }  # fmt: skip
    for name, (model, rows, target) in models.items():
        double = name == "skl_float64"
        types = [("X", DoubleTensorType([None, 3]))] if double else columns if name == "skl_columns" else some
        file = skl2onnx.to_onnx(model.fit(rows, target), initial_types=types, target_opset=20)
        given = rows[:6].astype(np.float64 if double else np.float32)
        outputs = model.predict_proba(given) if hasattr(model, "classes_") else model.predict(given)
        outputs = outputs[:, 1] if name == "skl_two" else outputs
        kept(f"{name}.onnx", file.SerializeToString(), given, outputs, 1e-12 if double else 1e-5)


class Block(nn.Module):
    """A module of a user's own."""

    def __init__(self):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Linear(5, 1)

    def forward(self, x):
        return self.last(torch.relu(self.norm(self.first(x)))).squeeze(-1)


def chains():
    yield "norms", nn.Sequential(
        nn.Linear(3, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Dropout(0.2), nn.Linear(5, 4), nn.LayerNorm(4), nn.GELU(),
        nn.Linear(4, 3), nn.Softmax(dim=1),
    )  # fmt: skip
    gates = (
        nn.SiLU(),
        nn.LeakyReLU(0.2),
        nn.ELU(0.7),
        nn.Hardtanh(-0.5, 0.8),
        nn.Softplus(),
        nn.Hardsigmoid(),
        nn.SELU(),
    )
    yield "gates", nn.Sequential(*(part for gate in gates for part in (nn.Linear(3, 3), gate)), nn.Linear(3, 2))
    more = (
        nn.PReLU(),
        nn.Hardswish(),
        nn.Mish(),
        nn.ReLU6(),
        nn.CELU(0.5),
        nn.Softsign(),
        nn.GELU("tanh"),
        nn.Sigmoid(),
    )
    yield "more_gates", nn.Sequential(*(part for gate in more for part in (nn.Linear(3, 3), gate)), nn.Linear(3, 1))
    yield "own", Block()


def of_torch():
    torch.manual_seed(SEED)
    rows = torch.tensor(rng.normal(0, 1.5, (6, 3)).round(2), dtype=torch.float32)
    for name, module in chains():
        for part in module.modules():
            if isinstance(part, nn.BatchNorm1d):
                part.running_mean.uniform_(-1, 1)
                part.running_var.uniform_(0.5, 2)
            if isinstance(part, nn.LayerNorm | nn.BatchNorm1d):
                nn.init.uniform_(part.weight, 0.5, 2)
            if isinstance(part, nn.Linear):
                nn.init.normal_(part.weight, 0, 1)
        module.eval()
        outputs = module(rows).detach().numpy()
        for exporter, axes in (
            ("torchscript", {"dynamo": False, "dynamic_axes": {"x": {0: "rows"}}}),
            ("dynamo", {"dynamo": True, "dynamic_shapes": ({0: torch.export.Dim("rows")},)}),
        ):
            path = HERE / "exported.onnx"
            torch.onnx.export(module, (rows,), path, input_names=["x"], external_data=False, **axes)
            model = onnx.load(path)
            path.unlink()
            for node in model.graph.node:  # paths of the machine that exported it
                del node.metadata_props[:]
                node.doc_string = ""
            kept(f"torch_{exporter}_{name}.onnx", model.SerializeToString(), rows.numpy(), outputs)


def main():
    warnings.simplefilter("ignore")
    of_scikit_learn()
    of_torch()
    tool = f"onnx {onnx.__version__}, PyTorch {torch.__version__.partition('+')[0]}, skl2onnx {skl2onnx.__version__}"
    lines = ",\n  ".join(json.dumps(case) for case in cases)
    head = json.dumps({"tool": tool, "licence": "Apache-2.0 (onnx, skl2onnx), BSD-3-Clause (PyTorch)"})
    text = f'{head[:-1]}, "cases": [\n  {lines}\n]}}\n'
    (HERE / "expected.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
