"""The columns of a drop-in: their names, how a network that another tool trained prepares them, and their file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array, check_X_y

from backlit.encoding.frames import read_frame
from backlit.encoding.preparation import Preparation, preparation_from
from backlit.errors import BacklitError
from backlit.estimators.inspection.columns import Groups
from backlit.estimators.shared.input_checks import checked_rows
from backlit.estimators.shared.saving import fits
from backlit.estimators.shared.table_input import one_row


def preparation_of(model: Any) -> Preparation | None:
    """How the columns become inputs of the network; None where they are its inputs."""
    found: Preparation | None = vars(model).get("preparation_")
    return found


def column_names(model: Any) -> list[str]:
    """The names of the columns, made up where they have none."""
    return [str(name) for name in getattr(model, "feature_names_in_", [f"x[{i}]" for i in range(model.n_features_in_)])]


def input_names(model: Any) -> list[str]:
    """The name of each input of the network: that of its column, ``city=Paris`` of a category; none are made up."""
    preparation = preparation_of(model)
    if preparation is not None:
        return preparation.names(column_names(model))
    return column_names(model) if "feature_names_in_" in vars(model) else []


def column_inputs(model: Any) -> Groups:
    """The columns, and the inputs of the network that come from each."""
    preparation, names = preparation_of(model), column_names(model)
    sources = preparation.sources() if preparation is not None else {i: [i] for i in range(len(names))}
    return [(name, sources[i]) for i, name in enumerate(names)]


def prepare(model: Any, X: Any) -> NDArray[np.float64]:
    """Rows of a table as the network reads them."""
    rows: NDArray[np.float64] = model.preparation_.inputs(X, vars(model).get("feature_names_in_"))
    if not len(rows):
        raise BacklitError("Found array with 0 sample(s) while a minimum of 1 is required; give rows")
    return rows


def prepared_fit(model: Any, X: Any, y: Any) -> tuple[NDArray[Any], Any]:
    """Rows and targets of a training that goes on."""
    rows = np.ascontiguousarray(prepare(model, X), model.theta_.dtype)
    return rows, check_X_y(rows, y, multi_output=True, y_numeric=False, dtype=rows.dtype)[1]


def one_network_row(model: Any, x: Any) -> NDArray[np.float64]:
    """One row, in whichever form, as the network reads it: cells by name where the columns have names."""
    preparation, named = preparation_of(model), "feature_names_in_" in vars(model)
    if preparation is not None:
        return np.asarray(prepare(model, one_row(x, column_names(model)))[0], np.float64)
    if isinstance(x, Mapping) or (named and (hasattr(x, "columns") or hasattr(x, "to_dict"))):
        row = read_frame(one_row(x, column_names(model)))
        absent = [name for name in column_names(model) if name not in row.names]
        if absent:
            raise BacklitError(f"x: column {absent[0]!r} is missing; give a cell for each column")
        x = [row.cells(name).to_pylist()[0] for name in column_names(model)]
    cells = checked_rows(np.asarray(x).reshape(1, -1), model.task)
    row = check_array(np.asarray(cells, dtype=np.float64))  # in the columns' order, also where these have names
    if row.shape[1] != model.n_features_in_:
        raise BacklitError(
            f"X has {row.shape[1]} features, but {type(model).__name__} is expecting {model.n_features_in_}"
        )
    return np.asarray(row[0], np.float64)


def columns_state(model: Any) -> dict[str, Any]:
    """What a file keeps of the columns."""
    header: dict[str, Any] = {"n_features_in": int(model.n_features_in_)}
    if "feature_names_in_" in vars(model):
        header["feature_names_in"] = [str(name) for name in model.feature_names_in_]
    preparation = preparation_of(model)
    if preparation is not None:
        header["inputs"] = [entry.state() for entry in preparation.entries]
    return header


def restore_columns(model: Any, header: Mapping[str, Any]) -> None:
    """Read `columns_state` back into a model that has its network."""
    width = model.n_features_in_ = header["n_features_in"]
    if "inputs" in header:
        model.preparation_ = preparation_from(header["inputs"], width)
        fits(len(model.preparation_.entries) == model.network_.inputs, "its network has another number of inputs")
    else:
        fits(width == model.network_.inputs, "its network has another number of inputs")
    if "feature_names_in" in header:
        names = header["feature_names_in"]
        fits(len(names) == width, "a feature has no name")
        fits(len({*names}) == len(names), "two features have one name")
        model.feature_names_in_ = np.array(names, dtype=object)
