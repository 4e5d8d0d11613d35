"""A few hundred of the files that `make fuzz` tries."""

from __future__ import annotations

import dataclasses
import importlib.util
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from backlit.estimators.shared.header_schema import HEADERS
from backlit.files.schema import Record, Schema

HERE = Path(__file__).parent


def script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_mutated_files_are_refused_or_predict(tmp_path: Path) -> None:
    fuzz = script("model_files")
    trials = fuzz.Trials(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(400):
            trials.run(seed)
    assert trials.counts.total() == 400
    assert trials.counts["lying, refused"] > 100 < trials.counts["damaged, refused"]

    names = {name for header, _ in trials.contents.values() for name in names_in(header)}
    assert names >= {name for schema in HEADERS.values() for name in names_known(schema)} - UNUSED


UNUSED = {"imported", "digest", "rows", "data", "style", "encoding", "separator", "float", "target_name", "different"}
"""Names that a file need not have, or that are empty there, and that say nothing about how it predicts."""


def names_in(content: Any) -> Iterator[str]:
    """The names of all mappings in a header."""
    if isinstance(content, dict):
        yield from content
    for inner in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from names_in(inner)


def names_known(schema: Any) -> Iterator[str]:
    """The names of all records within a schema."""
    if isinstance(schema, Record):
        yield from (*schema.fields, *schema.optional)
    if dataclasses.is_dataclass(schema):
        for field in dataclasses.fields(schema):
            value = getattr(schema, field.name)
            values = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else (value,)
            for inner in values:
                if isinstance(inner, Schema):
                    yield from names_known(inner)
