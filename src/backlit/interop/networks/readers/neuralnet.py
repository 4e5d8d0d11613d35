"""R: neuralnet, as dput writes the weights of one repetition and what is said of them (`MEND`); no code is run.

Each matrix has a row for the bias, and one for each unit before; a column is a unit.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError
from backlit.interop.networks.description import Activation, Description, Linear, Step
from backlit.interop.networks.number_runs import numbers_in
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.source import Source, check_size_of_text

MEND = (
    'write dput(list(weights = fit$weights[[1]], act.fct = attr(fit$act.fct, "type"), linear.output = '
    "fit$linear.output, response = fit$model.list$response, variables = fit$model.list$variables), file, "
    'control = c("showAttributes", "niceNames", "digits17"))'
)
GATES = {"logistic": "sigmoid", "tanh": "tanh"}
BEGINNING = re.compile(rb"\s*list\(weights = list\(structure\(c\(")
MATRIX = re.compile(rb"structure\(c\(([^()]*)\),\s+\.?[Dd]im = (?:c\()?(\d{1,9})L?(?::|,\s+)(\d{1,9})L?\)?\)")
ONE = MATRIX.pattern.replace(b"(\\d{1,9})", b"\\d{1,9}").replace(b"([^()]*)", b"[^()]*")
WEIGHTS = re.compile(rb"\s*list\(weights = list\(((?:" + ONE + rb",?\s*)+)\)")
TEXT = r'"(?:[^"\\]|\\.)*"'
ENTRY = re.compile(rf"([\w.]+) = (TRUE|FALSE|NULL|{TEXT}|c\((?:{TEXT}|[,\s])*\))")


def recognises(source: Source) -> bool:
    """Whether a file begins with R's list of matrices."""
    return BEGINNING.match(source.head) is not None


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a file."""
    assert source.path is not None
    check_size_of_text(source.path)
    with source.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        weights = WEIGHTS.match(data)
        if weights is None:
            raise BacklitError(f"weights: a matrix is cut short, or has names; {MEND}")
        found = [(part.span(1), part[2], part[3]) for part in MATRIX.finditer(data, *weights.span(1))]
        matrices = [  # one after the other, so that the text is not held twice
            _matrix(data[slice(*span)], rows, columns, number) for number, (span, rows, columns) in enumerate(found, 1)
        ]
        rest = data[weights.end() :].decode("utf-8", "replace")
    said = dict(ENTRY.findall(rest))
    if not rest.rstrip().endswith(")") or not said.keys() >= {"act.fct", "linear.output", "response", "variables"}:
        raise BacklitError(f"the file is cut short, or lacks what stands beside the weights; {MEND}")
    name, linear = said["act.fct"].strip('"'), said["linear.output"] == "TRUE"
    if name not in GATES:
        raise BacklitError(f"act.fct: {name} is R code, which is not run; train with act.fct = 'logistic' or 'tanh'")
    steps: list[Step] = []
    for number, matrix in enumerate(matrices, 1):
        where = f"weights[[{number}]]"
        steps.append(Linear(matrix[1:], matrix[0], where))
        if number < len(matrices) or not linear:
            steps.append(Activation(GATES[name], where))
    names, outputs = _texts(said["variables"]), _texts(said["response"])
    notes = [f"its outputs are {', '.join(outputs)}"] if outputs else []
    return Description("R neuralnet", "", steps, "regression", feature_names=names, notes=notes)


def _matrix(run: bytes, rows: bytes, columns: bytes, number: int) -> NDArray[np.float64]:
    """A matrix, which R writes column after column."""
    where, shape = f"weights[[{number}]]", (int(rows), int(columns))
    try:
        numbers = numbers_in(run)
    except ValueError:
        raise BacklitError(f"{where}: a number cannot be read; {MEND}") from None
    if len(numbers) != shape[0] * shape[1] or len(numbers) != run.count(b",") + 1 or min(shape) < 1:
        raise BacklitError(f"{where}: {len(numbers):,} numbers for a matrix of {shape[0]} x {shape[1]}; {MEND}")
    if not np.isfinite(numbers).all():
        raise BacklitError(f"{where}: a number is not finite; train the network again")
    return numbers.reshape(shape, order="F")


def _texts(value: str) -> list[str]:
    return [bytes(text[1:-1], "utf-8").decode("unicode_escape") for text in re.findall(TEXT, value)]


READER = Reader("R neuralnet", recognises, read, "a network of R's neuralnet written by dput")
