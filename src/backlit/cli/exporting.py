"""`backlit export`: a model in, an ONNX file out."""

from __future__ import annotations

from pathlib import Path

from backlit.cli.outputs import check_output
from backlit.errors import ParameterError
from backlit.estimators.loading import load
from backlit.interop.onnx import to_onnx

SUFFIX = ".onnx"


def export_model(path: Path, output: Path) -> None:
    """Write the file; its suffix says what it is.

    Raises
    ------
    ParameterError
        If the output has another suffix.
    """
    if output.suffix.lower() != SUFFIX:
        raise ParameterError(f"{output}: export writes ONNX; name a file that ends in {SUFFIX}", parameter="FILE.onnx")
    check_output(output, path)
    to_onnx(load(path), output)
