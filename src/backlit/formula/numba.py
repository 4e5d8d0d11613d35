"""A formula as Numba source: whole files of kernels, made from the declarations and from nothing else.

The files import two neighbours that the engine puts beside them: ``precision`` (F, the float type) and
``maths.functions`` (exp, tanh, ... in forms that vectorise). Equal sub-formulas are computed once.
"""

from __future__ import annotations

from collections.abc import Mapping

from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.declared.losses import FUSIONS, Fusion, Loss
from backlit.errors import BacklitError
from backlit.formula.derivative import expand, local_tree, value_tree
from backlit.formula.expression import Call, Expression, Name, Number, fold, names, parse, postorder, substitute

SPELLINGS: Mapping[str, str] = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "neg": "-{}",
    "pow": "functions.power({}, {})",
    "exp": "functions.exp({})",
    "expm1": "functions.expm1({})",
    "log": "functions.log({})",
    "log1p": "functions.log1p({})",
    "sqrt": "functions.sqrt({})",
    "sin": "functions.sin({})",
    "cos": "functions.cos({})",
    "tanh": "functions.tanh({})",
    "arctan": "functions.arctan({})",
    "erf": "functions.erf({})",
    "abs": "abs({})",
    "max": "functions.larger({}, {})",
    "min": "functions.smaller({}, {})",
    "less": "F(1.0) if {} < {} else F(0.0)",
    "greater": "F(1.0) if {} > {} else F(0.0)",
    "where": "{1} if {0} != F(0.0) else {2}",
}
"""Primitive -> its spelling in the compiled language."""

_U = "exp(min(x, 20)) * (exp(min(x, 20)) + 2)"
SHORTCUTS: Mapping[Expression, Expression] = {
    expand(parse(long, GATES)): parse(short, GATES)
    # tanh(log(1 + e^x)) = u / (u + 2) with u = e^x (e^x + 2); from 20 on it is 1 in float64
    for long, short in {"tanh(softplus(x))": f"{_U} / ({_U} + 2)"}.items()
}
"""Formulas of one variable, x, and their value from fewer elementary functions."""

_HEAD = """# Made from the declarations of gates and losses; the folder's name is the hash of all that is in it.
from numba import carray, cfunc, njit, types

from ..precision import F, KERNEL, OPTIONS, POINTER
from ..products.vectors import wide
from ..maths import functions
"""


def gate_file(gate: Gate) -> str:
    """Source of a gate's two kernels: `forward` fills a from z; `backward` multiplies delta."""
    forward = _body(value_tree(gate), "a[i] = {}", {"x": "z[i]"})
    backward = _body(local_tree(gate, 0), "delta[i] *= {}", {"x": "z[i]", "y": "a[i]"})
    return f"""{_HEAD}

@cfunc(types.void(POINTER, POINTER, types.int64), **KERNEL)
def forward(z, a, size):
    wide()
    z, a = carray(z, size), carray(a, size)
    for i in range(size):
{_indented(forward, 8)}


@cfunc(types.void(POINTER, POINTER, POINTER, types.int64), **KERNEL)
def backward(z, a, delta, size):
    wide()
    z, a, delta = carray(z, size), carray(a, size), carray(delta, size)
    for i in range(size):
{_indented(backward, 8)}
"""


def head_file(output_gate: str, loss: Loss) -> str:
    """Source of a network's end: `activate`, outputs from z, and `head`, with the loss.

    `head` knows the outputs, returns the weighted sum of the samples' losses, and leaves in delta the weighted dC/dz.
    """
    if output_gate == "softmax":
        activate = _SOFTMAX
    else:
        formula = value_tree(GATES.elementwise(output_gate))
        activate = _EVERY + _indented(_body(formula, "a[i] = {}", {"x": "z[i]"}), 8)
    fusion = FUSIONS.get((output_gate, loss.name))
    return f"""{_HEAD}

@cfunc(types.void(POINTER, POINTER, types.int64, types.int64), **KERNEL)
def activate(z, a, rows, columns):
    wide()
{activate}


@cfunc(types.float64(POINTER, POINTER, POINTER, POINTER, POINTER, types.int64, types.int64), **KERNEL)
def head(z, a, y, weight, delta, rows, columns):
    wide()
    z, a, y = carray(z, (rows, columns)), carray(a, (rows, columns)), carray(y, (rows, columns))
    weight, delta = carray(weight, rows), carray(delta, (rows, columns))
    total = 0.0
    for r in range(rows):
{_head_rows(output_gate, loss, fusion)}
    return total
"""


_EVERY = """    z, a = carray(z, rows * columns), carray(a, rows * columns)
    for i in range(rows * columns):
"""

_SOFTMAX = """    every = carray(a, rows * columns)
    z, a = carray(z, (rows, columns)), carray(a, (rows, columns))
    for r in range(rows):
        top = z[r, 0]
        for j in range(1, columns):
            top = functions.larger(top, z[r, j])
        for j in range(columns):
            a[r, j] = z[r, j] - top
    for i in range(rows * columns):  # of all rows at once: a row is shorter than a vector
        every[i] = functions.exp(every[i])
    for r in range(rows):
        total = F(0.0)
        for j in range(columns):
            total += a[r, j]
        scale = F(1.0) / total
        for j in range(columns):
            a[r, j] *= scale"""

_LOGSUMEXP = """        top, share = z[r, 0], a[r, 0]
        for j in range(1, columns):
            top, share = functions.larger(top, z[r, j]), functions.larger(share, a[r, j])
        lse = top - functions.log(share)  # softmax gives the largest output exp(top - lse)
"""

_SOFTMAX_BACKWARD = """        along = F(0.0)
        for j in range(columns):
            along += delta[r, j] * a[r, j]
        for j in range(columns):
            delta[r, j] = a[r, j] * (delta[r, j] - along)"""


def _head_rows(output_gate: str, loss: Loss, fusion: Fusion | None) -> str:
    """The loop over a row's outputs: fused where a fusion is named, else dC/da times the gate's local gradient."""
    reads = {"z": "z[r, j]", "a": "a[r, j]", "y": "y[r, j]", "j": "F(j)"}
    if fusion is not None:
        term, slope = parse(fusion.term, GATES), parse(fusion.delta, GATES)
    else:
        term, slope = parse(loss.term, GATES), parse(loss.local, GATES)
        if output_gate != "softmax":
            inner = local_tree(GATES.elementwise(output_gate), 0)
            inner = substitute(inner, {"x": Name("z"), "y": Name("a")})
            slope = Call("mul", (slope, inner))
    rows = _LOGSUMEXP if any(isinstance(n, Call) and n.gate == "logsumexp" for n in postorder(term)) else ""
    rows += "        cost = F(0.0)\n        for j in range(columns):\n"
    rows += _indented(_body(term, "cost += {}", reads), 12) + "\n"
    rows += _indented(_body(slope, "delta[r, j] = weight[r] * ({})", reads), 12) + "\n"
    if fusion is None and output_gate == "softmax":
        rows += _SOFTMAX_BACKWARD + "\n"
    return rows + "        total += cost * weight[r]"


def _body(root: Expression, last: str, reads: Mapping[str, str]) -> list[str]:
    """Statements that compute a formula, each sub-formula once; `reads` gives how each variable is read."""
    root = _shortened(expand(root))
    lines = [f"here_{name} = {reads[name]}" for name in names(root)]
    known: dict[str, str] = {}

    def visit(node: Expression, operands: list[str]) -> str:
        if isinstance(node, Name):
            return f"here_{node.id}"
        if isinstance(node, Number):
            return f"F({node.value!r})"
        if node.gate == "logsumexp":
            return "lse"  # a row's, computed before the loop over its outputs
        if node.gate not in SPELLINGS:
            raise BacklitError(f"gate {node.gate!r} has no form that works element by element")
        code = SPELLINGS[node.gate].format(*operands)
        if code not in known:
            known[code] = f"t{len(known)}"
            lines.append(f"{known[code]} = {code}")
        return known[code]

    result = fold(root, visit)
    return [*lines, last.format(result)]


def _shortened(root: Expression) -> Expression:
    """The tree with shortcuts in the place of what they stand for."""

    def visit(node: Expression, operands: list[Expression]) -> Expression:
        if not isinstance(node, Call):
            return node
        whole = Call(node.gate, tuple(operands), node.axis)
        for long, short in SHORTCUTS.items():
            if isinstance(long, Call) and long.gate == node.gate:
                inner = next((part for part in postorder(whole) if substitute(long, {"x": part}) == whole), None)
                if inner is not None:
                    return substitute(short, {"x": inner})
        return whole

    return fold(root, visit)


def _indented(lines: list[str], spaces: int) -> str:
    return "\n".join(" " * spaces + line for line in lines)
