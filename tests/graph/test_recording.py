"""Formula or function -> graph: what is recorded, and the one line for each bad input."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from backlit.errors import BacklitError, FormulaError, in_language
from backlit.formula import GATES
from backlit.graph import Graph, backward, call, given, read
from backlit.graph.labels import formula, local_formula
from backlit.graph.messages import GRADIENT_MENDS, MESSAGES, VALUE_MENDS
from backlit.graph.wire import FUNCTIONS, UFUNCS


def gates(graph: Graph) -> list[str | None]:
    return [wire.gate for wire in graph.gates]


def test_a_variable_is_one_wire_and_a_formula_written_twice_is_two_gates() -> None:
    graph = read("(x + y) * (x + y)", {"x": 1, "y": 2})
    assert gates(graph) == ["add", "add", "mul"]
    first, second, product = graph.gates
    assert first.operands == second.operands == graph.given
    assert product.operands == (first, second)


def test_shared_wire_of_a_function_is_counted_once() -> None:
    def shared(x: Any, y: Any) -> Any:
        total = x + y
        return total * total

    graph = call(shared, {"x": 1, "y": 2})
    assert gates(graph) == ["add", "mul"]
    assert backward(graph)[graph.given[0]] == 6


def test_more_than_two_operands_are_folded_from_left_to_right() -> None:
    graph = read("max(x, y, z) + sum(x, y, z) - min(x, y, z)", {"x": 1, "y": 5, "z": 3})
    assert gates(graph) == ["max", "max", "add", "add", "add", "min", "min", "sub"]
    assert graph.output.value == 5 + 9 - 1
    assert [backward(graph)[wire] for wire in graph.given] == [0, 2, 1]


def test_names_of_gates_skip_names_that_are_taken() -> None:
    graph = read("q1 * x + q3", {"q1": 1, "x": 2, "q3": 3})
    assert [wire.name for wire in graph.wires] == ["q1", "x", "q3", "q2", "f"]


def test_formulas_of_wires_and_edges() -> None:
    graph = read("(x + 2) * -y + sigmoid(x)", {"x": 1, "y": 2})
    assert [formula(wire) for wire in graph.gates] == ["x + 2", "-y", "q1 * q2", "sigmoid(x)", "q3 + q4"]
    assert local_formula(graph.gates[2], 0) == "q2"
    assert local_formula(graph.gates[3], 0) == "q4 * (1 - q4)"


def test_sigmoid_stays_one_gate_and_can_be_expanded() -> None:
    assert gates(read("sigmoid(x)", {"x": 1})) == ["sigmoid"]
    expanded = read("sigmoid(x)", {"x": 1}, expanded=True)
    assert gates(expanded) == ["neg", "exp", "add", "div"]
    assert backward(expanded)[expanded.given[0]] == pytest.approx(
        backward(read("sigmoid(x)", {"x": 1})).of.popitem()[1]
    )


OPERATORS: list[Any] = [
    lambda x, y: x + y, lambda x, y: 2 + x * y, lambda x, y: x - y, lambda x, y: 2 - x * y, lambda x, y: 3 * x * y,
    lambda x, y: x / y, lambda x, y: 2 / (x * y), lambda x, y: x**y, lambda x, y: 2 ** (x * y), lambda x, y: -x * +y,
    lambda x, y: abs(-x) * y, lambda x, y: np.exp(x) * y, lambda x, y: np.multiply(3.0, x) + y,
    lambda x, y: np.maximum(x, y), lambda x, y: np.where(x > y, x * 2, y), lambda x, y: np.where(x < y, x * 2, y),
    lambda x, y: np.log(x) + np.sqrt(y), lambda x, y: np.float64(2.0) * x + np.float64(1) / y,
    lambda x, y: sum([x, y, x]), lambda x, y: np.tanh(x) * y,
]  # fmt: skip


@pytest.mark.parametrize("function", OPERATORS)
def test_operators_and_numpy_words_compute_what_python_does(function: Any) -> None:
    graph = call(function, {"x": 1.5, "y": 2.5})
    assert graph.output.value == pytest.approx(float(function(1.5, 2.5)), rel=1e-15)
    for wire in graph.given:
        step = 1e-6
        up, down = ({"x": 1.5, "y": 2.5, wire.name: wire.value + s} for s in (step, -step))
        slope = (function(**up) - function(**down)) / (2 * step)
        assert backward(graph)[wire] == pytest.approx(slope, rel=1e-7)


def test_arrays_and_constants_on_either_side_of_a_wire() -> None:
    matrix = np.arange(6.0).reshape(2, 3)
    graph = call(lambda x: np.sum(matrix @ x + np.array([1.0, 2.0])), {"x": [1.0, 2.0, 3.0]})
    assert graph.output.value == (matrix @ [1, 2, 3]).sum() + 3
    np.testing.assert_array_equal(backward(graph)[graph.given[0]], matrix.sum(axis=0))
    graph = call(lambda x: np.mean(x, axis=0) @ np.array([1.0, 2.0, 3.0]), {"x": matrix})
    np.testing.assert_array_equal(backward(graph)[graph.given[0]], [[0.5, 1, 1.5]] * 2)


def test_every_numpy_word_names_a_gate() -> None:
    assert set(UFUNCS.values()) | set(FUNCTIONS.values()) <= set(GATES)


def test_gates_of_the_registry_record_on_wires_and_compute_on_numbers() -> None:
    graph = call(lambda x: GATES["softplus"](GATES["sum"](x, axis=0)), {"x": [1.0, 2.0]})
    assert gates(graph) == ["sum", "softplus"]
    assert graph.output.value == GATES["softplus"](3.0)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda x: x if x > 0 else -x, "where(condition, a, b)"),
        (lambda x: max(x, 0), "use where"),
        (lambda x: math.exp(x), "np.exp(x)"),
        (lambda x: float(x), "loses its gradient"),
        (lambda x: 3.0, "returned 3.0 (float), not a wire"),
        (lambda x: None, "returned None"),
        (lambda x: [x, x], "(list), not a wire"),
        (lambda x, y: x, "missing a required argument: 'y'; it takes x, y, given were x"),
        (lambda: 1, "it takes nothing, given were x"),
        (lambda x: np.arcsin(x), "np.arcsin: no gate stands for it"),
        (lambda x: np.add.reduce([x, x]) and np.add.at(x, 0, 1), "a wire was used as a yes or no"),
        (lambda x: np.cumsum(x), "np.cumsum: no gate stands for it"),
        (lambda x: x * "a", "operand 'a' is not a number"),
        (lambda x: x * float("nan"), "is not finite"),
        (lambda x: x * 1j, "operand 1j is not a number"),
        (lambda x: GATES["exp"](x, x), "gate exp: operands given: 2, taken: 1; write exp(x)"),
        (lambda x: GATES["max"](x), "gate max: operands given: 1, taken: 2"),
        (lambda x: GATES["exp"](x, axis=0), "takes no axis="),
    ],
)
def test_function_that_cannot_be_traced_says_why(function: Any, says: str) -> None:
    with pytest.raises((BacklitError, AttributeError, TypeError)) as caught:
        call(function, {"x": 1.0})
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "values", "says"),
    [
        ("x + y", {"x": 1}, "no value for 'y'; given were x; add y=<number>"),
        ("x", {}, "no value for 'x'; none was given"),
        ("rate * x", {"rates": 1, "x": 2}, "did you mean rates?"),
        ("x", {"x": 1, "y": 2}, "'y' is given but not used; the formula's variables are x"),
        ("x", {"x": "a"}, "x = 'a' is not a number"),
        ("x", {"x": None}, "x = None is not a number"),
        ("x", {"x": True}, "x = True is not a number"),
        ("x", {"x": [[1, 2], [3]]}, "is not a number or an array of numbers"),
        ("x", {"x": float("nan")}, "x = nan is not finite"),
        ("x", {"x": [1.0, math.inf]}, "element [1] is inf, not finite"),
        ("x", {"x": []}, "x is empty"),
        ("1 / x", {"x": 0}, "1 / x has no finite value at x = 0; division by zero"),
        ("1 / (x - y)", {"x": 1, "y": 1}, "at x - y = 0; division by zero"),
        ("log(x)", {"x": 0}, "log needs an operand above 0"),
        ("log(x - 3)", {"x": 1}, "log(x - 3) has no finite value at x - 3 = -2"),
        ("log(x)", {"x": [2.0, 1.0, -1.0]}, "at x[2] = -1"),
        ("log(0)", {}, "log(0) has no finite value"),
        ("sqrt(x)", {"x": -4}, "sqrt needs an operand of at least 0"),
        ("exp(x)", {"x": 800}, "exp overflows above 709.78"),
        ("x ** y", {"x": -2, "y": 0.5}, "a negative base needs a whole exponent"),
        ("x * x", {"x": 1e200}, "too large for its float type"),
        (
            "sigmoid(x, x)",
            {"x": 1},
            "gate sigmoid takes 1 operand, 2 given at column 1 of",
        ),
        ("x + y", {"x": [1, 2], "y": [1, 2, 3]}, "shape (2,) and (3,) do not fit"),
        ("sum(x, axis=4)", {"x": [1, 2]}, "do not fit along axis 4"),
        ("x @ x", {"x": 2}, "gate matmul"),
        ("max(x, y, z, axis=0)", {"x": 2, "y": 3, "z": 4}, "axis= goes with one array"),
    ],
)
def test_bad_input_is_one_line_that_says_what_where_and_the_mend(text: str, values: dict[str, Any], says: str) -> None:
    with pytest.raises(BacklitError) as caught:
        read(text, values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert ";" in str(caught.value)
    korean = str(caught.value.translated("ko"))
    assert re.search("[가-힣]", korean)
    assert ";" in korean
    assert not re.search("broadcast|core dimension|out of bounds|signature", str(caught.value))  # NumPy's words


def test_the_output_has_the_name_that_the_formula_gives_it() -> None:
    for text, name in (("L = (a - y)^2", "L"), ("g(a, y) = a * y", "g"), ("a * y", "f"), ("=a*y", "f")):
        assert read(text, {"a": 1, "y": 2}).output.name == name
    assert read("f * y", {"f": 1, "y": 2}).output.name == "q1"
    assert read("q1 = a * y + 1", {"a": 1, "y": 2}).output.name == "q1"
    assert call(lambda a, y: a * y, {"a": 1, "y": 2}).output.name == "f"


@pytest.mark.parametrize(
    ("text", "values", "says"),
    [
        (
            "1 / x",
            {"x": 0},
            "div 게이트: x = 0에서 1 / x의 값이 유한하지 않습니다; 0이나 0에 아주 가까운 수로",
        ),
        ("log(0)", {}, "이 상수들에서 log(0)의 값이 유한하지 않습니다"),
        (
            "sqrt(x)",
            {"x": 0.0},
            "x = 0에서 x에 대한 sqrt(x)의 기울기가 유한하지 않습니다; sqrt의 기울기는 0에서",
        ),
        ("expm1(x)", {"x": 800}, "expm1 값은 709.78(float32에서는 88.72)을 넘으면"),
        ("x", {"x": "a"}, "x = 'a': 수도 수의 배열도 아닙니다; x=0.5처럼"),
        ("x", {"x": []}, "x: 비어 있습니다"),
        ("x", {"x": math.nan}, "x = nan: 유한한 수가 아닙니다"),
        ("x", {"x": [1.0, math.inf]}, "배열의 원소 [1]의 값이 inf(으)로"),
    ],
)
def test_values_are_refused_in_korean_too(text: str, values: dict[str, Any], says: str) -> None:
    with pytest.raises(FormulaError) as caught, in_language("ko"):
        backward(read(text, values))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_message_has_both_languages_and_the_same_fields() -> None:
    fields = lambda text: sorted(set(re.findall(r"{(\w+)", text)))  # noqa: E731
    for texts in (*MESSAGES.values(), *VALUE_MENDS.values(), *GRADIENT_MENDS.values()):
        assert texts.keys() == {"en", "ko"}
        assert fields(texts["en"]) == fields(texts["ko"])


def test_integers_and_lists_become_float64_and_values_are_kept_apart() -> None:
    assert read("x", {"x": 3}).output.value.dtype == np.float64
    source = np.array([1.0, 2.0])
    wire = given("x", source)
    source[0] = 9.0
    assert wire.value[0] == 1.0


def test_deep_formula_within_the_limit_is_read_and_a_deeper_one_is_refused() -> None:
    graph = read("x" + " + x" * 700, {"x": 1})
    assert backward(graph)[graph.given[0]] == 701
    with pytest.raises(BacklitError, match="nested deeper than 800"):
        read("x" + " + x" * 900, {"x": 1})


def test_functions_that_call_each_other_without_end_are_one_line() -> None:
    def here(x: Any) -> Any:
        return there(x)

    def there(x: Any) -> Any:
        return here(x * 2)

    with pytest.raises(BacklitError, match="function here calls itself without end"):
        call(here, {"x": 1.0})
