"""A vanishing gradient: layer by layer, weights and sigma' take it away."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

DECADES = -2.0
"""Between the output's delta and the first layer's: the first layers move a hundred times less."""


def check(evidence: Evidence) -> Finding | None:
    """Sum the shares of weights and sigma' over the hidden layers, and name the factor that takes most."""
    if not evidence.deep or not evidence.falls_short:
        return None
    seen = evidence.first_flow or evidence.flow
    if seen is None:
        return None
    hidden = seen.layers[:-1]
    weights = sum(layer.weights_share or 0.0 for layer in hidden)
    slopes = sum(layer.sigma_share or 0.0 for layer in hidden)
    lost = weights + slopes
    now = 0.0
    if evidence.flow is not None:
        now = sum((layer.weights_share or 0.0) + (layer.sigma_share or 0.0) for layer in evidence.hidden)
    if min(lost, now) > DECADES or not np.isfinite(lost):
        return None
    gate = hidden[0].gate
    bars = {f"layer {layer.number}": layer.delta_norm for layer in seen.layers}
    numbers = {"lost": -min(lost, now), "weights": weights, "slopes": slopes, "gate": gate, "layers": len(seen.layers)}
    return Finding(numbers, Change("hidden_gate", "relu"), layers=tuple(layer.number for layer in hidden), bars=bars)


SYMPTOM = Symptom(
    "vanishing_gradient",
    36,
    check,
    {
        "en": Words(
            "From the output to the first of {layers} layers delta loses {lost:.1f} decades: weights "
            "{weights:+.1f}, sigma' of {gate} {slopes:+.1f}.",
            "Beyond two decades the first layers move a hundred times less than the last, and stay what they "
            "were drawn as.",
            "Take a gate whose slope is 1 (relu) for the hidden layers, or fewer of them.",
        ),
        "ko": Words(
            "출력에서 첫 층까지 {layers}개 층을 지나며 델타가 10의 {lost:.1f}제곱 분의 1이 됩니다: 가중치 "
            "{weights:+.1f}, {gate}의 sigma' {slopes:+.1f}.",
            "100분의 1보다 작아지면 앞쪽 층은 마지막 층보다 백 배 느리게 움직여 처음 값에 머뭅니다.",
            "은닉층에 기울기가 1인 게이트(relu)를 쓰거나 층을 줄이십시오.",
        ),
    },
    same_cause=("saturated_hidden",),
    picture="decades",
)
