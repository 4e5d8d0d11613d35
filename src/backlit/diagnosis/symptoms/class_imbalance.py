"""Class imbalance: a rare class is never predicted."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.reference import area_of
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

RARE = 0.15
"""Part of the rows that a rare class has, at most."""
RECALL = 0.3
"""Part of its rows that the network finds, at most."""
RANKED = 0.75
"""Area under the reference's curve: the rows do tell the class from the others."""


def check(evidence: Evidence) -> Finding | None:
    """Find a rare class that the rows tell, and the network does not."""
    classes, reference = evidence.classes, evidence.reference
    if classes is None or reference is None or evidence.known.balanced or not evidence.finite:
        return None
    outputs = evidence.outputs
    predicted = (outputs[:, 0] > 0.5).astype(int) if outputs.shape[1] == 1 else outputs.argmax(axis=1)
    counts = np.bincount(classes, minlength=2)
    worst = None
    for number in np.flatnonzero((counts > 2) & (counts <= RARE * len(classes))):
        recall = float((predicted[classes == number] == number).mean())
        lower = recall <= RECALL and (worst is None or recall < worst[1])
        if lower and area_of(reference, evidence.case.rows.targets, int(number))[0] >= RANKED:
            worst = int(number), recall
    if worst is None or (len(counts) > 2 and (counts <= RARE * len(classes)).all()):
        return None
    rarest, recall = worst
    names = evidence.case.labels
    part = float(counts[rarest]) / len(classes)
    numbers = {"label": names[rarest] if names and rarest < len(names) else str(rarest), "part": part, "recall": recall}
    return Finding(numbers, Change("balance"), bars={"rows": part, "recall": recall})


SYMPTOM = Symptom(
    "class_imbalance",
    38,
    check,
    {
        "en": Words(
            "Class {label} has {part:.1%} of the rows, and the network finds {recall:.0%} of them.",
            "A loss that counts every row alike is low without the rare class; the rows do tell it apart "
            "(area under the curve of 0.75 or more).",
            "Weigh the classes by their frequency (class_weight='balanced').",
        ),
        "ko": Words(
            "클래스 {label}은(는) 행의 {part:.1%}이며 신경망은 그 가운데 {recall:.0%}만 찾아냅니다.",
            "모든 행을 똑같이 세는 손실은 드문 클래스 없이도 낮습니다. 행은 이 클래스를 구별할 수 있습니다 "
            "(곡선 아래 넓이 0.75 이상).",
            "클래스에 빈도의 역수로 가중치를 주십시오 (class_weight='balanced').",
        ),
    },
)
