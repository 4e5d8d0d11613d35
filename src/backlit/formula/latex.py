"""A formula as LaTeX, from the templates that the gates carry."""

from __future__ import annotations

from collections.abc import Mapping

from backlit.declared.gates import GATES
from backlit.declared.layers import PARAMETER_NAMES
from backlit.formula.expression import Expression, Name, Number, fold
from backlit.formula.precedence import ATOM, BINDING, constant
from backlit.formula.text import bracketed

CLOSED = frozenset({"div", "where"})
"""Operators whose LaTeX form holds itself together: operands need no brackets."""

OF_LAYERS = (*PARAMETER_NAMES, "z", "s", "a")
"""What a network's layer has by its number."""


def to_latex(root: Expression, names: Mapping[str, str] | None = None) -> str:
    r"""Write a tree as LaTeX; `names` says how a variable is written.

    Examples
    --------
    >>> from backlit.formula.expression import parse
    >>> to_latex(parse("(x + y) * z", GATES))
    '\\left(x + y\\right) \\cdot z'
    """
    names = names or {}

    def written(node: Expression, operands: list[tuple[str, int]]) -> tuple[str, int]:
        if isinstance(node, Name):
            return names.get(node.id) or symbol(node.id), ATOM
        if isinstance(node, Number):
            return constant(node.value), ATOM if node.value >= 0 else BINDING["neg"]
        gate = GATES[node.gate]
        infix = node.gate in BINDING and node.gate not in CLOSED
        texts = bracketed(node, operands, r"\left({}\right)") if infix else [text for text, _ in operands]
        binding = BINDING[node.gate] if infix else ATOM
        return gate.latex.format(**dict(zip(gate.operands, texts, strict=True))), binding

    return fold(root, written)[0]


def symbol(name: str) -> str:
    r"""A variable's name: letters with digits as an index, network parts as ``w^{(1)}_{0,2}``.

    Examples
    --------
    >>> symbol("w0"), symbol("w[1][0][2]"), symbol("blend[1][2]"), symbol("rate")
    ('w_{0}', 'w^{(1)}_{0,2}', '\\mathrm{blend}^{(1)}_{2}', '\\mathrm{rate}')
    """
    stem, *indices = name.replace("]", "").split("[")
    if indices and stem in (*OF_LAYERS, "x", "y"):
        level, rest = ("", indices) if stem in ("x", "y") else (f"^{{({indices[0]})}}", indices[1:])
        base = stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
        return base + level + (f"_{{{','.join(rest)}}}" if rest else "")
    letters = name.rstrip("0123456789")
    if len(letters) == 1 and letters != "_":
        return f"{letters}_{{{name[1:]}}}" if len(name) > 1 else letters
    return rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"
