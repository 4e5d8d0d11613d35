"""Gates and losses of the user's own: the same kind of data as the built-in ones, checked before they are let in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from backlit.declared.gate_kinds import Array, Gate
from backlit.declared.gates import GATES
from backlit.declared.losses import LOSSES, Loss, declare, forget
from backlit.errors import BacklitError
from backlit.formula.derivative import differentiate, expand, value_tree
from backlit.formula.expansion import expanded_text
from backlit.formula.expression import Call, Expression, names, parse, postorder, read_formula
from backlit.formula.latex import called
from backlit.formula.numpy import evaluator, local_of, value_of
from backlit.formula.rounding import Shaker, noise_nearby, rounding
from backlit.formula.slopes import Slopes, slopes
from backlit.formula.text import to_text


def gate(name: str, value: str, local: str | None = None, *, symbol: str = "") -> Gate:
    """Declare an elementwise gate of your own, of one operand ``x``.

    Parameters
    ----------
    name : str
        A new name, an identifier.
    value : str
        Its formula in ``x``, of gates that exist, which mean in it what they mean now.
    local : str, optional
        Its derivative, in ``x`` and the output ``y``; derived by the chain rule when left out, and checked by
        central differences either way.
    symbol : str, optional
        What circuits draw; the name unless given.

    Returns
    -------
    Gate
        Also measured in ``backlit.GATES`` from now on, in formulas and as an activation.

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
    derived = local is None
    if local is None:
        local = to_text(differentiate(tree, "x"))
    local = _plain(local)
    _only(name, "local", parse(local, GATES), {"x", "y"})
    declared = Gate(name, value, (local,), symbol=symbol or name, latex=called(name))
    _check_local(declared, derived)
    return GATES.declare(declared)


def loss(name: str, term: str, local: str | None = None) -> Loss:
    """Declare a loss of your own: what an output ``a`` costs where ``y`` was wanted.

    Where outputs cost differently, ``j`` is the output's number, from 0.

    Parameters
    ----------
    name : str
        A new name, an identifier.
    term : str
        Its formula in ``a``, ``y`` and maybe ``j``, of gates that exist.
    local : str, optional
        Its derivative by ``a``; derived by the chain rule when left out, and checked by central differences either
        way.

    Returns
    -------
    Loss
        Also measured by its name from now on, by `TabularRegressor` and `MLPRegressor`, and saved with their models.

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
    _only(name, "term", tree, {"a", "y", "j"}, "loss")
    derived = local is None
    if local is None:
        local = to_text(differentiate(tree, "a"))
    local = _plain(local)
    _only(name, "local", parse(local, GATES), {"a", "y", "j"}, "loss")
    declared = Loss(name, term, local)
    _check_loss(declared, derived)
    return declare(declared)


def _plain(text: str) -> str:
    """A formula as this grammar spells it, where it is spelled otherwise: files keep no other spelling."""
    formula = read_formula(text, GATES)
    called_gates = {node.gate for node in postorder(formula.tree) if isinstance(node, Call)}
    if not all(map(GATES.is_builtin, called_gates)):
        return expanded_text(text)  # it keeps its meaning where a gate of the user's own is declared again
    return to_text(formula.tree) if formula.notes else text


@contextmanager
def declarations_undone_on_error() -> Iterator[None]:
    """Forget the gates and losses that a ``with`` block declares, if it ends in an error.

    Examples
    --------
    >>> try:
    ...     with declarations_undone_on_error():
    ...         _ = gate("short_lived", "x + x")
    ...         raise ValueError
    ... except ValueError:
    ...     print("short_lived" in GATES)
    False
    """
    gates, losses = set(GATES), set(LOSSES)
    try:
        yield
    except BaseException:
        for name in GATES.keys() - gates:
            GATES.forget(name)
        for name in LOSSES.keys() - losses:
            forget(name)
        raise


def _only(name: str, part: str, tree: Expression, allowed: set[str], what: str = "gate") -> None:
    unknown = [word for word in names(tree) if word not in allowed]
    if unknown:
        raise BacklitError(f"{what} {name!r}: {part} uses {unknown[0]!r}; it may use {' and '.join(sorted(allowed))}")


def _check_local(declared: Gate, derived: bool) -> None:
    """Hold a gate's declared derivative against central differences."""
    value, local = value_of(declared), local_of(declared, 0)
    points = _POINTS if derived else np.concatenate([_POINTS, _KINKS])
    noise = _noise(lambda shaker, x: shaker.formula(expand(value_tree(declared)), {"x": x}), value, points)
    measured = slopes(value, points, noise)
    finite = np.isfinite(np.broadcast_to(value(points), points.shape))
    if not finite.any():
        raise BacklitError(f"gate {declared.name!r}: its value is not finite anywhere in -3..3; check the formula")
    _refuse(f"gate {declared.name!r}", local(points, value(points)), measured, {"x": points}, derived)


def _check_loss(declared: Loss, derived: bool) -> None:
    """Hold a loss's declared derivative against central differences, for some targets."""
    term, local = (parse(text, GATES) for text in (declared.term, declared.local))
    a, y = (grid.ravel() for grid in np.meshgrid(_POINTS, _TARGETS))
    if not derived:
        kinks = np.add.outer(_TARGETS, _KINKS)
        a = np.concatenate([a, kinks.ravel()])
        y = np.concatenate([y, np.repeat(_TARGETS, len(_KINKS))])
    rest = {"y": y}
    if "j" in (*names(term), *names(local)):
        a, rest = np.tile(a, len(_OUTPUTS)), {"y": np.tile(y, len(_OUTPUTS)), "j": np.repeat(_OUTPUTS, len(y))}

    def value(outputs: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.broadcast_to(evaluator(term)({"a": outputs, **rest}), outputs.shape)

    if not np.isfinite(value(a)).any():
        raise BacklitError(f"loss {declared.name!r}: its value is not finite anywhere in -3..3; check the formula")
    noise = _noise(lambda shaker, outputs: shaker.formula(expand(term), {"a": outputs, **rest}), value, a)
    with np.errstate(all="ignore"):
        ours = evaluator(local)({"a": a, **rest})
    _refuse(f"loss {declared.name!r}", ours, slopes(value, a, noise), {"a": a, **rest}, derived)


_POINTS = np.linspace(-3.017, 3.041, 61)
_KINKS = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0])
_TARGETS = np.array([0.0, 0.7, 1.0, 2.0, -1.3])
"""Where a declaration is checked; at kinks, that people write at such numbers, what they declared is. What was derived
is right beside them: a sum of kinks at one point may have no derivative there that the chain rule finds."""
_OUTPUTS = np.array([0.0, 1.0, 2.0, 5.0])
"""Numbers of outputs at which a loss that differs between them is checked."""


def _noise(value: Callable[[Shaker, Array], Any], plain: Callable[[Array], Any], points: Array) -> tuple[Array, Array]:
    return noise_nearby(lambda x: rounding(lambda shaker: np.asarray(value(shaker, x)), plain(x)), points)


def _refuse(what: str, local: Any, measured: Slopes, at: Mapping[str, Array], derived: bool) -> None:
    """The first point where the value has a slope and the declared derivative is another, or none."""
    ours = np.broadcast_to(np.asarray(local, np.float64), measured.central.shape)
    loose = _LOOSE * np.maximum(np.abs(ours), np.abs(measured.central)) + _LOOSE * np.maximum(measured.around, _LOOSE)
    known = np.isfinite(measured.central) & np.isfinite(measured.error) & ~measured.one_sided
    wrong = known & ~(np.abs(ours - measured.central) <= loose + measured.bend + measured.error)
    if wrong.any():
        bad = int(np.flatnonzero(wrong)[0])
        where = ", ".join(f"{name} = {values[bad]:.6g}" for name, values in at.items())
        low, high = measured.central[bad] - measured.bend[bad], measured.central[bad] + measured.bend[bad]
        slope = f"{low:.6g} on one side and {high:.6g} on the other" if measured.bend[bad] else f"{low:.6g}"
        mend = (
            "its rounding is too large there; write it in a form that keeps its digits"
            if derived
            else "mend `local` or leave it out"
        )
        raise BacklitError(
            f"{what}: local gradient {ours[bad]:.6g} at {where}, but central differences say {slope}; {mend}"
        )


_LOOSE = 1e-5
