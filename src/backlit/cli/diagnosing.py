"""`backlit diagnose`: a saved model and the rows that it learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from backlit.cli.console import console
from backlit.cli.outputs import check_output
from backlit.cli.tables import read_for_model
from backlit.diagnosis import diagnose
from backlit.errors import BacklitError
from backlit.estimators.shared.table_input import (
    inputs_of,
    labelled_column,
    labels_of,
    located,
    target_of,
    with_names_of,
)
from backlit.files import ReadOptions, write_whole
from backlit.interop.networks.opening import model_of


@dataclass(frozen=True, slots=True)
class Output:
    """What the command shows beside the words of the diagnosis."""

    try_mend: bool
    html: Path | None
    json: bool
    lang: str


def diagnose_model(
    path: Path, data: Path, given: str | None, validation: Path | None, output: Output, options: ReadOptions
) -> None:
    """Print the diagnosis of a saved model on the rows of a table."""
    if output.html is not None:
        check_output(output.html, path, data)
    model = model_of(path)
    target = target_of(model, path, given)
    table = read_for_model(model, data, options, target)
    model = with_names_of(model, table, target)
    X, y = _rows(model, table, data, target)
    held: tuple[Any, Any] = (None, None)
    if validation is not None:
        held = _rows(model, read_for_model(model, validation, options, target), validation, target)
    with located(data):
        seen = diagnose(model, X, y, *held)
    print(seen.to_json() if output.json else seen.to_text(output.lang))
    if output.try_mend and seen.symptoms:
        try:
            print("\n" + seen.try_mend().to_text(output.lang))
        except BacklitError as error:  # a mend that cannot be tried is no fault of the arguments
            console(stderr=True).print(str(error))
    if output.html is not None:
        write_whole(output.html, seen.to_html(output.lang).encode())
        console(stderr=output.json).print(f"Wrote {output.html}")


def _rows(model: Any, table: pa.Table, data: Path, target: str) -> tuple[Any, Any]:
    """The rows of a table, and their targets."""
    labels = labelled_column(table, data, target)
    with located(data):
        return inputs_of(model, table, target), labels_of(model, labels)
