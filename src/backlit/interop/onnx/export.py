"""`backlit.to_onnx`: a fitted model as one ONNX file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np

from backlit.errors import BacklitError, extra_imports
from backlit.estimators.mlp.columns import column_names
from backlit.estimators.shared.has_network import HasNetwork
from backlit.files import write_whole
from backlit.interop.onnx.columns import encoded_frame
from backlit.interop.onnx.graph import Graph
from backlit.interop.onnx.network import network_outputs
from backlit.interop.onnx.prepared import prepared_columns
from backlit.interop.onnx.target import Output, target_outputs

MLP_INPUT = "X"
"""The one input of the drop-in estimators."""


def to_onnx(model: Any, path: str | PathLike[str]) -> None:
    """Write a fitted model as an ONNX file that gives its predictions without Backlit.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, TabularClassifier or TabularRegressor
        Fitted. Of the tabular estimators the file has an input for each column of the fit, named as it, of shape
        [N, 1]: text ('' is null) for categories, dates, times, and numbers that were learnt from text in a form such
        as ``$1,234.50``; float64 (NaN is null) for numbers, flags (0 and 1) and spans (seconds). MLP* have one input
        ``X`` of shape [N, n_features_in_], of the float type of ``theta_``; one that was imported with its encoders or
        imputers has an input for each column, text or float64. The outputs are ``label`` and
        ``probabilities``, or ``prediction``, of the shapes of `predict` and `predict_proba`; an output's name that
        a column has is followed by an underscore.
    path : str or path-like
        The file, usually with the suffix ``.onnx``; written whole or not at all.

    Raises
    ------
    BacklitError
        If the model is not fitted, or a column or label cannot be written; the message names it.
    MissingExtra
        If onnx is not installed: ``pip install "backlit[onnx]"``.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile, backlit
    >>> model = backlit.MLPClassifier((8,), solver="lbfgs", random_state=0).fit([[0.0], [1.0]] * 20, ["no", "yes"] * 20)
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.onnx"
    >>> backlit.to_onnx(model, path)
    >>> import onnx
    >>> [output.name for output in onnx.load(path).graph.output]
    ['label', 'probabilities']
    """
    with extra_imports("onnx", "the export needs"):
        from onnx import checker
    written = onnx_model(model)
    checker.check_model(written, full_check=True)
    write_whole(path, written.SerializeToString(deterministic=True))


def onnx_model(model: Any) -> Any:
    """The model as an object of onnx, not yet checked; see `to_onnx`."""
    if not isinstance(model, HasNetwork):
        raise BacklitError(f"to_onnx: {type(model).__name__} is no model of Backlit's; give a fitted estimator")
    if "theta_" not in vars(model):
        raise BacklitError(f"to_onnx: {type(model).__name__} is not fitted; call fit first")
    if not np.isfinite(model.theta_).all():
        raise BacklitError("to_onnx: the model has parameters that are not finite; fit it again")
    from backlit import __version__

    encoder, preparation = getattr(model, "encoder_", None), getattr(model, "preparation_", None)
    names = [MLP_INPUT]
    if encoder is not None:
        names = list(encoder.feature_names_in)
    elif preparation is not None:
        names = column_names(model)
    graph = Graph([*names, *_output_names(names)])
    if encoder is not None:
        inputs = encoded_frame(graph, encoder)
    elif preparation is not None:
        inputs = prepared_columns(graph, preparation, names, model.theta_.dtype)
    else:
        inputs = graph.input(MLP_INPUT, model.theta_.dtype, model.network_.inputs)
    outputs = target_outputs(graph, model, network_outputs(graph, model.network_, model.theta_, inputs))
    for output in outputs:
        graph.output(_free(output.name, names), output.source, output.dtype, *output.widths)
    known = _metadata(model, outputs)
    if encoder is None:
        known |= _network(graph, model)
    return graph.to_model(type(model).__name__, __version__, known)


def _network(graph: Graph, model: Any) -> dict[str, str]:
    """What `import_network` needs to read the network back: its blueprint, and which constant is which array."""
    arrays = model.network_.arrays(model.theta_)
    names = {name: graph.constant(np.asarray(array, model.theta_.dtype)) for name, array in arrays.items()}
    known = {"network": json.dumps(model.network_.to_state()), "arrays": json.dumps(names)}
    if "preparation_" in vars(model):
        known["inputs"] = json.dumps([entry.state() for entry in model.preparation_.entries], ensure_ascii=False)
        known["width"] = json.dumps(model.preparation_.width)
    if "feature_names_in_" in vars(model):
        known["columns"] = json.dumps([str(name) for name in model.feature_names_in_], ensure_ascii=False)
    return known


def _free(name: str, names: Sequence[str]) -> str:
    """An output's name, with an underscore after it as long as an input has it."""
    while name in names:
        name += "_"
    return name


def _output_names(names: Sequence[str]) -> list[str]:
    return [_free(name, names) for name in ("label", "probabilities", "prediction")]


def _metadata(model: Any, outputs: Sequence[Output]) -> dict[str, str]:
    """What a reader of the file wants to know of the model."""
    known = {"estimator": type(model).__name__, "task": model.task}
    if model.task == "classification":
        known["classes"] = json.dumps(model.classes_.tolist(), ensure_ascii=False)
        known["multilabel"] = json.dumps(bool(model._is_multilabel()))
    return known
