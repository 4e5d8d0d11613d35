"""Formulas typed into the page: the lecture's numbers, and the limits."""

from __future__ import annotations

import json
import math
import re
from html import unescape
from typing import Any

import pytest

from backlit.errors import BacklitError
from backlit.web.store.frames import Frames
from backlit.web.views.circuit import VIEW
from backlit.web.views.circuit.endpoints import EXAMPLES, MOST_CHARACTERS, MOST_GATES, circuit

BY_NAME = {example.name: example for example in EXAMPLES}


def cells(html: str, wire: str) -> tuple[str, str]:
    """Value and gradient of a wire in the document's table."""
    row = re.search(rf'<tr data-row="{re.escape(wire)}">(.*?)</tr>', html)
    assert row is not None
    value, gradient = re.findall(r'<td class="backlit-(?:value|gradient) backlit-number">(.*?)</td>', row[1])
    return unescape(value), unescape(gradient)


def asked(name: str, lang: str = "en") -> dict[str, Any]:
    example = BY_NAME[name]
    return circuit({"expression": example.formula, "values": dict(example.values), "lang": lang})


@pytest.mark.parametrize(
    ("name", "wire", "value", "gradient"),
    [
        ("product", "f", "-12", "1"),
        ("product", "x", "-2", "-4"),
        ("product", "z", "-4", "3"),
        ("sigmoid", "w0", "2", "-0.196612"),
        ("sigmoid", "x0", "-1", "0.393224"),
        ("sigmoid", "w1", "-3", "-0.393224"),
        ("sigmoid", "x1", "-2", "-0.589836"),
        ("sigmoid", "w2", "-3", "0.196612"),
        ("sigmoid", "f", "0.731059", "1"),
        ("patterns", "x", "3", "-8"),
        ("patterns", "y", "-4", "6"),
        ("patterns", "z", "2", "2"),
        ("patterns", "w", "-1", "0"),
        ("fork", "x", "0", "5"),  # 4 from the product and exp(0) = 1, added
    ],
)
def test_the_lectures_circuits_show_its_numbers(name: str, wire: str, value: str, gradient: str) -> None:
    assert cells(asked(name)["document"], wire) == (value, gradient)


def test_softmax_with_cross_entropy_is_outputs_minus_targets() -> None:
    exps = [math.exp(z) for z in (1, 2, 4)]
    shares = [value / sum(exps) for value in exps]
    _, gradient = cells(asked("softmax")["document"], "z")
    found = [float(part) for part in gradient.strip("[]").split(",")]
    assert found == pytest.approx([shares[0], shares[1], shares[2] - 1], abs=5e-4)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_example_has_a_name_in_both_languages(name: str) -> None:
    assert all(words[f"example_{name}"] for words in VIEW.messages.values())
    assert '<html lang="ko">' in asked(name, "ko")["document"]


def test_inputs_without_a_number_have_one() -> None:
    assert circuit({"expression": "a * b", "values": {"b": 3, "c": 4}})["values"] == {"a": 1.0, "b": 3.0}
    given = {"W": [[1, 2], [3, 4], [5, 6]], "b": [1, 2, 3]}
    found = circuit({"expression": "sum(W @ x + b)", "values": given})["values"]
    assert found == {"W": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "x": [1.0, 2.0], "b": [1.0, 2.0, 3.0]}


@pytest.mark.parametrize(
    "expression",
    [
        "", "   ", "x +", "x 2", "(x", "x)", "1/2x", "q(x)", "x.real", "x[0]", "__import__('os').getcwd()", "lambda: 1",
        "exec('1')", "open('a')", "x; y", "2x = 1", "[x for x in y]", "'a' * 9", "1e999 * x", "x\0",
        "\ud800",
    ],
)  # fmt: skip
def test_what_is_no_formula_is_one_line(client: Any, expression: str) -> None:
    found = client.post("/api/circuit", {"expression": expression})
    assert found.status == 422
    assert found.json["error"]
    assert "Traceback" not in found.json["error"]


@pytest.mark.parametrize("expression", [None, 3, ["x"], {"x": 1}, True])
def test_a_formula_is_text(expression: Any) -> None:
    with pytest.raises(BacklitError, match="type a formula"):
        circuit({"expression": expression})


def test_formulas_are_limited_in_characters() -> None:
    with pytest.raises(BacklitError, match="characters"):
        circuit({"expression": "x+" * MOST_CHARACTERS + "x"})


def test_formulas_are_limited_in_gates() -> None:
    with pytest.raises(BacklitError, match="gates"):
        circuit({"expression": "+".join(["x"] * (MOST_GATES + 2))})


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"expression": " "}, "식을 적으세요"),
        ({"expression": "x+" * MOST_CHARACTERS + "x"}, "자보다 짧게 쓰세요"),
        ({"expression": "+".join(["x"] * (MOST_GATES + 2))}, "보다 적게 쓰세요"),
        ({"expression": "x", "values": {"x": "much"}}, "x: 0.5 같은 수"),
        ({"expression": "x * y", "values": {"x": [1, 2], "y": [1, 2, 3]}}, "서로 맞지 않습니다"),
        ({"expression": "sum(x, axis=4)", "values": {"x": [1, 2, 3]}}, "axis=4가 없습니다"),
        ({"expression": "log(x)", "values": {"x": 0}}, "유한하지 않습니다"),
    ],
)
def test_errors_are_korean_where_the_page_is(client: Any, query: dict[str, Any], says: str) -> None:
    body = json.dumps({**query, "lang": "ko"}).encode()
    found = client.ask("POST", "/api/circuit", body, Origin=client.origin, Accept_Language="ko")
    assert found.status == 422
    assert says in found.json["error"]


@pytest.mark.parametrize(
    "expression",
    ["(" * 900 + "x" + ")" * 900, "-" * 1_900 + "x", "exp(" * 390 + "x" + ")" * 390, "**".join(["x"] * 600)],
)
def test_formulas_are_limited_in_depth(client: Any, expression: str) -> None:
    found = client.post("/api/circuit", {"expression": expression})
    assert found.status in (200, 422)  # parentheses alone are no gates
    assert client.get("/api/library").status == 200


def test_the_largest_formula_is_answered_within_the_time(client: Any) -> None:
    names = [f"v{i}" for i in range(20)]
    expression = "+".join(f"{a}*{b}" for a in names[:10] for b in names[10:])  # 199 gates, every wire used ten times
    assert len(expression) < MOST_CHARACTERS
    assert client.post("/api/circuit", {"expression": expression}).status == 200


@pytest.mark.parametrize(
    "value",
    ["1", None, True, [], [1] * 9, [[1], 2], [[1], [1, 2]], [[]], [[1] * 9], [[[1]]], ["a"], {"a": 1}, math.inf,
     math.nan, 10**400],
)  # fmt: skip
def test_what_is_no_number_is_said(client: Any, value: Any) -> None:
    found = client.post("/api/circuit", {"expression": "x * x", "values": {"x": value}})
    assert found.status == 422
    assert "x needs a number" in found.json["error"]


@pytest.mark.parametrize(
    ("expression", "values"),
    [("x + y", {"x": [1, 2], "y": [1, 2, 3]}), ("1 / x", {"x": 0}), ("log(x)", {"x": -1}), ("exp(x)", {"x": 1e6})],
)
def test_formulas_without_a_value_are_said_or_shown(client: Any, expression: str, values: dict[str, Any]) -> None:
    found = client.post("/api/circuit", {"expression": expression, "values": values})
    assert found.status in (200, 422)
    if found.status == 200:
        assert client.get(found.json["frame"]).status == 200
    else:
        assert found.json["error"]


def test_a_language_that_is_unknown_is_said(client: Any) -> None:
    assert client.post("/api/circuit", {"expression": "x", "lang": "<b>"}).status == 422


def test_documents_are_kept_up_to_a_weight() -> None:
    frames = Frames(most=250)
    first, second, third = (frames.add("x" * 100) for _ in range(3))
    with pytest.raises(BacklitError, match="no longer kept"):
        frames.get(first.rpartition("/")[2])
    assert [len(frames.get(kept.rpartition("/")[2]).html) for kept in (second, third)] == [100, 100]
    assert frames.get(frames.add("y" * 9_000).rpartition("/")[2]).html[0] == "y"  # one is always kept
    assert frames.get("4").policy.startswith("default-src 'none';")


def test_a_circuit_that_is_gone_is_said(client: Any) -> None:
    assert client.get("/frame/123456").status == 404
