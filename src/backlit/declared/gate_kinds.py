"""What a gate is: the two kinds of declaration, and the registry that holds them by name."""

from __future__ import annotations

import math
import re
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


_MEMBER = re.compile(r"([a-z][a-z0-9_]*)\(([-+.,e0-9 ]+)\)")

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


@dataclass(frozen=True, slots=True)
class GateFamily:
    """Gates that differ by numbers: ``leaky_relu(0.2)`` is the member of the family leaky_relu with the slope 0.2.

    Parameters
    ----------
    name : str
    numbers : tuple of str
        What the numbers are, in the order in which a member's name carries them.
    value, local : str
        As of a gate; ``{slope}`` stands for the number of that name.
    example : tuple of float
        The numbers of a member that tests look at.
    positive : tuple of str
        The numbers that have to be above 0.
    symbol : str
        What a circuit draws.

    Examples
    --------
    >>> family = GateFamily("ramp", ("slope",), "{slope} * x", ("{slope}",), (2.0,))
    >>> family.member(0.5).name, family.member(0.5).value
    ('ramp(0.5)', '0.5 * x')
    """

    name: str
    numbers: tuple[str, ...]
    value: str
    local: tuple[str]
    example: tuple[float, ...]
    positive: tuple[str, ...] = ()
    symbol: str = ""

    def member(self, *numbers: float) -> Gate:
        """The gate with these numbers.

        Raises
        ------
        BacklitError
            If there are more or fewer, or one is not finite or not above 0 where it has to be.
        """
        given = dict(zip(self.numbers, map(float, numbers), strict=False))
        if len(numbers) != len(self.numbers):
            raise BacklitError(f"gate {self.name}: {len(numbers)} numbers; give {', '.join(self.numbers)}")
        for name, number in given.items():
            if not math.isfinite(number) or (name in self.positive and number <= 0):
                bound = "a finite number above 0" if name in self.positive else "a finite number"
                raise BacklitError(f"gate {self.name}: {name} = {number:g}; give {bound}")
        written = {name: f"({number!r})" if number < 0 else repr(number) for name, number in given.items()}
        name = f"{self.name}({', '.join(map(repr, given.values()))})"
        label = self.name.replace("_", r"\_\-").replace(r"\-", "")
        numbers_label = ", ".join(f"{number:.6g}" for number in given.values())
        return Gate(
            name,
            self.value.format(**written),
            (self.local[0].format(**written),),
            symbol=self.symbol or self.name,
            latex=rf"\operatorname{{{{{label}}}}}_{{{{{numbers_label}}}}}\left({{x}}\right)",
        )


class Gates(Mapping[str, AnyGate]):
    """The registry: name -> gate, built in and declared by the user, in the order of declaration."""

    def __init__(self, builtin: tuple[AnyGate, ...], families: tuple[GateFamily, ...] = ()) -> None:
        self._gates = {gate.name: gate for gate in builtin}
        self._builtin = frozenset(self._gates)
        self.families: Mapping[str, GateFamily] = {family.name: family for family in families}
        self._members: dict[str, Gate] = {}

    def __getitem__(self, name: str) -> AnyGate:
        gate = self._gates.get(name) or self._members.get(name) or self._member(name)
        if gate is None:
            raise KeyError(name)
        return gate

    def _member(self, name: str) -> Gate | None:
        """The member of a family that a name such as ``leaky_relu(0.2)`` means; members are not listed."""
        match = _MEMBER.fullmatch(name) if isinstance(name, str) else None
        family = self.families.get(match[1]) if match else None
        if match is None or family is None:
            return None
        try:
            gate = family.member(*map(float, match[2].split(",")))
        except ValueError:
            return None
        if gate.name != name:  # one spelling for each, so that equal networks are equal
            return None
        self._members[name] = gate
        return gate

    def __iter__(self) -> Iterator[str]:
        return iter(self._gates)

    def __len__(self) -> int:
        return len(self._gates)

    def is_builtin(self, name: str) -> bool:
        """Whether the gate ships with Backlit."""
        return name in self._builtin or self._member(name) is not None

    def elementwise(self, name: str) -> Gate:
        """A gate that can stand between two layers: one operand, element by element.

        Raises
        ------
        BacklitError
            If there is no such gate, or it takes other operands.
        """
        gate = self.get(name)
        if not isinstance(gate, Gate) or len(gate.operands) != 1:
            known = ", ".join(g.name for g in self._gates.values() if isinstance(g, Gate) and len(g.operands) == 1)
            known += "".join(f", {family.member(*family.example).name}" for family in self.families.values())
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
