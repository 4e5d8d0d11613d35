"""Too few epochs: the training ended while the loss was still falling."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

FALLING = 0.1
"""Part of the loss that as many steps again take away, or that the last tenth of the epochs took."""
FALL_EPOCHS = 5
TIMES, MOST_TIMES = 10, 100
"""How many times as many epochs; more where the steps were so few that no weight could move by 1: Adam moves it by the
rate at each."""


def check(evidence: Evidence) -> Finding | None:
    """Whether the curve still falls, or the training gets further if it goes on."""
    if not evidence.learns_too_little or not evidence.finite or evidence.known.epochs is None:
        return None
    curve = np.array(evidence.known.loss_curve, float)
    falling = 0.0
    if len(curve) >= FALL_EPOCHS:
        tenth = max(1, len(curve) // 10)
        falling = float((curve[-1 - tenth] - curve[-1]) / max(abs(curve[-1 - tenth]), 1e-12))
    further = evidence.gain_of_continuing
    if max(falling, further) < FALLING:
        return None
    numbers = {"epochs": evidence.known.epochs, "falling": falling, "further": further}
    bars = {"last tenth": falling, "going on": further}
    from backlit.diagnosis.rates import usual_rate

    rate = evidence.known.rate or usual_rate(evidence.known.optimizer)
    times = int(min(max(TIMES, np.ceil(1 / (rate * max(evidence.updates or 1000, 1)))), MOST_TIMES))
    return Finding({**numbers, "times": times}, Change("epochs", times), bars=bars)


SYMPTOM = Symptom(
    "too_few_epochs",
    42,
    check,
    {
        "en": Words(
            "After {epochs} epochs the loss still falls ({falling:.0%} in the last tenth); going on takes "
            "another {further:.0%} away.",
            "A training has converged where going on changes the loss by less than a tenth.",
            "Train {times} times as many epochs (and stop early by a validation).",
        ),
        "ko": Words(
            "{epochs}에포크 뒤에도 손실이 줄고 있습니다 (마지막 10분의 1에서 {falling:.0%}). 계속하면 "
            "{further:.0%} 더 줄어듭니다.",
            "계속해도 손실이 10분의 1도 변하지 않을 때 수렴했다고 합니다.",
            "에포크를 {times}배로 늘리십시오 (검증 점수로 일찍 멈추게 하십시오).",
        ),
    },
    needs=("epochs",),
    same_cause=("rate_too_low",),
    picture="loss",
)
