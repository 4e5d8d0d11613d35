"""A small batch: single rows pull the weights about."""

from __future__ import annotations

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

SMALL = 4
"""Rows: the gradient of so few differs from the mean by more than its size."""
ENOUGH = 64
"""Rows of the data from which a larger batch is possible."""


def check(evidence: Evidence) -> Finding | None:
    """A batch of a few rows, in a network that falls short, where larger batches do better."""
    size = evidence.known.batch_size
    if size is None or size > SMALL or len(evidence.case.rows) < ENOUGH or not evidence.finite:
        return None
    if not evidence.falls_short or evidence.gain_with_larger_batches <= evidence.gains[1.0]:
        return None
    numbers = {"size": size, "gain": evidence.gains[1.0], "larger": evidence.gain_with_larger_batches}
    return Finding(numbers, Change("batch_size", 32), bars={"as it is": numbers["gain"], "32 rows": numbers["larger"]})


SYMPTOM = Symptom(
    "small_batch",
    25,
    check,
    {
        "en": Words(
            "Mini-batches have {size} rows; some steps take {gain:.0%} off the loss, with 32 rows {larger:.0%}.",
            "The gradient of one to four rows differs from the mean by more than its own size: weights walk "
            "at random around the minimum.",
            "Take mini-batches of 32 rows.",
        ),
        "ko": Words(
            "미니배치의 행이 {size}개입니다. 몇 번 갱신하면 손실이 {gain:.0%}, 32개씩이면 {larger:.0%} 줄어듭니다.",
            "행 한 개에서 네 개의 기울기는 평균과의 차이가 자기 크기보다 큽니다. 가중치가 최솟값 둘레를 헤맵니다.",
            "미니배치를 32행으로 하십시오.",
        ),
    },
    needs=("batch_size",),
    same_cause=("oscillating_loss",),
)
