"""An oscillating loss: it rises as often as it falls."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

RISES = 0.3
"""Part of the epochs in which the loss rises."""
SWING = 0.1
"""Mean change from epoch to epoch over the mean loss: less is the noise of mini-batches."""
CURVE_EPOCHS = 8


def check(evidence: Evidence) -> Finding | None:
    """Look at the second half of the curve."""
    curve = np.array(evidence.known.loss_curve, float)
    if len(curve) < CURVE_EPOCHS or not evidence.falls_short:
        return None
    late = curve[len(curve) // 2 :]
    changes = np.diff(late)
    rises, swing = float((changes > 0).mean()), float(np.abs(changes).mean() / max(abs(late.mean()), 1e-12))
    if rises < RISES or swing < SWING:
        return None
    from backlit.diagnosis.rates import lower_factor

    factor = lower_factor(evidence.known.optimizer, evidence.known.rate)
    return Finding({"rises": rises, "swing": swing}, Change("rate", factor), bars={"rises": rises, "swing": swing})


SYMPTOM = Symptom(
    "oscillating_loss",
    28,
    check,
    {
        "en": Words(
            "In the second half of the training the loss rises in {rises:.0%} of the epochs, by {swing:.0%} "
            "of itself from one to the next.",
            "Mini-batches make a loss shake by a few hundredths; a tenth, up and down, means that steps are "
            "longer than the valley is wide.",
            "Lower the learning rate to a tenth, or to the usual one if that is lower.",
        ),
        "ko": Words(
            "학습 후반의 {rises:.0%}에서 손실이 오르고, 에포크마다 {swing:.0%}씩 흔들립니다.",
            "미니배치에 따른 흔들림은 몇 퍼센트입니다. 10퍼센트씩 오르내리면 한 걸음이 골짜기보다 넓은 것입니다.",
            "학습률을 10분의 1이나 (더 낮다면) 보통의 학습률로 낮추십시오.",
        ),
    },
    needs=("loss_curve",),
    same_cause=("rate_too_high", "small_batch"),
    picture="loss",
)
