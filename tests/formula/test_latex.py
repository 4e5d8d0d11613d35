"""LaTeX that sets as the formula: a reader of the page gets every tree back, so that no two look the same."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backlit
from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.formula.expression import parse
from backlit.formula.latex import INFIX, notation, symbol, to_latex
from backlit.formula.tree import Call, Expression, Name, Number, names

NAMES = ["x", "y", "w0", "rate", "x_max", "x_1", "a_b_c", "가격", "가", "α", "σ", "w[1][0][2]", "z[1][0]", "x[2]", "Δt"]
CONSTANTS = [0.0, 1.0, 2.0, 10.0, 0.5, -1.0, -2.5, 1e-7, -1e-7, 1.5e-300, 1e16, 1.7e308, math.pi, -math.pi, 1 / 3]
ARRAYS_WITH_AXIS = ("sum", "mean", "softmax", "logsumexp")
REDUCING = [(name, axis) for name in ARRAYS_WITH_AXIS for axis in (None, 0, -1)]

NUMBER = re.compile(r"\d+(?:\.\d+)?")
POWER_OF_TEN = re.compile(r" \\cdot 10\^\{(-?\d+)\}")
AXIS = re.compile(r"_\{\\mathrm\{axis\}\\,(-?\d+)\}")
PRODUCTS = {r" \cdot ": "mul", r" \boxdot ": "columnwise", r" \boxplus ": "grouped", " ": "matmul"}
SHAPES = {"div", "sqrt", "exp", "pow", "abs", "less", "greater", "where", "concat", *INFIX}


class LatexReader:
    """Reads one formula; names are known by their symbols."""

    def __init__(self, text: str, names: Iterable[str] | Mapping[str, str]) -> None:
        self.text, self.at = text, 0
        symbols = names if isinstance(names, Mapping) else {name: symbol(name) for name in names}
        assert len(set(symbols.values())) == len(symbols)
        self.symbols = sorted(((text, name) for name, text in symbols.items()), key=lambda pair: -len(pair[0]))
        self.exp = r"\exp" if "e" in symbols else ""
        self.functions = {}
        for gate in GATES.values():
            if gate.name not in SHAPES:
                self.functions[gate.latex.split(r"\left(")[0].replace("{{", "{").replace("}}", "}")] = gate.name

    def read(self) -> Expression:
        """The whole."""
        tree = self.sum()
        assert self.at == len(self.text), self.text[self.at :]
        return tree

    def takes(self, text: str) -> bool:
        """Whether the text goes on so; then it is behind that."""
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def needs(self, text: str) -> None:
        assert self.takes(text), (text, self.text[self.at :])

    def sum(self) -> Expression:
        """A minus sign at the front reaches over the whole product, except on a number, to which it belongs."""
        if self.text.startswith("-", self.at) and not self.signed_number():
            self.at += 1
            tree: Expression = Call("neg", (self.product(),))
        else:
            tree = self.product()
        while True:
            if self.takes(" + "):
                tree = Call("add", (tree, self.product()))
            elif self.takes(" - "):
                tree = Call("sub", (tree, self.product()))
            else:
                return tree

    def signed_number(self) -> bool:
        found = NUMBER.match(self.text, self.at + 1)
        return bool(found) and not self.text.startswith("^", found.end())  # type: ignore[union-attr]

    def product(self) -> Expression:
        tree = self.power()
        while True:
            sign = next((sign for sign in PRODUCTS if self.text.startswith(sign, self.at)), None)
            if sign is None or re.match(r" [-+<>]", self.text[self.at :]):
                return tree
            self.at += len(sign)
            tree = Call(PRODUCTS[sign], (tree, self.power()))

    def power(self) -> Expression:
        base = self.base()
        if self.takes("^{"):
            exponent = self.sum()
            self.needs("}")
            return Call("pow", (base, exponent))
        return base

    def base(self) -> Expression:
        for text, name in self.symbols:
            if self.takes(text):
                return Name(name)
        if self.takes("-"):
            number = self.number()
            assert number is not None
            return Number(-number.value)
        return self.number() or self.shape() or self.call()

    def number(self) -> Number | None:
        if self.takes(r"\pi"):
            return Number(math.pi)
        found = NUMBER.match(self.text, self.at)
        if not found:
            return None
        self.at = found.end()
        power = POWER_OF_TEN.match(self.text, self.at)
        if power:
            self.at = power.end()
            return Number(float(f"{found[0]}e{power[1]}"))
        return Number(float(found[0]))

    def shape(self) -> Expression | None:
        """What has a form of its own on the page."""
        if self.takes(r"\frac{"):
            above = self.sum()
            self.needs("}{")
            below = self.sum()
            self.needs("}")
            return Call("div", (above, below))
        for opening, closing, gate in ((r"\sqrt{", "}", "sqrt"), (r"\left|", r"\right|", "abs"), ("e^{", "}", "exp")):
            if not (gate == "exp" and self.exp) and self.takes(opening):
                inner = self.sum()
                self.needs(closing)
                return Call(gate, (inner,))
        if self.takes("["):
            left = self.sum()
            gate = "less" if self.takes(" < ") else "greater"
            assert gate == "less" or self.takes(" > ")
            right = self.sum()
            self.needs("]")
            return Call(gate, (left, right))
        if self.takes(r"\left["):
            left = self.sum()
            self.needs("; ")
            right = self.sum()
            self.needs(r"\right]")
            return Call("concat", (left, right))
        return self.brackets() if self.takes(r"\left(") else None

    def brackets(self) -> Expression:
        inner = self.sum()
        if self.takes(r"\ \text{if}\ "):
            condition = self.sum()
            self.needs(r"\ \text{else}\ ")
            inner = Call("where", (condition, inner, self.sum()))
        self.needs(r"\right)")
        return inner

    def call(self) -> Expression:
        names = sorted([*self.functions, *([self.exp] if self.exp else [])], key=len, reverse=True)
        name = next((name for name in names if name and self.takes(name)), None)
        assert name is not None, self.text[self.at :]
        axis = AXIS.match(self.text, self.at)
        self.at = axis.end() if axis else self.at
        self.needs(r"\left(")
        operands = [self.sum()]
        while self.takes(", "):
            operands.append(self.sum())
        self.needs(r"\right)")
        return Call(
            "exp" if name == self.exp else self.functions[name], tuple(operands), int(axis[1]) if axis else None
        )


LEAVES = st.one_of(
    st.sampled_from(NAMES).map(Name),
    st.sampled_from(CONSTANTS).map(Number),
    st.integers(-20, 20).map(lambda value: Number(float(value))),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: Number(value + 0.0)),
)


def grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    calls = []
    for gate in GATES.values():
        if GATES.is_builtin(gate.name):
            axes = st.sampled_from([None, 0, -1]) if gate.name in ARRAYS_WITH_AXIS else st.none()
            operands = st.tuples(*(inner for _ in gate.operands))
            calls.append(st.builds(lambda o, axis, name=gate.name: Call(name, o, axis), operands, axes))
    ten = st.builds(
        lambda x, n: Call("mul", (x, Call("pow", (Number(10.0), Number(float(n)))))), inner, st.integers(-9, 9)
    )
    return st.one_of(*calls, ten)


def read_back(tree: Expression, used: list[str] | None = None) -> Expression:
    return LatexReader(to_latex(tree), used or NAMES).read()


@pytest.mark.slow
@settings(max_examples=1500, derandomize=True, deadline=None)
@given(st.recursive(LEAVES, grown, max_leaves=10))
def test_a_reader_of_the_page_gets_the_tree_back(tree: Expression) -> None:
    assert read_back(tree) == tree


def every_gate() -> list[Expression]:
    """Every gate on names and constants, and every gate in every operand of every other."""
    small: list[Expression] = [Name("x"), Number(3.0), Number(-3.0), Number(1e-7)]
    gates = [gate for gate in GATES.values() if GATES.is_builtin(gate.name)]
    plain = [Call(gate.name, tuple(Name(n) for n in "xyw"[: len(gate.operands)])) for gate in gates]
    nested: list[Expression] = []
    for gate in gates:
        for slot, inside in itertools.product(range(len(gate.operands)), [*plain, *small]):
            operands = [Name("u"), Name("v"), Name("t")][: len(gate.operands)]
            nested.append(Call(gate.name, (*operands[:slot], inside, *operands[slot + 1 :])))
    reduced = [Call(name, (Name("x"),), axis) for name, axis in REDUCING]
    return [*small, *plain, *nested, *reduced]


def test_no_two_formulas_of_two_gates_have_one_latex() -> None:
    trees = dict.fromkeys(every_gate())
    written: dict[str, Expression] = {}
    for tree in trees:
        latex = to_latex(tree)
        assert latex not in written, (latex, tree, written[latex])
        written[latex] = tree
        assert read_back(tree, list("xywuvt")) == tree
    assert len(written) > 2000


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x * 1e-7", r"x \cdot \left(1 \cdot 10^{-7}\right)"),
        ("exp(x) ** 2", r"\left(e^{x}\right)^{2}"),
        ("(x ** 2) ** 3", r"\left(x^{2}\right)^{3}"),
        ("x ** 2 ** 3", r"x^{2^{3}}"),
        ("(-x) ** 2", r"\left(-x\right)^{2}"),
        ("-x ** 2", r"-x^{2}"),
        ("(-2) ** x", r"\left(-2\right)^{x}"),
        ("(x / y) ** 2", r"\left(\frac{x}{y}\right)^{2}"),
        ("sqrt(x) ** 2", r"\left(\sqrt{x}\right)^{2}"),
        ("sin(x) ** 2", r"\left(\sin\left(x\right)\right)^{2}"),
        ("(x + y) * z", r"\left(x + y\right) \cdot z"),
        ("x - (y + z)", r"x - \left(y + z\right)"),
        ("x + -y", r"x + \left(-y\right)"),
        ("x * -y", r"x \cdot \left(-y\right)"),
        ("-x * y", r"\left(-x\right) \cdot y"),
        ("-(x * y)", r"-x \cdot y"),
        ("-3 * x", r"-3 \cdot x"),
        ("-(3 * x)", r"-\left(3 \cdot x\right)"),
        ("exp(-x)", r"e^{-x}"),
        ("w0 ** 2", r"w_{0}^{2}"),
        ("x_max ** 2", r"x_{\mathrm{max}}^{2}"),
        ("2 * pi * x", r"2 \cdot \pi \cdot x"),
        ("identity(x + y) * z", r"\operatorname{identity}\left(x + y\right) \cdot z"),
        ("expm1(x) * z", r"\operatorname{expm1}\left(x\right) \cdot z"),
    ],
)
def test_brackets_stand_where_a_textbook_has_them(text: str, latex: str) -> None:
    assert to_latex(parse(text, GATES)) == latex


def test_names_never_look_the_same() -> None:
    used = [*NAMES, "x2", "e", "w1", "w[1]", "z_1", "한글_이름", "x_maxi", "xmax", "Δ", "β1", "β", "alpha"]
    assert len({symbol(name) for name in used if name != "x2"}) == len(used) - 1
    for layers in (False, True):
        assert len(set(notation(used, layers).values())) == len(used)
    assert notation(["x2"]) == {"x2": "x_{2}"}
    assert notation(["w[1][2]"], layers=False) == {"w[1][2]": "w_{1,2}"}
    assert notation(["w[1][0][2]"], layers=True) == {"w[1][0][2]": "w^{(1)}_{0,2}"}


def test_a_variable_e_is_not_the_number() -> None:
    tree = parse("e * exp(x) + e ** x", GATES, {"e", "x"})
    assert to_latex(tree) == r"e \cdot \exp\left(x\right) + e^{x}"
    assert read_back(tree, ["e", "x"]) == tree
    assert r"e^{" not in backlit.trace("e * exp(x)", e=2, x=1).derivation("x").to_latex()


def test_a_gate_of_ones_own_is_spelled_as_it_is_called() -> None:
    backlit.gate("my_gate", "x * x")
    backlit.gate("제곱값", "x * x")
    assert to_latex(parse("my_gate(x + 1)", GATES)) == r"\operatorname{my\_gate}\left(x + 1\right)"
    assert to_latex(parse("제곱값(x)", GATES)) == r"\operatorname{\text{제곱값}}\left(x\right)"
    with pytest.raises(BacklitError, match="'ln' is another name of log"):
        backlit.gate("ln", "x")


def random_tree(chance: random.Random, gates: int) -> Expression:
    if gates == 0:
        return Name(chance.choice("xyz")) if chance.random() < 0.8 else Number(chance.choice([2.0, 1e-7, -3.0, 0.5]))
    name = chance.choice(("add", "sub", "mul", "div", "neg", "exp", "sin", "pow", "sigmoid", "tanh", "max", "abs"))
    if name == "pow":
        return Call(name, (random_tree(chance, gates - 1), Number(chance.choice([2.0, 3.0, -1.0]))))
    if len(GATES[name].operands) == 1:
        return Call(name, (random_tree(chance, gates - 1),))
    left = chance.randint(0, gates - 1)
    return Call(name, (random_tree(chance, left), random_tree(chance, gates - 1 - left)))


def test_rows_of_derivations_are_the_local_gradients() -> None:
    """The second row, taken apart at its signs, is what the gates' edges hold."""
    from backlit.formula.text import to_text

    chance, done = random.Random(1), 0
    while done < 60:
        tree = random_tree(chance, chance.randint(1, 6))
        values = {name: chance.choice([0.5, -2.0, 1e-8, 3.0]) for name in names(tree)}
        try:
            traced = backlit.trace(to_text(tree), **values)
            derivations = [traced.derivation(name) for name in values]
        except BacklitError:  # a division by zero
            continue
        for derivation in derivations:
            if not derivation.paths:
                continue
            row = derivation.to_latex().splitlines()[2].removeprefix("&= ").removesuffix(r" \\")
            used = {"f", *values, *(w.name for w in traced.wires if w.name)}
            used |= {name for path in derivation.paths for factor in path for name in names(factor.local)}
            read = LatexReader(row, notation(used)).read()
            expected = joined("add", [joined("mul", [factor.local for factor in path]) for path in derivation.paths])
            assert read == expected, row
            done += 1


def joined(gate: str, trees: list[Expression]) -> Expression:
    if not trees:
        return Number(1.0)
    tree = trees[0]
    for other in trees[1:]:
        tree = Call(gate, (tree, other))
    return tree


def test_constants_in_derivations_have_no_exponents_of_a_programming_language() -> None:
    latex = backlit.trace("x * 1e-7", x=1.0).derivation("x").to_latex()
    assert latex.splitlines()[2:] == [
        r"&= 1 \cdot 10^{-7} \\",
        r"&= 1 \cdot 10^{-7} \\",
        r"&= 1 \cdot 10^{-7}",
        r"\end{aligned}",
    ]
    assert r"{$1 \cdot 10^{-7}$}" in backlit.trace("x * 1e-7", x=1.0).to_latex()
    backlit.gate("e3", "exp(x)**3")
    assert r"\left(e^{x}\right)^{2}" in backlit.trace("e3(x)", x=1.0).derivation("x").to_latex()
