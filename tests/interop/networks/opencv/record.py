"""Records networks of OpenCV's ANN_MLP, their inputs and OpenCV's own outputs, in this folder; outside CI.

Needs `pip install opencv-python-headless==4.14.0.94` (OpenCV: Apache-2.0); the main wheels of version 5 have no `ml`.
"""

import json
import os
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).parent
SEED = int(os.environ.get("SEED", "24"))
ML = cv2.ml
UNSCALED = ML.ANN_MLP_NO_INPUT_SCALE | ML.ANN_MLP_NO_OUTPUT_SCALE
CASES = (
    # file, activation, its two parameters (0, 0: OpenCV's own), sizes of layers, flags
    ("sigmoid.xml", "SIGMOID_SYM", (0, 0), (2, 3, 2), 0),
    ("sigmoid.yml", "SIGMOID_SYM", (0, 0), (2, 3, 1), 0),
    ("sigmoid.json", "SIGMOID_SYM", (1.0, 1.0), (2, 4, 3, 2), 0),
    ("input_scale_only.yml", "SIGMOID_SYM", (0, 0), (2, 3, 1), ML.ANN_MLP_NO_OUTPUT_SCALE),
    ("gaussian.xml", "GAUSSIAN", (0, 0), (2, 3, 1), 0),
    ("gaussian_narrow.json", "GAUSSIAN", (2.0, 1.5), (2, 3, 2), 0),
    ("relu.yml", "RELU", (0, 0), (2, 9, 1), UNSCALED),
    ("leaky_relu.json", "LEAKYRELU", (0.2, 0), (2, 4, 1), UNSCALED),
    ("identity.xml", "IDENTITY", (0, 0), (2, 2, 1), UNSCALED),
    ("refused_identity_scaled.yml", "IDENTITY", (0, 0), (2, 2, 1), 0),  # scales .Inf and .Nan: all predictions are nan
)


def main():
    recorded = []
    for file, activation, parameters, sizes, flags in CASES:
        rng = np.random.default_rng(SEED)
        rows = rng.uniform((-1, 0), (3, 1), (60, 2)).astype(np.float32)
        targets = np.column_stack([np.sin(rows[:, 0]) * rows[:, 1], 100 + rows[:, 0] - rows[:, 1]])[:, : sizes[-1]]
        if flags & ML.ANN_MLP_NO_OUTPUT_SCALE:
            targets = 0.5 + 0.3 * targets / np.abs(targets).max()
        model = ML.ANN_MLP_create()
        model.setLayerSizes(np.array(sizes))
        model.setActivationFunction(getattr(ML, f"ANN_MLP_{activation}"), *parameters)
        model.setTermCriteria((cv2.TERM_CRITERIA_MAX_ITER, 100, 1e-9))
        model.train(ML.TrainData_create(rows, ML.ROW_SAMPLE, targets.astype(np.float32)), flags)
        model.save(str(HERE / file))
        inputs = rng.uniform((-2, -1), (4, 2), (8, 2))
        outputs = ML.ANN_MLP_load(str(HERE / file)).predict(inputs)[1]  # from the file, and nothing else
        case = {"file": file, "tolerance": 1e-12, "inputs": inputs.tolist(), "outputs": outputs.tolist()}
        recorded.append({"file": file} if file.startswith("refused") else case)
    head = {"tool": f"OpenCV {cv2.__version__}", "licence": "Apache-2.0"}
    lines = ",\n  ".join(json.dumps(case) for case in recorded)
    (HERE / "expected.json").write_text(f'{json.dumps(head)[:-1]}, "cases": [\n  {lines}\n]}}\n')


if __name__ == "__main__":
    main()
