"""Every layer in the list: its declaration holds together, and both readings of its file have the same words."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module, resources

import numpy as np
import pytest

from backlit.declared.gate_kinds import Gate
from backlit.declared.initializers import DISTRIBUTIONS
from backlit.declared.layer_kind import Members, Widths, not_merged
from backlit.declared.layers import LAYERS, compiling
from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.formula.expression import Call, names, parse, postorder

WIDTHS = {"grouped": Widths(4, 6, 2), "periodic": Widths(4, 10, 2)}
RESERVED = {"x", "y", "z", "a", "s", "L"}


@pytest.mark.parametrize("name", LAYERS)
def test_declaration_holds_together(name: str) -> None:
    kind = LAYERS[name]
    assert kind.name == name
    tree = parse(kind.formula, GATES)
    learned = [parameter.name for parameter in kind.parameters]
    steps = {step: parse(formula, GATES) for step, formula in kind.steps}
    used = {name for part in (tree, *steps.values()) for name in names(part)}
    assert {*learned, *steps} <= used <= {"x", *learned, *steps, *(["z"] if kind.slope else [])}
    assert not RESERVED & {*learned, *steps}
    calls = [node for part in (tree, *steps.values()) for node in postorder(part) if isinstance(node, Call)]
    elementwise = all(isinstance(GATES[node.gate], Gate) for node in calls)
    assert kind.elementwise is elementwise
    assert all(p.initializer is None or p.initializer[0] in DISTRIBUTIONS for p in kind.parameters)
    assert not kind.shape_error(WIDTHS.get(name, Widths(4, 4)))


@pytest.mark.parametrize("name", LAYERS)
def test_kernels_are_there(name: str) -> None:
    module = import_module(f"backlit.declared.layers.{name}")
    kernels = ["forward", "gradient", *([] if LAYERS[name].only_first else ["backward"])]
    assert all(callable(getattr(module, kernel, None)) for kernel in kernels)


@pytest.mark.parametrize("name", LAYERS)
def test_members_merge_into_shapes_that_are_declared(name: str) -> None:
    kind, widths, count = LAYERS[name], WIDTHS.get(name, Widths(4, 4)), 3
    own = tuple(np.arange(member * 4, member * 4 + 4) for member in range(count))
    members = Members((np.arange(4),) * count, 4) if kind.only_first else Members(own, 4 * count)
    if kind.merged is not_merged:
        with pytest.raises(BacklitError, match="keep the networks apart"):
            kind.merged(name, widths, members)
        return
    whole = kind.merged(name, widths, members)
    shapes = LAYERS[whole.kind].named_widths(whole.widths)
    for parameter, merged in zip(kind.parameters, LAYERS[whole.kind].parameters, strict=True):
        arrays = [np.ones([kind.named_widths(widths)[width] for width in parameter.shape])] * count
        joined = kind.joined(parameter.name, arrays, widths, members)
        assert joined.size == np.prod([shapes[width] for width in merged.shape])
    assert [len(positions) for positions in whole.positions] == [widths.outputs] * count
    assert set(np.concatenate(whole.positions)) == set(range(whole.widths.outputs))


def test_both_files_for_compiling_have_the_same_words() -> None:
    real = resources.files("backlit.engine.kernels").joinpath("layers/compiling.py").read_text(encoding="utf-8")
    tree = ast.parse(real)
    words = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    words |= {
        alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    words |= {target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets}  # type: ignore[attr-defined]
    offered = {word for word in vars(compiling) if not word.startswith("_")} - {"annotations", "Callable", "Any"}
    assert offered <= words


def test_the_list_loads_no_compiler() -> None:
    program = "import sys, backlit.declared.layers; assert not {'numba', 'llvmlite'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
