"""Python function -> graph: it is called once, on wires, and what it does is written down."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from backlit.errors import BacklitError
from backlit.graph.from_formula import given
from backlit.graph.tape import RESULT, Graph, complete
from backlit.graph.wire import Wire


def call(function: Callable[..., Any], values: Mapping[str, Any]) -> Graph:
    """Call a function of gates and operators and keep every step of it.

    Parameters
    ----------
    function : callable
        Takes the values by name and gives one wire.
    values : mapping of str to number or array

    Returns
    -------
    Graph
        An argument that the output does not depend on is in it too.

    Raises
    ------
    BacklitError
        If the function takes other arguments, gives something else than a wire, calls itself without end, or a gate
        has no finite value.

    Examples
    --------
    >>> float(call(lambda x, y: x * x + y, {"x": 3, "y": 1}).output.value)
    10.0
    """
    name = getattr(function, "__name__", type(function).__name__)
    _check_arguments(function, name, values)
    wires = {argument: given(argument, value) for argument, value in values.items()}
    try:
        output = function(**wires)
    except RecursionError:
        raise BacklitError(f"function {name} calls itself without end; give it a case that ends") from None
    if not isinstance(output, Wire):
        raise BacklitError(
            f"function {name} returned {output!r:.40} ({type(output).__name__}), not a wire; "
            "build its result from its arguments with operators and gates of backlit.GATES"
        )
    return complete(output, wires.values(), result=RESULT)


def _check_arguments(function: Callable[..., Any], name: str, values: Mapping[str, Any]) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some builtins do not say
        return
    try:
        signature.bind(**values)
    except TypeError as error:
        takes = ", ".join(signature.parameters) or "nothing"
        were = ", ".join(values) or "nothing"
        raise BacklitError(f"function {name}: {error}; it takes {takes}, given were {were}") from None
