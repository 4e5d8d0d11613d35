"""A formula as JavaScript: what a page without Python recomputes with, from the same declarations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.declared.mistakes import MISTAKES, NEXT_TO_ZERO, TOLERANCE
from backlit.formula.choices import chooses
from backlit.formula.derivative import expand, local_tree, value_tree
from backlit.formula.expression import Call, Expression, Name, Number, fold, names, parse

SPELLINGS: Mapping[str, str] = {
    "add": "({} + {})",
    "sub": "({} - {})",
    "mul": "({} * {})",
    "div": "({} / {})",
    "neg": "(-{})",
    "pow": "Math.pow({}, {})",
    "exp": "Math.exp({})",
    "expm1": "Math.expm1({})",
    "log": "Math.log({})",
    "log1p": "Math.log1p({})",
    "sqrt": "Math.sqrt({})",
    "sin": "Math.sin({})",
    "cos": "Math.cos({})",
    "tanh": "Math.tanh({})",
    "arctan": "Math.atan({})",
    "erf": "erf({})",
    "abs": "Math.abs({})",
    "max": "Math.max({}, {})",
    "min": "Math.min({}, {})",
    "less": "({} < {} ? 1 : 0)",
    "greater": "({} > {} ? 1 : 0)",
    "where": "({} !== 0 ? {} : {})",
}
"""Primitive -> its spelling in JavaScript."""

ERF = """function erf(x) {
  const a = Math.abs(x), square = a * a;
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {  // the Maclaurin series, Abramowitz and Stegun 7.1.6
    let term = a, total = a;
    for (let n = 1; n < 80; n++) { term *= 2 * square / (2 * n + 1); total += term; }
    return Math.sign(x) * 2 / Math.sqrt(Math.PI) * Math.exp(-square) * total;
  }
  let tail = 0;  // the continued fraction, 7.1.14
  for (let n = 80; n > 0; n--) tail = n / 2 / (a + tail);
  return Math.sign(x) * (1 - Math.exp(-square) / Math.sqrt(Math.PI) / (a + tail));
}"""
"""The one primitive that JavaScript has no function for."""


SLOPES_READ: Mapping[str, tuple[str, ...]] = {
    "where": ("false", "({} !== 0)", "({} === 0)"),
    "less": ("false", "false"),
    "greater": ("false", "false"),
    "max": ("!({} < {})", "!({1} < {0})"),
    "min": ("!({} > {})", "!({1} > {0})"),
}
"""Primitive that chooses -> whether it reads the slope of each operand: `backlit.formula.choices` in JavaScript."""

VALUES_READ: Mapping[str, tuple[str, ...]] = {
    **SLOPES_READ,
    "where": ("true", *SLOPES_READ["where"][1:]),
    **dict.fromkeys(("less", "greater"), ("true", "true")),
}
"""The same of the operand's value: a condition is read."""


def to_javascript(root: Expression) -> str:
    """A formula of elementwise gates as one JavaScript expression.

    Examples
    --------
    >>> from backlit.formula.expression import parse
    >>> to_javascript(parse("y * (1 - y)", GATES))
    '(y * (1 - y))'
    """

    def written(node: Expression, operands: list[str]) -> str:
        if isinstance(node, Name):
            return node.id
        if isinstance(node, Number):
            return f"{node.value:g}" if float(f"{node.value:g}") == node.value else repr(node.value)
        return SPELLINGS[node.gate].format(*operands)

    return fold(expand(root), written)


def gates_module(gate_names: Iterable[str], more: Mapping[str, str] = MappingProxyType({})) -> str:
    """JavaScript that defines ``GATES``: of each gate its value and local gradients, as functions.

    Gates that mix whole arrays, and those declared nowhere, are left out: a page cannot recompute them. `more` are
    gates of any number of operands that say themselves in JavaScript: ``locals`` takes all operands at once.

    Examples
    --------
    >>> print(gates_module(["mul"]).splitlines()[1])
      "mul": {value: (x, z) => (x * z), local: [(x, z, y) => z, (x, z, y) => x]},
    """
    lines = []
    for name in dict.fromkeys(gate_names):
        gate = GATES.get(name)
        if not isinstance(gate, Gate):
            continue
        operands = ", ".join(gate.operands)
        locals_ = ", ".join(
            f"({operands}, y) => {to_javascript(local_tree(gate, slot))}" for slot in range(len(gate.operands))
        )
        value = to_javascript(value_tree(gate))
        reads = read_conditions(gate, SLOPES_READ)
        read = f", read: [{', '.join(f'({operands}) => {part}' for part in reads)}]" if reads else ""
        lines.append(f"  {json.dumps(name)}: {{value: ({operands}) => {value}, local: [{locals_}]{read}}},")
    lines += [f"  {json.dumps(name)}: {written}," for name, written in more.items()]
    body = "\n".join(["const GATES = {", *lines, "};"])
    return f"{ERF}\n{body}" if "erf(" in body else body


def read_conditions(gate: Gate, table: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Whether the gate's slope, or value, depends on each operand's, where a choice may leave one out; else nothing.

    `table` is `SLOPES_READ` or `VALUES_READ`.

    Examples
    --------
    >>> read_conditions(GATES["where"], VALUES_READ)
    ['true', '(c !== 0)', '(c === 0)']
    """
    if not chooses(gate):
        return []
    reads: dict[str, list[str]] = {name: [] for name in gate.operands}
    stack: list[tuple[Expression, list[str]]] = [(expand(value_tree(gate)), [])]
    while stack:
        node, conditions = stack.pop()
        if isinstance(node, Name):
            reads[node.id].append(" && ".join(conditions) or "true")
        elif isinstance(node, Call):
            written = [to_javascript(operand) for operand in node.operands]
            for slot, operand in enumerate(node.operands):
                here = [table[node.gate][slot].format(*written)] if node.gate in table else []
                if here != ["false"]:
                    stack.append((operand, [*conditions, *here]))
    return [" || ".join(dict.fromkeys(paths)) or "false" for paths in reads.values()]


def mistakes_module() -> str:
    """JavaScript that defines ``MISTAKES`` and the two tolerances, from the one table of mistakes."""
    lines = [
        f"const TOLERANCE = {TOLERANCE!r}, NEXT_TO_ZERO = {NEXT_TO_ZERO!r};",
        "const MISTAKES = [",
    ]
    for mistake in MISTAKES:
        tree = parse(mistake.wrong.formula, GATES)
        compute = f"({{{', '.join(names(tree))}}}) => {to_javascript(tree)}"
        data = f'name: "{mistake.name}", form: "{mistake.wrong.form}", needs: "{mistake.wrong.needs}"'
        lines.append(f"  {{{data}, compute: {compute}}},")
    return "\n".join([*lines, "];"])
