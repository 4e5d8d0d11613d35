"""The messages of a derivation, in each language that it can be written in."""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, Mapping[str, str]] = {
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
        "array": "array",
        "mean": "The loss is the mean over {count} samples: a row of each delta is one sample's, divided by {count}.",
        "wrt": "wrt",
        "analytic": "backpropagation",
        "numeric": "central difference",
        "ok": "ok",
        "wrong": "DISAGREES",
        "checked": "{count} of {total} gradients checked",
        "cannot tell": "cannot tell",
        "agree": "all agree",
        "agree but": "all agree; {count} are next to 0 beside the largest, where rounding hides the rest",
        "each alone": "they disagree, though each gate alone is right",
        "wrong gate": (
            "gate {gate} at {wire}: local gradient for {operand} is declared {declared}, "
            "central differences say {numeric}"
        ),
        "a constant": "a constant",
        "one": "cannot tell {name}: {reason}",
        "some": "cannot tell {count} of them; {name}: {reason}",
        "rounding of": "the rounding of {formula} (gate {gate} at {wire}) is as large as the gradient",
        "rounding": "rounding is as large as the gradient",
        "values": "the output has no finite values around it",
        "jump": "the output jumps there, or its slope grows without end",
        "fine": "the output varies more finely there than the floats lie",
        "more wires": "({count:,} more wires)",
        "witnesses": "compiled engine {engine}, graph {graph}, central difference {difference}",
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
        "array": "배열",
        "mean": "손실은 표본 {count}개의 평균입니다: 각 델타의 행 하나가 표본 하나이며 {count}(으)로 나눈 값입니다.",
        "wrt": "변수",
        "analytic": "역전파",
        "numeric": "중심 차분",
        "ok": "일치",
        "wrong": "불일치",
        "checked": "기울기 {total}개 가운데 {count}개 검산",
        "cannot tell": "판단 불가",
        "agree": "모두 일치합니다",
        "agree but": "모두 일치합니다. {count}개는 가장 큰 기울기에 비해 0이나 다름없어 더는 가릴 수 없습니다",
        "each alone": "게이트 하나하나는 옳지만 서로 일치하지 않습니다",
        "wrong gate": (
            "{wire}의 {gate} 게이트: {operand}에 대한 국소 기울기가 {declared}(으)로 선언되었지만 "
            "중심 차분으로는 {numeric}입니다"
        ),
        "a constant": "상수",
        "one": "{name}: 판단할 수 없습니다. {reason}",
        "some": "그중 {count}개는 판단할 수 없습니다. {name}: {reason}",
        "rounding of": "{formula}({wire}의 {gate} 게이트)의 반올림 오차가 기울기만큼 큽니다",
        "rounding": "반올림 오차가 기울기만큼 큽니다",
        "values": "주변에서 출력이 유한한 값을 갖지 않습니다",
        "jump": "출력이 그 자리에서 건너뛰거나 기울기가 끝없이 커집니다",
        "fine": "출력이 그 자리에서 부동소수점 수의 간격보다 촘촘하게 변합니다",
        "more wires": "(선 {count:,}개 더 있음)",
        "witnesses": "컴파일된 엔진 {engine}, 그래프 {graph}, 중심 차분 {difference}",
    },
}
"""Language -> message -> its text."""
