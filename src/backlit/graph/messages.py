"""One clear line, in each language, for values that are no numbers and for gates that are not finite there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from backlit.declared.gate_kinds import Array
from backlit.errors import FormulaError
from backlit.graph.labels import Node, formula, in_message, short_number

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "value": {
        "en": "gate {gate}: {written} has no finite value at {where}; {mend}",
        "ko": "{gate} 게이트: {where}에서 {written}의 값이 유한하지 않습니다; {mend}",
    },
    "gradient": {
        "en": "gate {gate}: the gradient of {written} with respect to {operand} is not finite at {where}; {mend}",
        "ko": "{gate} 게이트: {where}에서 {operand}에 대한 {written}의 기울기가 유한하지 않습니다; {mend}",
    },
    "do_not_fit": {
        "en": "gate {gate}: operands of shape {shapes} do not fit; {mend}",
        "ko": "{gate} 게이트: 모양이 {shapes}인 피연산자는 서로 맞지 않습니다; {mend}",
    },
    "no_such_axis": {
        "en": "gate {gate}: operands of shape {shapes} do not fit along axis {axis}; count from 0, or leave it out",
        "ko": "{gate} 게이트: 모양이 {shapes}인 피연산자에는 axis={axis}가 없습니다; 0부터 세거나 axis=를 빼세요",
    },
    "axis_of_many": {
        "en": "gate {gate}: axis= goes with one array, not with {count} operands; leave it out",
        "ko": "{gate} 게이트: axis=는 피연산자가 배열 하나일 때만 쓰며, 지금은 {count}개입니다; axis=를 빼세요",
    },
    "no_axis": {
        "en": "gate {gate} works element by element and takes no axis=; leave it out",
        "ko": "{gate} 게이트는 원소마다 따로 계산하므로 axis=가 없습니다; 빼세요",
    },
    "operands": {
        "en": "gate {gate}: operands given: {count}, taken: {number}; write {example}",
        "ko": "{gate} 게이트의 피연산자는 {number}개인데 {count}개를 주었습니다; {example}처럼 쓰세요",
    },
    "not_one_number": {
        "en": "the output has shape {shape}, {count} numbers, a gradient is of one; write sum(...) around the "
        "formula, or use .jacobian",
        "ko": "식의 값이 수 {count}개입니다(모양 {shape}). 기울기는 수 하나에만 있습니다; 식을 sum(...)으로 감싸세요",
    },
    "not_numbers": {
        "en": "{name} = {value!r:.60} is not a number or an array of numbers; give {name}=0.5 or so",
        "ko": "{name} = {value!r:.60}: 수도 수의 배열도 아닙니다; {name}=0.5처럼 주세요",
    },
    "no_numbers": {
        "en": "{name} is empty; give at least one number",
        "ko": "{name}: 비어 있습니다; 수를 하나 이상 주세요",
    },
    "not_finite": {
        "en": "{name} = {value} is not finite; give a finite number",
        "ko": "{name} = {value}: 유한한 수가 아닙니다; 유한한 수를 주세요",
    },
    "element_not_finite": {
        "en": "{name} = array whose element {index} is {value}, not finite; give a finite number",
        "ko": "{name}: 배열의 원소 {index}의 값이 {value}(으)로 유한하지 않습니다; 유한한 수를 주세요",
    },
}
"""What is wrong, in each language."""

FITTING: Mapping[str, Mapping[str, str]] = {
    "matmul": {
        "en": "the last size of the first has to be the first size of the second",
        "ko": "앞의 마지막 크기와 뒤의 첫 크기가 같아야 합니다",
    },
    "": {
        "en": "give lists of one length, or a single number",
        "ko": "길이가 같은 목록이나 수 하나를 주세요",
    },
}
"""Gate -> what to do where its operands are of shapes that do not go together."""

AND: Mapping[str, str] = {"en": " and ", "ko": ", "}
SHAPED: Mapping[str, str] = {"en": "{operand} of shape {shape}", "ko": "{operand}(모양 {shape})"}
CONSTANTS: Mapping[str, str] = {"en": "these constants", "ko": "이 상수들"}

TOO_LARGE: Mapping[str, str] = {
    "en": "the result is too large for its float type; make the operands smaller",
    "ko": "결과가 너무 커서 실수형으로 나타낼 수 없습니다; 피연산자를 더 작게 하세요",
}
_OVERFLOW = {
    "en": "{gate} overflows above 709.78 (88.72 in float32); make the operand smaller",
    "ko": "{gate} 값은 709.78(float32에서는 88.72)을 넘으면 너무 커집니다; 피연산자를 더 작게 하세요",
}

VALUE_MENDS: Mapping[str, Mapping[str, str]] = {
    "div": {
        "en": "division by zero or by next to nothing; keep the divisor away from 0",
        "ko": "0이나 0에 아주 가까운 수로 나누었습니다; 나누는 수를 0에서 떨어뜨리세요",
    },
    "log": {"en": "log needs an operand above 0", "ko": "log의 피연산자는 0보다 커야 합니다"},
    "log1p": {"en": "log1p needs an operand above -1", "ko": "log1p의 피연산자는 -1보다 커야 합니다"},
    "sqrt": {"en": "sqrt needs an operand of at least 0", "ko": "sqrt의 피연산자는 0 이상이어야 합니다"},
    "exp": _OVERFLOW,
    "expm1": _OVERFLOW,
    "pow": {
        "en": "a negative base needs a whole exponent and a base of 0 one of at least 0; else the result is too large",
        "ko": "밑이 음수이면 지수는 정수여야 하고, 밑이 0이면 지수는 0 이상이어야 합니다; 그 밖에는 결과가 너무 큽니다",
    },
}
"""Gate -> what to do where its value is not finite."""

UNDEFINED: Mapping[str, str] = {
    "en": "the gradient is too large or undefined there; move the operands",
    "ko": "그 점에서 기울기가 너무 크거나 정의되지 않습니다; 피연산자의 값을 바꾸세요",
}

GRADIENT_MENDS: Mapping[tuple[str, int], Mapping[str, str]] = {
    ("pow", 0): {
        "en": "the slope is infinite at a base of 0; move it away from 0",
        "ko": "밑이 0이면 기울기가 무한대입니다; 밑을 0에서 떨어뜨리세요",
    },
    ("pow", 1): {
        "en": "an exponent's own gradient needs a base above 0; write the exponent as a number",
        "ko": "지수에 대한 기울기는 밑이 0보다 클 때만 있습니다; 지수를 수로 쓰세요",
    },
    ("sqrt", 0): {
        "en": "the slope of sqrt is infinite at 0; move the operand away from 0",
        "ko": "sqrt의 기울기는 0에서 무한대입니다; 피연산자를 0에서 떨어뜨리세요",
    },
}
"""(gate, operand) -> what to do where its gradient is not finite."""


def no_value(wire: Node, bad: Array) -> FormulaError:
    """The error for a gate whose value is not finite, at the elements that are `bad`, though its operands are."""
    gate = wire.gate or ""
    return _error("value", VALUE_MENDS.get(gate, TOO_LARGE), _where(wire, bad), gate=gate, written=_written(wire))


def no_gradient(wire: Node, slot: int, contribution: Array) -> FormulaError:
    """The error for an edge whose contribution is not finite."""
    gate, operand = wire.gate or "", in_message(wire.operands[slot])
    mend, where = GRADIENT_MENDS.get((gate, slot), UNDEFINED), _where(wire, np.zeros(()))
    return _error("gradient", mend, where, gate=gate, written=_written(wire), operand=operand)


def bad_input(key: str, name: str, value: object = None, index: object = None) -> FormulaError:
    """The error for a value that is given, of one of the kinds in `MESSAGES`."""
    return _error(key, {}, {}, name=name, value=value, index=index)


def bad_shapes(gate: str, shapes: Sequence[object], axis: int | None) -> FormulaError:
    """The error for operands whose shapes do not go together, or have no such axis."""
    where = {lang: between.join(map(str, shapes)) for lang, between in AND.items()}
    key, mend = ("do_not_fit", FITTING.get(gate, FITTING[""])) if axis is None else ("no_such_axis", {})
    texts = {
        lang: MESSAGES[key][lang].format(gate=gate, shapes=where[lang], mend=mend.get(lang), axis=axis) for lang in AND
    }
    return FormulaError(texts["en"], texts=texts)


def bad_call(key: str, gate: str = "", **fields: object) -> FormulaError:
    """The error for a gate that is called otherwise than it can be, of one of the kinds in `MESSAGES`."""
    return _error(key, {}, {}, gate=gate, **fields)


def _error(key: str, mend: Mapping[str, str], where: Mapping[str, str], **fields: object) -> FormulaError:
    texts = {
        lang: text.format(mend=mend.get(lang, "").format(**fields), where=where.get(lang, ""), **fields)
        for lang, text in MESSAGES[key].items()
    }
    return FormulaError(texts["en"], texts=texts)


def _written(wire: Node) -> str:
    return formula(wire) if wire.name else in_message(wire)


def _where(wire: Node, bad: Array) -> dict[str, str]:
    """The operands' values where the output first goes wrong: ``x = 0``, ``x[2] = 0``, or their shapes."""
    at = np.argwhere(np.atleast_1d(bad))
    index = tuple(at[0]) if len(at) and np.ndim(bad) else ()
    where = {}
    for lang, constants in CONSTANTS.items():
        parts = dict.fromkeys(_at(operand, index, np.shape(bad), lang) for operand in wire.operands)
        where[lang] = ", ".join(filter(None, parts)) or constants
    return where


def _at(operand: Node, index: Sequence[int], shape: tuple[int, ...], lang: str) -> str:
    if operand.kind == "constant" and not operand.name and operand.value.ndim == 0:
        return ""
    if operand.value.ndim == 0:
        return f"{in_message(operand)} = {short_number(operand.value)}"
    try:
        value = np.broadcast_to(operand.value, shape)[tuple(index)]
    except ValueError:
        value = operand.value
    if np.ndim(value):
        return SHAPED[lang].format(operand=in_message(operand), shape=operand.value.shape)
    suffix = "".join(f"[{i}]" for i in index[len(index) - operand.value.ndim :])
    return f"{in_message(operand)}{suffix} = {short_number(value)}"
