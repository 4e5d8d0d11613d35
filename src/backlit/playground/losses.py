"""The losses, and those that are fused with the output gate before them, as JavaScript."""

from __future__ import annotations

import json

from backlit.declared.gates import GATES
from backlit.declared.losses import FUSIONS, LOSSES, is_built_in
from backlit.formula.expression import Call, Expression, Name, fold, parse
from backlit.formula.javascript import to_javascript

OF_A_ROW = {"logsumexp": "lse"}
"""A gate over a row of outputs -> the parameter that brings its value."""


def losses_module() -> str:
    """JavaScript that defines ``LOSSES`` and ``FUSIONS``: what an output costs, and its derivative.

    Examples
    --------
    >>> print(losses_module().splitlines()[1])
      "squared": {term: (a, y) => Math.pow((a - y), 2), local: (a, y) => (2 * (a - y))},
    """
    losses = [
        f'  "{name}": {{term: (a, y) => {_javascript(loss.term)}, local: (a, y) => {_javascript(loss.local)}}},'
        for name, loss in LOSSES.items()
        if is_built_in(name)
    ]
    fusions = [
        f"  {json.dumps(f'{gate}/{loss}')}: {{term: (a, y, z, lse) => {_javascript(fusion.term)}, "
        f"delta: (a, y) => {_javascript(fusion.delta)}}},"
        for (gate, loss), fusion in FUSIONS.items()
    ]
    return "\n".join(["const LOSSES = {", *losses, "};", "const FUSIONS = {", *fusions, "};"])


def _javascript(formula: str) -> str:
    def visit(node: Expression, operands: list[Expression]) -> Expression:
        if not isinstance(node, Call):
            return node
        return Name(OF_A_ROW[node.gate]) if node.gate in OF_A_ROW else Call(node.gate, tuple(operands), node.axis)

    return to_javascript(fold(parse(formula, GATES), visit))
