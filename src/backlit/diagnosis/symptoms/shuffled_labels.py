"""Shuffled labels: the rows tell nothing of their targets."""

from __future__ import annotations

from backlit.diagnosis.alignment import shift_of
from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.reference import area_of
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

LABELLED_ROWS = 50
ERRORS = 3.0
"""Standard errors by which an area under a curve may exceed a half by accident."""
UNCLEAR = 0.25
"""So many standard errors that are wider than this hide a class that the rows do tell: a dozen rows of a rare one."""


def check(evidence: Evidence) -> Finding | None:
    """Whether neither trees, nor a linear model, nor the network know the target of a row that they have not seen."""
    reference = evidence.reference
    if reference is None or len(evidence.rows) < LABELLED_ROWS or not evidence.finite:
        return None
    gain = reference.score - reference.constant
    if gain > max(0.02, reference.noise) or _ranked(evidence):
        return None
    held = evidence.validation_score
    if held is not None and held > reference.constant + max(0.1, reference.noise):
        return None  # the network sees what the reference does not
    held_text = "-" if held is None else f"{held:.3f}"
    numbers = {"score": reference.score, "constant": reference.constant, "train": evidence.score, "held": held_text}
    bars = {"constant": reference.constant, "reference": reference.score, "network, learnt from": evidence.score}
    shift = shift_of(evidence.case.task, evidence.case.rows)
    numbers["shift"] = 0 if shift is None else shift
    change = Change("align") if shift is None else Change("move_targets", shift)
    return Finding(numbers, change, bars=bars)


def _ranked(evidence: Evidence) -> bool:
    """Whether the reference ranks the rows of a class, though it may never predict a rare one; or nobody can tell."""
    reference = evidence.reference
    if evidence.classes is None or reference is None:
        return False
    targets = evidence.case.rows.targets
    areas = [area_of(reference, targets, number) for number in range(max(targets.shape[1], 2))]
    unclear = all(ERRORS * error > UNCLEAR for _, error in areas)
    return unclear or any(area > 0.5 + max(0.05, ERRORS * error) for area, error in areas)


SYMPTOM = Symptom(
    "shuffled_labels",
    18,
    check,
    {
        "en": Words(
            "Trees and a linear model reach {score:.3f} on rows that they have not seen, a constant "
            "{constant:.3f}; the network has {train:.3f} on the rows learnt from, {held} on others.",
            "Within two standard errors of a constant, the rows tell nothing of their targets: they were "
            "shuffled apart, or the columns miss what matters.",
            "Check that row i of X belongs to y[i]: sorting, shuffling or joining one without the other is "
            "the usual cause. Targets that are moved by up to 3 rows are looked for: row i belongs to "
            "y[i + {shift}], or, where that is 0, none was found.",
        ),
        "ko": Words(
            "트리와 선형 모델은 보지 못한 행에서 {score:.3f}, 상수는 {constant:.3f}입니다. 신경망은 학습한 "
            "행에서 {train:.3f}, 다른 행에서 {held}입니다.",
            "상수와의 차이가 표준 오차의 두 배 이내라면 행은 목표값에 대해 아무것도 알려 주지 않습니다. "
            "순서가 어긋났거나 중요한 열이 없는 것입니다.",
            "X의 i번째 행과 y[i]가 짝이 맞는지 확인하십시오. 한쪽만 정렬하거나 섞거나 결합한 경우가 많습니다. "
            "목표값이 3행까지 밀렸는지도 찾아봅니다. i번째 행의 짝은 y[i + {shift}]이며, 0이면 찾지 못한 것입니다.",
        ),
    },
)
