"""A trace: a computation with every value, every gradient, and the way between them."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from backlit.collector import collector_at_rest
from backlit.declared.gate_kinds import Array
from backlit.errors import BacklitError, choose
from backlit.graph import Gradients, Graph, backward, call, network, read, unroll
from backlit.graph.messages import bad_call
from backlit.network.blueprint import Blueprint
from backlit.tracing import checking, listing, stepping
from backlit.tracing.derivation.derivation import Derivation, derive, derive_in_network
from backlit.tracing.derivation.matrix_form import MatrixDerivation, derive_in_arrays
from backlit.tracing.lookup import one_number
from backlit.tracing.messages import MESSAGES
from backlit.tracing.samples import columns_as_inputs, samples
from backlit.tracing.views import GradientMap, Value, Wires, plain

if TYPE_CHECKING:
    from backlit.drawing import Circuit, WitnessRow  # drawings load where one is drawn: `import backlit` stays quick

ZOOMS = ("gates", "neuron", "layer", "batch")
"""How far a network's derivation is taken apart."""

NEURON_LIMIT = 2_000
"""Networks of more parameters are shown layer by layer, unless another zoom is asked for."""


class Trace:
    """A computation with every value and every gradient.

    Attributes
    ----------
    title : str
    value : float, or array where the output is one
    gradients : mapping of str to float or array
        Of inputs and parameters, computed when first asked for; arrays' elements can be looked up too.
    jacobian : mapping of str to array
        The same for outputs that are arrays: shape of the output, then shape of the input.
    wires : sequence
        In forward order, each with name, gate, value, gradient, formula and edges.
    note : str
        What to know about how it was computed.
    notes : tuple of str
        What of a formula was read otherwise than it is spelled: "x^2 at column 1 is read as x**2".

    Examples
    --------
    >>> t = trace("(x + y) * z", x=-2, y=5, z=-4)
    >>> t.value, dict(t.gradients)
    (-12.0, {'x': -4.0, 'y': -4.0, 'z': 3.0})
    """

    def __init__(
        self, title: str, shown: Graph, whole: Graph | None = None, blueprint: Blueprint | None = None
    ) -> None:
        self.title = title
        self.graph = shown
        self.whole = whole or shown
        self.blueprint = blueprint
        self.note, self.notes = shown.note, tuple(note.text() for note in shown.notes)
        self.wires = Wires(shown, lambda: self._sweep)

    @property
    def value(self) -> Value:
        """The output."""
        return plain(self.graph.output.value)

    @cached_property
    def gradients(self) -> Mapping[str, Value | None]:
        """The output's derivative with respect to each input and parameter; None where there is no way to it."""
        self._scalar_output()
        return GradientMap(self.whole, [wire.name for wire in self.graph.given], lambda: self._whole_sweep)

    @cached_property
    def jacobian(self) -> dict[str, Array]:
        """Every output's derivative with respect to every element of each input and parameter."""
        output = self.whole.output.value
        rows = [self._row(index) for index in np.ndindex(output.shape)]
        return {
            wire.name: np.array([row[wire] for row in rows]).reshape(output.shape + wire.value.shape)
            for wire in self.whole.given
            if rows[0][wire] is not None
        }

    def check(self, wrt: str | Sequence[str] | None = None, sample: int | None = None) -> checking.Check:
        """Hold every gradient against central differences.

        Parameters
        ----------
        wrt : str or sequence of str, optional
            Which inputs and parameters, or elements of them; all unless given.
        sample : int, optional
            At most so many numbers, drawn over all; 300 where `wrt` is not given.

        Returns
        -------
        Check
            With ok, rows, and first_disagreement, which names the first gate at fault.

        Examples
        --------
        >>> trace("x * x", x=3).check().ok
        True
        """
        if self.whole.output.value.ndim:
            upstream = 1.0 + np.arange(self.whole.output.value.size).reshape(self.whole.output.value.shape)
            return checking.check(self.whole, backward(self.whole, upstream), wrt, sample, upstream)
        return checking.check(self.whole, self._whole_sweep, wrt, sample)

    def step(self, rate: float) -> stepping.Step:
        """Take one step against the gradient: of a network's parameters, or of a formula's inputs.

        Parameters
        ----------
        rate : float
            The learning rate: each value becomes ``value - rate * gradient``.

        Returns
        -------
        Step
            The new `values` by name, and the new `output`.

        Examples
        --------
        >>> result = trace("x * x", x=3).step(0.1)
        >>> result.values, result.output
        ({'x': 2.4}, 5.76)
        """
        self._scalar_output()
        return stepping.step(self.whole, self._whole_sweep, rate)

    def derivation(self, wrt: str, lang: str = "en", zoom: str | None = None) -> Derivation | MatrixDerivation:
        """Write the chain rule for one number: symbols, then numbers, then the result.

        Parameters
        ----------
        wrt : str
            An input, a parameter, or an element such as ``w[1][0][2]``.
        lang : {"en", "ko"}
        zoom : {"gates", "neuron", "layer", "batch"}, optional
            Of a network: every addition and multiplication; every neuron one gate; whole arrays (delta of each layer
            and the outer product) for one sample, or for the samples of a batch. Unless given: neurons for one
            sample, arrays for a batch.

        Returns
        -------
        Derivation or MatrixDerivation
            `str` of it is text; it has `to_latex` and `to_mathml`.

        Raises
        ------
        BacklitError
            If the name, the language or the zoom is not known, or the zoom would take too much apart.

        Examples
        --------
        >>> trace("(x + y) * z", x=-2, y=5, z=-4).derivation("x").gradient
        -4.0
        """
        self._scalar_output()
        choose("lang", lang, MESSAGES)
        if self.blueprint is not None:
            return self._derived_in_network(self.blueprint, wrt, lang, zoom)
        if zoom not in (None, "gates"):
            raise BacklitError(f"zoom {zoom!r} is for networks; a formula is derived gate by gate")
        one_number(self.graph, wrt)
        arrays = any(wire.value.ndim for wire in self.graph.wires)
        graph = unroll(self.graph, "gates") if arrays else self.graph
        return derive(graph, backward(graph) if arrays else self._sweep, wrt, lang)

    def _derived_in_network(
        self, blueprint: Blueprint, wrt: str, lang: str, zoom: str | None
    ) -> Derivation | MatrixDerivation:
        several = self.whole.named("x").value.ndim == 2  # type: ignore[union-attr]  # a network has its x
        zoom = zoom or ("batch" if several else "neuron")
        if zoom not in ZOOMS:
            raise BacklitError(f"zoom {zoom!r} is not known; choose one of {', '.join(ZOOMS)}")
        if zoom == ("layer" if several else "batch"):
            raise BacklitError(f"zoom {zoom!r}: this trace has {'several samples' if several else 'one sample'}")
        if zoom in ("layer", "batch"):
            return derive_in_arrays(blueprint, self.whole, self._whole_sweep, wrt, lang)
        if zoom == "neuron" and not several:
            return derive_in_network(blueprint, self.whole, self._whole_sweep, wrt, lang)
        graph = unroll(self.whole, "gates" if zoom == "gates" else "neuron")
        return derive(graph, backward(graph), wrt, lang, layers=True)

    @cached_property
    def _sweep(self) -> Gradients:
        """The backward sweep over what is shown; empty where the output is no scalar."""
        return Gradients({}, {}) if self.graph.output.value.ndim else backward(self.graph)

    @cached_property
    def _whole_sweep(self) -> Gradients:
        return self._sweep if self.whole is self.graph else backward(self.whole)

    def _row(self, index: tuple[int, ...]) -> Gradients:
        upstream = np.zeros(self.whole.output.value.shape)
        upstream[index] = 1.0
        return backward(self.whole, upstream[()])

    def _scalar_output(self) -> None:
        shape = self.graph.output.value.shape
        if shape:
            raise bad_call("not_one_number", shape=shape, count=self.graph.output.value.size)

    # -- pictures -------------------------------------------------------------------------------------------------
    def __str__(self) -> str:
        return "\n".join([*self.notes, self.to_text()])

    def __repr__(self) -> str:
        return f"<Trace: {len(self.wires)} wires, value {self.value}>"

    def to_text(self, lang: str = "en", color: bool = False) -> str:
        """Every wire with its value and gradient, and every edge below its gate; a short table for long traces.

        Parameters
        ----------
        lang : {"en", "ko"}
        color : bool
            Whether the terminal's colours are used.

        Returns
        -------
        str
        """
        from backlit.drawing import to_text, words

        if len(self.wires) > listing.MOST_LISTED:
            named = [self.wires.of(wire) for wire in self.graph.wires if wire.name]
            return listing.listing(self.title, self.note, named, {**words(lang), **MESSAGES[lang]})
        return to_text(self.circuit(), lang, color)

    def to_svg(self, lang: str = "en") -> str:
        """The circuit as a picture, an ``<svg>`` element; its words are in the language `lang`, "en" or "ko"."""
        from backlit.drawing import to_svg

        with collector_at_rest():
            return to_svg(self.circuit(tables=False), lang)

    def to_html(self, lang: str = "en") -> str:
        """The circuit as one page that needs nothing else, in the language `lang`: step, zoom, fold, practise."""
        from backlit.drawing import to_html

        circuits, shown, gates = self._page()
        return to_html(circuits, lang, gates, shown)

    def widget(self, lang: str = "en") -> Any:
        """The same page as a notebook's widget; a trace that a notebook displays is one where anywidget is installed.

        Parameters
        ----------
        lang : {"en", "ko"}

        Returns
        -------
        anywidget.AnyWidget

        Raises
        ------
        BacklitError
            If anywidget, the extra ``notebook``, is not installed.
        """
        from backlit.drawing.html import markup
        from backlit.tracing.widget import widget

        circuits, shown, gates = self._page()
        return widget(markup(circuits, lang, shown), gates, lambda: self.to_svg(lang))

    def to_latex(self) -> str:
        """The circuit as a TikZ picture."""
        from backlit.drawing import to_latex

        return to_latex(self.circuit(tables=False))

    def to_gif(self, step: int = 900) -> bytes:
        """The circuit step by step as an animated GIF, `step` milliseconds each (extra `plot`)."""
        from backlit.drawing.animation import to_gif

        return to_gif(self.circuit(tables=False), step)

    def circuit(self, tables: bool = True) -> Circuit:
        """The neutral tree that every drawing is made from.

        Parameters
        ----------
        tables : bool
            Whether it holds what only texts and tables show, never a picture: central differences beside the
            gradients, which cost a multiple of all else, and the local gradients in symbols.

        Returns
        -------
        Circuit

        Examples
        --------
        >>> [box.symbol for box in trace("2 * x", x=3).circuit().boxes]
        ['x', '2', '×']
        """
        from backlit.tracing.picture import circuit

        witness = self._witness if tables else ()
        return circuit(self.title, self.graph, self._sweep, witness, symbols=tables)

    @cached_property
    def _witness(self) -> tuple[WitnessRow, ...]:
        from backlit.tracing.picture import witness_rows

        return () if self.graph.output.value.ndim else witness_rows(self.whole, self._whole_sweep)

    def _page(self) -> tuple[dict[str, Circuit], str, str]:
        """What a page needs: circuits by zoom, the zoom that is shown first, every gate in JavaScript."""
        from backlit.tracing.paging import page

        network = self.blueprint is not None
        sweeps = (lambda: self._sweep), (lambda: self._witness), (lambda: self._whole_sweep)
        return page(self.title, self.graph, self.whole, network, *sweeps)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widget, or nothing where it is not installed: then a notebook asks for the pictures below."""
        if importlib.util.find_spec("anywidget") is None:
            return {}
        return self.widget()._repr_mimebundle_(**options)

    def _repr_svg_(self) -> str:
        return self.to_svg()

    _repr_html_ = _repr_svg_


def trace(what: Any, /, **values: Any) -> Trace:
    """Compute something and keep every step, so that its gradients can be seen.

    Parameters
    ----------
    what : str, callable or fitted model
        A formula; a Python function of its inputs that uses operators, NumPy's elementary functions or gates; or an
        estimator of Backlit.
    **values : numbers or arrays
        Of a formula or function, its inputs by name. Of a model: ``x``, one row; ``y``, its target (or some rows and
        as many targets: the mean of their losses); and, if wanted, ``zoom``:
        "layer", "neuron", "gates", or "auto" (neurons up to 2,000 parameters, else layers).

    Returns
    -------
    Trace

    Raises
    ------
    BacklitError
        If the formula cannot be read, a value is missing, unused or not finite, or a gate has no finite value.

    Examples
    --------
    >>> t = trace("2 * (x * y + max(z, w))", x=3, y=-4, z=2, w=-1)
    >>> t.value, dict(t.gradients)
    (-20.0, {'x': -8.0, 'y': 6.0, 'z': 2.0, 'w': 0.0})
    """
    if isinstance(what, str):
        return Trace(what.strip(), read(what, values))
    if hasattr(what, "as_network_row"):
        return _trace_model(what, values)
    if callable(what):
        return Trace(getattr(what, "__name__", type(what).__name__), call(what, values))
    raise BacklitError(
        f"trace: {type(what).__name__} is neither a formula (text), a function nor a fitted model; "
        'write trace("x * y", x=2, y=3)'
    )


def _trace_model(model: Any, values: Mapping[str, Any]) -> Trace:
    name = type(model).__name__
    if not hasattr(model, "network_"):
        raise BacklitError(f"trace: this {name} is not fitted; call fit first")
    wrong = values.keys() - {"x", "y", "zoom"}
    if wrong or not {"x", "y"} <= values.keys():
        were = ", ".join(values) or "nothing"
        raise BacklitError(f"trace: a {name} takes x=<one row>, y=<its target> and zoom=; given were {were}")
    blueprint: Blueprint = model.network_
    x, y = samples(model, values["x"], values["y"])
    whole = network(blueprint, model.theta_, x, y)
    zoom = values.get("zoom", "auto")
    if zoom == "auto":
        zoom = "neuron" if x.ndim == 1 and blueprint.parameter_count <= NEURON_LIMIT else "layer"
    shown = whole if zoom == "layer" else network(blueprint, model.theta_, x, y, zoom=zoom)
    what = "the loss of one sample" if x.ndim == 1 else f"the mean loss of {len(x)} samples"
    return Trace(f"{name}: {what}{columns_as_inputs(model)}", shown, whole, blueprint)
