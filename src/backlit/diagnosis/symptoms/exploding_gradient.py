"""An exploding gradient: it grows from layer to layer on its way back, or numbers do on their way forward."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

DECADES = 1.5
"""Growth of delta on its way back, or of pre-activations ahead: no rate fits both ends."""


def check(evidence: Evidence) -> Finding | None:
    """Compare the first layer's delta with the output's, where the training started."""
    if not evidence.deep or not evidence.falls_short:
        return None
    seen = evidence.first_flow or evidence.flow
    if seen is None:
        return None
    first, last = seen.layers[0], seen.layers[-1]
    if not first.delta_norm or not last.delta_norm:
        return None
    back = float(np.log10(first.delta_norm / last.delta_norm))
    sizes = [float(np.hypot(layer.pre_activations.mean, layer.pre_activations.std)) for layer in seen.layers]
    ahead = float(np.log10(max(sizes[1:]) / max(sizes[0], 1.0))) if max(sizes[1:]) > 0 else 0.0
    if max(back, ahead) < DECADES:
        return None
    bars = {f"layer {layer.number}": layer.delta_norm for layer in seen.layers}
    numbers = {"back": back, "ahead": ahead}
    return Finding(numbers, Change("init", "glorot"), layers=tuple(range(1, len(seen.layers) + 1)), bars=bars)


SYMPTOM = Symptom(
    "exploding_gradient",
    24,
    check,
    {
        "en": Words(
            "Delta grows by {back:.1f} decades from the output to the first layer, pre-activations by "
            "{ahead:.1f} on their way forward.",
            "Beyond one and a half decades no learning rate fits all layers: what moves the last one throws "
            "the first one off.",
            "Start with smaller weights (init='glorot'), or fewer layers.",
        ),
        "ko": Words(
            "델타가 출력에서 첫 층까지 10의 {back:.1f}제곱 배, 가중합이 앞으로 가면서 10의 {ahead:.1f}제곱 배 "
            "커집니다.",
            "10의 1.5제곱 배를 넘으면 모든 층에 맞는 학습률이 없습니다. 마지막 층을 움직이는 학습률이 첫 층을 "
            "튕겨 냅니다.",
            "더 작은 가중치로 시작하거나 (init='glorot') 층을 줄이십시오.",
        ),
    },
    same_cause=("rate_too_high", "non_finite"),
    picture="decades",
)
