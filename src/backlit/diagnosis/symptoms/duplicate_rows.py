"""Duplicate rows: some rows count many times, or are in the validation as well."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

COPIED = 0.1
"""Part of the rows that are copies of an earlier one: real tables of numbers have a few in a hundred."""
SHARED = 0.05
"""Part of the validation that was learnt from."""
DISTINCT = 20
"""Values of a column from which equal rows are no accident; tables of codes repeat themselves."""
BY_ACCIDENT = 0.1
"""Part of the copies that chance may make at most, where every column has few values (pictures, letters, codes)."""


def check(evidence: Evidence) -> Finding | None:
    """Count the rows that are there before."""
    case = evidence.case
    x = case.rows.inputs
    if len(x) < DISTINCT or not evidence.finite or _repeat_themselves(x):
        return None
    rows = np.ascontiguousarray(np.hstack([x, case.rows.targets]) + 0.0)
    keys = [row.tobytes() for row in rows]
    first: dict[bytes, int] = {}
    copies = [i for i, key in enumerate(keys) if first.setdefault(key, i) != i]
    shared: list[int] = []
    if case.validation is not None:
        others = np.ascontiguousarray(np.hstack([case.validation.inputs, case.validation.targets]) + 0.0)
        shared = [i for i, row in enumerate(others) if row.tobytes() in first]
    part = len(copies) / len(x)
    in_both = len(shared) / len(case.validation) if case.validation is not None else 0.0
    if part < COPIED and in_both < SHARED:
        return None
    numbers = {"copies": len(copies), "part": part, "in_both": in_both, "row": copies[0] if copies else shared[0]}
    bars = {"copies, learnt from": part, "learnt from, validation": in_both}
    rows_at_fault = tuple(copies[:100] or shared[:100])
    return Finding(numbers, Change("drop_rows", np.array(copies, np.int64)), rows=rows_at_fault, bars=bars)


def _repeat_themselves(x: NDArray[np.float64]) -> bool:
    """Whether equal rows are expected: two rows meet in a column by accident, and half of the columns tell the rest."""
    bits = 0.0
    for column in range(x.shape[1]):
        counts = np.unique(x[:2000, column], return_counts=True)[1]
        if len(counts) >= DISTINCT:
            return False
        bits -= 2 * float(np.log2(np.linalg.norm(counts / counts.sum())))
    by_accident = len(x) ** 2 / 2 * 2.0 ** (-bits / 2)
    return bool(by_accident > BY_ACCIDENT * COPIED * len(x))


SYMPTOM = Symptom(
    "duplicate_rows",
    14,
    check,
    {
        "en": Words(
            "{copies} rows ({part:.0%}) are copies of an earlier one, the first is row {row}; {in_both:.0%} "
            "of the validation was learnt from.",
            "Copies weigh some rows many times, and a validation that was learnt from measures memory. Tables "
            "of numbers have a few in a hundred.",
            "Drop the copies before the rows are split.",
        ),
        "ko": Words(
            "행 {copies}개({part:.0%})가 앞선 행의 복사본이며 첫 복사본은 {row}번 행입니다. 검증 행의 "
            "{in_both:.0%}는 학습에 쓴 행입니다.",
            "복사본은 일부 행을 여러 번 세게 하고, 학습에 쓴 행으로 검증하면 암기력을 재게 됩니다. 수치 표의 "
            "복사본은 보통 100개 가운데 몇 개입니다.",
            "행을 나누기 전에 복사본을 지우십시오.",
        ),
    },
)
