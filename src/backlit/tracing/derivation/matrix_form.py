"""The chain rule of a whole layer or mini-batch at once: delta of each layer, and an outer product at the end.

These are the lecture's four equations, with rows for samples: delta_L = dC/dz_L,
delta_l = (delta_(l+1) w_(l+1)^T) * s'(z_l), dC/dw_l = a_(l-1)^T delta_l, dC/db_l = the sum of delta_l over the samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from backlit.declared.gate_kinds import Array
from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.formula.derivative import differentiate
from backlit.formula.expression import Call, Name, names, parse, substitute
from backlit.formula.latex import escaped, symbol, to_latex
from backlit.formula.text import to_text
from backlit.graph import Gradients, Graph
from backlit.network.blueprint import Blueprint, Layer
from backlit.tracing.derivation import as_latex, as_text
from backlit.tracing.derivation.mathml import converted
from backlit.tracing.derivation.network_chain import OUTPUT
from backlit.tracing.listing import shown
from backlit.tracing.lookup import entry_name, one_number
from backlit.tracing.messages import MESSAGES
from backlit.tracing.tables import table

WIDEST = 6
"""Rows and columns up to which a matrix is written out in LaTeX."""


@dataclass(frozen=True)
class Step:
    """One array of the derivation: its name and formula, as text and as LaTeX, and its value."""

    name: str
    formula: str
    latex: str
    value: Array


@dataclass(frozen=True)
class MatrixDerivation:
    """The chain rule of one number, in arrays.

    Attributes
    ----------
    wrt : str
        The loss is differentiated by this.
    samples : int
        Over how many samples the loss is a mean; 1 for a single one.
    steps : tuple of Step
        Delta of the last layer, then back to the layer of `wrt`, then the gradient of the whole array.
    products : tuple of (float, float)
        What is multiplied and summed, a pair for each sample.
    gradient : float
        The result.
    lang : str
    """

    wrt: str
    samples: int
    steps: tuple[Step, ...]
    products: tuple[tuple[float, float], ...]
    gradient: float
    lang: str

    def __str__(self) -> str:
        words = MESSAGES[self.lang]
        of = as_text.partial(OUTPUT, self.wrt)
        rows = [(step.name, f"= {step.formula}", f"= {shown(step.value)}") for step in self.steps]
        lines = [words["title"].format(of=of), "", *table((words["array"], "", words["value"]), rows), ""]
        if self.samples > 1:
            lines += [words["mean"].format(count=self.samples), ""]
        numbers = [as_text.joined(pair, " · ") for pair in self.products[:WIDEST]]
        more = [words["rest"].format(count=len(self.products) - WIDEST)] if len(self.products) > WIDEST else []
        lines += [f"{of} = {' + '.join([*numbers, *more])}", f"  = {as_text.number(self.gradient)}"]
        return "\n".join(lines)

    def to_latex(self) -> str:
        """The derivation as LaTeX, for an equation (an ``aligned`` block)."""
        rows = [rf"{step.latex} = {_matrix(step.value)}" for step in self.steps]
        pairs = [as_latex.joined(pair, as_latex.DOT) for pair in self.products[:WIDEST]]
        more = [r"\cdots"] if len(self.products) > WIDEST else []
        of = as_latex.partial(OUTPUT, self.wrt)
        rows += [f"{of} &= {' + '.join([*pairs, *more])}", f"&= {as_latex.number(self.gradient)}"]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def to_mathml(self) -> str:
        """The derivation as a ``<math>`` element."""
        return converted(self.to_latex())

    def _repr_latex_(self) -> str:
        return f"$$\n{self.to_latex()}\n$$"


def derive_in_arrays(blueprint: Blueprint, graph: Graph, gradients: Gradients, wrt: str, lang: str) -> MatrixDerivation:
    """Derive one weight or bias of a network from the graph of its whole arrays.

    Raises
    ------
    BacklitError
        If `wrt` is no weight and no bias.
    """
    wire, index = one_number(graph, wrt)
    stem, *levels = wire.name.replace("]", "").split("[")
    if stem not in ("w", "b") or wire.kind != "parameter":
        raise BacklitError(f"{wrt!r} has no matrix form of its own; name a weight such as w[1][0][0] or a bias b[1][0]")
    level = int(levels[0])
    reader = _Arrays(blueprint, graph, gradients)
    steps = [*reader.deltas(level), reader.gradient(stem, level)]
    products = reader.products(stem, level, index)
    return MatrixDerivation(
        entry_name((wire, index)), reader.samples, tuple(steps), products, float(steps[-1].value[index]), lang
    )


class _Arrays:
    """A network's arrays by name, and the equations that join them."""

    def __init__(self, blueprint: Blueprint, graph: Graph, gradients: Gradients) -> None:
        self._layers = blueprint.neurons
        self._fusion = blueprint.fusion
        self._blueprint = blueprint
        self._graph, self._gradients = graph, gradients
        x = self._value("x")
        self.samples = len(x) if x.ndim == 2 else 1

    def deltas(self, level: int) -> Iterator[Step]:
        """Delta of every layer from the last one down to `level`."""
        last = len(self._layers)
        share = f" / {self.samples}" if self.samples > 1 else ""
        under = rf"\,/\,{self.samples}" if self.samples > 1 else ""
        if self._fusion is not None:
            text, latex = (
                f"({self._fusion.delta.replace('a', f'a[{last}]')}){share}",
                rf"\left(a^{{({last})}} - y\right){under}",
            )
        else:
            gate = self._layers[-1].gate
            text = f"∂L/∂a[{last}] · ∂a[{last}]/∂z[{last}]  ({gate})"
            a, z = f"a^{{({last})}}", f"z^{{({last})}}"
            latex = rf"\frac{{\partial L}}{{\partial {a}}} \frac{{\partial {a}}}{{\partial {z}}}"
        yield self._delta(last, text, latex)
        for at in range(last - 1, level - 1, -1):
            gate = self._layers[at - 1].gate
            text, latex = f"{gate}'(z[{at}])", rf"\operatorname{{{escaped(gate)}}}'\left(z^{{({at})}}\right)"
            if any(part.declared.across for part in self._blueprint.parts_of(at)):
                yield self._across(at)
                continue
            for part in self._blueprint.parts_of(at):
                text, latex = _through_part(part, at, text, latex)
                if part.gate != "identity":
                    text = f"{text} ⊙ {part.gate}'"
                    latex = rf"{latex} \odot \operatorname{{{escaped(part.gate)}}}'"
            turned = rf"\delta^{{({at + 1})}} \left(w^{{({at + 1})}}\right)^{{T}}"
            yield self._delta(at, f"(δ[{at + 1}] w[{at + 1}]ᵀ) ⊙ {text}", rf"\left({turned}\right) \odot {latex}")

    def _across(self, at: int) -> Step:
        """Delta of a layer with a part that mixes a row's numbers: its slopes are a matrix, not one for each neuron."""
        parts = ", ".join(part.kind for part in self._blueprint.parts_of(at))
        a, z = f"a^{{({at})}}", f"z^{{({at})}}"
        turned = rf"\delta^{{({at + 1})}} \left(w^{{({at + 1})}}\right)^{{T}}"
        return self._delta(
            at,
            f"(δ[{at + 1}] w[{at + 1}]ᵀ) · ∂a[{at}]/∂z[{at}]  ({parts})",
            rf"\left({turned}\right) \frac{{\partial {a}}}{{\partial {z}}}",
        )

    def gradient(self, stem: str, level: int) -> Step:
        """The gradient of all of a layer's weights or biases."""
        name = f"{stem}[{level}]"
        own = rf"\frac{{\partial L}}{{\partial {stem}^{{({level})}}}}"
        text, latex = f"δ[{level}]", rf"\delta^{{({level})}}"
        if stem == "w":
            entry = self._blueprint.input_name(level)
            symbol = "x" if entry == "x" else rf"\left(a^{{({level - 1})}}\right)"
            text, latex = f"{entry}ᵀ δ[{level}]", rf"{symbol}^{{T}} \delta^{{({level})}}"
        elif self.samples > 1:
            text, latex = f"Σ δ[{level}]", rf"\sum \delta^{{({level})}}"
        return Step(as_text.partial(OUTPUT, name), text, f"{own} &= {latex}", self._gradient(name))

    def products(self, stem: str, level: int, index: tuple[int, ...]) -> tuple[tuple[float, float], ...]:
        """For each sample, what the neuron took and its delta."""
        delta = np.atleast_2d(self._gradient(f"z[{level}]"))
        signal = delta[:, index[-1]]
        if stem == "b":
            return tuple((1.0, float(value)) for value in signal)
        inputs = np.atleast_2d(self._value(self._blueprint.input_name(level)))
        i = self._layers[level - 1].inputs_of(index[1])[index[0]]
        return tuple(zip(inputs[:, i].tolist(), signal.tolist(), strict=True))

    def _delta(self, level: int, text: str, latex: str) -> Step:
        return Step(f"δ[{level}]", text, rf"\delta^{{({level})}} &= {latex}", self._gradient(f"z[{level}]"))

    def _value(self, name: str) -> Array:
        wire = self._graph.named(name)
        assert wire is not None
        return np.asarray(wire.value)

    def _gradient(self, name: str) -> Array:
        wire = self._graph.named(name)
        assert wire is not None
        return np.asarray(self._gradients[wire])


def _through_part(part: Layer, level: int, text: str, latex: str) -> tuple[str, str]:
    """The slope of a gate, as text and as LaTeX, and of an elementwise part behind it."""
    kind, slope = part.declared, Name("slope")
    tree = parse(kind.slope, GATES) if kind.slope else differentiate(parse(kind.formula, GATES), "x")
    tree = tree if kind.slope else Call("mul", (slope, tree))
    arrays = {name: f"{name}[{level}]" for name in names(tree) if name != "slope"}
    named = substitute(tree, {name: Name(array) for name, array in arrays.items()})
    symbols = {name: symbol(array) for name, array in arrays.items()}
    written = to_text(substitute(named, {"slope": Name(text)})).replace(" * ", " ⊙ ")
    formula = to_latex(tree, {**symbols, "slope": latex}, times=r"\odot")
    return f"({written})", rf"\left({formula}\right)"


def _matrix(value: Any) -> str:
    """An array as a matrix, samples as rows; of a large one only its shape."""
    rows = np.atleast_2d(value)
    if max(rows.shape) > WIDEST:
        shape = r" \times ".join(map(str, np.shape(value)))
        return rf"\left[{shape}\right]"
    cells = r" \\ ".join(" & ".join(as_latex.number(cell) for cell in row) for row in rows)
    return rf"\begin{{pmatrix}} {cells} \end{{pmatrix}}"
