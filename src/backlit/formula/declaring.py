"""Gates and losses of the user's own: the same kind of data as the built-in ones, checked before they are let in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.declared.losses import Loss, declare
from backlit.errors import BacklitError
from backlit.formula.derivative import differentiate
from backlit.formula.expression import Call, Expression, names, parse, postorder, read_formula
from backlit.formula.latex import called
from backlit.formula.numpy import evaluator, local_of, value_of
from backlit.formula.text import to_text


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
    if name == "ln":
        raise BacklitError("gate name 'ln' is another name of log, in formulas and in LaTeX; choose another name")
    value = _plain(value)
    tree = parse(value, GATES)
    _only(name, "value", tree, {"x"})
    if any(isinstance(node, Call) and node.gate == name for node in postorder(tree)):
        raise BacklitError(f"gate {name!r}: its value calls itself; build it of gates that exist")
    if local is None:
        local = to_text(differentiate(tree, "x"))
    local = _plain(local)
    _only(name, "local", parse(local, GATES), {"x", "y"})
    declared = Gate(name, value, (local,), symbol=symbol or name, latex=called(name))
    _check_local(declared)
    return GATES.declare(declared)


def loss(name: str, term: str, local: str | None = None) -> Loss:
    """Declare a loss of your own: what an output ``a`` costs where ``y`` was wanted.

    Parameters
    ----------
    name : str
        A new name, an identifier.
    term : str
        Its formula in ``a`` and ``y``, of gates that exist.
    local : str, optional
        Its derivative by ``a``; derived by the chain rule when left out, and checked by central differences either
        way.

    Returns
    -------
    Loss
        Also found by its name from now on, by `TabularRegressor` and `MLPRegressor`, and saved with their models.

    Raises
    ------
    BacklitError
        If the name is taken by a built-in loss, a formula cannot be read, or the derivative is wrong.

    Examples
    --------
    >>> import backlit
    >>> careful = backlit.loss("careful", "where(a < y, 3 * (y - a), a - y)")
    >>> backlit.TabularRegressor(loss="careful").loss
    'careful'
    """
    if not name.isidentifier():
        raise BacklitError(f"loss name {name!r} is not an identifier; use letters, digits and _")
    term = _plain(term)
    tree = parse(term, GATES)
    _only(name, "term", tree, {"a", "y"}, "loss")
    if local is None:
        local = to_text(differentiate(tree, "a"))
    local = _plain(local)
    _only(name, "local", parse(local, GATES), {"a", "y"}, "loss")
    declared = Loss(name, term, local)
    _check_loss(declared)
    return declare(declared)


def _plain(text: str) -> str:
    """A formula as this grammar spells it, where it is spelled otherwise: files keep no other spelling."""
    formula = read_formula(text, GATES)
    return to_text(formula.tree) if formula.notes else text


def _only(name: str, part: str, tree: Expression, allowed: set[str], what: str = "gate") -> None:
    unknown = [word for word in names(tree) if word not in allowed]
    if unknown:
        raise BacklitError(f"{what} {name!r}: {part} uses {unknown[0]!r}; it may use {' and '.join(sorted(allowed))}")


def _check_local(declared: Gate) -> None:
    """Hold a gate's declared derivative against central differences."""
    value, local = value_of(declared), local_of(declared, 0)
    _check(f"gate {declared.name!r}", "x", value, lambda x: local(x, value(x)))


def _check_loss(declared: Loss) -> None:
    """Hold a loss's declared derivative against central differences, for some targets."""
    term, local = (evaluator(parse(text, GATES)) for text in (declared.term, declared.local))
    for y in (0.0, 0.7, 2.0):
        _check(
            f"loss {declared.name!r}",
            "a",
            lambda a, y=y: term({"a": a, "y": np.full_like(a, y)}),
            lambda a, y=y: local({"a": a, "y": np.full_like(a, y)}),
        )


def _check(what: str, name: str, value: Callable[..., Any], local: Callable[..., Any]) -> None:
    """Hold a derivative against central differences where the value is finite and smooth."""
    at = np.linspace(-3.017, 3.041, 61)
    step = 1e-6
    with np.errstate(all="ignore"):
        slope = np.broadcast_to((value(at + step) - value(at - step)) / (2 * step), at.shape)
        ours = np.broadcast_to(local(at), at.shape)
        smooth = np.isfinite(slope) & np.isfinite(np.broadcast_to(value(at), at.shape))
    if not smooth.any():
        raise BacklitError(f"{what}: its value is not finite anywhere in -3..3; check the formula")
    wrong = smooth & ~np.isclose(ours, slope, rtol=1e-4, atol=1e-5)
    if wrong.sum() > 3:  # a kink may spoil a point or two
        bad = int(np.flatnonzero(wrong)[0])
        raise BacklitError(
            f"{what}: local gradient {ours[bad]:.6g} at {name} = {at[bad]:.3f}, "
            f"but central differences say {slope[bad]:.6g}; mend `local` or leave it out"
        )
