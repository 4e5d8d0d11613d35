"""A derivation: the chain rule for one number, in symbols, then in numbers, then the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from backlit.errors import BacklitError
from backlit.graph import Gradients, Graph
from backlit.network.blueprint import Blueprint
from backlit.tracing.derivation import as_latex, as_text
from backlit.tracing.derivation.chain import MAX_PATHS, Chain, ChainRule, GraphChain, followed, paths, product
from backlit.tracing.derivation.mathml import converted
from backlit.tracing.derivation.network_chain import OUTPUT, NetworkChain
from backlit.tracing.lookup import entry
from backlit.tracing.messages import MESSAGES

Node = TypeVar("Node")


@dataclass(frozen=True)
class Derivation(ChainRule):
    """The chain rule for one number, and how it is written: as text in `lang`, as LaTeX, as MathML.

    Examples
    --------
    >>> from backlit import trace
    >>> derivation = trace("(x + y) * z", x=-2, y=5, z=-4).derivation("x")
    >>> derivation.gradient, str(derivation).splitlines()[0]
    (-4.0, 'Chain rule for ∂f/∂x (backpropagation)')
    """

    lang: str
    layers: bool = False

    def __str__(self) -> str:
        return as_text.written(self, MESSAGES[self.lang])

    def to_latex(self) -> str:
        """The derivation as LaTeX, for an equation (an ``aligned`` block)."""
        return as_latex.aligned(self, self.layers)

    def to_mathml(self) -> str:
        """The derivation as MathML, for a page that draws it without a script.

        Returns
        -------
        str
            A ``<math>`` element, well-formed XML.
        """
        return converted(self.to_latex())

    def _repr_latex_(self) -> str:
        return f"$$\n{self.to_latex()}\n$$"


def derive(graph: Graph, gradients: Gradients, wrt: str, lang: str, layers: bool = False) -> Derivation:
    """Derive in a graph of scalars; `layers` says that it is a network's."""
    wire, _ = entry(graph, wrt)
    if wire.kind == "constant":
        raise BacklitError(f"{wrt!r} is a constant; name an input, a parameter or a gate's wire")
    chain = GraphChain(graph, gradients)
    return _derived(chain, wire, chain.name(graph.output), lang, graph.note, layers)


def derive_in_network(blueprint: Blueprint, graph: Graph, gradients: Gradients, wrt: str, lang: str) -> Derivation:
    """Derive in a network, from the graph of its whole arrays."""
    chain = NetworkChain(blueprint, graph, gradients)
    return _derived(chain, chain.part(wrt), OUTPUT, lang, graph.note, layers=True)


def _derived(chain: Chain[Node], start: Node, output: str, lang: str, note: str, layers: bool) -> Derivation:
    name = chain.name(start)
    if chain.ways(start) > MAX_PATHS:
        forks = tuple(followed(chain, start))
        return Derivation(name, output, forks[-1].total, (), forks, note, lang, layers)
    found = tuple(paths(chain, start)) if chain.ways(start) else ()
    return Derivation(name, output, sum(map(product, found)), found, (), note, lang, layers)
