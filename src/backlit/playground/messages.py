"""The words of the page without Python, by language."""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Playground",
        "lead": "Type any formula: it is read, drawn and derived right here, without Python and without a network.",
        "formula": "Formula",
        "examples": "Examples",
        "example_product": "(x + y) z",
        "example_sigmoid": "Sigmoid neuron",
        "example_patterns": "Add, max, mul",
        "example_fork": "A fork",
        "example_gelu": "GELU",
        "other_language": "한국어",
        "copy": "Copy link",
        "copied": "The link is copied.",
        "refused": "This link is too long, or not of this page; it was left out.",
        "many_gates": "the formula has {count} gates; stay below {limit}",
        "arrays": "gate {name} works on whole arrays, this page on single numbers; trace it with Python",
        "no_scripts": "This page needs scripts.",
    },
    "ko": {
        "title": "플레이그라운드",
        "lead": "식을 입력하면 파이썬도 네트워크도 없이 바로 여기서 읽고, 그리고, 유도합니다.",
        "formula": "식",
        "examples": "예",
        "example_product": "(x + y) z",
        "example_sigmoid": "시그모이드 뉴런",
        "example_patterns": "덧셈, 최댓값, 곱셈",
        "example_fork": "갈림길",
        "example_gelu": "GELU",
        "other_language": "English",
        "copy": "링크 복사",
        "copied": "링크를 복사했습니다.",
        "refused": "링크가 너무 길거나 이 페이지의 것이 아니어서 쓰지 않았습니다.",
        "many_gates": "식에 게이트가 {count}개 있습니다; {limit}개보다 적게 쓰세요",
        "arrays": "{name} 게이트는 배열 전체를 다루지만 이 페이지는 수 하나씩만 다룹니다; 파이썬으로 추적하세요",
        "no_scripts": "이 페이지에는 스크립트가 필요합니다.",
    },
}
