"""Tables as fitted models take them: rows, labels, and which column holds the labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.encoding import read_frame
from backlit.encoding.cells import numbers
from backlit.encoding.conversion import to_cells
from backlit.errors import BacklitError
from backlit.files import ReadOptions
from backlit.scale import is_source, out_of_core


@contextmanager
def located(where: str | Path) -> Iterator[None]:
    """Put the file, or the file and the column, before the message of whatever is found wrong inside."""
    try:
        yield
    except BacklitError as error:
        raise error.located(str(where)) from None


def no_row(row: int | str, where: Path | str, rows: int) -> BacklitError:
    """What to raise for a row that a table does not have."""
    return BacklitError(f"row {row}: {where} has rows 0 to {rows - 1}")


def predict_row(model: Any, inputs: Any) -> tuple[Any, float | None]:
    """The prediction for one row, and a label's probability."""
    (prediction,) = model.predict(inputs).tolist()
    return prediction, float(model.predict_proba(inputs).max()) if model.task == "classification" else None


def labelled_column(table: pa.Table, data: Path | str, target: str) -> pa.ChunkedArray:
    """The column of labels.

    Raises
    ------
    BacklitError
        If there is none of that name, with the nearest one.
    """
    if target in table.column_names:
        return table[target]
    near = get_close_matches(target, table.column_names, 1)
    remedy = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(map(repr, table.column_names[:10]))}"
    raise BacklitError(f"{data} has no column {target!r}; {remedy}")


def text_columns(model: Any, target: str | None = None) -> frozenset[str]:
    """The columns that stay text when a table is read for a model: those that it learnt as text."""
    encoder = getattr(model, "encoder_", None)
    kept = set(encoder.text_columns) if encoder else set()
    preparation = getattr(model, "preparation_", None)
    if preparation is not None and "feature_names_in_" in vars(model):
        kept |= {str(model.feature_names_in_[column]) for column in preparation.text_columns}
    if target is not None and _has_text_classes(model):
        kept.add(target)
    return frozenset(kept)


def options_for(model: Any, options: ReadOptions) -> ReadOptions:
    """How a further file is read for a model: what is missing as in its fit, and the rest alike where it does not show.

    Examples
    --------
    >>> from backlit import TabularClassifier
    >>> options_for(TabularClassifier(), ReadOptions(decimal=","))
    ReadOptions(encoding=None, separator=None, decimal=',', missing=None, day_first=None, like=None)
    """
    encoder = getattr(model, "encoder_", None)
    if encoder is None:
        return options
    missing = encoder.missing if options.missing is None else options.missing
    return replace(options, missing=missing, like=encoder.style)


def target_of(model: Any, path: Path | str, given: str | None) -> str:
    """The name of the labels' column: the given one, else the one that the model was trained for.

    Raises
    ------
    BacklitError
        If neither is there.
    """
    name = given if given is not None else getattr(model, "target_name_", None)
    if name is None:
        raise BacklitError(f"{path} does not say which column holds the labels; name it with --target COLUMN")
    return str(name)


def with_names_of(model: Any, table: pa.Table, target: str | None = None) -> Any:
    """The model, its columns called as the table's where it has no names of its own and the table has as many columns.

    A network of another tool mostly keeps no names: then `model` itself stays as it is, and a copy has them.

    Examples
    --------
    >>> from backlit import MLPClassifier
    >>> model = MLPClassifier((2,)).partial_fit([[0.0, 1.0], [1.0, 0.0]], [0, 1], classes=[0, 1])
    >>> named = with_names_of(model, pa.table({"age": [1.0], "y": [0], "dose": [2.0]}), "y")
    >>> named.feature_names_in_.tolist(), hasattr(model, "feature_names_in_")
    (['age', 'dose'], False)
    """
    names = [name for name in table.column_names if name != target]
    named = "encoder_" in vars(model) or "feature_names_in_" in vars(model)
    if named or len(names) != model.n_features_in_ or len({*names}) != len(names):
        return model
    model = copy(model)
    model.feature_names_in_ = np.array(names, dtype=object)
    return model


def inputs_of(model: Any, table: pa.Table, target: str | None = None) -> Any:
    """The rows as the model takes them: a table for Tabular* and of columns that it knows by name, else a matrix.

    Raises
    ------
    BacklitError
        If a column is missing, or a cell is no number where only numbers are taken.
    """
    rows = table.drop_columns([target]) if target is not None and target in table.column_names else table
    if hasattr(model, "encoder_"):
        return rows
    names = list(getattr(model, "feature_names_in_", rows.column_names))
    present = set(rows.column_names)
    missing = [name for name in names if name not in present]
    if missing:
        raise BacklitError(f"column {missing[0]!r} is missing; add it, or train again without it")
    if len(names) != model.n_features_in_:
        raise BacklitError(
            f"the data has {len(names)} columns, the model takes {model.n_features_in_}; leave out the others"
        )
    if "preparation_" in vars(model):
        return rows.select(names)
    frame = read_frame(rows)
    columns = [_finite(numbers(frame.cells(name), f"column {name!r}"), name) for name in names]
    if "feature_names_in_" in vars(model):  # scikit-learn warns where rows come without the names that it knows
        return pa.Table.from_arrays([pa.array(column) for column in columns], names)
    return np.column_stack(columns)


def labels_of(model: Any, column: pa.ChunkedArray) -> list[Any]:
    """A column of labels as Python values, text trimmed as it was in training."""
    if isinstance(column.type, pa.BaseExtensionType):
        return list(to_cells(column, "the labels", periods_as_text=True).to_pylist())
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if _has_text_classes(model) and (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        column = pc.utf8_trim_whitespace(column)
    return list(column.to_pylist())


def _has_text_classes(model: Any) -> bool:
    """Whether the model's labels are text."""
    return model.task == "classification" and model.classes_.dtype.kind in "OU"


def _finite(values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """The column itself, if no cell is empty or infinite."""
    bad = ~np.isfinite(values)
    if bad.any():
        row = int(bad.argmax())
        raise BacklitError(f"column {name!r}: row {row} is empty or infinite; this model takes finite numbers, fill it")
    return values


def frames_of(X: Any) -> Iterator[Any]:
    """The frame itself; of what is read in chunks a frame for each, with its file and row in what is wrong with it."""
    if not is_source(X):
        yield X
        return
    source = out_of_core(X)
    source.read_once()
    for chunk in source.chunks():
        with chunk.located():
            yield chunk.table


def one_row(x: Any, columns: Sequence[str]) -> Any:
    """A frame of one row from a frame, a mapping of column to cell, or cells in the order of the columns."""
    if isinstance(x, Mapping):
        return pa.table({str(name): to_cells([cell], f"column {str(name)!r}") for name, cell in x.items()})
    if hasattr(x, "to_dict") and not hasattr(x, "columns"):  # a pandas row
        return one_row(x.to_dict(), columns)
    if hasattr(x, "columns") or hasattr(x, "schema"):
        return x
    cells = list(np.asarray(x, dtype=object).reshape(-1))
    return one_row(dict(zip(columns, cells, strict=True)), columns)
