"""Formula and values -> graph."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np

from backlit.errors import FormulaError
from backlit.formula import GATES
from backlit.formula.derivative import expand
from backlit.formula.expression import Expression, Name, Number, fold, names, read_formula
from backlit.graph.messages import bad_input
from backlit.graph.tape import RESULT, Graph, complete
from backlit.graph.wire import Kind, Wire, as_float, constant_wire, record


def read(text: str, values: Mapping[str, Any], *, expanded: bool = False) -> Graph:
    """Compute a formula and keep every step of it.

    Parameters
    ----------
    text : str
        As `backlit.formula.expression.parse` takes it. Each use of a variable is the same wire; a sub-expression that
        is written twice is two gates.
    values : mapping of str to number or array
        One for each variable: float32 stays, all else becomes float64.
    expanded : bool
        Show gates such as sigmoid as the gates that they are built of.

    Returns
    -------
    Graph

    Raises
    ------
    BacklitError
        If the text is no formula, a value is missing, unused or not finite, or a gate has no finite value.

    Examples
    --------
    >>> graph = read("(x + y) * z", {"x": -2, "y": 5, "z": -4})
    >>> float(graph.output.value), [wire.name for wire in graph.wires]
    (-12.0, ['x', 'y', 'z', 'q1', 'f'])
    """
    formula = read_formula(text, GATES, values)
    tree = formula.tree
    _check_names(text, names(tree), values)
    scope = {name: given(name, value) for name, value in values.items()}
    output = apply(expand(tree) if expanded else tree, scope)
    return complete(output, scope.values(), notes=formula.notes, result=formula.result or RESULT)


def apply(tree: Expression, scope: Mapping[str, Wire], name: str = "") -> Wire:
    """Record a formula on wires; `name` is for the last gate. Its numbers take the precision of the wires."""
    dtype = np.result_type(*(wire.value.dtype for wire in scope.values())) if scope else np.dtype(np.float64)

    def visit(node: Expression, operands: list[Wire]) -> Wire:
        if isinstance(node, Name):
            return scope[node.id]
        if isinstance(node, Number):
            return constant_wire(node.value, dtype, "constant")
        return record(GATES[node.gate], operands, node.axis, name if node is tree else "")

    return fold(tree, visit)


def given(name: str, value: Any, kind: Kind = "input") -> Wire:
    """A wire for a value that is given: an input, a parameter or a constant.

    Raises
    ------
    BacklitError
        If the value is no number or array of numbers, or not finite.
    """
    try:
        array = np.array(value)  # a copy: the graph stays what it was
        numeric = array.dtype.kind in "iuf"
    except ValueError:  # rows of different lengths
        numeric = False
    if not numeric:
        raise bad_input("not_numbers", name, value)
    if array.size == 0:
        raise bad_input("no_numbers", name)
    if not np.isfinite(array).all():
        index = np.argwhere(~np.isfinite(array))[0].tolist()
        raise bad_input("element_not_finite" if index else "not_finite", name, array[tuple(index)], index)
    return Wire(name, kind, as_float(array))


def _check_names(text: str, used: list[str], values: Mapping[str, Any]) -> None:
    """Every variable has a value and every value is used."""
    missing = [name for name in used if name not in values]
    unused = [name for name in values if name not in used]
    if missing:
        raise _no_value_for(missing[0], text, values, unused)
    if unused:
        name, variables = unused[0], ", ".join(used)
        raise FormulaError(
            f"expression: {name!r} is given but not used; the formula's variables are {variables or 'none'}; "
            "leave it out",
            formula=text,
            texts={
                "ko": f"식: {name!r} 값을 주었지만 쓰이지 않습니다; 식의 변수는 {variables or '없음'}입니다; 빼세요"
            },
        )


def _no_value_for(name: str, text: str, values: Mapping[str, Any], unused: list[str]) -> FormulaError:
    """The error for a variable without a value."""
    close = get_close_matches(name, unused or list(values), 1)
    letters = all(letter in values for letter in name)
    if name in GATES:
        hint, hint_ko = f"the gate {name} is written {name}(...)", f"{name} 게이트는 {name}(...)처럼 씁니다"
    elif letters and len(name) > 1:
        product = "*".join(name)
        hint, hint_ko = f"for the product write {product}", f"곱이라면 {product}처럼 쓰세요"
    elif close:
        hint, hint_ko = f"did you mean {close[0]}?", f"혹시 {close[0]}인가요?"
    else:
        hint, hint_ko = f"add {name}=<number>", f"{name}=<수>를 더하세요"
    given_names = ", ".join(values)
    were = f"given were {given_names}" if values else "none was given"
    were_ko = f"준 값은 {given_names}입니다" if values else "준 값이 없습니다"
    column = text.strip().find(name) + 1
    return FormulaError(
        f"expression: no value for {name!r}; {were}; {hint}",
        formula=text,
        column=column or None,
        texts={"ko": f"식: {name!r}의 값이 없습니다; {were_ko}; {hint_ko}"},
    )
