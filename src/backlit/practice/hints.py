"""Three hints to a gradient, each of which says more: which rule, the factors, one of them."""

from __future__ import annotations

from backlit.drawing.messages import words
from backlit.drawing.numbers import number
from backlit.practice.arrivals import find
from backlit.tracing import Trace
from backlit.tracing.derivation.as_text import partial


def hints(trace: Trace, wire_name: str, lang: str = "en") -> tuple[str, ...]:
    """What helps to find a wire's gradient without saying it.

    Parameters
    ----------
    trace : Trace
        Of single numbers.
    wire_name : str
        An input, a parameter or a gate's wire.
    lang : {"en", "ko"}

    Returns
    -------
    tuple of str
        The rule, the factors in symbols, and the number of one of them; of the output, whose gradient is 1, nothing.

    Raises
    ------
    BacklitError
        If the language or the wire is unknown, the wire has no gradient, or the trace has arrays.

    Examples
    --------
    >>> from backlit import trace
    >>> for hint in hints(trace("(x + y) * z", x=-2, y=5, z=-4), "x"):
    ...     print(hint)
    x is read by q1: upstream × local gradient. The gate passes on what arrives, unchanged.
    ∂f/∂x = ∂f/∂q1 · 1
    ∂f/∂q1 = -4
    """
    said, question = words(lang), find(trace, wire_name)
    if not question.arrivals:
        return ()
    first, count = question.arrivals[0], len(question.arrivals)
    rule = said["hint_fork" if count > 1 else "hint_rule"].format(wire=question.wire, count=count, top=first.top)
    if count == 1 and first.pattern:
        rule += f" {said[f'hint_{first.pattern}']}"
    factors = f"{partial(question.output, question.wire)} = {question.symbols()}"
    return rule, factors, f"{partial(question.output, first.top)} = {number(first.upstream)}"
