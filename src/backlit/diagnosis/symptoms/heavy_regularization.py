"""Heavy regularization: the penalty, not the data, decides the weights."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

PENALTY_SHARE = 0.2
"""Part of the whole loss that the penalty makes: a penalty that helps is a few hundredths of it."""
COLLAPSED = 0.5
"""Weights of less than this part of their size at the start: training makes them grow."""
PENALISED = 1e-3
"""Part of a weight that the penalty adds to its gradient, from which it can make weights collapse."""
GROWN = 3.0
"""Weights larger than this were driven there by steps that are too long: a penalty that rules keeps them small."""
DROPPED = 0.6
"""Dropout from here on leaves a small layer too little of a row; a half is the largest that is recommended."""
STRONG = 0.1
"""Decoupled decay from here on, times the rate and the steps of an epoch, is felt whatever the data say."""


def check(evidence: Evidence) -> Finding | None:
    """Weigh the penalty against the loss, and the weights against those of a start."""
    known, seen = evidence.known, evidence.flow
    if seen is None or not evidence.learns_too_little:
        return None
    squares = sum(layer.weight_norm**2 for layer in seen.layers)
    usual = sum(2 * w.inputs * w.outputs / (w.inputs + w.outputs) for w in evidence.blueprint.neurons)
    size, rows = float(np.sqrt(squares / usual)), len(evidence.case.rows)
    penalty = 0.5 * (known.l2_penalty or 0.0) / min(known.batch_size or rows, rows) * squares
    share = penalty / (penalty + abs(seen.loss)) if penalty else 0.0
    per_row = (known.l2_penalty or 0.0) / min(known.batch_size or rows, rows)
    decays = per_row >= PENALISED or (known.weight_decay or 0.0) >= STRONG
    dropout = known.dropout or 0.0
    if not ((share >= PENALTY_SHARE and size < GROWN) or (decays and size < COLLAPSED) or dropout >= DROPPED):
        return None
    numbers = {"share": share, "size": size, "dropout": dropout}
    kind = "dropout" if dropout >= DROPPED else "penalty"
    return Finding(numbers, Change(kind, 0.0), bars={"penalty": penalty, "data": abs(seen.loss)})


SYMPTOM = Symptom(
    "heavy_regularization",
    22,
    check,
    {
        "en": Words(
            "The penalty is {share:.0%} of the loss, the weights have {size:.2f} of the size of a fresh "
            "start, dropout is {dropout:g}.",
            "A penalty that helps is a few hundredths of the loss and leaves weights larger than they "
            "started; from a fifth on, or a dropout above one half, it decides in the data's place.",
            "Weaken it: alpha (or weight_decay) of 0.0001, dropout of 0.1 or none.",
        ),
        "ko": Words(
            "벌점이 손실의 {share:.0%}이고, 가중치 크기는 처음의 {size:.2f}배, 드롭아웃은 {dropout:g}입니다.",
            "알맞은 벌점은 손실의 몇 퍼센트이고 가중치는 처음보다 커집니다. 벌점이 5분의 1을 넘거나 "
            "드롭아웃이 절반을 넘으면 데이터 대신 규제가 가중치를 정합니다.",
            "규제를 약하게 하십시오: alpha 또는 weight_decay는 0.0001, 드롭아웃은 0.1 이하.",
        ),
    },
)
