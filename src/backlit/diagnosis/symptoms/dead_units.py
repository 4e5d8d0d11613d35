"""Dead units: they give 0 for every row, and get no gradient."""

from __future__ import annotations

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

DEAD = 0.6
"""Part of a layer's units: up to a third or so is common in networks that do well."""
FEWEST_UNITS = 4
"""A layer of fewer is a bottleneck, whether its units are dead or not."""


def check(evidence: Evidence) -> Finding | None:
    """Find the layer with most units that never fire."""
    if not evidence.hidden or not evidence.falls_short:
        return None
    worst = max(evidence.hidden, key=lambda layer: layer.dead if layer.width >= FEWEST_UNITS else 0.0)
    if worst.dead < DEAD or worst.width < FEWEST_UNITS:
        return None
    bars = {f"layer {layer.number}": layer.dead for layer in evidence.hidden}
    numbers = {"dead": worst.dead, "layer": worst.number, "units": worst.width, "gate": worst.gate}
    return Finding(numbers, Change("revive", "leaky_relu"), layers=(worst.number,), bars=bars)


SYMPTOM = Symptom(
    "dead_units",
    32,
    check,
    {
        "en": Words(
            "{dead:.0%} of the {units} units of layer {layer} give 0 for every row ({gate}).",
            "The slope of a dead unit is 0: no gradient comes back, and it stays dead. Up to a third is "
            "common in networks that do well; beyond 0.6 the layer is a bottleneck.",
            "Start anew with a gate whose slope is nowhere 0 (leaky_relu) and biases of 0.",
        ),
        "ko": Words(
            "{layer}번 층의 유닛 {units}개 가운데 {dead:.0%}가 모든 행에서 0을 냅니다 ({gate}).",
            "죽은 유닛의 기울기는 0이라 되살아나지 못합니다. 잘 배운 신경망에서도 3분의 1쯤은 흔하지만 "
            "60퍼센트를 넘으면 층이 병목이 됩니다.",
            "기울기가 0이 되지 않는 게이트(leaky_relu)와 0인 편향으로 다시 시작하십시오.",
        ),
    },
    same_cause=("rate_too_high",),
    picture="units",
)
