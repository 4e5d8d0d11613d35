"""THE list of losses, as compositions of gates, and the named fusions of a loss with the gate before it.

A sample's loss is the sum of `term` over the outputs; a batch's loss is the (weighted) mean over its samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from backlit.errors import BacklitError, choose


@dataclass(frozen=True, slots=True)
class Loss:
    """What one output costs: a formula in the output ``a`` and the target ``y``, and its derivative by ``a``.

    It may differ between outputs: ``j`` is the output's number, from 0.
    """

    name: str
    term: str
    local: str


@dataclass(frozen=True, slots=True)
class Fusion:
    """An output gate and a loss computed as one, where their local gradients cancel.

    `term` is the loss in the pre-activation ``z``, stable wherever ``log(a)`` is not; `delta` is dC/dz.
    ``sum(y) = 1`` is taken for granted where the gate is softmax.
    """

    name: str
    gate: str
    loss: str
    term: str
    delta: str


_ALL: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss("squared", "(a - y) ** 2", "2 * (a - y)"),
        Loss("quadratic", "(a - y) ** 2 / 2", "a - y"),
        Loss("huber", "where(abs(a - y) < 1, (a - y) ** 2 / 2, abs(a - y) - 0.5)", "max(min(a - y, 1), -1)"),
        Loss("absolute", "abs(a - y)", "where(a > y, 1, where(a < y, -1, 0))"),
        Loss("poisson", "a - y * log(a)", "1 - y / a"),
        Loss("cross_entropy", "-y * log(a)", "-y / a"),
        Loss("binary_cross_entropy", "-(y * log(a) + (1 - y) * log(1 - a))", "(a - y) / (a * (1 - a))"),
    )
}

LOSSES: Mapping[str, Loss] = MappingProxyType(_ALL)
_BUILT_IN = frozenset(_ALL)

FUSIONS: Mapping[tuple[str, str], Fusion] = {
    (fusion.gate, fusion.loss): fusion
    for fusion in (
        Fusion("softmax with cross entropy", "softmax", "cross_entropy", "y * (logsumexp(z) - z)", "a - y"),
        Fusion(
            "sigmoid with binary cross entropy",
            "sigmoid",
            "binary_cross_entropy",
            "softplus(z) - y * z",
            "a - y",
        ),
        Fusion("exp with poisson", "exp", "poisson", "exp(z) - y * z", "a - y"),
    )
}
"""(output gate, loss) -> the two as one: the error signal is what is left, without the slope of the gate."""


def natural_gate(loss: str) -> str:
    """The output gate that a loss is made for: the one that it is fused with; identity for all others.

    Examples
    --------
    >>> natural_gate("poisson"), natural_gate("huber")
    ('exp', 'identity')
    """
    return next((gate for gate, fused in FUSIONS if fused == loss), "identity")


def natural_loss(gate: str) -> str:
    """The loss that is fused with an output gate: its log loss.

    Examples
    --------
    >>> natural_loss("softmax")
    'cross_entropy'
    """
    return next(loss for fused, loss in FUSIONS if fused == gate)


def is_built_in(name: str) -> bool:
    """Whether it is one of the list above, and not declared by the user."""
    return name in _BUILT_IN


def declare(loss: Loss) -> Loss:
    """Add a loss of the user's own, or replace one; `backlit.loss` checks it first.

    Raises
    ------
    BacklitError
        If the name is a built-in loss's.
    """
    if is_built_in(loss.name):
        raise BacklitError(f"loss {loss.name!r} is built in; choose another name")
    _ALL[loss.name] = loss
    return loss


def forget(name: str) -> None:
    """Remove a loss of the user's own."""
    if not is_built_in(name):
        _ALL.pop(name, None)


def loss_named(name: str) -> Loss:
    """Find a loss.

    Raises
    ------
    BacklitError
        If there is none of that name.
    """
    return choose("loss", name, LOSSES)
