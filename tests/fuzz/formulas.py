"""`python tests/fuzz/formulas.py 100000 [--record]`: texts that are read or answered, and LaTeX that is read back."""

from __future__ import annotations

import importlib.util
import json
import platform
import random
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "formulas.json"
LONGEST = 20
"""Pieces of one text."""


def module(name: str) -> Any:
    """A module of the tests of formulas: what it does for some, this does for many."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / "formula" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def run(count: int) -> dict[str, int | str]:
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
    machine = {"machine": f"{platform.system()} {platform.machine()}", "python": platform.python_version()}
    return {"texts": count, "read": read, "answered": count - read, "latex read back": count, **machine}


if __name__ == "__main__":
    figures = run(int(sys.argv[1]))
    if "--record" in sys.argv:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures))
