"""Targets far from 1: the output has to grow to their size first."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

FAR = 20.0
"""Standard deviations or means beyond this: a step of Adam moves a weight by the rate, 0.001, so it takes 20,000."""
TINY_SIZE = 0.01
"""Standard deviations below this: the first outputs are off by a hundred of them."""


def check(evidence: Evidence) -> Finding | None:
    """Measure the targets of a regression that learns too little."""
    if evidence.case.task != "regression" or evidence.blueprint.output_gate != "identity" or not evidence.finite:
        return None
    targets = evidence.scaled_targets
    std, mean = float(targets.std(axis=0).max()), float(np.abs(targets.mean(axis=0)).max())
    far = max(std, mean) > FAR or 0 < max(std, mean) < TINY_SIZE
    if not (far and evidence.falls_short):
        return None
    return Finding({"std": std, "mean": mean}, Change("scale_targets"), bars={"std(y)": std, "|mean(y)|": mean})


SYMPTOM = Symptom(
    "unscaled_target",
    8,
    check,
    {
        "en": Words(
            "The targets have a standard deviation of {std:.3g} and a mean of size {mean:.3g}.",
            "Weights start near 1 and move by about the learning rate at each step; targets beyond 20 (or "
            "below 0.01) are thousands of steps away.",
            "Standardise y, and undo it after predict (sklearn.compose.TransformedTargetRegressor).",
        ),
        "ko": Words(
            "목표값의 표준 편차는 {std:.3g}, 평균의 크기는 {mean:.3g}입니다.",
            "가중치는 1 근처에서 시작하여 한 번에 학습률만큼만 움직입니다. 20을 넘거나 0.01보다 작은 "
            "목표값까지는 수천 번의 갱신이 필요합니다.",
            "y를 표준화하고 예측한 뒤에 되돌리십시오 (sklearn.compose.TransformedTargetRegressor).",
        ),
    },
    picture="targets",
)
