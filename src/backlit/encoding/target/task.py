"""Which task a target asks for: classification or regression."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa

from backlit.encoding.cells import is_flag, is_label, numbers
from backlit.encoding.target.cells import TARGET, target_columns
from backlit.encoding.target.scaler import known_numbers, target_reading
from backlit.errors import DataError

MAX_CLASSES = 20
ROWS_PER_CLASS = 5


class InferredTask(NamedTuple):
    """The task that a target asks for, and why."""

    task: Literal["classification", "regression"]
    reason: str


def infer_task(y: object) -> InferredTask:
    """Distinguish classification from regression by the target.

    Text that is no numbers, booleans and categories are classes. Whole numbers are classes if there are at most 20
    distinct ones and five times as many rows (two distinct ones always are). All else is regression.

    Parameters
    ----------
    y : one-dimensional, or a table of several targets
        The target.

    Returns
    -------
    InferredTask
        ``(task, reason)``.

    Raises
    ------
    DataError
        If the target is empty, all null, or of a type that is neither.

    Examples
    --------
    >>> infer_task(["cat", "dog", "cat"])
    InferredTask(task='classification', reason='the target is text')
    >>> infer_task([0.5, 1.25, 3.0]).task
    'regression'
    """
    columns = target_columns(y)
    if len(columns) > 1:
        return InferredTask("regression", f"there are {len(columns)} targets")
    cells = columns[0]
    text = target_reading(y)
    if text is not None:
        cells = known_numbers(cells, text)
    for holds, kind in ((is_label, "text"), (is_flag, "true or false")):
        if holds(cells.type):
            kind = "a category" if pa.types.is_dictionary(cells.type) else kind
            return InferredTask("classification", f"the target is {kind}")
    values = numbers(cells, TARGET)
    known = values[np.isfinite(values)]
    if not known.size:
        raise DataError("the target has no finite number; take another column")
    if not np.array_equal(known, np.floor(known)):
        return InferredTask("regression", "the target has fractions")
    distinct = len(np.unique(known))
    if distinct > MAX_CLASSES:
        return InferredTask("regression", f"the target has {distinct} distinct whole numbers")
    if distinct > 2 and distinct * ROWS_PER_CLASS > known.size:
        return InferredTask("regression", f"the target has {distinct} distinct whole numbers in {known.size} rows")
    return InferredTask("classification", f"the target has only {distinct} distinct whole numbers")
