"""The one family of errors that Backlit raises on purpose; each is a `ValueError` whose message is one line.

=================  =========================================================  =========================
Class              What is at fault                                           Attributes
=================  =========================================================  =========================
`BacklitError`     the input; the base of all                                 none
`DataError`        a table, a column or a cell                                `row`, `column`, `path`
`ParameterError`   a parameter of a function, a class or a command            `parameter`
`FormulaError`     the text of a formula                                      `formula`
`DamagedFile`      a file that is cut off, damaged or of another program      `path`
`MissingExtra`     the installation: an optional dependency is not there      `extra`, `module`
=================  =========================================================  =========================

An attribute is None where it is not known. `DataWarning` is given where nothing is at fault, and yet a column is left
out, or is read as something else than it looks.
"""

from __future__ import annotations

import copy
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Self, TypeVar

from backlit.notes import folded

__all__ = [
    "BacklitError",
    "DamagedFile",
    "DataError",
    "DataWarning",
    "FormulaError",
    "MissingExtra",
    "ParameterError",
]

Entry = TypeVar("Entry")

EXTRAS = {
    "formats": ("duckdb", "pyreadstat", "python_calamine"),
    "mpi": ("mpi4py",),
    "networks": ("h5py",),
    "notebook": ("anywidget", "traitlets"),
    "onnx": ("onnx",),
    "plot": ("matplotlib",),
    "torch": ("torch",),
    "web": ("starlette", "uvicorn", "segno"),
}
"""Optional dependencies of `pyproject.toml` -> the modules that come with each."""


class BacklitError(ValueError):
    """Something in the input is at fault: one line names what, where, and the remedy.

    Examples
    --------
    >>> raise BacklitError("y: 3 targets for 4 rows of X; they must be as many")
    Traceback (most recent call last):
        ...
    backlit.errors.BacklitError: y: 3 targets for 4 rows of X; they must be as many
    """

    def located(self, where: str) -> Self:
        """The same error, of the same class with the same attributes, its message preceded by a place.

        Parameters
        ----------
        where : str
            Where it happened, such as the name of a file.

        Returns
        -------
        BacklitError
            A new object of the class of this one.

        Examples
        --------
        >>> error = DataError("column 'age': 'abc' in row 2 is not a number", row=2, column="age").located("a.csv")
        >>> str(error), error.row
        ("a.csv: column 'age': 'abc' in row 2 is not a number", 2)
        """
        error = copy.copy(self)
        error.args = (f"{where}: {self}",)
        return error


class DataError(BacklitError):
    """A table, a column or a cell does not hold what is needed.

    Parameters
    ----------
    message : str
        One line: what, where, and the remedy.
    row : int, optional
        The row, counted from 0.
    column : str, optional
        The name of the column.
    path : path-like, optional
        The file of the table.

    Examples
    --------
    >>> error = DataError("column 'age': 'abc' in row 2 is not a number; correct the cell", row=2, column="age")
    >>> error.row, error.column, error.path
    (2, 'age', None)
    >>> isinstance(error, BacklitError), isinstance(error, ValueError)
    (True, True)
    """

    def __init__(
        self,
        message: str,
        *,
        row: int | None = None,
        column: str | None = None,
        path: str | os.PathLike[str] | None = None,
    ) -> None:
        super().__init__(message)
        self.row = row
        self.column = column
        self.path = path


class DataWarning(UserWarning):
    """Columns that are left out, or read as something else than they look: one warning a call names them all.

    Parameters
    ----------
    notes : iterable of str
        A sentence about each, which a model keeps as `encoder_.notes`; the message says the same of many columns once.

    Examples
    --------
    >>> print(DataWarning(["column 'id' is left out: every value is different", "column 'k' is left out: constant"]))
    column 'id' is left out: every value is different
    column 'k' is left out: constant
    """

    def __init__(self, notes: Iterable[str]) -> None:
        self.notes = (notes,) if isinstance(notes, str) else tuple(notes)
        super().__init__("\n".join(folded(self.notes)))


class ParameterError(BacklitError):
    """A parameter has a value that it cannot have.

    Parameters
    ----------
    message : str
        One line: the parameter, its value, and which values there are.
    parameter : str, optional
        The name of the parameter.

    Examples
    --------
    >>> ParameterError("rate: -1 is not positive; give one such as 0.1", parameter="rate").parameter
    'rate'
    """

    def __init__(self, message: str, *, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter


class FormulaError(BacklitError):
    """The text of a formula cannot be read, names what there is not, or has no finite value or gradient there.

    Parameters
    ----------
    message : str
        One line: what is wrong, at which column of the text, and the remedy.
    formula : str, optional
        The text.
    column : int, optional
        Where in the text, from 1.
    texts : mapping of str to str, optional
        The message in each language that it can be written in.

    Examples
    --------
    >>> FormulaError("expression: '(' was never closed; write it like (x + y) * z", formula="(x + y").formula
    '(x + y'
    """

    def __init__(
        self,
        message: str,
        *,
        formula: str | None = None,
        column: int | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.formula = formula
        self.column = column
        self.texts = texts

    def translated(self, lang: str) -> Self:
        """The same error with its message in another language, where it has one.

        Parameters
        ----------
        lang : str
            Such as "ko".

        Returns
        -------
        FormulaError

        Examples
        --------
        >>> str(FormulaError("expression: empty", texts={"ko": "식이 비어 있습니다"}).translated("ko"))
        '식이 비어 있습니다'
        """
        error = copy.copy(self)
        error.args = ((self.texts or {}).get(lang, str(self)),)
        return error


@contextmanager
def in_language(lang: str) -> Iterator[None]:
    """Raise the errors of formulas in a ``with`` block in a language, such as "ko", where they have it.

    Examples
    --------
    >>> with in_language("ko"):
    ...     raise FormulaError("expression: empty", texts={"ko": "식이 비어 있습니다"})
    Traceback (most recent call last):
        ...
    backlit.errors.FormulaError: 식이 비어 있습니다
    """
    try:
        yield
    except FormulaError as error:
        raise error.translated(lang) from None


class DamagedFile(BacklitError):  # noqa: N818 -- it names the thing that is at fault
    """A file is cut off, damaged, of another program, or of a version that is not read.

    Parameters
    ----------
    message : str
        One line: the file, what is wrong with it, and the remedy.
    path : path-like, optional
        The file; None where its content was given without its name.

    Examples
    --------
    >>> DamagedFile("m.backlit is not a whole Backlit model: take a fresh copy", path="m.backlit").path
    'm.backlit'
    """

    def __init__(self, message: str, *, path: str | os.PathLike[str] | None = None) -> None:
        super().__init__(message)
        self.path = path


class MissingExtra(BacklitError, ImportError):  # noqa: N818 -- as above; it is caught as an ImportError too
    """An optional dependency is not installed; the message ends in the command that installs it.

    Parameters
    ----------
    message : str
        One line: what needs which module, and the command.
    extra : str, optional
        The name of the extra, one of `EXTRAS`.
    module : str, optional
        The module that is missing.

    Examples
    --------
    >>> error = MissingExtra('figures need matplotlib; pip install "backlit[plot]"', extra="plot", module="matplotlib")
    >>> error.extra, error.module, isinstance(error, ImportError)
    ('plot', 'matplotlib', True)
    """

    def __init__(self, message: str, *, extra: str | None = None, module: str | None = None) -> None:
        super().__init__(message)
        self.extra = extra
        self.module = module


def warn(warning: Warning) -> None:
    """Warn at the line of the user's code that led here, so that each such line is named once.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     warn(DataWarning("column 'k' is left out: constant"))
    >>> caught[0].category.__name__
    'DataWarning'
    """
    package = __name__.partition(".")[0]
    frame: FrameType | None = sys._getframe(1)
    level = 2
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    warnings.warn(warning, stacklevel=level)


@contextmanager
def extra_imports(extra: str, what: str) -> Iterator[None]:
    """Import optional modules in a ``with`` block; one that is not installed is a `MissingExtra`.

    Parameters
    ----------
    extra : str
        One of `EXTRAS`.
    what : str
        What needs the modules, with its verb: "figures need", "the page needs".

    Raises
    ------
    MissingExtra
        If one of the extra's modules is not installed. The absence of any other module stays a ModuleNotFoundError.

    Examples
    --------
    >>> with extra_imports("torch", "the reader of TorchScript needs"):
    ...     raise ModuleNotFoundError("No module named 'torch'", name="torch")
    Traceback (most recent call last):
        ...
    backlit.errors.MissingExtra: the reader of TorchScript needs torch, which is not installed; pip install ...
    """
    modules = EXTRAS[extra]
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in modules:
            raise
        message = f'{what} {module}, which is not installed; pip install "backlit[{extra}]"'
        raise MissingExtra(message, extra=extra, module=module) from None


def choose(what: str, name: str, table: Mapping[str, Entry]) -> Entry:
    """The entry of a table by its name.

    Parameters
    ----------
    what : str
        What the name is of, such as a parameter's name.
    name : str
        The name that is looked up.
    table : mapping
        Names -> entries.

    Raises
    ------
    ParameterError
        If there is none: the line names what was looked up and which names there are.

    Examples
    --------
    >>> choose("loss", "huber", {"squared": 2, "absolute": 1})
    Traceback (most recent call last):
        ...
    backlit.errors.ParameterError: loss 'huber' is not known; choose one of squared, absolute
    """
    if name not in table:
        raise ParameterError(f"{what} {name!r} is not known; choose one of {', '.join(table)}", parameter=what)
    return table[name]


def one_of(what: str, name: str, names: Iterable[str]) -> str:
    """The name itself, if it is one of some names.

    Parameters
    ----------
    what : str
        What the name is of, such as a parameter's name.
    name : str
        The name that is looked up.
    names : iterable of str
        The names that there are.

    Raises
    ------
    ParameterError
        If it is not: the line names what was looked up and which names there are.

    Examples
    --------
    >>> one_of("lang", "ko", ("en", "ko"))
    'ko'
    """
    return choose(what, name, {known: known for known in names})
