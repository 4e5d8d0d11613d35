"""`python tests/fuzz/formulas.py 100000 [--record]`: texts read or answered, LaTeX read back, gradients.

Of formulas that have a finite value the gradients are held against central differences and against JAX.
"""

from __future__ import annotations

import importlib.util
import json
import random
import sys
from pathlib import Path
from typing import Any

from records import write

FOLDER = Path(__file__).parents[1]
LONGEST = 20
"""Pieces of one text."""

WITNESSED = 5
"""Texts for each formula whose gradients are held against others, which takes a hundred times as long."""


def module(name: str, folder: str = "formula") -> Any:
    """A module of the tests: what it does for some formulas, this does for many."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def witnessed(count: int) -> dict[str, int]:
    """Try so many formulas that have gradients; an assertion fails at the first that is accused or is not JAX's."""
    random_expressions = module("test_random_expressions", "graph")
    assert_agrees = random_expressions.test_gradients_agree_with_central_differences_and_with_jax.hypothesis.inner_test
    for seed in range(count):
        assert_agrees(-1, seed)
    return {"witnessed": count, "disagreements": 0}


def run(count: int) -> dict[str, int]:
    """Try as many texts and as many trees; an assertion fails at the first that is wrong."""
    from backlit.formula.latex import to_latex

    reader, latex, chance = module("test_reader"), module("test_latex"), random.Random(0)
    read = 0
    for _ in range(count):
        text = "".join(chance.choices(reader.PIECES, k=chance.randint(0, chance.randint(1, LONGEST))))
        read += reader.assert_read_or_clear(text) is not None
    for _ in range(count):
        tree = latex.random_tree(chance, chance.randint(0, 12))
        assert latex.LatexReader(to_latex(tree), "xyz").read() == tree
    figures = {"texts": count, "read": read, "answered": count - read, "latex read back": count}
    return figures | witnessed(count // WITNESSED)


if __name__ == "__main__":
    figures = run(int(sys.argv[1]))
    if "--record" in sys.argv:
        write("formulas", figures)
    print(json.dumps(figures))
