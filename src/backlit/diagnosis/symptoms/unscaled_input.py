"""Inputs far from 1, or of very different sizes: one column decides every sum."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

FAR = 20.0
"""A root mean square beyond this: with weights of about 1 / sqrt(inputs) it saturates units, or rules their sums."""
TINY_SIZE = 0.01
"""All columns below this: sums are as good as 0, and so are the gradients of their weights."""


def check(evidence: Evidence) -> Finding | None:
    """Measure the columns of a network that falls short."""
    if not evidence.finite:
        return None
    sizes = np.sqrt((evidence.scaled_inputs**2).mean(axis=0))
    at_fault = np.flatnonzero(sizes > FAR)
    if not len(at_fault) and not 0 < float(sizes.max()) < TINY_SIZE:
        return None
    if not evidence.falls_short:
        return None
    at_fault = at_fault[np.argsort(-sizes[at_fault])] if len(at_fault) else np.argsort(-sizes)
    names = tuple(evidence.case.column(int(column)) for column in at_fault)
    largest, median = float(sizes.max()), float(np.median(sizes))
    numbers = {"columns": evidence.case.named_columns(at_fault), "largest": largest, "median": median}
    bars = {evidence.case.column(int(column)): float(sizes[column]) for column in np.argsort(-sizes)[:10]}
    return Finding(numbers, Change("scale_inputs"), columns=names, bars=bars)


SYMPTOM = Symptom(
    "unscaled_input",
    10,
    check,
    {
        "en": Words(
            "Columns {columns} are far from 1: the largest root mean square is {largest:.3g}, the median {median:.3g}.",
            "Beyond 20 one column decides every sum and saturates its units; where all are below 0.01, sums "
            "and gradients vanish.",
            "Standardise the columns (sklearn.preprocessing.StandardScaler in a Pipeline).",
        ),
        "ko": Words(
            "{columns} 열의 크기가 1에서 멉니다. 제곱 평균 제곱근이 가장 큰 열은 {largest:.3g}, 중앙값은 "
            "{median:.3g}입니다.",
            "20을 넘는 열은 모든 가중합을 좌우하여 유닛을 포화시킵니다. 모든 열이 0.01보다 작으면 가중합과 "
            "기울기가 사라집니다.",
            "열을 표준화하십시오 (Pipeline 안의 sklearn.preprocessing.StandardScaler).",
        ),
    },
    same_cause=("saturated_hidden", "vanishing_gradient", "dead_units"),
)
