"""A formula written out in built-in gates alone: gates of the user's own are replaced by what they are made of."""

from __future__ import annotations

from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.errors import FormulaError
from backlit.formula.expression import Call, Expression, Name, fold, parse, postorder, substitute
from backlit.formula.text import to_text

MOST_NODES = 2_000
"""Numbers, names and calls of a formula that is written out: one of more would take minutes to compile."""


def expanded(text: str) -> Expression:
    """A formula as a tree of built-in gates.

    Parameters
    ----------
    text : str

    Raises
    ------
    FormulaError
        If it cannot be read, or is larger than `MOST_NODES` when written out: a gate of gates may double with each.

    Examples
    --------
    >>> import backlit
    >>> half = backlit.gate("half_of", "x / 2")
    >>> to_text(expanded("half_of(half_of(x))"))
    'x / 2 / 2'
    """
    tree = parse(text, GATES)
    values: dict[str, Expression] = {}
    names = list(_custom_gates(tree))
    while names:
        name = names.pop()
        if name not in values:
            values[name] = parse(_declared(name).value, GATES)
            names += _custom_gates(values[name])
    sizes: dict[str, tuple[int, int]] = {}
    while len(sizes) < len(values):  # a gate is measured when those that it is made of are
        ready = [name for name in values.keys() - sizes.keys() if _custom_gates(values[name]) <= sizes.keys()]
        if not ready:
            raise FormulaError(f"expression: the gates of {text:.60} are made of each other", formula=text)
        for name in ready:
            sizes[name] = _size(values[name], sizes), _uses(values[name], sizes)
    if _size(tree, sizes) > MOST_NODES:
        raise FormulaError(
            f"expression: {text:.60} has more than {MOST_NODES:,} operations when its gates are written out in "
            "built-in ones; build it of fewer",
            formula=text,
        )
    while _custom_gates(tree):
        tree = fold(tree, lambda node, operands: _replaced(node, operands, values))
    return tree


def expanded_text(text: str) -> str:
    """The same as text; a formula of built-in gates stays as it is written.

    Examples
    --------
    >>> expanded_text("x*x")
    'x*x'
    """
    tree = expanded(text)
    return text if parse(text, GATES) == tree else to_text(tree)


def _declared(name: str) -> Gate:
    gate = GATES[name]
    assert isinstance(gate, Gate), "the user's own gates work element by element"
    return gate


def _custom_gates(tree: Expression) -> set[str]:
    """The user's own gates that a tree calls."""
    return {node.gate for node in postorder(tree) if isinstance(node, Call) and not GATES.is_builtin(node.gate)}


def _replaced(node: Expression, operands: list[Expression], values: dict[str, Expression]) -> Expression:
    """A call of a gate of the user's own as what it is made of."""
    if not isinstance(node, Call):
        return node
    if node.gate in values:
        return substitute(values[node.gate], {"x": operands[0]})
    return Call(node.gate, tuple(operands), node.axis)


def _size(tree: Expression, sizes: dict[str, tuple[int, int]]) -> int:
    """How many nodes a tree has when it is written out; `sizes` has the nodes of each gate, and how many are ``x``."""

    def visit(node: Expression, operands: list[int]) -> int:
        if isinstance(node, Call) and node.gate in sizes:
            nodes, uses = sizes[node.gate]
            return nodes + uses * (operands[0] - 1)
        return 1 + sum(operands)

    return fold(tree, visit)


def _uses(tree: Expression, sizes: dict[str, tuple[int, int]]) -> int:
    """How many of the nodes are ``x``."""

    def visit(node: Expression, operands: list[int]) -> int:
        if isinstance(node, Call):
            return sizes[node.gate][1] * operands[0] if node.gate in sizes else sum(operands)
        return int(isinstance(node, Name))

    return fold(tree, visit)
