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
