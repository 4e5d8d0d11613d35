"""What the graph gives, beside what Backlit gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pandas as pd
from numpy.typing import NDArray

import backlit
from backlit.encoding import FrameEncoder
from backlit.interop.onnx.columns import encoded_frame
from backlit.interop.onnx.graph import Graph

onnxruntime.set_default_logger_severity(4)  # a run that fails is an exception as well


def session_of(model: Any, *, optimized: bool = True) -> Any:
    """A checked model of onnx, ready to run; what is not optimized is ready sooner."""
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    if not optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def exported(model: Any, path: Path) -> Any:
    """A fitted model after its export."""
    backlit.to_onnx(model, path)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def fed(session: Any, frame: pd.DataFrame) -> dict[str, NDArray[Any]]:
    """The cells of a frame as the session takes them: text with '' for null, or float64 with NaN."""
    feed: dict[str, NDArray[Any]] = {}
    for value in session.get_inputs():
        cells = frame[value.name]
        if value.type == "tensor(string)":
            column: NDArray[Any] = np.array(["" if pd.isna(cell) else str(cell) for cell in cells], dtype=object)
        elif cells.dtype.kind == "m":
            column = cells.dt.total_seconds().to_numpy()
        else:
            column = np.array([np.nan if pd.isna(cell) else float(cell) for cell in cells])
        feed[value.name] = column[:, None]
    return feed


def encoder_session(encoder: FrameEncoder, *, optimized: bool = True) -> Any:
    """The encoder alone as a graph, whose output is ``rows``."""
    graph = Graph([*encoder.feature_names_in, "rows"])
    graph.output("rows", encoded_frame(graph, encoder), np.float32, encoder.n_outputs)
    return session_of(graph.to_model("encoder", "0", {}), optimized=optimized)
