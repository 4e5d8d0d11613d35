"""THE table of mistakes in backpropagation by hand, as data: what each would answer for a wire, and how to mend it.

Python and the offline page both compute from these formulas. They may name, of the wire, `gradient` (the right
answer) and `value`; and of each *arrival*, one operand of one gate that takes the wire: `upstream`, `local`,
`swapped` (the local gradient of the gate's other operand), `beyond` (the gradient after the next gate).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

TOLERANCE = 1e-3
"""Relative: an answer to three digits is right."""

NEXT_TO_ZERO = 1e-9
"""What counts as 0, as a part of the largest contribution: where contributions cancel, rounding leaves a little."""

Form = Literal["whole", "one", "alone", "instead"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """How a mistake computes its answer.

    Attributes
    ----------
    formula : str
    form : {"whole", "one", "alone", "instead"}
        "whole": the formula, of the wire, is the answer. "one": the formula of one arrival, where there are several.
        "alone": the formula of one arrival, or its sum over all. "instead": the right answer with the formula in
        place of one arrival's contribution, or of every arrival's.
    needs : {"", "swapped", "beyond", "single"}
        What an arrival must have: another operand; one next gate, of one operand; a gate of one operand.
    """

    formula: str
    form: Form
    needs: str = ""


@dataclass(frozen=True, eq=False)
class Mistake:
    """One way to go wrong.

    Attributes
    ----------
    name : str
    wrong : Wrong
        What it would answer.
    title : mapping
        Language -> its name in a few words.
    what : mapping
        Language -> what happened; may name {wire}, {of_wire}, {gate}, {top}, {of_top}, {of_beyond}, {count}.
    mend : mapping
        Language -> what to do instead; {product} is upstream times local, in symbols and numbers.
    """

    name: str
    wrong: Wrong
    title: Mapping[str, str]
    what: Mapping[str, str]
    mend: Mapping[str, str]


MULTIPLY: Mapping[str, str] = {
    "en": "Multiply what arrives by the local gradient: {product}.",
    "ko": "도달한 상류 기울기에 국소 기울기를 곱하세요: {product}.",
}

MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "one_branch",
        Wrong("upstream * local", "one"),
        {"en": "no sum at a fork", "ko": "갈림길에서 더하지 않음"},
        {
            "en": "{wire} is read in {count} places, and this is the contribution of one of them only, through {top}.",
            "ko": "{wire} 값은 {count}곳에서 쓰이는데, 이 답은 그중 {top} 쪽에서 오는 기여 하나뿐입니다.",
        },
        {
            "en": "At a fork, sum upstream × local over all branches: {product}.",
            "ko": "갈림길에서는 모든 갈래의 (상류 기울기 × 국소 기울기)를 더하세요: {product}.",
        },
    ),
    Mistake(
        "swapped_inputs",
        Wrong("upstream * swapped", "instead", needs="swapped"),
        {"en": "swapped inputs", "ko": "두 입력을 바꿈"},
        {
            "en": "At {top}, this takes the local gradient of the other input of the {gate} gate.",
            "ko": "{top}에서 {gate} 게이트의 다른 입력에 대한 국소 기울기를 썼습니다.",
        },
        {
            "en": "Take the local gradient for {wire}: {product}.",
            "ko": "{wire}에 대한 국소 기울기를 쓰세요: {product}.",
        },
    ),
    Mistake(
        "sign",
        Wrong("-gradient", "whole"),
        {"en": "sign", "ko": "부호"},
        {"en": "The size is right, the sign is not.", "ko": "크기는 맞지만 부호가 반대입니다."},
        {
            "en": "Carry the sign of each factor: {product}.",
            "ko": "각 인수의 부호까지 곱하세요: {product}.",
        },
    ),
    Mistake(
        "stopped_before_gate",
        Wrong("upstream", "instead", needs="single"),
        {"en": "one gate too early", "ko": "한 게이트 일찍 멈춤"},
        {
            "en": "This is {of_top} where {of_wire} is asked for (dC/da for dC/dz): "
            "one gate too early, before the {gate} gate.",
            "ko": "{of_wire} 대신 {of_top} 값을 답했습니다 (dC/dz 대신 dC/da): {gate} 게이트를 지나기 전에 멈췄습니다.",
        },
        {
            "en": "Go back through the {gate} gate too, upstream × local: {product}.",
            "ko": "{gate} 게이트도 거꾸로 지나면서 상류 기울기 × 국소 기울기를 구하세요: {product}.",
        },
    ),
    Mistake(
        "upstream_before_gate",
        Wrong("beyond * local", "instead", needs="beyond"),
        {"en": "a gate left out", "ko": "게이트를 빠뜨림"},
        {
            "en": "This multiplies by {of_beyond} where {of_top} arrives (dC/da for dC/dz): a gate was left out.",
            "ko": "{of_top} 대신 {of_beyond} 값을 곱했습니다 (dC/dz 대신 dC/da): 게이트 하나를 빠뜨렸습니다.",
        },
        {
            "en": "What arrives at {top} is {of_top}; upstream × local: {product}.",
            "ko": "{top}에 도달하는 것은 {of_top}입니다. 상류 기울기 × 국소 기울기: {product}.",
        },
    ),
    Mistake(
        "forgot_local",
        Wrong("upstream", "instead"),
        {"en": "no local gradient", "ko": "국소 기울기를 곱하지 않음"},
        {
            "en": "This is what arrives at {top} (upstream), without the local gradient of the {gate} gate.",
            "ko": "{top}에 도달한 상류 기울기이고, {gate} 게이트의 국소 기울기를 곱하지 않았습니다.",
        },
        MULTIPLY,
    ),
    Mistake(
        "local_alone",
        Wrong("local", "alone"),
        {"en": "the local gradient alone", "ko": "국소 기울기만 씀"},
        {
            "en": "This is the local gradient of the {gate} gate alone, without what arrives at {top} (upstream).",
            "ko": "{gate} 게이트의 국소 기울기뿐이고, {top}에 도달한 상류 기울기를 곱하지 않았습니다.",
        },
        MULTIPLY,
    ),
    Mistake(
        "value",
        Wrong("value", "whole"),
        {"en": "the value", "ko": "순전파의 값"},
        {
            "en": "This is the value of {wire}, from the forward pass; its gradient is asked for.",
            "ko": "{wire}의 기울기가 아니라 순전파에서 구한 값입니다.",
        },
        {
            "en": "A gradient is upstream × local: {product}.",
            "ko": "기울기는 상류 기울기 × 국소 기울기입니다: {product}.",
        },
    ),
)
"""The likeliest first: where several lead to the same number, the first is reported, and the others are named."""
