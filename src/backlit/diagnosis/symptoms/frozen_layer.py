"""A frozen layer: its weights are where they started, though others moved."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words


def check(evidence: Evidence) -> Finding | None:
    """Compare each layer's weights with those that the training started from."""
    known, blueprint = evidence.known, evidence.blueprint
    numbers = set()
    if known.frozen:
        numbers = {slot.layer for slot in blueprint.slots if slot.name in known.frozen and slot.parameter == "w"}
    elif known.initial is not None and evidence.flow is not None and known.epochs != 0:
        theta, start = np.asarray(evidence.case.theta), np.asarray(known.initial)
        weights = [slot for slot in blueprint.slots if slot.parameter == "w"]
        still = {slot.layer for slot in weights if np.array_equal(slot.view(theta), slot.view(start))}
        moved = {slot.layer for slot in weights} - still
        numbers = {n for n in still if moved and evidence.flow.layers[n - 1].gradient_norm > 0}
    if not numbers:
        return None
    layers = tuple(sorted(numbers))
    return Finding({"layers": ", ".join(map(str, layers))}, Change("unfreeze", layers), layers=layers)


SYMPTOM = Symptom(
    "frozen_layer",
    4,
    check,
    {
        "en": Words(
            "The weights of layer {layers} have not moved from their start, though a gradient reaches them.",
            "A weight that is trained never keeps its bits: one step moves it.",
            "Train these layers too (in PyTorch: requires_grad_(True), and their parameters in the optimizer).",
        ),
        "ko": Words(
            "{layers}번 층의 가중치는 기울기가 도달하는데도 처음 값 그대로입니다.",
            "학습되는 가중치는 한 번만 갱신해도 값이 바뀝니다. 비트까지 그대로라면 학습되지 않은 것입니다.",
            "이 층도 학습시키십시오 (PyTorch: requires_grad_(True)를 쓰고 매개변수를 옵티마이저에 넣기).",
        ),
    },
    needs=("initial",),
    picture="movement",
)
