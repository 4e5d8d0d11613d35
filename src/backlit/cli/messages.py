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
