"""The languages of explanations, and what the terminal prints in each: a new language is one entry in both."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Language(StrEnum):
    """A language that explanations are written in."""

    en = "en"
    ko = "ko"


VERDICTS: Mapping[str, str] = {
    "en": "{agreeing} of {checked} gradients agree with their finite differences",
    "ko": "기울기 {checked}개 중 {agreeing}개가 유한 차분과 일치",
}

GIVEN: Mapping[str, Mapping[str, str]] = {
    "not_assigned": {
        "en": "{text!r} is not NAME=VALUE; write it as x=-2",
        "ko": "{text!r}: 이름=값의 꼴이 아닙니다; x=-2처럼 쓰세요",
    },
    "given_twice": {
        "en": "{name!r} is given twice; give it one value",
        "ko": "{name!r}의 값을 두 번 주었습니다; 한 번만 주세요",
    },
    "no_number": {
        "en": "{name}={text}: {text!r} is not a number; write it as {name}=-2 or {name}=0.5",
        "ko": "{name}={text}: {text!r}: 수가 아닙니다; {name}=-2나 {name}=0.5처럼 쓰세요",
    },
    "too_large_number": {
        "en": "{name}={text}: {text!r} is not finite in float64; give a smaller number",
        "ko": "{name}={text}: 너무 커서 실수형으로 나타낼 수 없습니다; 더 작은 수를 주세요",
    },
}
"""What is wrong with a number that is given for a formula."""
