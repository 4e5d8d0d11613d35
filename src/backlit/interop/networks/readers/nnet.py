"""R: nnet and multinom, as dput(fit[names], file, control = c("niceNames", "digits17")) writes them; no code is run.

The names that are read: ``n``, ``nsunits``, ``nconn``, ``conn``, ``wts``, ``softmax``, ``lev``, ``coefnames``.
"""

from __future__ import annotations

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

MEND = 'write dput(fit[c("n", "nsunits", "nconn", "conn", "wts", "softmax", "censored", "lev", "coefnames")], file, '
MEND += 'control = c("niceNames", "digits17"))'
INTERCEPT = "(Intercept)"
WORDS = ("softmax", "censored", "lev", "coefnames")
ENTRY = re.compile(rb'(\w+) = (c\([^()"]*\)|c\((?:"(?:[^"\\]|\\.)*"|[^()"])*\)|"(?:[^"\\]|\\.)*"|[^,()"]+)')
QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def recognises(source: Source) -> bool:
    """Whether a file begins with R's list that holds ``n``."""
    return re.match(rb"\s*(?:structure\()?list\(n = c\(", source.head) is not None


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a file."""
    assert source.path is not None
    check_size_of_text(source.path)
    data = source.path.read_bytes()
    plain = QUOTED.sub(b"", data)
    if plain.count(b"(") != plain.count(b")") or b'"' in plain:
        raise BacklitError(f"the file is cut short: a bracket or a text is open at its end; {MEND}")
    del plain  # as large as the file
    found = ENTRY.findall(data, data.find(b"list(") + len(b"list("))
    del data
    entries = {name.decode(): value for name, value in found}
    said = {name: value.decode("utf-8", "replace") for name, value in entries.items() if name in WORDS}
    sizes = _numbers(entries, "n").astype(np.int64)
    weights = _numbers(entries, "wts")
    if len(sizes) != 3 or (sizes[[0, 2]] < 1).any() or sizes[1] < 0:
        given = entries["n"][:80].decode("utf-8", "replace")
        raise BacklitError(f"n: three sizes are expected, not {given}; {MEND}")
    inputs, hidden, outputs = map(int, sizes)
    starts, links = _numbers(entries, "nconn").astype(np.int64), _numbers(entries, "conn").astype(np.int64)
    layers = [(inputs + 1, hidden, 1)] * (hidden > 0) + [(inputs + hidden + 1, outputs, inputs + 1 if hidden else 1)]
    matrices = [_matrix(weights, starts, links, first, count, low) for first, count, low in layers]
    names = [bytes(name, "utf-8").decode("unicode_escape") for name in TEXT.findall(said.get("coefnames", ""))]
    if names and names[0] == INTERCEPT:  # multinom has its own column of ones
        matrix, biases = matrices[0]
        matrices[0], names = (matrix[1:], biases + matrix[0]), names[1:]
    steps: list[Step] = []
    for matrix, biases in matrices[:-1]:
        steps += [Linear(matrix, biases, "hidden layer"), Activation("sigmoid", "hidden layer")]
    steps.append(Linear(*matrices[-1], "output layer"))
    for name in ("softmax", "censored"):
        if said.get(name, "FALSE").strip() not in ("TRUE", "FALSE"):
            raise BacklitError(f"{name}: {said[name]:.40} is neither TRUE nor FALSE; {MEND}")
    softmax = "TRUE" in (said.get("softmax", "").strip(), said.get("censored", "").strip())
    linear = _numbers(entries, "nsunits")[0] <= inputs + hidden + 1
    if softmax or not linear:
        steps.append(Activation("softmax" if softmax else "sigmoid", "output layer"))
    labels = TEXT.findall(said.get("lev", "")) or None
    task = "classification" if softmax or labels else "regression"
    note = "nnet's sigmoids are exactly 0 or 1 beyond sums of 15; here they come within 3.1e-7 of it"
    return Description("R nnet", "", steps, task, labels, feature_names=names, notes=[note])


def _numbers(entries: Mapping[str, bytes], name: str) -> NDArray[np.float64]:
    if name not in entries:
        raise BacklitError(f"{name}: the file has none; {MEND}")
    try:
        numbers = numbers_in(entries[name].strip().removeprefix(b"c(").translate(None, b"L"))
        if len(numbers) != entries[name].count(b",") + 1:
            raise ValueError("commas without a number")
    except ValueError:
        raise BacklitError(f"{name}: a number cannot be read; {MEND}") from None
    if not np.isfinite(numbers).all():
        raise BacklitError(f"{name}: a number is not finite; train the network again")
    return numbers


def _matrix(
    weights: NDArray[np.float64],
    starts: NDArray[np.int64],
    links: NDArray[np.int64],
    first: int,
    count: int,
    low: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and biases of units `first` to `first + count`, linked to the bias, 0, and to all units from `low` on."""
    if len(starts) < first + count + 1 or len(weights) != len(links) or starts[first + count] > len(links):
        raise BacklitError(f"nconn, conn and wts do not fit each other; {MEND}")
    rows = []
    for unit in range(first, first + count):
        own = slice(int(starts[unit]), int(starts[unit + 1]))
        due = [0, *range(low, low + (own.stop - own.start) - 1)]
        if links[own].tolist() != due or due[-1] >= first:
            raise BacklitError("an output is linked to inputs as well (skip = TRUE); fit it with skip = FALSE")
        rows.append(weights[own])
    if len({len(row) for row in rows}) != 1:
        raise BacklitError(f"conn: units of a layer differ in their links; {MEND}")
    matrix = np.array(rows).T
    return matrix[1:], matrix[0]


READER = Reader("R nnet", recognises, read, "a network of R's nnet written by dput")
