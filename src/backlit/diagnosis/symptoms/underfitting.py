"""Underfitting: the network is too small for what the rows tell."""

from __future__ import annotations

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

WIDER = 8
"""Times as many units in every hidden layer, 32 at least."""


def check(evidence: Evidence) -> Finding | None:
    """A network that learns too little of its own rows; every other cause is ranked before it."""
    if not evidence.learns_too_little or not evidence.finite or evidence.reference is None:
        return None
    widths = [layer.outputs for layer in evidence.blueprint.neurons[:-1]]
    numbers = {
        "widths": "-".join(map(str, widths)) or "none",
        "score": evidence.score,
        "reference": evidence.reference.score,
        "parameters": evidence.blueprint.parameter_count,
    }
    bars = {"network": evidence.score, "reference": evidence.reference.score}
    return Finding(numbers, Change("widen", WIDER), bars=bars)


SYMPTOM = Symptom(
    "underfitting",
    48,
    check,
    {
        "en": Words(
            "On its own rows the network reaches {score:.3f}; trees or a linear model reach {reference:.3f} "
            "on rows that they have not seen. Hidden units: {widths}, {parameters} parameters.",
            "A network that is large enough fits the rows that it learns from at least as well as others know "
            "new ones; the difference is beyond two standard errors.",
            "Take more hidden units, in two layers at least.",
        ),
        "ko": Words(
            "신경망은 학습한 행에서 {score:.3f}이지만 트리나 선형 모델은 보지 못한 행에서 "
            "{reference:.3f}입니다. 은닉 유닛 {widths}, 매개변수 {parameters}개.",
            "충분히 큰 신경망은 학습한 행을 적어도 다른 모델이 새 행을 맞히는 만큼은 맞힙니다. 차이가 표준 "
            "오차의 두 배를 넘습니다.",
            "은닉 유닛을 늘리고 은닉층을 두 개 이상으로 하십시오.",
        ),
    },
    last_resort=True,
)
