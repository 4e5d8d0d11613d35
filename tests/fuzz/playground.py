"""`python tests/fuzz/playground.py 10000 [--record]`: formulas of the page without Python, read and computed by both.

As many random texts are read or answered, as many random formulas of numbers and as many of arrays computed, by node.
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


def module(name: str, folder: str) -> Any:
    """A module of the tests: what it does for some formulas, this does for many."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def run(count: int) -> dict[str, int]:
    """Try so many texts and formulas; an assertion fails at the first that the two languages disagree on."""
    agreement, pieces, rng = (
        module("agreement", "playground"),
        module("test_reader", "formula").PIECES,
        random.Random(0),
    )
    draw = {
        "texts": lambda: {"text": "".join(rng.choices(pieces, k=rng.randint(0, rng.randint(1, 20))))},
        "formulas": lambda: agreement.random_case(rng),
        "formulas of arrays": lambda: agreement.random_array_case(rng),
    }
    figures = {}
    for kind, case_of in draw.items():
        cases = [case_of() for _ in range(count)]
        answers = agreement.in_browser(cases)
        for case, answer in zip(cases, answers, strict=True):
            differs = agreement.disagreement(case, answer)
            assert not differs, differs
        figures[kind] = count
        if kind != "texts":
            figures[f"{kind}, computed"] = sum("circuits" in answer for answer in answers)
    return {**figures, "disagreements": 0}


if __name__ == "__main__":
    figures = run(int(sys.argv[1]))
    if "--record" in sys.argv:
        write("playground", figures)
    print(json.dumps(figures))
