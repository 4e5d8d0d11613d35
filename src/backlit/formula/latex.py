"""A formula as LaTeX, from the templates that the gates carry: read back by a person, it is that formula.

How tightly LaTeX binds is not how tightly text binds: a fraction needs no brackets, except as the base of a power; a
minus sign reaches over a product; an exponent stands on the last sign before it only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from backlit.declared.gate_kinds import AnyGate
from backlit.declared.gates import GATES
from backlit.declared.layers import PARAMETER_NAMES, STEP_NAMES
from backlit.formula.expression import Expression, Name, Number, fold, names
from backlit.formula.precedence import constant

SUM, PRODUCT, POWER, WORD, CLOSED = 2, 3, 5, 7, 9
"""A sum or a sign; a product; what carries an exponent; a function, root or fraction; what nothing tears apart."""

INFIX: Mapping[str, tuple[int, tuple[int, ...]]] = {
    "add": (SUM, (SUM, PRODUCT)),
    "sub": (SUM, (SUM, PRODUCT)),
    "neg": (SUM, (PRODUCT,)),
    "mul": (PRODUCT, (PRODUCT, POWER)),
    "matmul": (PRODUCT, (PRODUCT, POWER)),
    "columnwise": (PRODUCT, (PRODUCT, POWER)),
    "grouped": (PRODUCT, (PRODUCT, POWER)),
}
"""Gate -> how tightly it binds, and how tightly each operand must bind to stand without brackets."""

OF_LAYERS = (*PARAMETER_NAMES, *STEP_NAMES, "z", "s", "a")
"""What a network's layer has by its number."""

EULER, WITHOUT_EULER = "e^{{{x}}}", r"\exp\left({x}\right)"
"""The exponential function, and how it is written where a variable has the name e."""

GREEK: Mapping[str, str] = {
    letter: rf"\{word}"
    for letter, word in zip(
        "αβγδεζηθικλμνξρτυφχψωΓΔΘΛΞΠΣΦΨΩ",
        (
            *("alpha", "beta", "gamma", "delta", "varepsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"),
            *("mu", "nu", "xi", "rho", "tau", "upsilon", "varphi", "chi", "psi", "omega"),
            *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"),
        ),
        strict=True,
    )
}
"""Letters of variables. Without pi, which is a number, and sigma, which is a gate: as variables those are words."""

_POWER_OF_TEN = re.compile(r"10\^\{-?\d+\}$")
_SHELTER = re.compile(r"(\\left[(|\[]|, |; |(\^|\\frac|\\sqrt|\})\{)$")
"""What an operand stands behind in a template where no neighbour reaches it."""


def to_latex(root: Expression, names_of: Mapping[str, str] | None = None, times: str = r"\cdot") -> str:
    r"""Write a tree as LaTeX.

    Parameters
    ----------
    root : Expression
    names_of : mapping, optional
        Variable -> how it is written, for all that stand in the same equation; see `notation`.
    times : str
        The sign of multiplication.

    Examples
    --------
    >>> from backlit.formula.expression import parse
    >>> to_latex(parse("(x + y) * exp(z) ** 2", GATES))
    '\\left(x + y\\right) \\cdot \\left(e^{z}\\right)^{2}'
    """
    return written(root, names_of, times)[0]


def written(root: Expression, names_of: Mapping[str, str] | None = None, times: str = r"\cdot") -> tuple[str, int]:
    """The same, and how tightly it binds, for whoever puts it beside something else."""
    symbols = names_of or {}
    e_is_a_name = "e" in symbols or "e" in names(root)

    def visit(node: Expression, operands: list[tuple[str, int]]) -> tuple[str, int]:
        if isinstance(node, Name):
            text = symbols.get(node.id) or symbol(node.id)
            return text, WORD if "^" in text else CLOSED
        if isinstance(node, Number):
            return number(node.value)
        gate = GATES[node.gate]
        template = gate.latex.replace(EULER, WITHOUT_EULER) if e_is_a_name else gate.latex
        if node.gate in INFIX:
            binding, needed = INFIX[node.gate]
            pairs = zip(operands, needed, strict=True)
            texts = [bracketed(text) if tightly < least else text for (text, tightly), least in pairs]
            _separate(node.gate, texts, operands)
            template = template.replace(r"\cdot", times)
        else:
            binding = _binding(template)
            texts = _sheltered(gate, template, operands)
        if node.axis is not None:
            template = template.replace(r"\left(", rf"_{{{{\mathrm{{{{axis}}}}\,{node.axis}}}}}\left(", 1)
        return template.format(**dict(zip(gate.operands, texts, strict=True))), binding

    return fold(root, visit)


def bracketed(text: str) -> str:
    """A part of a formula in brackets."""
    return rf"\left({text}\right)"


def number(value: float) -> tuple[str, int]:
    r"""A constant, its power of ten written out, and how tightly it binds.

    Examples
    --------
    >>> number(1e-7), number(-2.5)
    (('1 \\cdot 10^{-7}', 3), ('-2.5', 3))
    """
    if value == math.pi:
        return r"\pi", CLOSED
    text = power_of_ten(constant(value))
    return text, PRODUCT if "^" in text or value < 0 else CLOSED


def power_of_ten(text: str) -> str:
    r"""A number's text without a programming language's exponent.

    Examples
    --------
    >>> power_of_ten("-1.5e-07"), power_of_ten("12")
    ('-1.5 \\cdot 10^{-7}', '12')
    """
    mantissa, _, exponent = text.partition("e")
    return mantissa + (rf" \cdot 10^{{{int(exponent)}}}" if exponent else "")


def _separate(gate: str, texts: list[str], operands: list[tuple[str, int]]) -> None:
    """Brackets that no order of precedence asks for, where two formulas would look the same without them."""
    if gate == "neg":
        plain, binding = texts[0], operands[0][1]
        constant_first = plain[0].isdigit() and binding in (PRODUCT, CLOSED)
        if plain.startswith("-") or constant_first or plain == r"\pi":  # - (3 x), beside (-3) x
            texts[0] = bracketed(plain)
        return
    if texts[1].startswith("-"):
        texts[1] = bracketed(texts[1])
    if gate == "mul" and texts[0][-1].isdigit() and _POWER_OF_TEN.match(texts[1]):  # 1 times 10^-7, beside 1e-7
        texts[1] = bracketed(texts[1])
    if gate == "matmul":
        texts[:] = [bracketed(text) if text[-1].isdigit() or text[0].isdigit() else text for text in texts]
        if texts[1].startswith(r"\left(") and not texts[0].endswith(r"\right)"):  # f (x), beside f(x)
            texts[0] = bracketed(texts[0])


def _binding(template: str) -> int:
    """How tightly what a template writes holds together."""
    if template.startswith((r"\left", "[")) and template.endswith(("|", ")", "]")):
        return CLOSED
    return POWER if re.search(r"\^(\w|\{[^}]*\}+)$", template) else WORD


def _sheltered(gate: AnyGate, template: str, operands: list[tuple[str, int]]) -> list[str]:
    """The operands of a gate that is no operator, in brackets where its template has none around them."""
    texts = []
    for slot, (text, binding) in zip(gate.operands, operands, strict=True):
        before = template[: template.index(f"{{{slot}}}")].replace("{{", "{").replace("}}", "}")
        sheltered = _SHELTER.search(before) or before.endswith("[") or before.endswith((" < ", " > ", r"\ "))
        texts.append(text if sheltered or binding == CLOSED else bracketed(text))
    return texts


def notation(names_used: Iterable[str], layers: bool = False) -> dict[str, str]:
    r"""How the variables of one equation are written, so that no two look the same.

    Parameters
    ----------
    names_used : iterable of str
    layers : bool
        Whether they are a network's, where the first index of a weight is the number of its layer.

    Examples
    --------
    >>> notation(["x2", "x[2]", "w[1][0]"])
    {'x2': '\\mathrm{x2}', 'x[2]': 'x_{2}', 'w[1][0]': 'w_{1,0}'}
    """
    used = list(dict.fromkeys(names_used))
    written = {name: symbol(name, layers) for name in used}
    symbols = list(written.values())
    alike = {name for name in used if symbols.count(written[name]) > 1 and "[" not in name}
    return {name: word(name) if name in alike else text for name, text in written.items()}


def symbol(name: str, layers: bool = True) -> str:
    r"""A variable's name: letters with digits as an index, network parts as ``w^{(1)}_{0,2}``.

    Parameters
    ----------
    name : str
    layers : bool
        Whether the first index of a layer's array is the number of the layer.

    Examples
    --------
    >>> symbol("w0"), symbol("w[1][0][2]"), symbol("blend[1][2]"), symbol("rate"), symbol("x_max")
    ('w_{0}', 'w^{(1)}_{0,2}', '\\mathrm{blend}^{(1)}_{2}', '\\mathrm{rate}', 'x_{\\mathrm{max}}')
    """
    stem, *indices = name.replace("]", "").split("[")
    if indices and all(index.isdecimal() for index in indices):
        level, rest = (f"^{{({indices[0]})}}", indices[1:]) if layers and stem in OF_LAYERS else ("", indices)
        return _letter(stem) + level + (f"_{{{','.join(rest)}}}" if rest else "")
    letter, index = name[:1], name[1:]
    if name.isascii() or letter in GREEK:
        if index.isdecimal() and index.isascii() and letter.isalpha():
            return f"{_letter(letter)}_{{{index}}}"
        if re.fullmatch("_[A-Za-z]+", index) and letter.isalpha():
            return rf"{_letter(letter)}_{{\mathrm{{{index[1:]}}}}}"
    return _letter(name)


def _letter(name: str) -> str:
    """A name without indices."""
    return GREEK.get(name) or (name if len(name) == 1 and name.isascii() and name.isalpha() else word(name))


def word(name: str) -> str:
    r"""A name of several letters, upright, as it is typed.

    Examples
    --------
    >>> word("x_1"), word("가격")
    ('\\mathrm{x\\_1}', '\\text{가격}')
    """
    return rf"\mathrm{{{escaped(name)}}}" if name.isascii() else escaped(name)


def escaped(name: str) -> str:
    """The letters of a name for LaTeX; those beyond its mathematical fonts as text."""
    spelled = name.replace("_", r"\_")
    return spelled if name.isascii() else rf"\text{{{spelled}}}"


def called(name: str) -> str:
    r"""The template of a gate of one operand that is written as a call of its name.

    Examples
    --------
    >>> called("my_gate")
    '\\operatorname{{my\\_gate}}\\left({x}\\right)'
    """
    spelled = escaped(name).replace("{", "{{").replace("}", "}}")
    return rf"\operatorname{{{{{spelled}}}}}\left({{x}}\right)"
