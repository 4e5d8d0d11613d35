"""Saturated hidden units: their sums are so large that the gate hardly moves."""

from __future__ import annotations

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

SATURATED_PART = 0.5
"""Part of a layer's pre-activations where the slope is below a twentieth of the largest, where the training started."""
WHOLE = 0.95
"""The same where it ended: units that learnt a sharp edge are flat on both sides of it, and do no harm."""


def check(evidence: Evidence) -> Finding | None:
    """Find the hidden layer whose sigmoids or tanhs are most often flat."""
    from backlit.diagnosis.flow import LARGEST_SLOPE

    gates = {layer.gate for layer in evidence.blueprint.neurons[:-1]}
    if gates.isdisjoint(LARGEST_SLOPE) or not evidence.falls_short:
        return None
    layers = evidence.hidden if evidence.first_flow is None else evidence.first_flow.layers[:-1]
    flat = [layer for layer in layers if layer.saturated is not None and layer.saturated >= SATURATED_PART]
    flat = flat or [layer for layer in evidence.hidden if (layer.saturated or 0.0) >= WHOLE]
    if not flat:
        return None
    worst = max(flat, key=lambda layer: layer.saturated or 0.0)
    bars = {f"layer {layer.number}": layer.saturated or 0.0 for layer in evidence.hidden}
    numbers = {"part": worst.saturated, "layer": worst.number, "gate": worst.gate, "std": worst.pre_activations.std}
    return Finding(numbers, Change("init", "glorot"), layers=(worst.number,), bars=bars)


SYMPTOM = Symptom(
    "saturated_hidden",
    34,
    check,
    {
        "en": Words(
            "In layer {layer}, {part:.0%} of the pre-activations are where {gate} is flat (their deviation is "
            "{std:.3g}).",
            "Where the slope is below a twentieth of its largest, sigma'(z) takes away most of the gradient; "
            "half of a layer is too much to learn through.",
            "Start with smaller weights (init='glorot'), on columns of standard size.",
        ),
        "ko": Words(
            "{layer}번 층 가중합의 {part:.0%}가 {gate}의 평평한 곳에 있습니다 (표준 편차 {std:.3g}).",
            "기울기가 최댓값의 20분의 1보다 작은 곳에서는 sigma'(z)가 그라디언트를 거의 없앱니다. 층의 절반이 "
            "그러면 배우기 어렵습니다.",
            "열의 크기를 표준화하고 더 작은 가중치로 시작하십시오 (init='glorot').",
        ),
    },
    same_cause=("vanishing_gradient",),
    picture="slopes",
)
