"""A derivation's LaTeX means its number: sympy reads every row and evaluates it at the trace's values."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from xml.etree import ElementTree

import numpy as np
import pytest
import sympy
from sympy.parsing.latex import parse_latex

from backlit import BacklitError, trace
from backlit.experiments import one_weight
from backlit.formula.expression import Call, Expression, Name, Number, names
from backlit.formula.latex import symbol
from backlit.formula.text import to_text
from backlit.tracing import Trace
from backlit.tracing.derivation.chain import product

SIGMOID = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
FACTS = {
    "1": trace("(x + y) * z", x=-2, y=5, z=-4),
    "2": trace(SIGMOID, w0=2, x0=-1, w1=-3, x1=-2, w2=-3),
    "2, fused": trace("sigmoid(w0*x0 + w1*x1 + w2)", w0=2, x0=-1, w1=-3, x1=-2, w2=-3),
    "3": trace("2 * (x * y + max(z, w))", x=3, y=-4, z=2, w=-1),
    "4": one_weight(),
}
OPEN, CLOSE = r"\left(", r"\right)"
BINARY = ("add", "sub", "mul", "div", "max", "min")
UNARY = ("exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu", "abs", "neg", "softplus", "silu")


class Reader:
    """Evaluates LaTeX at a trace's values; all but the choice of a branch is left to sympy."""

    def __init__(self, traced: Trace) -> None:
        spots: dict[str, float] = {}
        for wire in traced.whole.wires:
            if wire.value.ndim == 0:
                spots[wire.name] = float(wire.value)
            for index, value in _elements(wire.value):
                spots[wire.name + index] = value
        spots.setdefault("f", float(traced.whole.output.value))
        by_length = sorted(spots, key=lambda name: -len(symbol(name)))
        self.plain = {symbol(name): f"v_{{{place}}}" for place, name in enumerate(by_length) if name}
        self.values = {self.plain[symbol(name)]: spots[name] for name in by_length if name}

    def value(self, latex: str) -> float:
        """The number that a row stands for."""
        return self._evaluated(self._with_plain_symbols(latex))

    def _with_plain_symbols(self, latex: str) -> str:
        """Indices of indices are too much for sympy's grammar: each wire's symbol becomes one of v_{0}, v_{1}, ..."""
        words = "|".join([*map(re.escape, self.plain), r"\\[a-z]+", "if", "else"])
        return re.sub(words, lambda found: self.plain.get(found[0], found[0]), latex)

    def _evaluated(self, latex: str) -> float:
        tree = parse_latex(self._without_choices(latex))
        known: Mapping[sympy.Basic, object] = {sympy.Symbol(name): value for name, value in self.values.items()}
        sigma = sympy.Lambda(sympy.Symbol("t"), 1 / (1 + sympy.exp(-sympy.Symbol("t"))))
        tree = tree.replace(sympy.Function("sigma"), sigma).subs(sympy.Symbol("e"), sympy.E)
        return float(tree.subs(known).doit())

    def _without_choices(self, latex: str) -> str:
        """Every ``a if c else b`` as the one of the two that holds, from the innermost on."""
        while r"\text{if}" in latex:
            start, end = _innermost_choice(latex)
            yes, rest = latex[start + len(OPEN) : end].split(r"\ \text{if}\ ")
            condition, no = rest.split(r"\ \text{else}\ ")
            left, sign, right = re.fullmatch(r"\[(.*) ([<>]) (.*)\]", condition).groups()  # type: ignore[union-attr]
            sides = self._evaluated(left), self._evaluated(right)
            holds = sides[0] < sides[1] if sign == "<" else sides[0] > sides[1]
            latex = f"{latex[:start]}{OPEN}{yes if holds else no}{latex[end:]}"
        return latex


def _elements(array: object) -> list[tuple[str, float]]:
    return [("".join(f"[{i}]" for i in index), float(value)) for index, value in np.ndenumerate(array) if index]


def _innermost_choice(latex: str) -> tuple[int, int]:
    """Where the last choice to begin has its brackets; nothing inside it is a choice."""
    depth, at = 0, latex.rindex(r"\text{if}")
    start = at
    while depth >= 0:
        start = max(latex.rfind(OPEN, 0, start), latex.rfind(CLOSE, 0, start))
        depth += 1 if latex.startswith(CLOSE, start) else -1
    depth, end = 0, at
    while depth >= 0:
        opening, closing = latex.find(OPEN, end + 1), latex.find(CLOSE, end + 1)
        end = min(place for place in (opening, closing) if place >= 0)
        depth += 1 if end == opening else -1
    return start, end


def sides(latex: str) -> list[str]:
    """The right-hand sides of an aligned block."""
    block = latex.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
    return [row.split("&= ", 1)[1] for row in block.split(" \\\\\n")]


def hold_rows(traced: Trace, wrt: str) -> None:
    derivation = traced.derivation(wrt)
    _, formulas, *numbers = sides(derivation.to_latex())
    reader = Reader(traced)
    gradient = float(traced.gradients[wrt])  # type: ignore[arg-type]
    assert reader.value(formulas) == pytest.approx(gradient, rel=1e-9, abs=1e-12)
    for row in numbers:
        size = sum(abs(part) for part in map(product, derivation.paths))
        assert reader.value(row) == pytest.approx(gradient, abs=1e-5 * size + 1e-12), row


@pytest.mark.parametrize("section", FACTS)
def test_facts_of_the_lecture(section: str) -> None:
    traced = FACTS[section]
    given = traced.gradients if section != "4" else ["w[1][0][0]", "w[1][3][2]", "w[2][1][0]", "b[1][1]", "x[2]"]
    for wrt in given:
        hold_rows(traced, wrt)


def random_tree(chance: random.Random, gates: int) -> Expression:
    if gates == 0:
        return Name(chance.choice(["x", "y", "w1", "rate"])) if chance.random() < 0.9 else Number(2.5)
    if chance.random() < 0.1:
        return Call("pow", (random_tree(chance, gates - 1), Number(chance.choice([-2, 2, 3]))))
    if chance.random() < 0.4:
        return Call(chance.choice(UNARY), (random_tree(chance, gates - 1),))
    left = chance.randint(0, gates - 1)
    return Call(chance.choice(BINARY), (random_tree(chance, left), random_tree(chance, gates - 1 - left)))


def test_random_expressions() -> None:
    chance = random.Random(0)
    done = 0
    while done < 50:
        tree = random_tree(chance, chance.randint(2, 7))
        values = {name: round(chance.uniform(-2, 2), 2) + 0.005 for name in names(tree)}
        try:
            traced = trace(to_text(tree), **values)
            given = dict(traced.gradients)
        except BacklitError:  # a logarithm of a negative number
            continue
        done += bool(given)
        for wrt in given:
            hold_rows(traced, wrt)


@pytest.mark.parametrize("section", FACTS)
def test_mathml_has_the_rows_and_the_numbers_of_the_latex(section: str) -> None:
    traced = FACTS[section]
    derivation = traced.derivation(next(iter(traced.gradients)) if section != "4" else "w[1][0][0]")
    root = ElementTree.fromstring(derivation.to_mathml())
    space = "{http://www.w3.org/1998/Math/MathML}"
    assert root.tag == space + "math"
    rows = sides(derivation.to_latex())
    found = root.findall(f".//{space}mtr")
    assert len(found) == len(rows)
    for row, latex in zip(found[2:], rows[2:], strict=True):  # of numbers
        texts = [number.text for number in row.iter(space + "mn")]
        assert texts == re.findall(r"\d+(?:\.\d+)?", latex)
    assert not any("&" in (element.text or "") for element in root.iter())
    assert len(list(found[0].iter(space + "mfrac"))) == 1 + sum(map(len, derivation.paths))
