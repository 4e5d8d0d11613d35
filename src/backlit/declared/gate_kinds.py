"""What a gate is: the two kinds of declaration, and the registry that holds them by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from numpy.typing import NDArray

from backlit.errors import BacklitError

Pattern = Literal["", "distributor", "router", "switcher"]
Array = NDArray[Any]


@runtime_checkable
class AppliesGates(Protocol):
    """Anything that records a gate instead of computing it (a wire of a graph)."""

    def __apply_gate__(self, gate: AnyGate, operands: tuple[Any, ...], axis: int | None) -> Any: ...


on_numbers: list[Callable[[Any, int | None], Callable[..., Any]]] = []
"""Who computes a gate on plain numbers: the NumPy emitter enters itself here, being above this room."""


class _Callable:
    """Gates are called like functions: on wires they record, on numbers and arrays they compute."""

    __slots__ = ()
    name: str

    def __call__(self, *operands: Any, axis: int | None = None) -> Any:
        for operand in operands:
            if isinstance(operand, AppliesGates):
                return operand.__apply_gate__(self, operands, axis)  # type: ignore[arg-type]
        if not on_numbers:
            raise BacklitError(f"gate {self.name!r} has no reader for plain numbers; import backlit.formula first")
        return on_numbers[0](self, axis)(*operands)


@dataclass(frozen=True, slots=True)
class Gate(_Callable):
    """A gate that works element by element.

    Parameters
    ----------
    name : str
        What formulas and files call it.
    value : str
        The output as a formula in the operands.
    local : tuple of str
        One formula for each operand: the derivative of the output with respect to it; ``y`` is the output.
    operands : tuple of str
        Names of the operands in `value` and `local`.
    symbol : str
        What a circuit draws.
    pattern : {"", "distributor", "router", "switcher"}
        What the gate does to a gradient on its way back.
    latex : str
        Template with ``{x}`` for each operand.

    Examples
    --------
    >>> import backlit
    >>> backlit.GATES["sigmoid"].local
    ('y * (1 - y)',)
    >>> float(backlit.GATES["sigmoid"](0.0))
    0.5
    """

    name: str
    value: str
    local: tuple[str, ...]
    operands: tuple[str, ...] = ("x",)
    symbol: str = ""
    pattern: Pattern = ""
    latex: str = ""


@dataclass(frozen=True, slots=True)
class ArrayGate(_Callable):
    """A gate that reduces or mixes whole arrays.

    `value` takes the operands and ``axis``; `vjp` has one function for each operand, of (upstream, operands, output,
    axis), that pulls a gradient back; `jacobian` is the local gradient as it is shown, of the same arguments.
    """

    name: str
    value: Callable[..., Any]
    vjp: tuple[Callable[..., Any], ...]
    jacobian: tuple[Callable[..., Any], ...]
    operands: tuple[str, ...] = ("x",)
    symbol: str = ""
    pattern: Pattern = ""
    latex: str = ""


AnyGate = Gate | ArrayGate


class Gates(Mapping[str, AnyGate]):
    """The registry: name -> gate, built in and declared by the user, in the order of declaration."""

    def __init__(self, builtin: tuple[AnyGate, ...]) -> None:
        self._gates = {gate.name: gate for gate in builtin}
        self._builtin = frozenset(self._gates)

    def __getitem__(self, name: str) -> AnyGate:
        return self._gates[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._gates)

    def __len__(self) -> int:
        return len(self._gates)

    def is_builtin(self, name: str) -> bool:
        """Whether the gate ships with Backlit."""
        return name in self._builtin

    def elementwise(self, name: str) -> Gate:
        """A gate that can stand between two layers: one operand, element by element.

        Raises
        ------
        BacklitError
            If there is no such gate, or it takes other operands.
        """
        gate = self._gates.get(name)
        if not isinstance(gate, Gate) or len(gate.operands) != 1:
            known = ", ".join(g.name for g in self._gates.values() if isinstance(g, Gate) and len(g.operands) == 1)
            raise BacklitError(f"{name!r} is not a gate with one operand; choose one of {known}")
        return gate

    def declare(self, gate: Gate) -> Gate:
        """Add a gate of the user's own; a built-in name cannot be taken."""
        if gate.name in self._builtin:
            raise BacklitError(f"gate {gate.name!r} is built in; choose another name")
        self._gates[gate.name] = gate
        return gate

    def forget(self, name: str) -> None:
        """Remove a gate of the user's own."""
        if name not in self._builtin:
            self._gates.pop(name, None)
