"""Constant columns: they tell nothing, and the rows may have lost what they told."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

CONSTANT = 0.5
"""Part of the columns that are constant: the margins of pictures are a third or less."""


def check(evidence: Evidence) -> Finding | None:
    """Count the columns that never change, and those that change in the validation alone."""
    case = evidence.case
    x = case.rows.inputs
    if len(x) < 2 or not evidence.finite:
        return None
    constant = np.flatnonzero((x == x[0]).all(axis=0))
    moving = constant
    if case.validation is not None and len(constant):
        values = case.validation.inputs[:, constant]
        moving = constant[(values != x[0, constant]).mean(axis=0) > 0.5]
    many = len(constant) >= CONSTANT * x.shape[1]
    if not len(constant) or not (many or (case.validation is not None and len(moving))):
        return None
    at_fault = moving if case.validation is not None and len(moving) else constant
    names = tuple(case.column(int(column)) for column in at_fault)
    numbers = {"count": len(constant), "all": x.shape[1], "columns": case.named_columns(at_fault)}
    return Finding(
        numbers,
        Change("drop_columns", tuple(map(int, constant))),
        columns=names,
        bars={"constant": len(constant), "all columns": x.shape[1]},
    )


SYMPTOM = Symptom(
    "constant_features",
    16,
    check,
    {
        "en": Words(
            "{count} of {all} columns have one value in every row: {columns}.",
            "A constant is a second bias and tells nothing of the target; half of the columns, or columns "
            "that do change in the validation, were lost on the way.",
            "Look at how these columns are read, or leave them out.",
        ),
        "ko": Words(
            "열 {all}개 가운데 {count}개는 모든 행에서 값이 같습니다: {columns}.",
            "상수 열은 편향과 같아서 목표값에 대해 아무것도 알려 주지 않습니다. 절반이 상수이거나 검증 "
            "행에서는 변한다면 읽는 과정에서 값이 사라진 것입니다.",
            "이 열을 어떻게 읽는지 살펴보거나 빼십시오.",
        ),
    },
)
