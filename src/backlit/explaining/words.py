"""The words of a derivation, in each language that it can be written in."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Chain rule for {of} (backpropagation)",
        "factor": "factor",
        "local": "local gradient",
        "value": "value",
        "gate": "gate",
        "path": "path {number}",
        "sum": "sum of the {count} paths",
        "zeros": "{count} more paths carry 0 (one of their factors is 0)",
        "none": "{output} does not depend on {wrt}: no path leads from it to the output",
        "many": "More than {count} paths: each gradient is the sum over its fork, upstream gradient x local gradient.",
        "largest": "At each fork the {count} largest contributions are written out; the largest leads on.",
        "rest": "{count} more",
    },
    "ko": {
        "title": "{of}의 연쇄 법칙 (역전파)",
        "factor": "인수",
        "local": "국소 기울기",
        "value": "값",
        "gate": "게이트",
        "path": "경로 {number}",
        "sum": "경로 {count}개의 합",
        "zeros": "나머지 경로 {count}개의 기여는 0입니다 (인수 가운데 하나가 0)",
        "none": "{output} 값은 {wrt}에 의존하지 않습니다: 출력으로 이어지는 경로가 없습니다",
        "many": "경로가 {count}개보다 많습니다: 각 기울기는 갈림길의 (상류 기울기 × 국소 기울기)를 더한 값입니다.",
        "largest": "갈림길마다 가장 큰 기여 {count}개를 적고, 그중 가장 큰 기여를 따라갑니다.",
        "rest": "나머지 {count}개",
    },
}
"""Language -> message -> its text."""
