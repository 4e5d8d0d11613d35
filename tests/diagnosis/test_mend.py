"""Short trainings do what is known of the long one: gradients are cut, arrays are frozen; and their mends are tried."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backlit.diagnosis import diagnose_case
from backlit.diagnosis.rates import Run, initial_of, lower_factor, run_of, usual_rate

from .sick import HILLS, fit, net


def whole_batch(**facts: object) -> Run:
    """A training of whole batches: the order of rows is of no account."""
    case = fit(HILLS, net(HILLS[0]), epochs=1, optimizer="sgd", rate=0.05, batch_size=len(HILLS[0]))
    return replace(run_of(case, initial_of(case)), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_a_bound_that_is_never_met_leaves_the_engines_training(optimizer: str) -> None:
    run = whole_batch(optimizer=optimizer)
    np.testing.assert_allclose(replace(run, clip_norm=1e9).train(20).theta, run.train(20).theta, rtol=1e-9, atol=1e-12)


def test_a_step_that_is_cut_has_the_length_of_rate_times_bound() -> None:
    run = whole_batch(clip_norm=1e-3)
    assert np.linalg.norm(run.train(1).theta - run.theta) == pytest.approx(0.05 * 1e-3)


@pytest.mark.parametrize("clip_norm", [None, 1e-2])
def test_frozen_arrays_keep_their_bits_and_the_others_move(clip_norm: float | None) -> None:
    run = whole_batch(frozen=("w[1]",), clip_norm=clip_norm)
    before, after = (run.blueprint.arrays(theta) for theta in (run.theta, run.train(3).theta))
    assert {name: bool((before[name] == after[name]).all()) for name in ("w[1]", "w[2]")} == {
        "w[1]": True,
        "w[2]": False,
    }


@pytest.mark.parametrize(("symptom", "facts"), [
    ("clipped_gradient", {"optimizer": "momentum", "rate": 0.02, "clip_norm": 1e-3}),
    ("frozen_layer", {"frozen": ("w[1]", "b[1]", "w[2]", "b[2]")}),
])  # fmt: skip
def test_a_bound_is_raised_and_a_layer_set_free_on_trial(symptom: str, facts: dict[str, object]) -> None:
    case = fit(HILLS, net(HILLS[0], (6, 6)), **facts)  # type: ignore[arg-type]
    case = replace(case, theta=run_of(case, initial_of(case)).train(60).theta)
    seen = diagnose_case(case)
    assert [one.name for one in seen.symptoms][:1] == [symptom]
    trial = seen.try_mend(seconds=30)
    assert trial.helped, trial


def test_a_lower_rate_is_the_usual_one_at_most() -> None:
    for optimizer in ("adam", "sgd", "momentum"):
        for rate in (1e-3, 0.1, 50.0):
            assert rate * lower_factor(optimizer, rate) <= max(usual_rate(optimizer), 0.1 * rate)
            assert lower_factor(optimizer, rate) <= 0.1
