"""A parameter of an estimator is declared once, in a table: default, scikit-learn's constraint, row of the docstring.

Signatures stay written out, for readers and editors; a test holds them to the tables.
"""

from __future__ import annotations

import inspect
import os
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, TypeVar

from sklearn.utils._param_validation import Interval

Kind = TypeVar("Kind", bound=type)

NOT_CHECKED = "no_validation"
"""scikit-learn's word for a parameter that its constraints leave alone; the fit checks it, with a message of ours."""

DOCSTRING_WIDTH = 112
"""Columns of a row's text in a docstring."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an estimator: its default, what scikit-learn's validation accepts, and its documentation.

    `form` is the type as numpydoc writes it, `text` what the parameter does.
    """

    default: Any
    constraint: list[Any] | str
    form: str
    text: str


Table = Mapping[str, Parameter]
"""Name -> parameter, in the order of the signature."""

CHECKPOINT: Table = {
    "checkpoint": Parameter(
        None,
        [str, os.PathLike, None],
        "str or path-like",
        "A file in which `fit` keeps its progress. A fit of the same data and parameters goes on from it, after a kill "
        "too, and ends with the same bits; of other data or parameters it is an error. Not with partial_fit.",
    ),
    "checkpoint_seconds": Parameter(
        5.0,
        [Interval(Real, 0, None, closed="left")],
        "float",
        "Seconds between two writings of that file, at least; more where a writing takes over 0.25 % of them.",
    ),
    "checkpoint_epochs": Parameter(
        None,
        [Interval(Integral, 1, None, closed="left"), None],
        "int",
        "It is also written after each so many epochs of a network, whatever that costs.",
    ),
}
"""Of all estimators."""

DIAGNOSE: Table = {
    "diagnose": Parameter(
        False,
        ["boolean", "array-like"],
        "bool or sequence of int",
        "Whether `fit` keeps its parameters at the start (0) and after the epochs 1, 2, 4, 8, ..., or those given, "
        "in `snapshots_` and in memory alone: `backlit.diagnose` shows the gradient's way back at each. Not by lbfgs.",
    ),
}
"""Of all estimators."""


def constraints_of(table: Table) -> dict[str, Any]:
    """The table's constraints, as scikit-learn's ``_parameter_constraints``.

    Examples
    --------
    >>> constraints_of({"shuffle": Parameter(True, ["boolean"], "bool", "Whether rows are shuffled.")})
    {'shuffle': ['boolean']}
    """
    return {name: parameter.constraint for name, parameter in table.items()}


def docstring_rows(table: Table) -> str:
    """The table as numpydoc's section "Parameters", without indentation.

    Examples
    --------
    >>> docstring_rows({"shuffle": Parameter(True, ["boolean"], "bool", "Whether rows are shuffled.")}).splitlines()
    ['Parameters', '----------', 'shuffle : bool, default True', '    Whether rows are shuffled.']
    """
    lines = ["Parameters", "----------"]
    for name, parameter in table.items():
        optional = "optional" if parameter.default is None else f"default {parameter.default!r}"
        lines.append(f"{name} : {parameter.form}, {optional}")
        lines += textwrap.wrap(parameter.text, DOCSTRING_WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 4)
    return "\n".join(lines)


def documented(table: Table) -> Callable[[Kind], Kind]:
    """A decorator that puts the table's rows into a class's docstring, before its attributes."""

    def with_rows(kind: Kind) -> Kind:
        if kind.__doc__:  # python -OO has none
            before, heading, after = inspect.cleandoc(kind.__doc__).partition("Attributes\n----------\n")
            kind.__doc__ = f"{before}{docstring_rows(table)}\n\n{heading}{after}"
        return kind

    return with_rows
