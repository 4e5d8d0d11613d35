"""`backlit explain`: one sample of a saved model, and why its weights would move."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backlit.cli.console import console, show_table
from backlit.cli.tables import read_for_model
from backlit.errors import BacklitError
from backlit.estimators.shared.table_input import (
    inputs_of,
    labelled_column,
    labels_of,
    located,
    no_row,
    predict_row,
    target_of,
    with_names_of,
)
from backlit.files import ReadOptions
from backlit.interop.networks.opening import model_of
from backlit.tracing import Trace, trace
from backlit.tracing.checking import reason
from backlit.tracing.messages import MESSAGES
from backlit.tracing.steepest import check_label, steepest, what_reads
from backlit.tracing.witnesses import compared


def explain_rows(
    path: Path,
    data: Path,
    row: str,
    weight: str | None,
    zoom: str | None,
    given: str | None,
    lang: str,
    options: ReadOptions,
) -> None:
    """Print the loss of one row or some, and the chain rule of one weight or the weights that would move most."""
    named, chosen = None if weight is None else weight_name(weight), rows_of(row)
    model = model_of(path)
    target = target_of(model, path, given)
    table = read_for_model(model, data, options, target)
    model = with_names_of(model, table, target)
    labels = labelled_column(table, data, target)
    if chosen.stop > table.num_rows:
        raise no_row(row, data, table.num_rows)
    known = labels_of(model, labels.slice(chosen.start, len(chosen)))
    for number, label in zip(chosen, known, strict=True):
        check_label(model, label, f"{data}, column {target!r}, row {number}")
    with located(data):
        inputs = inputs_of(model, table.slice(chosen.start, len(chosen)), target)
        traced = trace(model, x=inputs, y=known[0] if len(chosen) == 1 else known)
    derivation = None if named is None else traced.derivation(wrt=named, lang=lang, zoom=zoom)
    if len(chosen) == 1:
        _show_sample(model, inputs, target, known[0], chosen.start, traced)
    else:
        console().print(f"rows {chosen.start} to {chosen.stop - 1}: mean loss {traced.value:.9g}\n")
    if derivation is None:
        _show_weights(model, traced)
    else:
        print(f"{named} reads {what_reads(model, str(named))}\n")
        print(derivation)
        found = compared(model, traced, derivation.wrt)
        sides = {side: f"{value:.9g}" for side, value in found.witnesses._asdict().items()}
        verdict = {"ok": "", "wrong": f": {MESSAGES[lang]['wrong']}"}.get(
            found.status, f": {MESSAGES[lang]['cannot tell']}: {reason(found.row, lang)}"
        )
        print("\n" + MESSAGES[lang]["witnesses"].format(**sides) + verdict)


def rows_of(text: str) -> range:
    """The rows that ``7`` or ``0:8`` names.

    Raises
    ------
    BacklitError
        If it names none.

    Examples
    --------
    >>> rows_of("0:8")
    range(0, 8)
    """
    first, colon, last = text.partition(":")
    if first.strip().isdecimal() and (last.strip().isdecimal() or not colon):
        chosen = range(int(first), int(last) if colon else int(first) + 1)
        if chosen:
            return chosen
    raise BacklitError(f"--row {text}: give a row counted from 0, such as 7, or several, such as 0:8")


def weight_name(text: str) -> str:
    """The name in a trace of the weight ``layer,input,neuron``.

    Raises
    ------
    BacklitError
        If these are not three whole numbers.

    Examples
    --------
    >>> weight_name("1,0,2")
    'w[1][0][2]'
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise BacklitError(f"--weight {text}: give layer (from 1), input and neuron (from 0), such as 1,0,0")
    return "w" + "".join(f"[{int(part)}]" for part in parts)


def _show_sample(model: Any, inputs: Any, target: str, label: Any, row: int, traced: Trace) -> None:
    """Label, prediction and loss."""
    prediction, likely = predict_row(model, inputs)
    shown = f"{prediction:.6g}" if likely is None else f"{prediction!r} with probability {likely:.6g}"
    scaled = " (of the target in standard deviations)" if hasattr(model, "scaler_") else ""
    console().print(f"row {row}: {target} = {label!r}, predicted {shown}, loss {traced.value:.9g}{scaled}\n")


def _show_weights(model: Any, traced: Trace) -> None:
    """The weights that would move most; a step is against the gradient."""
    weights = steepest(model, traced)
    rows = [(w.name, w.reads, f"{w.value:.9g}", f"{w.gradient:.9g}") for w in weights]
    show_table(f"The {len(weights)} weights that would move most", ("weight", "reads", "value", "gradient"), rows)
