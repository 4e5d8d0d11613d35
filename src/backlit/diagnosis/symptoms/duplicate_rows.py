"""Duplicate rows: some rows count many times, or are in the validation as well."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

COPIED = 0.1
"""Part of the rows that are copies of an earlier one: real tables of numbers have a few in a hundred."""
SHARED = 0.05
"""Part of the validation that was learnt from."""
DISTINCT = 20
"""Values of a column from which equal rows are no accident; tables of codes repeat themselves."""
DISTINCT_BITS = 64.0
"""The same of all columns together, each of few values (pictures): 64 bits hardly meet, though half tell the other."""


def check(evidence: Evidence) -> Finding | None:
    """Count the rows that are there before."""
    case = evidence.case
    x = case.rows.inputs
    if len(x) < DISTINCT or not evidence.finite:
        return None
    values = [np.unique(x[:2000, column], return_counts=True)[1] for column in range(x.shape[1])]
    bits = sum(-2 * float(np.log2(np.linalg.norm(counts / counts.sum()))) for counts in values)
    if max(map(len, values)) < DISTINCT and bits < DISTINCT_BITS:
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
    return Finding(numbers, Change("drop_rows", np.array(copies, np.int64)), rows=tuple(copies[:100] or shared[:100]))


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
