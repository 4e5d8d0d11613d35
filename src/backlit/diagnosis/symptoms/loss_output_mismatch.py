"""Loss and output do not fit: the output cannot be the target, or the loss needs another one."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

RANGES = {
    "sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, np.inf),
    "exp": (0.0, np.inf),
}
"""Output gate -> the numbers that it can give."""
OUTSIDE = 0.01
"""Part of the targets outside of them: an outlier or two is another matter."""
LOG_LOSSES = ("cross_entropy", "binary_cross_entropy")


def check(evidence: Evidence) -> Finding | None:
    """Hold the targets against the gate's range, and the gate against the loss."""
    gate, loss, task = evidence.blueprint.output_gate, evidence.blueprint.loss, evidence.case.task
    targets = evidence.rows.targets
    if not np.isfinite(targets).all():
        return None
    low, high = RANGES.get(gate, (-np.inf, np.inf))
    outside = float(((targets < low - 1e-9) | (targets > high + 1e-9)).any(axis=1).mean())
    right = ("identity", "squared")
    if task == "classification":
        right = ("softmax", "cross_entropy") if targets.shape[1] > 1 else ("sigmoid", "binary_cross_entropy")
    finding = Finding({"gate": gate, "loss": loss, "low": low, "high": high, "outside": outside}, Change("head", right))
    impossible = outside >= OUTSIDE or (gate == "softmax" and targets.shape[1] == 1)
    needs_probabilities = loss in LOG_LOSSES and gate not in ("softmax", "sigmoid")
    one_sided = loss == "cross_entropy" and gate == "sigmoid"
    if impossible or needs_probabilities or one_sided:
        return finding
    unfit = task == "classification" and (gate not in ("softmax", "sigmoid") or loss == "absolute")
    return finding if unfit and evidence.learns_too_little else None


SYMPTOM = Symptom(
    "loss_output_mismatch",
    6,
    check,
    {
        "en": Words(
            "The output gate is {gate}, which gives {low:g} to {high:g}, and the loss is {loss}; "
            "{outside:.0%} of the targets lie outside.",
            "A target that the output cannot be leaves an error for ever; a log loss needs an output between "
            "0 and 1, and one whose every output is pulled somewhere.",
            "Take the pair that fits the targets: identity with squared error for numbers, sigmoid or softmax "
            "with cross entropy for classes.",
        ),
        "ko": Words(
            "출력 게이트 {gate}의 값은 {low:g}부터 {high:g}까지이고 손실은 {loss}입니다. 목표값의 "
            "{outside:.0%}가 이 범위를 벗어납니다.",
            "출력이 가질 수 없는 목표값에는 오차가 영원히 남습니다. 로그 손실에는 0과 1 사이의 출력이 필요합니다.",
            "목표값에 맞는 짝을 고르십시오: 수치에는 identity와 제곱 오차, 클래스에는 sigmoid 또는 softmax와 "
            "교차 엔트로피.",
        ),
    },
    same_cause=("saturated_output",),
    picture="targets",
)
