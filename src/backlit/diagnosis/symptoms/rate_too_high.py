"""A rate that is too high: steps jump over what they should walk down to."""

from __future__ import annotations

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.symptom import Change, Finding, Symptom, Words

USUAL_HIGH = 3.0
"""Times the usual rate of the optimizer from which it may be too high at all."""
SHORTER = 0.6
"""Part of the gain of the best smaller rate that the rate itself has: steps are too long where it is less."""
FAR_ABOVE = 30.0
"""Times the usual rate from which what broke on the way (`WRECKED` of a layer's units) is the rate's doing."""
WRECKED = 0.3
FAR_TENTH = 0.002
"""Where the usual rate is so small a part of the rate, a tenth of it is far too high still, and is not tried."""


def check(evidence: Evidence) -> Finding | None:
    """Train some steps at the rate, a tenth and a hundredth of it and the usual one, and compare."""
    rate = evidence.known.rate
    if rate is None or not evidence.finite or not evidence.falls_short:
        return None
    from backlit.diagnosis.rates import usual_rate

    if rate < USUAL_HIGH * usual_rate(evidence.known.optimizer):
        return None
    gains = evidence.gains
    to_usual = usual_rate(evidence.known.optimizer) / rate  # a hundredth of a wild rate is wild as well
    tried = (0.1, 0.01, to_usual) if to_usual > FAR_TENTH else (0.01, to_usual)
    best = max(tried, key=lambda factor: gains[factor])
    far = rate >= FAR_ABOVE * usual_rate(evidence.known.optimizer)
    shorter = gains[best] > 0.02 and gains[1.0] <= SHORTER * gains[best]
    if not (shorter or (far and _wrecked(evidence))):
        return None
    bars = {f"rate x {factor:g}": gains[factor] for factor in (1.0, *tried)}
    numbers = {"rate": rate, "gain": gains[1.0], "best": gains[best], "lower": rate * best}
    return Finding(numbers, Change("rate", best), bars=bars)


def _wrecked(evidence: Evidence) -> bool:
    """Whether units died or saturated on the way, or outputs lost the scale of the targets."""
    if evidence.first_flow is None:
        return False
    pairs = zip(evidence.first_flow.layers[:-1], evidence.hidden, strict=False)
    return any(
        now.dead - then.dead >= WRECKED or (now.saturated or 0.0) - (then.saturated or 0.0) >= WRECKED
        for then, now in pairs
    )


SYMPTOM = Symptom(
    "rate_too_high",
    26,
    check,
    {
        "en": Words(
            "From the start, some steps at rate {rate:.3g} take {gain:.0%} off the loss, at {lower:.3g} {best:.0%}.",
            "A rate is too high where a smaller one goes further in as many steps: its steps jump over the valley.",
            "Lower the learning rate to the best of a tenth, a hundredth and the usual one.",
        ),
        "ko": Words(
            "처음부터 몇 번 갱신하면 학습률 {rate:.3g}에서는 손실이 {gain:.0%}, {lower:.3g}에서는 {best:.0%} "
            "줄어듭니다.",
            "같은 횟수로 더 작은 학습률이 더 멀리 간다면 학습률이 너무 높아 골짜기를 뛰어넘는 것입니다.",
            "학습률을 10분의 1, 100분의 1, 보통의 학습률 가운데 가장 나은 것으로 낮추십시오.",
        ),
    },
    needs=("rate",),
    same_cause=("oscillating_loss", "dead_units", "non_finite"),
    picture="rates",
)
