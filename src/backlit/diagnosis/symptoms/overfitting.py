"""Overfitting: the rows learnt from are known by heart, others are not."""

from __future__ import annotations

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

GAP = {"classification": 0.1, "regression": 0.2}
"""Between the score on rows learnt from and on others."""


def check(evidence: Evidence) -> Finding | None:
    """Compare the two scores, and hold the worse one against the reference."""
    held = evidence.validation_score
    if held is None or evidence.validation is None or not evidence.finite:
        return None
    rows = len(evidence.validation)
    error = (max(held * (1 - held), 0.01) / rows) ** 0.5 if evidence.case.task == "classification" else rows**-0.5
    gap = evidence.score - held
    if gap < GAP[evidence.case.task] + 2 * error:
        return None
    numbers = {"score": evidence.score, "held": held, "gap": gap, "parameters": evidence.blueprint.parameter_count,
               "rows": len(evidence.case.rows)}  # fmt: skip
    return Finding(numbers, Change("early_stopping"), bars={"learnt from": evidence.score, "others": held})


SYMPTOM = Symptom(
    "overfitting",
    50,
    check,
    {
        "en": Words(
            "The score is {score:.3f} on the {rows} rows learnt from and {held:.3f} on others ({parameters} "
            "parameters).",
            "A gap of a tenth of the rows (a fifth of R squared), beyond two standard errors, means that what "
            "was learnt are the rows, not what they have in common.",
            "Stop early by a validation, with a stronger penalty; more rows help most.",
        ),
        "ko": Words(
            "학습한 {rows}행에서는 점수가 {score:.3f}, 다른 행에서는 {held:.3f}입니다 (매개변수 {parameters}개).",
            "차이가 0.1(결정 계수는 0.2)과 표준 오차의 두 배를 넘으면 행들의 공통점이 아니라 행 자체를 외운 것입니다.",
            "검증 점수로 일찍 멈추고 벌점을 키우십시오. 행을 늘리는 것이 가장 좋습니다.",
        ),
    },
    needs=("validation",),
)
