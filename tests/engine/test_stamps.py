"""An edited kernel file gets a new name, with those that import it, and no other."""

from __future__ import annotations

import ast

import pytest

from backlit.declared.layers import LAYERS
from backlit.engine.processor import VECTORS
from backlit.engine.program import FLOATS, _sources
from backlit.engine.stamps import StampedFile, stamp

SOURCES = _sources("float32", VECTORS[0])


def stamped(sources: dict[str, str]) -> dict[str, StampedFile]:
    files: dict[str, StampedFile] = {}
    for name in sources:
        stamp(name, sources, files)
    return files


FILES = stamped(SOURCES)


def importers(name: str) -> set[str]:
    """A file and all that import it, at whatever distance."""
    reached = {name}
    while more := {file for file, stamp in FILES.items() if reached & set(stamp.imports)} - reached:
        reached |= more
    return reached


@pytest.mark.parametrize("name", SOURCES)
def test_an_edit_renames_the_file_and_its_importers_only(name: str) -> None:
    edited = stamped({**SOURCES, name: SOURCES[name] + "\n# edited\n"})
    assert {file for file in FILES if FILES[file].path != edited[file].path} == importers(name)


def test_an_edited_layer_leaves_the_passes_and_other_layers() -> None:
    """But for the dense layer, which is compiled as a part of the passes."""
    for layer in LAYERS:
        passes = {"layers/grouped.py", "passes/layers.py", "passes/passes.py", "passes/shards.py"}
        assert importers(f"layers/{layer}.py") == {f"layers/{layer}.py"} | (passes if layer == "dense" else set())
    assert "passes/passes.py" not in importers("products/tiles.py")


def test_every_relative_import_names_a_placed_file() -> None:
    for file in FILES.values():
        for node in ast.walk(ast.parse(file.text)):
            if isinstance(node, ast.ImportFrom) and node.level:
                last = (node.module or "").rpartition(".")[2]
                names = [last] if "_" in last and len(last.rpartition("_")[2]) == 16 else [a.name for a in node.names]
                assert all(len(name.rpartition("_")[2]) == 16 for name in names), (file.path, ast.unparse(node))


@pytest.mark.parametrize("vectors", VECTORS, ids=lambda vectors: vectors.name)
@pytest.mark.parametrize("precision", FLOATS)
def test_another_precision_or_processor_has_other_kernels(precision: str, vectors) -> None:
    other = stamped(_sources(precision, vectors))
    same = precision == "float32" and vectors == VECTORS[0]
    assert (other["passes/passes.py"].path == FILES["passes/passes.py"].path) is same
