"""A saved model, one row of a table, one weight: the row's loss, and the weight's chain rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from backlit.drawing.messages import LANGUAGES
from backlit.errors import BacklitError, one_of
from backlit.estimators.shared.table_input import (
    inputs_of,
    labelled_column,
    labels_of,
    located,
    no_row,
    options_for,
    predict_row,
    target_of,
    text_columns,
    with_names_of,
)
from backlit.tracing import Trace
from backlit.tracing.checking import reason
from backlit.tracing.steepest import check_label, steepest
from backlit.tracing.witnesses import compared
from backlit.web.messages import ENGLISH, messages
from backlit.web.responses import read_json
from backlit.web.row_trace import trace_row, zoom_of
from backlit.web.site import Site
from backlit.web.store.library import ModelFile, TableFile
from backlit.web.views.model.images import weight_images
from backlit.web.views.model.messages import MESSAGES
from backlit.web.work import run_in_thread

MOST_CELLS_SHOWN, MOST_CLASSES_NAMED = 60, 6


async def explain_endpoint(site: Site, request: Request) -> Response:
    """One row of a table as a model sees it."""
    query = await read_json(request)
    file, table = site.library.models.get(query.get("model")), site.library.tables.get(query.get("table"))
    return site.with_frame(await run_in_thread(explain, file, table, query))


def explain(file: ModelFile, table: TableFile, query: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows of one row.

    Parameters
    ----------
    file : ModelFile
    table : TableFile
    query : mapping
        ``row``; and optionally ``target``, ``weight`` (the steepest one unless given), ``lang``, and ``zoom`` of the
        circuit and the chain ("neuron", "gates" or "layer").

    Raises
    ------
    BacklitError
        If the table does not go with the model, or there is no such row or weight.
    """
    model = file.model
    lang = one_of("lang", str(query.get("lang", "en")), LANGUAGES)
    target = target_of(model, file.name, query.get("target") or table.target)
    rows = table.read(text_columns(model, target), options_for(model, table.options))
    model = with_names_of(model, rows, target)
    labels = labelled_column(rows, table.name, target)
    number = query.get("row", 0)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < rows.num_rows:
        raise no_row(number, table.name, rows.num_rows)
    (label,) = labels_of(model, labels.slice(number, 1))
    single_row, zoom = rows.slice(number, 1), zoom_of(query)
    with located(table.name):
        inputs = inputs_of(model, single_row, target)
    cells = [[name, str(single_row[name][0].as_py())] for name in rows.column_names if name != target]
    shown = {
        "model": type(model).__name__,
        "rows": rows.num_rows,
        "row": number,
        "target": target,
        "label": str(label),
        **_prediction(model, inputs),
        "cells": cells[:MOST_CELLS_SHOWN],
        "document": None,
    }
    if problem := _label_problem(model, label, f"{table.name}, column {target!r}, row {number}", lang):
        return {**shown, "unlabelled": problem}
    traced, zoom = trace_row(model, inputs, label, zoom)
    weights = steepest(model, traced)
    weight = query.get("weight") or (weights[0].name if weights else "w[1][0][0]")
    derivation = traced.derivation(wrt=str(weight), lang=lang, zoom=zoom)
    return {
        **shown,
        "loss": traced.value,
        "weights": [weight._asdict() for weight in weights],
        "weight": str(weight),
        "images": weight_images(model, traced, str(weight)),
        "gradient": derivation.gradient,
        **_witnessed(model, traced, derivation.wrt, lang),
        "zoom": zoom,
        "text": str(derivation),
        "mathml": derivation.to_mathml(),
        "document": traced.to_html(lang),
    }


def _label_problem(model: Any, label: Any, where: str, lang: str) -> str:
    """Why a row's label has no loss, and what to do; empty where it has one."""
    try:
        check_label(model, label, where)
    except BacklitError as error:
        return str(error) if lang == ENGLISH else messages(MESSAGES, lang)["no_label"].format(where=where)
    classes = model.classes_.tolist() if model.task == "classification" else [label]
    if label in classes:
        return ""
    few = ", ".join(map(str, classes[:MOST_CLASSES_NAMED])) + (", …" if len(classes) > MOST_CLASSES_NAMED else "")
    return messages(MESSAGES, lang)["other_label"].format(where=where, label=label, classes=few)


def _witnessed(model: Any, traced: Trace, weight: str, lang: str) -> dict[str, Any]:
    """The gradient from three sides, and whether they agree, or why that cannot be told."""
    found = compared(model, traced, weight)
    return {
        "witnesses": found.witnesses._asdict(),
        "agrees": found.status == "ok",
        "undecided": reason(found.row, lang) if found.status == "cannot tell" else "",
    }


def _prediction(model: Any, inputs: Any) -> dict[str, Any]:
    prediction, likely = predict_row(model, inputs)
    return {"prediction": f"{prediction:.6g}" if likely is None else str(prediction), "probability": likely}
