"""A rate that is too low: the steps are so short that the weights hardly move."""

from __future__ import annotations

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

USUAL_LOW = 0.2
"""Times the usual rate of the optimizer up to which it may be too low at all."""
FAR_BELOW = 1000.0
"""Times by which the usual rate is larger, from which only rates near it are tried."""
BETTER = 1.5
"""How many times as far a larger rate goes in as many steps."""


def check(evidence: Evidence) -> Finding | None:
    """Train some steps at the rate, ten times and a hundred times it, and compare."""
    from backlit.diagnosis.rates import usual_rate

    rate = evidence.known.rate
    if rate is None or rate > USUAL_LOW * usual_rate(evidence.known.optimizer) or not evidence.learns_too_little:
        return None
    if not evidence.finite:
        return None
    gains = evidence.gains
    to_usual = usual_rate(evidence.known.optimizer) / rate
    near = (10.0, 100.0) if to_usual <= FAR_BELOW else ()  # far below it they are as short as those of the rate itself
    tried = (*near, to_usual, 10 * to_usual)  # small networks do with ten times the usual rate
    best = max(tried, key=lambda factor: gains[factor])
    if gains[best] < max(BETTER * gains[1.0], 0.02):
        return None
    factor = max(best, to_usual)
    bars = {f"rate x {times:g}": gains[times] for times in (1.0, *tried)}
    numbers = {"rate": rate, "gain": gains[1.0], "best": gains[best], "higher": rate * best}
    return Finding(numbers, Change("rate", factor), bars=bars)


SYMPTOM = Symptom(
    "rate_too_low",
    40,
    check,
    {
        "en": Words(
            "From the start, some steps at rate {rate:.3g} take {gain:.1%} off the loss, at {higher:.3g} {best:.0%}.",
            "A rate is too low where one ten times larger goes much further in as many steps, and is not "
            "unusual for the optimizer.",
            "Raise the learning rate to a usual one.",
        ),
        "ko": Words(
            "처음부터 몇 번 갱신하면 학습률 {rate:.3g}에서는 손실이 {gain:.1%}, {higher:.3g}에서는 {best:.0%} "
            "줄어듭니다.",
            "같은 횟수로 열 배 큰 학습률이 훨씬 멀리 가고 그 값이 옵티마이저에 흔한 값이라면 학습률이 너무 "
            "낮은 것입니다.",
            "학습률을 보통 값으로 올리십시오.",
        ),
    },
    needs=("rate",),
    same_cause=("too_few_epochs",),
    picture="rates",
)
