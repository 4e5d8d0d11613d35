"""THE table of mistakes, as data: what each would answer for a wire, and what to say about it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backlit.practice.arrivals import Arrival, Spot

TOLERANCE = 1e-3
"""Relative: an answer to three digits is right."""

NEXT_TO_ZERO = 1e-9
"""What counts as 0 where 0 is right."""


class Slip(NamedTuple):
    """A number that a mistake leads to, and the gate at which it happens, if it happens at one."""

    answer: float
    at: Arrival | None = None


@dataclass(frozen=True, eq=False)
class Mistake:
    """One way to go wrong.

    Attributes
    ----------
    name : str
    slips : callable
        Spot -> the numbers that this mistake would answer there; none where it cannot be made.
    title : mapping
        Language -> its name in a few words.
    what : mapping
        Language -> what happened; may name {wire}, {of_wire}, {gate}, {top}, {of_top}, {of_beyond}, {count}.
    mend : mapping
        Language -> what to do instead; {product} is upstream times local, in symbols and numbers.
    """

    name: str
    slips: Callable[[Spot], Iterator[Slip]]
    title: Mapping[str, str]
    what: Mapping[str, str]
    mend: Mapping[str, str]


def _replaced(spot: Spot, other: Sequence[float | None]) -> Iterator[Slip]:
    """The gradient with one arrival's contribution replaced, or with all of them; None: there is none to replace it."""
    changed = [(arrival, new) for arrival, new in zip(spot.arrivals, other, strict=True) if new is not None]
    for arrival, new in changed:
        yield Slip(spot.gradient - arrival.value + new, arrival)
    if len(changed) > 1:
        yield Slip(spot.gradient + sum(new - arrival.value for arrival, new in changed), changed[0][0])


def _one_of_several(spot: Spot) -> Iterator[Slip]:
    if len(spot.arrivals) > 1:
        for arrival in spot.arrivals:
            yield Slip(arrival.value, arrival)


def _other_operand(spot: Spot) -> Iterator[Slip]:
    return _replaced(spot, [None if a.swapped is None else a.upstream * a.swapped for a in spot.arrivals])


def _opposite(spot: Spot) -> Iterator[Slip]:
    yield Slip(-spot.gradient)


def _far_side(spot: Spot) -> Iterator[Slip]:
    """dC/da where dC/dz is wanted: as the answer itself, or as what is multiplied by the local gradient."""
    yield from _replaced(spot, [a.upstream if a.single else None for a in spot.arrivals])


def _far_upstream(spot: Spot) -> Iterator[Slip]:
    yield from _replaced(spot, [None if a.beyond is None else a.beyond * a.local for a in spot.arrivals])


def _upstream_alone(spot: Spot) -> Iterator[Slip]:
    return _replaced(spot, [a.upstream for a in spot.arrivals])


def _local_alone(spot: Spot) -> Iterator[Slip]:
    for arrival in spot.arrivals:
        yield Slip(arrival.local, arrival)
    if len(spot.arrivals) > 1:
        yield Slip(sum(arrival.local for arrival in spot.arrivals), spot.arrivals[0])


def _value(spot: Spot) -> Iterator[Slip]:
    yield Slip(spot.value)


MULTIPLY: Mapping[str, str] = {
    "en": "Multiply what arrives by the local gradient: {product}.",
    "ko": "도달한 상류 기울기에 국소 기울기를 곱하세요: {product}.",
}

MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "one_branch",
        _one_of_several,
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
        _other_operand,
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
        _opposite,
        {"en": "sign", "ko": "부호"},
        {"en": "The size is right, the sign is not.", "ko": "크기는 맞지만 부호가 반대입니다."},
        {
            "en": "Carry the sign of each factor: {product}.",
            "ko": "각 인수의 부호까지 곱하세요: {product}.",
        },
    ),
    Mistake(
        "stopped_before_gate",
        _far_side,
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
        _far_upstream,
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
        _upstream_alone,
        {"en": "no local gradient", "ko": "국소 기울기를 곱하지 않음"},
        {
            "en": "This is what arrives at {top} (upstream), without the local gradient of the {gate} gate.",
            "ko": "{top}에 도달한 상류 기울기이고, {gate} 게이트의 국소 기울기를 곱하지 않았습니다.",
        },
        MULTIPLY,
    ),
    Mistake(
        "local_alone",
        _local_alone,
        {"en": "the local gradient alone", "ko": "국소 기울기만 씀"},
        {
            "en": "This is the local gradient of the {gate} gate alone, without what arrives at {top} (upstream).",
            "ko": "{gate} 게이트의 국소 기울기뿐이고, {top}에 도달한 상류 기울기를 곱하지 않았습니다.",
        },
        MULTIPLY,
    ),
    Mistake(
        "value",
        _value,
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
"""The likeliest first: where several lead to the same number, the first is told, and the others are named."""


def slips(spot: Spot) -> Iterator[tuple[Mistake, Slip]]:
    """Every wrong number that a mistake leads to, the likeliest mistake first; none that is right by luck."""
    for mistake in MISTAKES:
        for slip in mistake.slips(spot):
            if math.isfinite(slip.answer) and not same(slip.answer, spot.gradient):
                yield mistake, slip


def same(answer: float, right: float) -> bool:
    """Whether two numbers are the same to three digits."""
    return math.isclose(answer, right, rel_tol=TOLERANCE, abs_tol=NEXT_TO_ZERO)
