"""One sample or some, as a fitted model's network sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError

Numbers = NDArray[np.float64]
MOST_NAMED = 12
"""So many inputs are named over a picture."""


def samples(model: Any, x: Any, y: Any) -> tuple[Numbers, Numbers]:
    """Inputs and targets of one row, shape (width,), or of several, shape (rows, width).

    Parameters
    ----------
    x : one row (a sequence, a mapping, a frame or matrix of one row), or a frame or matrix of several
    y : its target, or as many targets

    Raises
    ------
    BacklitError
        If there are not as many targets as rows.
    """
    rows = _rows(x)
    if rows is None:
        inputs, target = model.as_network_row(x, y)
        return inputs, target
    targets = list(y) if isinstance(y, Sequence) and not isinstance(y, str) else list(np.asarray(y))
    if len(targets) != len(rows):
        raise BacklitError(f"trace: {len(targets)} targets for {len(rows)} rows; give as many")
    pairs = [model.as_network_row(row, target) for row, target in zip(rows, targets, strict=True)]
    return np.array([inputs for inputs, _ in pairs]), np.array([target for _, target in pairs])


def _rows(x: Any) -> list[Any] | None:
    """The rows of what has several; None for a single one."""
    if hasattr(x, "columns"):
        import narwhals as nw

        frame = nw.from_native(x)
        if isinstance(frame, nw.DataFrame):
            return [frame[i : i + 1].to_native() for i in range(len(frame))] if len(frame) > 1 else None
    if np.ndim(x) == 2 and len(x) > 1:
        return list(x)
    return None


def columns_as_inputs(model: Any) -> str:
    """Which input of the picture is what of which column, where a foreign network came with its encoders."""
    if getattr(model, "preparation_", None) is None:
        return ""
    names = model._input_names()
    listed = ", ".join(f"x[{i}] {name}" for i, name in enumerate(names[:MOST_NAMED]))
    return f"; {listed}{', ...' if len(names) > MOST_NAMED else ''}"
