"""A saved model, one row of a table, one weight: the row's loss, the weight's chain rule, and its witnesses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from backlit.errors import BacklitError
from backlit.estimators.shared.table_input import predict_row
from backlit.tracing.checking import reason
from backlit.tracing.steepest import check_label, steepest
from backlit.tracing.witnesses import compared
from backlit.web.messages import ENGLISH, messages
from backlit.web.responses import json_response, read_json
from backlit.web.site import Site
from backlit.web.store.library import ModelFile, TableFile
from backlit.web.views.model.images import weight_images
from backlit.web.views.model.messages import MESSAGES
from backlit.web.views.model.selected import SelectedRow, selected_row
from backlit.web.work import run_in_thread

MOST_CELLS_SHOWN, MOST_CLASSES_NAMED = 60, 6

Answer = dict[str, Any]


async def explain_endpoint(site: Site, request: Request) -> Response:
    """One row of a table as a model sees it."""
    return site.with_frame(await _answered(site, request, explain))


async def witnesses_endpoint(site: Site, request: Request) -> Response:
    """A weight's gradient from three sides: it takes longer than the picture, which need not wait for it."""
    return json_response(await _answered(site, request, witnesses))


def ahead(site: Site) -> None:
    """Look at the first row as the page will: kernels are loaded, and the table is read, while the browser opens."""
    models, tables = site.library.models.items(), site.library.tables.items()
    if not models or not tables:
        return
    (_, file), (_, table) = models[0], tables[0]
    target = getattr(file.model, "target_name_", None) or table.target or table.read().column_names[-1]
    found = explain(file, table, {"target": target})
    if "weight" in found:
        witnesses(file, table, {"target": target, "weight": found["weight"]})


async def _answered(
    site: Site, request: Request, work: Callable[[ModelFile, TableFile, Mapping[str, Any]], Answer]
) -> Answer:
    query = await read_json(request)
    file, table = site.library.models.get(query.get("model")), site.library.tables.get(query.get("table"))
    return await run_in_thread(work, file, table, query)


def explain(file: ModelFile, table: TableFile, query: Mapping[str, Any]) -> Answer:
    """What the page shows of one row.

    Parameters
    ----------
    file : ModelFile
    table : TableFile
    query : mapping
        As `selected_row` reads it; and optionally ``weight``, the steepest one unless given.

    Raises
    ------
    BacklitError
        If the table does not go with the model, or there is no such row or weight.
    """
    row = selected_row(file, table, query)
    cells = [[name, str(row.cells[name][0].as_py())] for name in row.cells.column_names if name != row.target]
    shown = {
        "model": type(row.model).__name__,
        "rows": row.count,
        "row": row.number,
        "target": row.target,
        "label": str(row.label),
        **_prediction(row),
        "cells": cells[:MOST_CELLS_SHOWN],
        "document": None,
    }
    if problem := _label_problem(row):
        return {**shown, "unlabelled": problem}
    traced, zoom = row.trace()
    weights = steepest(row.model, traced)
    weight = query.get("weight") or (weights[0].name if weights else "w[1][0][0]")
    derivation = traced.derivation(wrt=str(weight), lang=row.lang, zoom=zoom)
    return {
        **shown,
        "loss": traced.value,
        "weights": [weight._asdict() for weight in weights],
        "weight": str(weight),
        "images": weight_images(row.model, traced, str(weight)),
        "gradient": derivation.gradient,
        "zoom": zoom,
        "text": str(derivation),
        "mathml": derivation.to_mathml(),
        "document": traced.to_html(row.lang),
    }


def witnesses(file: ModelFile, table: TableFile, query: Mapping[str, Any]) -> Answer:
    """The gradient of a weight from three sides, and whether they agree, or why that cannot be told.

    Parameters
    ----------
    file : ModelFile
    table : TableFile
    query : mapping
        As `selected_row` reads it, and ``weight``.

    Raises
    ------
    BacklitError
        If the table does not go with the model, or there is no such row or weight.
    """
    row = selected_row(file, table, query)
    check_label(row.model, row.label, row.where)
    found = compared(row.model, row.trace()[0], str(query.get("weight")))
    return {
        "witnesses": found.witnesses._asdict(),
        "agrees": found.status == "ok",
        "undecided": reason(found.row, row.lang) if found.status == "cannot tell" else "",
    }


def _label_problem(row: SelectedRow) -> str:
    """Why a row's label has no loss, and what to do; empty where it has one."""
    model, label = row.model, row.label
    try:
        check_label(model, label, row.where)
    except BacklitError as error:
        return str(error) if row.lang == ENGLISH else messages(MESSAGES, row.lang)["no_label"].format(where=row.where)
    classes = model.classes_.tolist() if model.task == "classification" else [label]
    if label in classes:
        return ""
    few = ", ".join(map(str, classes[:MOST_CLASSES_NAMED])) + (", …" if len(classes) > MOST_CLASSES_NAMED else "")
    return messages(MESSAGES, row.lang)["other_label"].format(where=row.where, label=label, classes=few)


def _prediction(row: SelectedRow) -> Answer:
    prediction, likely = predict_row(row.model, row.inputs)
    return {"prediction": f"{prediction:.6g}" if likely is None else str(prediction), "probability": likely}
