"""`backlit import`: a foreign network in, a model file out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backlit.cli.console import console
from backlit.cli.outputs import check_output
from backlit.interop.networks import import_network


def import_file(
    file: Path, output: Path, classes: str | None, gate: str | None, activation: str | None, names: str | None
) -> None:
    """Write the model, and print what it is, and what is to know of how it was read."""
    check_output(output, file)
    gates = _listed(activation)
    more: dict[str, Any] = {} if gates is None else {"activation": gates if len(gates) > 1 else gates[0]}
    model = import_network(file, _listed(classes), output=gate, feature_names=_listed(names), **more)
    model.save(output)
    layers = " -> ".join(
        [str(model.network_.inputs), *(f"{layer.kind} {layer.outputs} {layer.gate}" for layer in model.network_.layers)]
    )
    imported = model.provenance_["imported"]
    tool = f"{imported['tool']} {imported['version']}".rstrip()
    console().print(f"{output}: {type(model).__name__} of {tool}: {layers}")
    for note in imported["notes"]:
        console(stderr=True).print(f"{file}: {note}")


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",")]
