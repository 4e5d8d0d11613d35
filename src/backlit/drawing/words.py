"""The words on a drawing, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

from backlit.errors import BacklitError

EN: Mapping[str, str] = {
    "wire": "wire",
    "formula": "formula",
    "value": "value",
    "gradient": "gradient",
    "operand": "operand",
    "local": "local gradient",
    "upstream": "upstream",
    "contribution": "contribution",
    "not_computed": "not computed",
    "sum": "sum",
    "pattern": "pattern",
    "from": "from",
    "to": "to",
    "input": "input",
    "parameter": "parameter",
    "constant": "constant",
    "gate": "gate",
    "output": "output",
    "distributor": "gradient distributor",
    "router": "gradient router",
    "switcher": "gradient switcher",
    "short_distributor": "distributor",
    "short_router": "router",
    "short_switcher": "switcher",
    "feeds": "{name} feeds {count} gates: {sum}",
    "repeats": "{name} is read {count} times: {sum}",
    "witness": "finite difference",
    "agrees": "agrees",
    "yes": "yes",
    "no": "NO",
    "legend": "Legend",
    "circuit": "Circuit",
    "wires": "Wires",
    "edges": "Edges: local gradient × upstream = contribution",
    "below_each": "below each gate: operand ← local gradient × upstream = contribution",
    "value_above": "value (above)",
    "gradient_below": "gradient (below)",
    "contribution_below": "contribution of a branch",
    "described": "Circuit of {boxes} boxes and {links} edges; output {output} = {value}.",
    "and_more": "and {count} more",
    "steps": "Step by step",
    "go_first": "to the start",
    "go_back": "one gate back",
    "go_on": "one gate on",
    "go_last": "to the end",
    "practice": "Practice",
    "check": "Check",
    "start": "Step through it with the buttons or the arrow keys: forward for the values, then back for the gradients.",
    "before": "Nothing is computed yet: only the inputs are known.",
    "asking": "What is {wire}? Upstream × local gradient, summed over all branches.",
    "no_number": "This is no number; write one such as -4 or 0.25.",
    "derivation": "Derivation (chain rule)",
    "with_respect_to": "with respect to",
    "path": "path {number}",
    "verdict_right": "Right.",
    "verdict_sign": "The size is right, the sign is not.",
    "verdict_one_branch": "This is the contribution of one branch only: at a fork all of them are summed.",
    "verdict_local_only": "This is the local gradient alone: multiply it by what arrives from upstream.",
    "verdict_upstream_only": "This is what arrives from upstream: multiply it by the local gradient.",
    "verdict_swapped_inputs": "This is the gradient of the gate's other input.",
    "verdict_value": "This is the value on the way forward, not the gradient.",
    "verdict_unknown": "Not yet. For each gate that reads it: upstream × local gradient; then sum.",
}

KO: Mapping[str, str] = {
    "wire": "선",
    "formula": "식",
    "value": "값",
    "gradient": "기울기",
    "operand": "피연산자",
    "local": "국소 기울기",
    "upstream": "상류 기울기",
    "contribution": "기여",
    "not_computed": "계산하지 않음",
    "sum": "합",
    "pattern": "패턴",
    "from": "에서",
    "to": "으로",
    "input": "입력",
    "parameter": "매개변수",
    "constant": "상수",
    "gate": "게이트",
    "output": "출력",
    "distributor": "기울기 분배기",
    "router": "기울기 라우터",
    "switcher": "기울기 전환기",
    "short_distributor": "분배기",
    "short_router": "라우터",
    "short_switcher": "전환기",
    "feeds": "{name} → 게이트 {count}개: {sum}",
    "repeats": "{name} → 피연산자 {count}곳: {sum}",
    "witness": "유한 차분",
    "agrees": "일치",
    "yes": "예",
    "no": "아니요",
    "legend": "범례",
    "circuit": "회로",
    "wires": "선",
    "edges": "간선: 국소 기울기 × 상류 기울기 = 기여",
    "below_each": "게이트 아래: 피연산자 ← 국소 기울기 × 상류 기울기 = 기여",
    "value_above": "값 (위)",
    "gradient_below": "기울기 (아래)",
    "contribution_below": "갈래의 기여",
    "described": "상자 {boxes}개, 간선 {links}개의 회로; 출력 {output} = {value}.",
    "and_more": "외 {count}개",
    "steps": "한 단계씩",
    "go_first": "처음으로",
    "go_back": "게이트 하나 뒤로",
    "go_on": "게이트 하나 앞으로",
    "go_last": "끝으로",
    "practice": "연습",
    "check": "확인",
    "start": "단추나 화살표 키로 한 단계씩 따라가 보세요: 앞으로 가며 값을, 되돌아오며 기울기를 계산합니다.",
    "before": "아직 아무것도 계산하지 않았습니다: 입력만 알려져 있습니다.",
    "asking": "{wire} 값은 얼마일까요? 모든 갈래의 상류 기울기 × 국소 기울기를 더하세요.",
    "no_number": "수가 아닙니다. -4 또는 0.25처럼 적으세요.",
    "derivation": "유도 (연쇄 법칙)",
    "with_respect_to": "변수",
    "path": "경로 {number}",
    "verdict_right": "맞았습니다.",
    "verdict_sign": "크기는 맞지만 부호가 반대입니다.",
    "verdict_one_branch": "갈래 하나의 기여입니다: 갈림길에서는 모든 갈래를 더합니다.",
    "verdict_local_only": "국소 기울기뿐입니다: 도달한 상류 기울기를 곱하세요.",
    "verdict_upstream_only": "도달한 상류 기울기입니다: 국소 기울기를 곱하세요.",
    "verdict_swapped_inputs": "게이트의 다른 입력에 대한 기울기입니다.",
    "verdict_value": "기울기가 아니라 순전파의 값입니다.",
    "verdict_unknown": "아직 아닙니다. 그 값을 읽는 게이트마다 상류 기울기 × 국소 기울기를 구해 더하세요.",
}

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": EN, "ko": KO}


def words(lang: str) -> Mapping[str, str]:
    """The table of words of a language.

    Raises
    ------
    BacklitError
        If the language is neither ``en`` nor ``ko``.

    Examples
    --------
    >>> words("en")["local"], words("ko")["local"]
    ('local gradient', '국소 기울기')
    """
    if lang not in LANGUAGES:
        raise BacklitError(f"language {lang!r} is unknown; use one of: {', '.join(LANGUAGES)}")
    return LANGUAGES[lang]
