"""Safe text -> expression tree, in Python's own expression grammar; nothing is ever executed.

A tree has three kinds of node: a number, a name, and the call of a gate by name. Operators are gates too
(``x + y`` is the call of ``add``). Trees are read by `fold`, which never recurses, so their depth is free.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from backlit.errors import FormulaError

MAX_CHARACTERS = 10_000
MAX_DEPTH = 800

OPERATORS: Mapping[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.USub: "neg",
    ast.Lt: "less",
    ast.Gt: "greater",
}
"""Python's operators and the gates they stand for."""


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    id: str


@dataclass(frozen=True, slots=True)
class Call:
    """A gate applied to operands; `axis` belongs to the reducing gates only."""

    gate: str
    operands: tuple[Expression, ...]
    axis: int | None = None


Expression = Number | Name | Call
Result = TypeVar("Result")


def parse(text: str, gates: Container[str]) -> Expression:
    """Read a formula.

    Parameters
    ----------
    text : str
        At most `MAX_CHARACTERS` characters and `MAX_DEPTH` nested operations: names, numbers, ``+ - * / ** @``,
        ``<``, ``>``, ``a if c else b``, and calls of gates; reducing gates take ``axis=`` with a whole number.
    gates : container of str
        The names that may be called.

    Returns
    -------
    Expression

    Raises
    ------
    FormulaError
        Naming the column (from 1) and what to write instead.

    Examples
    --------
    >>> parse("(x + y) * 2", {"add", "mul"})  # doctest: +NORMALIZE_WHITESPACE
    Call(gate='mul', operands=(Call(gate='add', operands=(Name(id='x'), Name(id='y')), axis=None),
    Number(value=2.0)), axis=None)
    """
    tree = _python_tree(text)
    return _Reader(text, gates).read(tree)


def fold(root: Expression, visit: Callable[[Expression, list[Result]], Result]) -> Result:
    """Combine a tree from the leaves up: ``visit(node, results of its operands)``, without recursion."""
    results: list[Result] = []
    for node in postorder(root):
        if isinstance(node, Call):
            first = len(results) - len(node.operands)
            operands = results[first:]
            del results[first:]
            results.append(visit(node, operands))
        else:
            results.append(visit(node, []))
    return results[0]


def postorder(root: Expression) -> Iterator[Expression]:
    """Every node after its operands, operands from left to right."""
    backwards: list[Expression] = []
    stack = [root]
    while stack:
        node = stack.pop()
        backwards.append(node)
        if isinstance(node, Call):
            stack.extend(node.operands)
    return reversed(backwards)


def names(root: Expression) -> list[str]:
    """The variables in the order in which they are first read."""
    return list(dict.fromkeys(node.id for node in postorder(root) if isinstance(node, Name)))


def substitute(root: Expression, values: Mapping[str, Expression]) -> Expression:
    """Put expressions in the place of names."""

    def visit(node: Expression, operands: list[Expression]) -> Expression:
        if isinstance(node, Name):
            return values.get(node.id, node)
        return Call(node.gate, tuple(operands), node.axis) if isinstance(node, Call) else node

    return fold(root, visit)


def _python_tree(text: str) -> ast.expr:
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(
            f"expression: {len(text):,} characters, the limit is {MAX_CHARACTERS:,}; "
            "build a longer one as a Python function of backlit gates",
            formula=text,
        )
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        where = f"column {error.offset}" if error.offset else "the end"
        reason = str(error.msg).removesuffix(" (<unknown>, line 1)")
        message = f"expression: {reason} at {where} of {_shown(text)}; write it like (x + y) * z"
        raise FormulaError(message, formula=text) from None
    except (RecursionError, MemoryError):
        raise FormulaError(_too_deep(), formula=text) from None
    except ValueError as error:
        raise FormulaError(f"expression: {error}; write it like (x + y) * z", formula=text) from None


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _too_deep() -> str:
    return (
        f"expression: nested deeper than {MAX_DEPTH} operations; "
        "build a deeper one as a Python function of backlit gates"
    )


class _Reader:
    """Turns Python's syntax tree into ours, node by node, refusing whatever is not a formula."""

    def __init__(self, text: str, gates: Container[str]) -> None:
        self.text = text
        self.gates = gates

    def read(self, root: ast.expr) -> Expression:
        results: list[Expression] = []
        stack: list[tuple[ast.expr, bool, int]] = [(root, False, 1)]
        while stack:
            node, seen, depth = stack.pop()
            if depth > MAX_DEPTH:
                raise FormulaError(_too_deep(), formula=self.text)
            operands = self.operands(node)
            if operands and not seen:
                stack.append((node, True, depth))
                stack.extend((operand, False, depth + 1) for operand in reversed(operands))
                continue
            arguments = tuple(results[len(results) - len(operands) :])
            del results[len(results) - len(operands) :]
            results.append(self.build(node, arguments))
        return results[0]

    def operands(self, node: ast.expr) -> list[ast.expr]:
        match node:
            case ast.BinOp(left=left, right=right):
                return [left, right]
            case ast.UnaryOp(operand=operand):
                return [operand]
            case ast.Compare(left=left, comparators=[right]):
                return [left, right]
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return [test, body, orelse]
            case ast.Call(args=arguments):
                return arguments
        return []

    def build(self, node: ast.expr, operands: tuple[Expression, ...]) -> Expression:
        match node:
            case ast.Constant(value=value):
                return Number(self.number(node, value))
            case ast.Name(id=name):
                return Name(name)
            case ast.UnaryOp(op=ast.UAdd()):
                return operands[0]
            case ast.UnaryOp(op=ast.USub()) if isinstance(operands[0], Number):
                return Number(-operands[0].value)
            case ast.BinOp(op=operator) | ast.UnaryOp(op=operator) | ast.Compare(ops=[operator]):
                return Call(self.operator(node, operator), operands)
            case ast.IfExp():
                return Call("where", operands)
            case ast.Call(func=ast.Name(id=gate)):
                return self.call(node, gate, operands)
        raise self.fault(node, self.what(node), "use names, numbers, + - * / ** @ and calls of gates")

    def number(self, node: ast.expr, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fault(node, f"{value!r} is not a real number", "write a number such as 0.5")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isinf(number):
            raise self.fault(node, "the number is too large for a float", "stay below 1.7e308")
        return number

    def operator(self, node: ast.expr, operator: ast.AST) -> str:
        gate = OPERATORS.get(type(operator))
        if gate is None:
            raise self.fault(node, f"no gate for {type(operator).__name__}", "use + - * / ** @ < >")
        return gate

    def call(self, node: ast.Call, gate: str, operands: tuple[Expression, ...]) -> Call:
        if gate not in self.gates:
            raise self.fault(node, f"{gate!r} is not a gate", "backlit.GATES lists the names")
        if not operands:
            raise self.fault(node, f"{gate}() has no operand", f"write {gate}(x)")
        axis = None
        for keyword in node.keywords:
            axis = self.axis(keyword.value) if keyword.arg == "axis" else None
            if axis is None:
                raise self.fault(node, f"{gate}() takes no such keyword", "only axis= and a whole number")
        return Call(gate, operands, axis)

    def axis(self, node: ast.expr) -> int | None:
        match node:
            case ast.Constant(value=int(value)) if not isinstance(value, bool):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                return -value
        return None

    def what(self, node: ast.expr) -> str:
        kinds: dict[type[ast.expr], str] = {
            ast.Attribute: "attribute access (a.b) is not allowed",
            ast.Subscript: "indexing (a[i]) is not allowed",
            ast.Call: "only a gate's plain name can be called",
            ast.Compare: "a chained comparison is not allowed",
            ast.BoolOp: "and / or are not gates",
        }
        return kinds.get(type(node), f"{type(node).__name__} is not part of a formula")

    def fault(self, node: ast.expr, what: str, mend: str) -> FormulaError:
        line = self.text.strip().splitlines()[node.lineno - 1]
        column = len(line.encode()[: node.col_offset].decode(errors="ignore")) + 1
        message = f"expression: {what} at column {column} of {_shown(self.text)}; {mend}"
        return FormulaError(message, formula=self.text)
