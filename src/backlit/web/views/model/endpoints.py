"""A saved model, one row of a table, one weight: the row's loss, and the weight's chain rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from backlit.drawing.messages import LANGUAGES
from backlit.errors import one_of
from backlit.estimators.shared.table_input import (
    answer,
    inputs_of,
    labelled_column,
    labels_of,
    located,
    no_row,
    target_of,
    text_columns,
)
from backlit.tracing import Trace, trace
from backlit.tracing.steepest import check_label, steepest
from backlit.tracing.trace import NEURON_LIMIT
from backlit.tracing.witnesses import witnesses
from backlit.web.store.library import ModelFile, TableFile

MOST_BOXES = 400
"""Wires up to which a circuit is drawn; larger ones are drawn layer by layer."""

ZOOMS = ("neuron", "gates", "layer")
"""How far one row's network may be taken apart; the first one is the usual."""

AGREES = 1e-5
"""Gradients agree within this share of the largest one, or of 1 where all are smaller."""

MOST_CELLS_SHOWN = 60


def explained(found: ModelFile, table: TableFile, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows of one row.

    Parameters
    ----------
    found : ModelFile
    table : TableFile
    asked : mapping
        ``row``; and, if wanted, ``target``, ``weight`` (the steepest one unless given), ``lang``, and ``zoom`` of the
        circuit and the chain ("neuron", "gates" or "layer").

    Raises
    ------
    BacklitError
        If the table does not go with the model, or there is no such row or weight.
    """
    model = found.model
    lang = one_of("lang", str(asked.get("lang", "en")), LANGUAGES)
    target = target_of(model, found.name, asked.get("target") or table.target)
    rows = table.read(text_columns(model, target))
    labels = labelled_column(rows, table.name, target)
    number = asked.get("row", 0)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < rows.num_rows:
        raise no_row(number, table.name, rows.num_rows)
    (label,) = labels_of(model, labels.slice(number, 1))
    check_label(model, label, f"{table.name}, column {target!r}, row {number}")
    one = rows.slice(number, 1)
    with located(table.name):
        inputs = inputs_of(model, one, target)
    traced, zoom = one_row(model, inputs, label, zoom_of(asked))
    weights = steepest(model, traced)
    weight = asked.get("weight") or (weights[0].name if weights else "w[1][0][0]")
    derivation = traced.derivation(wrt=str(weight), lang=lang, zoom=zoom)
    cells = [[name, str(one[name][0].as_py())] for name in rows.column_names if name != target]
    return {
        "model": type(model).__name__,
        "rows": rows.num_rows,
        "row": number,
        "target": target,
        "label": str(label),
        **_prediction(model, inputs),
        "loss": traced.value,
        "cells": cells[:MOST_CELLS_SHOWN],
        "weights": [weight._asdict() for weight in weights],
        "weight": str(weight),
        "gradient": derivation.gradient,
        **_witnessed(model, traced, derivation.wrt),
        "zoom": zoom,
        "text": str(derivation),
        "mathml": derivation.to_mathml(),
        "document": traced.to_html(lang),
    }


def zoom_of(asked: Mapping[str, Any]) -> str:
    """How far one row's network is taken apart, as is asked for.

    Raises
    ------
    BacklitError
        If there is no such way.
    """
    return one_of("zoom", str(asked.get("zoom") or ZOOMS[0]), ZOOMS)


def one_row(model: Any, x: Any, y: Any, zoom: str) -> tuple[Trace, str]:
    """The loss of one row, as far apart as is asked for, or layer by layer where that is too much to draw.

    Returns
    -------
    Trace
    str
        The zoom that was taken.
    """
    if zoom != "layer" and model.network_.parameter_count <= NEURON_LIMIT:
        traced = trace(model, x=x, y=y, zoom=zoom)
        if len(traced.wires) <= MOST_BOXES:
            return traced, zoom
    return trace(model, x=x, y=y, zoom="layer"), "layer"


def _witnessed(model: Any, traced: Trace, weight: str) -> dict[str, Any]:
    """The gradient from three sides, and whether they agree."""
    found = witnesses(model, traced, weight)
    sides = np.array(found)
    return {"witnesses": found._asdict(), "agrees": bool(np.ptp(sides) <= AGREES * max(1.0, np.abs(sides).max()))}


def _prediction(model: Any, inputs: Any) -> dict[str, Any]:
    prediction, likely = answer(model, inputs)
    return {"prediction": f"{prediction:.6g}" if likely is None else str(prediction), "probability": likely}
