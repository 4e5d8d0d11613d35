"""Files of other tools with a network of 784-512-512-10: how long `import_network` takes, and how much memory."""

from __future__ import annotations

import json
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import typer

from benchmarks.record import write
from benchmarks.timing import microseconds

WIDTHS = (784, 512, 512, 10)


def layers(dtype: str = "f4") -> list[tuple[Any, Any]]:
    """Weights of shape (inputs, outputs), and biases."""
    rng = np.random.default_rng(0)
    pairs = pairwise(WIDTHS)
    return [(rng.normal(0, 0.05, pair).astype(dtype), rng.normal(0, 0.05, pair[1]).astype(dtype)) for pair in pairs]


def onnx_file(path: Path) -> None:
    import onnx
    from onnx import helper, numpy_helper

    nodes, held, before = [], [], "X"
    for number, (w, b) in enumerate(layers()):
        held += [numpy_helper.from_array(w, f"w{number}"), numpy_helper.from_array(b, f"b{number}")]
        nodes.append(helper.make_node("Gemm", [before, f"w{number}", f"b{number}"], [f"z{number}"]))
        nodes.append(helper.make_node("Relu" if number < 2 else "Softmax", [f"z{number}"], [f"a{number}"]))
        before = f"a{number}"
    ends = [helper.make_tensor_value_info(name, 1, ["N", width]) for name, width in (("X", 784), (before, 10))]
    onnx.save(helper.make_model(helper.make_graph(nodes, "net", ends[:1], ends[1:], held)), path)


def safetensors_file(path: Path) -> None:
    from safetensors.numpy import save_file

    arrays = {f"{2 * n}.weight": np.ascontiguousarray(w.T) for n, (w, _) in enumerate(layers())}
    save_file(arrays | {f"{2 * n}.bias": b for n, (_, b) in enumerate(layers())}, path)


def keras_file(path: Path) -> None:
    import h5py

    made: list[Any] = [{"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [None, 784]}}]
    with h5py.File(path, "w") as file:
        for number, (w, b) in enumerate(layers()):
            gate = "relu" if number < 2 else "softmax"
            made.append({"class_name": "Dense", "config": {"name": f"dense_{number}", "activation": gate}})
            group = file.create_group(f"model_weights/dense_{number}")
            group["kernel"], group["bias"], group.attrs["weight_names"] = w, b, ["kernel", "bias"]
        file.attrs["keras_version"] = "3.15.1"
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": made}})


def matlab_file(path: Path) -> None:
    from scipy.io import savemat

    def cells(values: list[Any], shape: tuple[int, int]) -> Any:
        made = np.empty(len(values), object)
        made[:] = values
        return made.reshape(shape)

    made = layers("f8")  # MATLAB trains in float64, whose bits do not pack
    nothing = np.empty((0, 0))
    between = [nothing] * 9
    for number, (w, _) in enumerate(made[1:], 1):
        between[number * 3 + number - 1] = w.T
    names = cells(["poslin", "poslin", "softmax"], (1, 3))
    struct = {
        "IW": cells([made[0][0].T, nothing, nothing], (3, 1)),
        "LW": cells(between, (3, 3)),
        "b": cells([b[:, None] for _, b in made], (3, 1)),
    }
    savemat(path, {**struct, "transferFcn": names}, do_compression=True)


def fann_file(path: Path) -> None:
    sizes = [width + 1 for width in WIDTHS]
    neurons = [f"(0, 0, {0:.20e})"] * sizes[0]
    links, start = [], 0
    for number, (w, b) in enumerate(layers()):
        rows = np.vstack([w, b])
        neurons += [f"({len(rows)}, {3 if number < 2 else 0}, {0.5:.20e})"] * rows.shape[1] + [f"(0, 0, {0:.20e})"]
        links += [f"({start + i}, {value:.20e})" for column in rows.T for i, value in enumerate(column)]
        start += sizes[number]
    lines = ["FANN_FLO_2.1", f"num_layers={len(sizes)}", "network_type=0", "connection_rate=1.0", "scale_included=0"]
    lines.append(f"layer_sizes={' '.join(map(str, sizes))} ")
    lines.append(f"neurons (num_inputs, activation_function, activation_steepness)={' '.join(neurons)} ")
    lines.append(f"connections (connected_to_neuron, weight)={' '.join(links)} ")
    path.write_text("\n".join(lines) + "\n")


def brainjs_file(path: Path) -> None:
    made: list[Any] = [{"weights": [], "biases": []}]
    made += [{"weights": w.T.astype(float).tolist(), "biases": b.astype(float).tolist()} for w, b in layers()]
    options = {"activation": "relu"}
    whole = {"type": "NeuralNetwork", "sizes": list(WIDTHS), "layers": made, "options": options, "trainOpts": options}
    path.write_text(json.dumps(whole))


def opencv_file(path: Path) -> None:
    ones = "[ " + ", ".join(["1.", "0."] * WIDTHS[0]) + " ]"
    tens = "[ " + ", ".join(["1.", "0."] * WIDTHS[-1]) + " ]"
    weights: list[str] = []
    for w, b in layers():
        weights += ["      -", *(f"         - {value:.16e}" for value in np.vstack([w, b]).ravel())]
    lines = ["%YAML:1.0", "---", "opencv_ml_ann_mlp:", "   format: 3", f"   layer_sizes: {list(WIDTHS)}"]
    lines += ["   activation_function: SIGMOID_SYM", "   f_param1: 1.", "   f_param2: 1.", f"   input_scale: {ones}"]
    lines += [f"   output_scale: {tens}", f"   inv_output_scale: {tens}", "   weights:", *weights]
    path.write_text("\n".join(lines) + "\n")


def pmml_file(path: Path) -> None:
    def name(layer: int, neuron: int) -> str:
        return f"{layer},{neuron}"

    fields = "".join(f'<DataField name="x{i}" optype="continuous" dataType="double"/>' for i in range(WIDTHS[0]))
    fields += "".join(f'<DataField name="y{i}" optype="continuous" dataType="double"/>' for i in range(WIDTHS[-1]))
    mined = "".join(f'<MiningField name="x{i}"/>' for i in range(WIDTHS[0]))
    mined += "".join(f'<MiningField name="y{i}" usageType="target"/>' for i in range(WIDTHS[-1]))
    derived = '<DerivedField optype="continuous" dataType="double"><FieldRef field="{}"/></DerivedField>'
    inputs = "".join(
        f'<NeuralInput id="{name(0, i)}">{derived.format(f"x{i}")}</NeuralInput>' for i in range(WIDTHS[0])
    )
    parts = []
    for number, (w, b) in enumerate(layers(), 1):
        gate = "rectifier" if number < 3 else "identity"
        parts.append(f'<NeuralLayer activationFunction="{gate}">')
        for j, column in enumerate(w.T):
            links = "".join(f'<Con from="{name(number - 1, i)}" weight="{v:.9g}"/>' for i, v in enumerate(column))
            parts.append(f'<Neuron id="{name(number, j)}" bias="{b[j]:.9g}">{links}</Neuron>')
        parts.append("</NeuralLayer>")
    ends = "".join(
        f'<NeuralOutput outputNeuron="{name(3, i)}">{derived.format(f"y{i}")}</NeuralOutput>' for i in range(10)
    )
    path.write_text(
        '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>'
        f'<DataDictionary>{fields}</DataDictionary><NeuralNetwork functionName="regression" '
        f'activationFunction="rectifier"><MiningSchema>{mined}</MiningSchema><NeuralInputs>{inputs}</NeuralInputs>'
        f"{''.join(parts)}<NeuralOutputs>{ends}</NeuralOutputs></NeuralNetwork></PMML>"
    )


def weka_file(path: Path) -> None:
    *hidden, (w, b) = layers()
    lines: list[str] = []
    starts = [WIDTHS[-1], WIDTHS[-1] + WIDTHS[1]]

    def node(kind: str, number: int, bias: float, named: Any) -> None:
        lines.append(f"{kind} Node {number}\n    Inputs    Weights\n    Threshold    {bias!r}")
        lines.extend(f"    {name}    {weight!r}" for name, weight in named)

    for j in range(WIDTHS[-1]):
        column = w[:, j].astype(float).tolist()
        node("Sigmoid", j, float(b[j]), ((f"Node {starts[1] + i}", v) for i, v in enumerate(column)))
    for number, (w, b) in enumerate(hidden):
        for j in range(w.shape[1]):
            names = (f"Attrib x{i}" if number == 0 else f"Node {starts[0] + i}" for i in range(len(w)))
            node("Sigmoid", starts[number] + j, float(b[j]), zip(names, w[:, j].astype(float).tolist(), strict=True))
    lines.extend(f"Class c{j}\n    Input\n    Node {j}" for j in range(WIDTHS[-1]))
    path.write_text("\n".join(lines) + "\n")


def nnet_file(path: Path) -> None:
    (w1, b1), (w2, b2) = layers()[0], layers()[2]
    whole = np.concatenate([np.vstack([b1, w1]).T.ravel(), np.vstack([b2, w2]).T.ravel()]).astype(float)
    numbers = ", ".join(f"{value:.15g}" for value in whole)
    conn = ", ".join([*[", ".join(map(str, range(785)))] * 512, *[", ".join(map(str, [0, *range(785, 1297)]))] * 10])
    nconn = [0] * 786 + [785 * (j + 1) for j in range(512)] + [785 * 512 + 513 * (j + 1) for j in range(10)]
    path.write_text(
        f"list(n = c(784, 512, 10), nunits = 1307, nconn = c({', '.join(map(str, nconn))}), conn = c({conn}), "
        f"nsunits = 1297, entropy = FALSE, softmax = TRUE, censored = FALSE, wts = c({numbers}))\n"
    )


def neuralnet_file(path: Path) -> None:
    made = [np.vstack([b, w]).astype(float) for w, b in layers()]
    texts = [
        f"structure(c({', '.join(f'{value:.17g}' for value in matrix.T.ravel())}), dim = c{matrix.shape})"
        for matrix in made
    ]
    names = [", ".join(f'"{letter}{i}"' for i in range(width)) for letter, width in zip("xy", WIDTHS[::3], strict=True)]
    path.write_text(
        f'list(weights = list({", ".join(texts)}), act.fct = "tanh", linear.output = TRUE, '
        f"response = c({names[1]}), variables = c({names[0]}))\n"
    )


FORMATS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "ONNX": ("net.onnx", onnx_file),
    "PyTorch's weights": ("net.safetensors", safetensors_file),
    "Keras": ("net.h5", keras_file),
    "MATLAB": ("net.mat", matlab_file),
    "FANN": ("net.net", fann_file),
    "brain.js": ("net.json", brainjs_file),
    "OpenCV": ("net.yml", opencv_file),
    "PMML": ("net.pmml", pmml_file),
    "Weka": ("net.txt", weka_file),
    "R nnet (784-512-10)": ("net.R", nnet_file),
    "R neuralnet": ("net.R", neuralnet_file),
}


def run(repeats: int = 5) -> None:
    """Time of an import with libraries imported, its peak of memory as a multiple of the file, and predictions."""
    import backlit

    rows: dict[str, Any] = {}
    for tool, (name, write_file) in FORMATS.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            write_file(path)
            backlit.import_network(path)
            seconds = []
            for _ in range(repeats):
                start = time.process_time()  # the processor's, so that a busy machine tells little
                model = backlit.import_network(path)
                seconds.append(time.process_time() - start)
            tracemalloc.start()
            backlit.import_network(path)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            size, theta = path.stat().st_size, model.theta_.nbytes
            rows[tool] = {"seconds": round(float(np.median(seconds)), 3), "megabytes": round(size / 2**20, 1)}
            rows[tool] |= {"memory": round(peak / size, 1), "memory_of_network": round(peak / theta, 1)}
            typer.echo(f"{tool:20} {rows[tool]}")
            if tool == "ONNX":
                ratios = _beside_ours(model, repeats)
    typer.echo(f"predictions, imported / ours: {ratios}")
    write("importing", {"network": "-".join(map(str, WIDTHS)), "formats": rows, "predictions": ratios})


def _beside_ours(imported: Any, repeats: int) -> dict[str, float]:
    """How long the imported network predicts, as a multiple of one of that shape that was trained here: medians."""
    import backlit

    rng = np.random.default_rng(1)
    rows = rng.normal(size=(2000, WIDTHS[0])).astype("f4")
    ours = backlit.MLPClassifier(WIDTHS[1:-1], max_iter=1, solver="sgd", random_state=0)
    ours.fit(rows, np.arange(len(rows)) % WIDTHS[-1])
    ratios = {}
    for name, batch, calls in (("one row", rows[:1], 200), ("2000 rows", rows, 2)):
        taken: list[list[float]] = [[], []]
        for _ in range(3 * repeats):
            for model, times in zip((imported, ours), taken, strict=True):
                times.append(microseconds(lambda model=model, batch=batch: model.predict_proba(batch), calls))  # type: ignore[misc]
        ratios[name] = round(float(np.median(np.divide(*taken))), 2)
    return ratios
