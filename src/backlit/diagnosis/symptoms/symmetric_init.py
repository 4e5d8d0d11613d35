"""Symmetric start: the units of a layer are copies of each other, and stay so."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

COPIES = 0.5
"""Part of a layer's units that are copies of another: by chance it is 0."""
COPY_DIGITS = 1e-6
"""Columns of weights that differ by less, over their size, are the same."""


def check(evidence: Evidence) -> Finding | None:
    """Count the units whose incoming weights equal another unit's."""
    neurons = evidence.blueprint.neurons
    theta = evidence.case.theta if evidence.known.initial is None else evidence.known.initial
    arrays = evidence.blueprint.arrays(np.asarray(theta, np.float64))
    for number, layer in enumerate(neurons[:-1], start=1):
        w, b = arrays[f"w[{number}]"], arrays.get(f"b[{number}]")
        if layer.outputs < 2 or layer.groups > 1 or not np.isfinite(w).all():
            continue
        incoming = w if b is None else np.vstack([w, b])
        unit = max(float(np.abs(incoming).max()), 1e-300) * COPY_DIGITS
        different = len(np.unique(np.round(incoming / unit).T, axis=0))
        copies = 1 - different / layer.outputs
        if copies >= COPIES:
            numbers = {"layer": number, "units": layer.outputs, "different": different}
            return Finding(numbers, Change("init", "glorot"), layers=(number,))
    return None


SYMPTOM = Symptom(
    "symmetric_init",
    2,
    check,
    {
        "en": Words(
            "Layer {layer} has {units} units, but only {different} different ones: the others have the same weights.",
            "Units that start alike get the same gradient, and stay alike: the layer is as good as one unit. "
            "By chance no two are equal, so half of them is far beyond it.",
            "Draw the initial weights at random (init='glorot').",
        ),
        "ko": Words(
            "{layer}번 층의 유닛 {units}개 가운데 서로 다른 것은 {different}개뿐이고, 나머지는 가중치가 같습니다.",
            "똑같이 시작한 유닛은 기울기도 같아서 끝까지 똑같습니다. 층 전체가 유닛 하나와 다름없습니다. "
            "우연히 같아지는 일은 없으므로 절반이면 충분한 증거입니다.",
            "초기 가중치를 무작위로 정하십시오 (init='glorot').",
        ),
    },
    picture="weights",
)
