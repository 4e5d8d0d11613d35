"""Clipped gradients: nearly every step is cut to a small part."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

CUT = 10.0
"""How many times the norm exceeds the bound: every step is a tenth of itself, and the rate is not what it seems."""


def check(evidence: Evidence) -> Finding | None:
    """Compare the gradient's norm at the start with the bound."""
    bound = evidence.known.clip_norm
    first = evidence.first_flow or evidence.flow
    if bound is None or first is None:
        return None
    norm = max(first.gradient_norm, 0.0 if evidence.flow is None else evidence.flow.gradient_norm)
    if norm < CUT * bound or not evidence.falls_short:
        return None
    numbers = {"norm": norm, "bound": bound, "times": norm / bound}
    return Finding(numbers, Change("clip_norm", float(np.ceil(norm))), bars={"|gradient|": norm, "bound": bound})


SYMPTOM = Symptom(
    "clipped_gradient",
    20,
    check,
    {
        "en": Words(
            "The gradient's norm is {norm:.3g}, and it is cut to {bound:.3g}: {times:.0f} times smaller.",
            "A bound is there for rare outliers; where the usual gradient exceeds it tenfold, every step is a "
            "tenth of what the learning rate says.",
            "Raise the bound above the usual norm.",
        ),
        "ko": Words(
            "기울기의 크기 {norm:.3g}를 {bound:.3g}로 잘라 {times:.0f}분의 1이 됩니다.",
            "상한은 드물게 튀는 기울기를 위한 것입니다. 보통의 기울기가 상한의 열 배를 넘으면 모든 갱신이 "
            "학습률의 10분의 1도 되지 않습니다.",
            "상한을 보통의 기울기 크기보다 높이십시오.",
        ),
    },
    needs=("clip_norm",),
)
