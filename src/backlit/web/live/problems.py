"""What a network in training learns: toy data made on the spot, or a table's columns as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError, choose

Matrix = NDArray[np.float64]

TOY_ROWS = 300
"""Of a toy data set."""

DIGIT_ROWS = 600
"""Of the handwritten digits."""

PIXELS = frozenset({"digits"})
"""Toy data whose inputs share one scale: each by itself, a pixel that is always blank would have none."""

MOST_TABLE_NUMBERS, MOST_CLASSES = 4_000_000, 20
"""Of a table, once it is encoded; of a target."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows and targets in the units that the network sees.

    Parameters
    ----------
    name : str
    inputs : ndarray, shape (n, inputs)
        Each column with mean 0 and deviation 1, or as the table's encoder scales it.
    targets : ndarray, shape (n, 1)
        Classes counted from 0, or standard scores.
    columns : tuple of str
        What each input is.
    classes : tuple of str
        The classes' names; none of a regression.
    """

    name: str
    inputs: Matrix
    targets: Matrix
    columns: tuple[str, ...]
    classes: tuple[str, ...]

    @property
    def outputs(self) -> int:
        """How many outputs a network for it has: one for a number or a yes or no."""
        return len(self.classes) if len(self.classes) > 2 else 1

    def dense(self, rows: NDArray[np.int64]) -> Matrix:
        """Targets of some rows with a column for each output."""
        targets = self.targets[rows]
        labels = targets[:, 0].astype(np.int64)
        return np.ascontiguousarray(np.eye(self.outputs)[labels] if self.outputs > 1 else targets)


Made = tuple[NDArray[Any], NDArray[Any]]
XY = ("x[0]", "x[1]")


def _moons(seed: int) -> Made:
    from sklearn.datasets import make_moons

    made: Made = make_moons(TOY_ROWS, noise=0.15, random_state=seed)
    return made


def _circles(seed: int) -> Made:
    from sklearn.datasets import make_circles

    made: Made = make_circles(TOY_ROWS, noise=0.1, factor=0.45, random_state=seed)
    return made


def _spirals(seed: int) -> Made:
    rng = np.random.default_rng(seed)
    label = np.arange(TOY_ROWS) % 2
    turn = np.sqrt(rng.uniform(0.02, 1.0, TOY_ROWS))
    angle = 3.5 * np.pi * turn + np.pi * label
    arm = np.stack([turn * np.cos(angle), turn * np.sin(angle)], axis=1)
    return arm + rng.normal(scale=0.02, size=arm.shape), label


def _xor(seed: int) -> Made:
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.08, 1.0, (TOY_ROWS, 2)) * rng.choice([-1.0, 1.0], (TOY_ROWS, 2))
    return x, (x[:, 0] * x[:, 1] > 0).astype(np.int64)


def _hills(seed: int) -> Made:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2.0, 2.0, (TOY_ROWS, 2))
    return x, np.sin(2.0 * x[:, 0]) * np.cos(1.5 * x[:, 1]) + rng.normal(scale=0.05, size=TOY_ROWS)


def _iris(columns: slice) -> tuple[Made, tuple[str, ...], tuple[str, ...]]:
    from sklearn.datasets import load_iris

    flowers = load_iris()
    names = tuple(name.removesuffix(" (cm)") for name in flowers.feature_names[columns])
    return (flowers.data[:, columns], flowers.target), names, tuple(map(str, flowers.target_names))


def _digits() -> tuple[Made, tuple[str, ...], tuple[str, ...]]:
    from sklearn.datasets import load_digits

    images = load_digits()
    made = images.data[:DIGIT_ROWS], images.target[:DIGIT_ROWS]
    return made, tuple(f"x[{at}]" for at in range(images.data.shape[1])), tuple(map(str, images.target_names))


NO_YES = ("0", "1")

TOYS: Mapping[str, Callable[[int], tuple[Made, tuple[str, ...], tuple[str, ...]]]] = {
    "moons": lambda seed: (_moons(seed), XY, NO_YES),
    "circles": lambda seed: (_circles(seed), XY, NO_YES),
    "spirals": lambda seed: (_spirals(seed), XY, NO_YES),
    "xor": lambda seed: (_xor(seed), XY, NO_YES),
    "petals": lambda seed: _iris(slice(2, 4)),
    "iris": lambda seed: _iris(slice(0, 4)),
    "digits": lambda seed: _digits(),
    "hills": lambda seed: (_hills(seed), XY, ()),
}
"""Name -> from a seed, its rows and targets, and the names of columns and classes.

Iris and the digits are the same for every seed.

The names are those of messages: ``toy_NAME``.
"""


def toy(name: str, seed: int) -> Problem:
    """A toy data set, its inputs standardised (pixels all by one scale); a numeric target too.

    Raises
    ------
    BacklitError
        If there is none of that name.

    Examples
    --------
    >>> problem = toy("xor", 0)
    >>> problem.inputs.shape, problem.classes, problem.outputs
    ((300, 2), ('0', '1'), 1)
    """
    (x, y), columns, classes = choose("data", name, TOYS)(seed)
    targets = np.asarray(y, np.float64)
    if not classes:
        targets = (targets - targets.mean()) / targets.std()
    axis = None if name in PIXELS else 0
    inputs = (x - x.mean(axis=axis)) / x.std(axis=axis)
    return Problem(name, np.ascontiguousarray(inputs), targets[:, None], columns, classes)


def from_table(name: str, table: Any, target: str) -> Problem:
    """A table's rows: a target column, and all others as inputs, encoded as Tabular* does.

    Parameters
    ----------
    name : str
        What the table is called.
    table : pyarrow.Table
    target : str

    Raises
    ------
    BacklitError
        If the column is not there, or what is left cannot be learnt from.
    """
    from backlit.encoding import TargetScaler, encode_classes, fit_encoder, infer_task
    from backlit.estimators.shared.table_input import labelled_column

    labels = labelled_column(table, name, target)
    task, _ = infer_task(labels)
    rows = table.drop_columns([target])
    encoder = fit_encoder(rows)
    if table.num_rows * encoder.n_outputs > MOST_TABLE_NUMBERS:
        raise BacklitError(
            f"{name} makes {table.num_rows * encoder.n_outputs:,} numbers; stay below {MOST_TABLE_NUMBERS:,}"
        )
    inputs = np.ascontiguousarray(encoder.encode(rows), np.float64)
    columns = tuple(encoder.feature_names_out)
    if task == "regression":
        scores = TargetScaler.fit(labels).scale(labels)
        return Problem(name, inputs, np.asarray(scores, np.float64).reshape(-1, 1), columns, ())
    classes, codes = encode_classes(labels)
    if len(classes) > MOST_CLASSES:
        raise BacklitError(f"column {target!r} has {len(classes)} classes; take one with at most {MOST_CLASSES}")
    return Problem(name, inputs, codes.astype(np.float64)[:, None], columns, tuple(map(str, classes.tolist())))
