"""Not finite: a parameter, an input, a target, or what the network makes of them."""

from __future__ import annotations

import numpy as np

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words


def check(evidence: Evidence) -> Finding | None:
    """Name the first array that holds NaN or infinity."""
    if evidence.finite:
        return None
    case = evidence.case
    bad_inputs, bad_targets = ~np.isfinite(case.rows.inputs), ~np.isfinite(case.rows.targets)
    slot = next((s for s in case.blueprint.slots if not np.isfinite(s.view(case.theta)).all()), None)
    if bad_inputs.any():
        columns = np.flatnonzero(bad_inputs.any(axis=0))
        rows = np.flatnonzero(bad_inputs.any(axis=1))
        where = f"X ({case.named_columns(columns)})"
        names = tuple(case.column(int(column)) for column in columns)
        bars = {case.column(int(column)): float(bad_inputs[:, column].sum()) for column in columns[:10]}
        return Finding({"where": where}, Change("drop_rows", rows), tuple(map(int, rows[:100])), names, bars=bars)
    if bad_targets.any():
        rows = np.flatnonzero(bad_targets.any(axis=1))
        return Finding(
            {"where": "y"}, Change("drop_rows", rows), tuple(map(int, rows[:100])), bars={"y": float(len(rows))}
        )
    from backlit.diagnosis.rates import lower_factor

    where = "a" if slot is None else slot.name
    factor = lower_factor(evidence.known.optimizer, evidence.known.rate)
    layers = () if slot is None else (slot.layer,)
    counts = {s.name: float((~np.isfinite(s.view(case.theta))).sum()) for s in case.blueprint.slots}
    return Finding({"where": where}, Change("rate", factor), layers=layers, bars=counts)


SYMPTOM = Symptom(
    "non_finite",
    0,
    check,
    {
        "en": Words(
            "{where} holds NaN or infinity.",
            "One such number makes every gradient of its row NaN, and one step later every weight.",
            "Fill or drop the cells; if it is a weight that overflowed, start again at a lower rate.",
        ),
        "ko": Words(
            "{where}에 NaN 또는 무한대가 있습니다.",
            "그런 수가 하나라도 있으면 그 행의 모든 기울기가 NaN이 되고, 한 번만 갱신해도 모든 가중치가 NaN이 됩니다.",
            "해당 칸을 채우거나 지우십시오. 가중치가 넘친 경우라면 학습률을 낮추어 다시 시작하십시오.",
        ),
    },
    same_cause=("exploding_gradient", "rate_too_high"),
)
