"""A gate of the user's own: the same kind of data as the built-in ones, checked before it is let in."""

from __future__ import annotations

import numpy as np

from backlit.calculus import differentiate
from backlit.emit.numpy import local_of, value_of
from backlit.emit.text import to_text
from backlit.errors import BacklitError
from backlit.expression import Call, Expression, names, parse, postorder
from backlit.gate_kinds import Gate
from backlit.gates import GATES


def gate(name: str, value: str, local: str | None = None, *, symbol: str = "") -> Gate:
    """Declare an elementwise gate of your own, of one operand ``x``.

    Parameters
    ----------
    name : str
        A new name, an identifier.
    value : str
        Its formula in ``x``, of gates that exist.
    local : str, optional
        Its derivative, in ``x`` and the output ``y``; derived by the chain rule when left out, and checked by
        central differences either way.
    symbol : str, optional
        What circuits draw; the name unless given.

    Returns
    -------
    Gate
        Also found in ``backlit.GATES`` from now on, in formulas and as an activation.

    Raises
    ------
    BacklitError
        If the name is taken by a built-in gate, a formula cannot be read, or the local gradient is wrong.

    Examples
    --------
    >>> import backlit
    >>> cube = backlit.gate("cube", "x * x * x")
    >>> float(cube(2.0)), backlit.trace("cube(x)", x=2.0).gradients["x"]
    (8.0, 12.0)
    """
    if not name.isidentifier():
        raise BacklitError(f"gate name {name!r} is not an identifier; use letters, digits and _")
    tree = parse(value, GATES)
    _only(name, "value", tree, {"x"})
    if any(isinstance(node, Call) and node.gate == name for node in postorder(tree)):
        raise BacklitError(f"gate {name!r}: its value calls itself; build it of gates that exist")
    if local is None:
        local = to_text(differentiate(tree, "x"))
    _only(name, "local", parse(local, GATES), {"x", "y"})
    declared = Gate(
        name, value, (local,), symbol=symbol or name, latex=rf"\operatorname{{{{{name}}}}}\left({{x}}\right)"
    )
    _check_local(declared)
    return GATES.declare(declared)


def _only(name: str, part: str, tree: Expression, allowed: set[str]) -> None:
    unknown = [word for word in names(tree) if word not in allowed]
    if unknown:
        raise BacklitError(f"gate {name!r}: {part} uses {unknown[0]!r}; it may use {' and '.join(sorted(allowed))}")


def _check_local(declared: Gate) -> None:
    """Hold the declared derivative against central differences where the gate is finite and smooth."""
    x = np.linspace(-3.017, 3.041, 61)
    step = 1e-6
    value, local = value_of(declared), local_of(declared, 0)
    with np.errstate(all="ignore"):
        left, right, y = value(x - step), value(x + step), value(x)
        slope = np.broadcast_to((right - left) / (2 * step), x.shape)
        ours = np.broadcast_to(local(x, y), x.shape)
    smooth = np.isfinite(slope) & np.isfinite(np.broadcast_to(y, x.shape))
    if not smooth.any():
        raise BacklitError(f"gate {declared.name!r}: its value is not finite anywhere in -3..3; check the formula")
    wrong = smooth & ~np.isclose(ours, slope, rtol=1e-4, atol=1e-5)
    if wrong.sum() > 3:  # a kink may spoil a point or two
        at = int(np.flatnonzero(wrong)[0])
        raise BacklitError(
            f"gate {declared.name!r}: local gradient {ours[at]:.6g} at x = {x[at]:.3f}, "
            f"but central differences say {slope[at]:.6g}; mend `local` or leave it out"
        )
