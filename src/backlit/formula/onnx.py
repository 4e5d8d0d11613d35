"""A formula as nodes of an ONNX graph, from the same declarations; to write them takes no package of ONNX.

A primitive is an operator, or a formula of other primitives: where onnxruntime's kernel is missing in float64 (Erf) or
inexact near 0, and where there is no such operator (expm1, log1p). Sigmoid, Softplus, Elu, Selu, Gelu, Mish, Celu and
the other activations of ONNX are never used: they are missing in float64, or wrong in their tails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.formula.derivative import expand
from backlit.formula.expression import Expression, Name, Number, fold, parse


def horner(coefficients: Sequence[float], x: str) -> str:
    """A polynomial as a formula, the coefficient of the highest power first.

    Examples
    --------
    >>> horner((2.0, 3.0, 4.0), "x")
    '((2.0) * (x) + 3.0) * (x) + 4.0'
    """
    text = f"{coefficients[0]!r}"
    for coefficient in coefficients[1:]:
        text = f"({text}) * ({x}) + {coefficient!r}"
    return text


# erf: S. L. Moshier, Cephes mathematical library (double precision), as in engine/kernels/maths/functions_float64.py
_P = (9.60497373987051638749, 90.0260197203842689217, 2232.00534594684319226, 7003.32514112805075473,
      55592.3013010394962768)  # fmt: skip
_Q = (1.0, 33.5617141647503099647, 521.357949780152679795, 4594.32382970980127987, 22629.0000613890934246,
      49267.3942608635921086)  # fmt: skip
_M = (2.46196981473530512524e-10, 0.564189564831068821977, 7.46321056442269912687, 48.6371970985681366614,
      196.520832956077098242, 526.445194995477358631, 934.528527171957607540, 1027.55188689515710272,
      557.535335369399327526)  # fmt: skip
_N = (1.0, 13.2281951154744992508, 86.7072140885989742329, 354.937778887819891062, 975.708501743205489753,
      1823.90916687909736289, 2246.33760818710981792, 1656.66309194161350182, 557.535340817727675546)  # fmt: skip
_C = "min(max(abs(x), 1), 6)"  # from 6 on erf is 1 in float64
_TAIL = f"(1 - exp(-{_C} * {_C}) * ({horner(_M, _C)}) / ({horner(_N, _C)}))"

# arctan: the same library; beyond tan(3 pi / 8) of -1 / x, beyond 0.66 of (x - 1) / (x + 1)
_ATAN_P = (-8.750608600031904122785e-1, -16.15753718733365076637, -75.00855792314704667340, -122.8866684490136173410,
           -64.85021904942025371773)  # fmt: skip
_ATAN_Q = (1.0, 24.85846490142306297962, 165.0270098316988542046, 432.8810604912902668951, 485.3903996359136964868,
           194.5506571482613964425)  # fmt: skip
_FAR, _MIDDLE = "abs(x) > 2.414213562373095", "abs(x) > 0.66"
_REDUCED = f"where({_FAR}, -1 / max(abs(x), 1), where({_MIDDLE}, (abs(x) - 1) / (abs(x) + 1), abs(x)))"
_START = f"where({_FAR}, 1.5707963267948966, where({_MIDDLE}, 0.7853981633974483, 0))"
_SHARE = f"(1 + S * ({horner(_ATAN_P, 'S')}) / ({horner(_ATAN_Q, 'S')}))".replace("S", f"({_REDUCED}) ** 2")

SPELLINGS: Mapping[str, str] = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "div": "Div",
    "neg": "Neg",
    "pow": "Pow",
    "exp": "Exp",
    "expm1": "tanh(x / 2) * (exp(x) + 1)",
    "log": "Log",
    # what rounding took from 1 + x is put back
    "log1p": "log(1 + x) + where(abs(x) < 0.5, (x - ((1 + x) - 1)) / (1 + x), 0)",
    "sqrt": "Sqrt",
    "sin": "Sin",
    "cos": "Cos",
    "tanh": "Tanh",
    "arctan": f"where(x < 0, -1, 1) * ({_START} + ({_REDUCED}) * {_SHARE})",
    "erf": f"where(abs(x) < 1, x * ({horner(_P, 'x * x')}) / ({horner(_Q, 'x * x')}), where(x > 0, {_TAIL}, -{_TAIL}))",
    "abs": "Abs",
    "max": "Max",
    "min": "Min",
    "less": "Less",
    "greater": "Greater",
    "where": "Where",
}
"""Primitive -> its operator in ONNX, or its value as a formula of other primitives.

``where`` computes both branches; what is not finite in the one that is not chosen is not passed on.
"""

FLAGS = frozenset({"Less", "Greater"})
"""Operators that give booleans."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value of the graph by its name; a length that is not known is None: the rows."""

    name: str
    shape: tuple[int | None, ...]


class Writer(Protocol):
    """What nodes are written to; each call gives the name of the result."""

    def node(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Add a node of one output."""
        ...

    def constant(self, value: NDArray[Any]) -> str:
        """Add a constant."""
        ...

    def cast(self, name: str, dtype: Any) -> str:
        """Add a conversion to another type of NumPy's."""
        ...


@dataclass(frozen=True, slots=True)
class Emitter:
    """Writes formulas to a graph in one float type."""

    writer: Writer
    dtype: np.dtype[Any]

    def constant(self, value: Any) -> Tensor:
        """A constant of the float type."""
        array = np.asarray(value, self.dtype)
        return Tensor(self.writer.constant(array), array.shape)

    def apply(
        self, operator: str, operands: Sequence[Tensor], shape: tuple[int | None, ...], *more: str, **attributes: Any
    ) -> Tensor:
        """One operator of tensors and of further inputs, whose result has this shape."""
        names = [operand.name for operand in operands]
        return Tensor(self.writer.node(operator, [*names, *more], **attributes), shape)

    def reshape(self, x: Tensor, *shape: int | None) -> Tensor:
        """The same numbers in another shape; None for the rows, which stay first."""
        lengths = np.array([0 if length is None else length for length in shape], np.int64)
        return self.apply("Reshape", [x], shape, self.writer.constant(lengths))

    def reduce(self, operator: str, x: Tensor, axis: int | None, *, keep: bool = False) -> Tensor:
        """A reduction along an axis, or along all."""
        axes = range(len(x.shape)) if axis is None else (axis % len(x.shape),)
        lengths = [1 if at in axes else length for at, length in enumerate(x.shape) if keep or at not in axes]
        indices = self.writer.constant(np.array(list(axes), np.int64))
        return self.apply(operator, [x], tuple(lengths), indices, keepdims=int(keep))

    def formula(self, root: Expression, scope: Mapping[str, Tensor]) -> Tensor:
        """Write a formula of primitives and of gates over arrays; its variables are tensors of the graph."""

        def visit(node: Expression, operands: list[Tensor]) -> Tensor:
            if isinstance(node, Name):
                return scope[node.id]
            if isinstance(node, Number):
                return self.constant(node.value)
            if node.gate in ARRAY_SPELLINGS:
                return ARRAY_SPELLINGS[node.gate](self, operands, node.axis)
            spelling = SPELLINGS[node.gate]
            if spelling.isidentifier():
                return self.operator(spelling, operands)
            return self.formula(
                parse(spelling, GATES), dict(zip(GATES[node.gate].operands, operands, strict=True))
            )  # written once for each value of its operands, so that formulas within formulas stay short

        return fold(expand(root), visit)

    def operator(self, name: str, operands: list[Tensor]) -> Tensor:
        """One operator that works element by element; comparisons give 0 and 1."""
        shape = broadcast([operand.shape for operand in operands])
        if name == "Where":
            chosen = self.writer.cast(operands[0].name, np.bool_)
            return Tensor(self.writer.node(name, [chosen, *(operand.name for operand in operands[1:])]), shape)
        result = self.apply(name, operands, shape)
        return Tensor(self.writer.cast(result.name, self.dtype), shape) if name in FLAGS else result


def broadcast(shapes: Sequence[tuple[int | None, ...]]) -> tuple[int | None, ...]:
    """The shape of an elementwise result.

    Examples
    --------
    >>> broadcast([(None, 3), (3,), ()])
    (None, 3)
    """
    longest = max(map(len, shapes))
    aligned = [(1,) * (longest - len(shape)) + shape for shape in shapes]
    return tuple(next((length for length in lengths if length != 1), 1) for lengths in zip(*aligned, strict=True))


def _matmul(emitter: Emitter, operands: list[Tensor], axis: int | None) -> Tensor:
    a, b = operands
    return emitter.apply("MatMul", operands, (*a.shape[:-1], *b.shape[1:]))


def _width(x: Tensor) -> int:
    """How many numbers a row has."""
    assert x.shape[-1] is not None, "only the number of rows is not known"
    return x.shape[-1]


def _columnwise(emitter: Emitter, operands: list[Tensor], axis: int | None) -> Tensor:
    x, w = operands
    first, each = (int(length or 0) for length in w.shape)
    bounds = [emitter.writer.constant(np.array([value], np.int64)) for value in (0, first, 1)]
    columns = emitter.apply("Slice", [x], (None, first), *bounds)
    products = emitter.operator("Mul", [emitter.reshape(columns, None, first, 1), w])
    return emitter.reshape(products, None, first * each)


def _grouped(emitter: Emitter, operands: list[Tensor], axis: int | None) -> Tensor:
    x, w = operands
    inner, columns = (int(length or 0) for length in w.shape)
    groups = _width(x) // inner
    parts = emitter.reshape(x, None, groups, inner)
    parts = emitter.apply("Transpose", [parts], (groups, None, inner), perm=[1, 0, 2])
    blocks = emitter.apply(
        "Reshape", [w], (inner, groups, columns // groups),
        emitter.writer.constant(np.array([inner, groups, columns // groups], np.int64)),
    )  # fmt: skip
    blocks = emitter.apply("Transpose", [blocks], (groups, inner, columns // groups), perm=[1, 0, 2])
    products = emitter.apply("MatMul", [parts, blocks], (groups, None, columns // groups))
    products = emitter.apply("Transpose", [products], (None, groups, columns // groups), perm=[1, 0, 2])
    return emitter.reshape(products, None, columns)


def _concat(emitter: Emitter, operands: list[Tensor], axis: int | None) -> Tensor:
    width = sum(map(_width, operands))
    return emitter.apply("Concat", operands, (*operands[0].shape[:-1], width), axis=-1)


def _shifted_powers(emitter: Emitter, x: Tensor, axis: int | None) -> tuple[Tensor, Tensor]:
    """The largest along the axis, and exp of what lies below it."""
    top = emitter.reduce("ReduceMax", x, axis, keep=True)
    return top, emitter.operator("Exp", [emitter.operator("Sub", [x, top])])


def _softmax(emitter: Emitter, operands: list[Tensor], axis: int | None) -> Tensor:
    along = -1 if axis is None else axis
    _, powers = _shifted_powers(emitter, operands[0], along)
    return emitter.operator("Div", [powers, emitter.reduce("ReduceSum", powers, along, keep=True)])


def _logsumexp(emitter: Emitter, operands: list[Tensor], axis: int | None) -> Tensor:
    top, powers = _shifted_powers(emitter, operands[0], axis)
    total = emitter.operator("Log", [emitter.reduce("ReduceSum", powers, axis, keep=True)])
    return emitter.reduce("ReduceSum", emitter.operator("Add", [top, total]), axis)


ARRAY_SPELLINGS: Mapping[str, Callable[[Emitter, list[Tensor], int | None], Tensor]] = {
    "sum": lambda emitter, operands, axis: emitter.reduce("ReduceSum", operands[0], axis),
    "mean": lambda emitter, operands, axis: emitter.reduce("ReduceMean", operands[0], axis),
    "row_mean": lambda emitter, operands, axis: emitter.reduce("ReduceMean", operands[0], -1, keep=True),
    "matmul": _matmul,
    "columnwise": _columnwise,
    "concat": _concat,
    "grouped": _grouped,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
}
"""Gate over whole arrays -> the nodes that compute it for rows, of its operands and its axis."""
