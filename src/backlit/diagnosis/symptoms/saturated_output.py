"""A saturated output: it is wrong, and sigma' of its gate multiplies the error by next to nothing."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

WRONG = 0.5
"""An output is wrong where it is off by more than a half."""
SLOPE = 0.1
"""Part of the largest slope: learning is at least ten times slower there."""
FEW_WRONG = 0.05
"""Part of the rows that are wrong so."""


def check(evidence: Evidence) -> Finding | None:
    """Measure the slope where the output is wrong, unless the loss cancels it."""
    from backlit.diagnosis.flow import LARGEST_SLOPE

    blueprint, seen = evidence.blueprint, evidence.flow
    if blueprint.fusion is not None or seen is None or blueprint.output_gate not in (*LARGEST_SLOPE, "softmax"):
        return None
    outputs, targets = evidence.outputs, evidence.rows.targets
    error = np.abs(outputs - targets)
    wrong = error > WRONG
    if wrong.any(axis=1).mean() < FEW_WRONG or not evidence.learns_too_little:
        return None
    tanh = blueprint.output_gate == "tanh"
    slopes = (1 - outputs**2) if tanh else outputs * (1 - outputs)
    slope = float(np.median(slopes[wrong]))
    if slope > SLOPE * (1.0 if tanh else 0.25):
        return None
    mean_error = float(error[wrong].mean())
    right = ("sigmoid", "binary_cross_entropy") if targets.shape[1] == 1 else ("softmax", "cross_entropy")
    numbers = {"slope": slope, "error": mean_error, "gate": blueprint.output_gate, "loss": blueprint.loss,
               "rows": float(wrong.any(axis=1).mean()), "times": 1 / max(slope, 1e-300)}  # fmt: skip
    bars = {"|a - y|": mean_error, "sigma'(z)": slope}
    return Finding(numbers, Change("head", right), layers=(len(blueprint.neurons),), bars=bars)


SYMPTOM = Symptom(
    "saturated_output",
    30,
    check,
    {
        "en": Words(
            "On {rows:.0%} of the rows the output is off by {error:.3g}, and sigma'(z) = {slope:.4f} of "
            "{gate} multiplies the error: learning is {times:.0f} times slower.",
            "With {loss} loss, delta is the error times sigma'(z); below a tenth of the largest slope, the "
            "worst rows learn slowest. Cross entropy cancels sigma'(z).",
            "Take cross entropy as the loss: delta is then a - y, and sigma'(z) is gone.",
        ),
        "ko": Words(
            "행의 {rows:.0%}에서 출력이 {error:.3g}만큼 틀렸는데 {gate}의 sigma'(z) = {slope:.4f}이 오차에 "
            "곱해져 학습이 {times:.0f}배 느립니다.",
            "{loss} 손실에서 델타는 오차에 sigma'(z)를 곱한 것입니다. 최대 기울기의 10분의 1보다 작으면 가장 "
            "틀린 행이 가장 느리게 배웁니다. 교차 엔트로피에서는 sigma'(z)가 약분됩니다.",
            "손실을 교차 엔트로피로 바꾸십시오. 델타가 a - y가 되어 sigma'(z)가 사라집니다.",
        ),
    },
    same_cause=("loss_output_mismatch",),
    picture="slopes",
)
