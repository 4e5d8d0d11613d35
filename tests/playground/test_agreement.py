"""The page without Python reads, computes and words what Python does, and lays out so that nothing overlaps."""

from __future__ import annotations

import importlib.util
import itertools
import random
import shutil
from pathlib import Path
from typing import Any

import pytest


def module(name: str, folder: str) -> Any:
    """A module of the tests."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


agreement = module("agreement", "playground")

COUNT = 200  # `make fuzz` has ten thousand

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="no node here to run JavaScript with")


def texts() -> list[str]:
    """Every text whose reading is known, and random ones of the same pieces."""
    known = module("test_reader", "formula")
    rng = random.Random(3)
    drawn = ["".join(rng.choices(known.PIECES, k=rng.randint(0, rng.randint(1, 20)))) for _ in range(COUNT)]
    return [
        *known.READ,
        *known.WITHOUT_A_NOTE,
        *known.REFUSED_WITH,
        "x" * 10_001,
        "(" * 900,
        "0b9",
        "0x" + "f" * 999,
        *drawn,
    ]


@pytest.fixture(scope="module")
def answered() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Cases and what the scripts make of them, by one process of node."""
    rng = random.Random(5)
    cases: list[dict[str, Any]] = [{"text": text} for text in texts()]
    cases += [agreement.random_case(rng) for _ in range(COUNT)]
    cases += [agreement.random_array_case(rng) for _ in range(COUNT)]
    cases += [{"text": text, "values": values} for text, values in (*REFUSED, *OVER_ARRAYS)]
    return list(zip(cases, agreement.in_browser(cases), strict=True))


REFUSED = (
    ("log(x - y)", {"x": 1.0, "y": 2.0}),
    ("x / (y - y)", {"x": 1.0, "y": 2.0}),
    ("exp(exp(x)) * y", {"x": 9.0, "y": 1.0}),
    ("sqrt(x) + y", {"x": 0.0, "y": 1.0}),
    ("x ** y", {"x": -2.0, "y": 2.0}),
    ("log(0)", {}),
    ("where(x > 0, log(x), y)", {"x": -1.0, "y": 2.0}),
)
"""Formulas without a value or a slope there, and one that a choice saves."""

W = [[1.0, 2.0], [3.0, 4.0]]
OVER_ARRAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sum(-y * log(softmax(z)))", {"y": [0.0, 0.0, 1.0], "z": [1.0, 2.0, 4.0]}),
    ("sum(tanh(W @ x + b))", {"W": W, "x": [0.1, 0.2], "b": [1.0, -1.0]}),
    ("W @ x + b", {"W": W, "x": [0.1, 0.2], "b": 1.0}),
    ("x @ W @ x", {"x": [0.1, 0.2], "W": W}),
    ("softmax([1, 2, 3])", {}),
    ("softmax(x)", {"x": 1.0}),
    ("W @ x", {"W": 1.0, "x": 1.0}),
    ("x + y", {"x": [1.0, 2.0], "y": [1.0, 2.0, 3.0]}),
    ("sum(x, axis=1)", {"x": [1.0, 2.0]}),
    ("sum(x, axis=0)", {"x": 1.0}),
    ("exp(x, axis=0)", {"x": 1.0}),
    ("max(x, y, z, axis=0)", {"x": 1.0, "y": 1.0, "z": 1.0}),
    ("exp(x, y, axis=0)", {"x": 1.0, "y": 1.0}),
    ("sum(log(x))", {"x": [1.0, 0.0]}),
    ("sum(sqrt(x) * y)", {"x": [1.0, 0.0], "y": 1.0}),
    ("sum(where(x > 0, log(x), y))", {"x": [1.0, -1.0], "y": 2.0}),
    ("sum(where(x > 0, sqrt(x), y))", {"x": [1.0, 0.0], "y": 2.0}),
    ("logsumexp(x * 800) - sum(exp(x * 800))", {"x": [1.0, 0.5]}),
    ("sum(sqrt(x @ x))", {"x": [0.0, 0.0]}),
    ("columnwise(x, W)", {"x": [1.0], "W": W}),
    ("columnwise(x, W)", {"x": 1.0, "W": W}),
)
"""Formulas over arrays: what the lecture has, shapes that do not fit, and values and slopes that are not finite."""


def test_trees_texts_notes_values_gradients_and_errors_are_pythons(
    answered: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    assert [found for found in (agreement.disagreement(*pair) for pair in answered) if found] == []
    assert sum("circuits" in answer for _, answer in answered) > COUNT / 2
    assert sum("fault" in answer for _, answer in answered) > COUNT / 2


def test_nothing_overlaps_and_links_run_from_left_to_right(
    answered: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    for case, answer in answered:
        for layout in answer.get("layouts", ()):
            assert_drawn_well(layout, case["text"])


def assert_drawn_well(layout: dict[str, Any], text: str) -> None:
    """Nothing of a picture is over another part of it, and its links run forward."""
    assert not overlaps(layout), text
    for left, centre, stub, right in layout["columns"]:
        assert left <= centre <= stub <= right
    assert all(one[3] < other[0] for one, other in itertools.pairwise(layout["columns"]))
    for route in layout["routes"]:
        across = [x for x, _ in route["points"]]
        assert across == sorted(across), text
        assert all(0 <= y <= layout["height"] for _, y in route["points"])


def overlaps(layout: dict[str, Any]) -> list[str]:
    """Neighbours of a column that come nearer than what each keeps free, and boxes that a passing line meets."""
    y, halves, found = layout["y"], layout["halves"], []
    for members in layout["order"]:
        for above, below in itertools.pairwise(members):
            if y[below] - y[above] < halves[above] + halves[below] - 1e-6:
                found.append(f"vertices {above} and {below}")
    for route in layout["routes"]:
        for (x0, y0), (x1, _) in zip(route["points"][::2], route["points"][1::2], strict=True):
            for box in layout["placements"]:
                ends = box["box"]["name"] in (route["link"]["source"], route["link"]["target"])
                inside = x0 < box["x"] + box["width"] / 2 and x1 > box["x"] - box["width"] / 2
                if not ends and inside and abs(y0 - box["y"]) < box["height"] / 2:
                    found.append(f"a line and {box['box']['name']}")
    return found


def test_operands_stand_in_their_gates_order() -> None:
    """In a formula that reads each variable once no link need cross another, so that none does."""
    rng = random.Random(9)

    def once(names: list[str]) -> str:
        if len(names) == 1:
            return rng.choice(("{}", "exp(-{})", "tanh({})")).format(names[0])
        cut = rng.randint(1, len(names) - 1)
        return rng.choice(("({} + {})", "({} * {})", "max({}, {})")).format(once(names[:cut]), once(names[cut:]))

    cases = []
    for _ in range(60):
        names = [f"x{at}" for at in range(rng.randint(2, 9))]
        cases.append({"text": once(names), "values": dict.fromkeys(names, 0.5)})
    for case, answer in zip(cases, agreement.in_browser(cases), strict=True):
        heights = {box["box"]["name"]: box["y"] for box in answer["layouts"][0]["placements"]}
        lines: dict[str, list[float]] = {}
        for route in answer["layouts"][0]["routes"]:
            lines.setdefault(route["link"]["target"], []).append(route["points"][-1][1])
        assert all(ys == sorted(ys) for ys in lines.values()), case["text"]
        assert len(heights) == len(answer["circuits"]["gates"]["boxes"])
