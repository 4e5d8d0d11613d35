"""Each rule of the training loop alone, and the order in which they are asked."""

from __future__ import annotations

import math
import time
import warnings

import numpy as np
import pytest

from backlit.declared.schedules import SCHEDULES, rates
from backlit.engine.network import Network
from backlit.network.building import mlp
from backlit.training.history import Epoch, History
from backlit.training.learning_rate import LearningRate
from backlit.training.messages import RAN_OUT
from backlit.training.plan import Plan
from backlit.training.rules.adaptive_rate import LEAST_RATE, AdaptiveRate
from backlit.training.rules.callback import Callback
from backlit.training.rules.finiteness import Divergence, Finiteness
from backlit.training.rules.interruption import Interruption
from backlit.training.rules.keep_best import KeepBest
from backlit.training.rules.patience import Patience
from backlit.training.rules.rule import Rule
from backlit.training.rules.schedule_cycle import ScheduleCycle
from backlit.training.rules.time_limit import TimeLimit
from backlit.training.samples import Samples
from backlit.training.stopping import rules_of


def by_losses(rule: Rule, history: History, losses: list[float]) -> list[bool]:
    """Whether the rule stops, after each of some epochs without validation."""
    return [rule.after_epoch(history.record(loss, None, 0.1, 99), history) is not None for loss in losses]


def by_scores(rule: Rule, history: History, scores: list[float]) -> list[bool]:
    """The same with validation scores; the loss is of no account."""
    return [rule.after_epoch(history.record(math.nan, score, 0.1, 99), history) is not None for score in scores]


# -- patience ---------------------------------------------------------------------------------------------------------


def test_patience_counts_epochs_without_progress() -> None:
    history = History()
    stops = by_losses(Patience(tolerance=0.0, patience=2), history, [1.0, 0.9, 0.95, 0.9, 0.8, 0.8, 0.8, 0.8])
    assert stops == [False] * 7 + [True]
    assert history.waited == 3


def test_progress_is_more_than_the_tolerance_against_the_best_so_far() -> None:
    assert by_scores(Patience(tolerance=0.1, patience=1), History(), [0.5, 0.55, 0.61]) == [False, False, True]
    assert by_scores(Patience(tolerance=0.1, patience=1), History(), [0.5, 0.55, 0.66]) == [False, False, False]


def test_endless_patience_only_counts() -> None:
    history = History()
    assert not any(by_losses(Patience(0.0, math.inf), history, [1.0] * 50))
    assert history.waited == 49


def test_a_score_that_is_not_a_number_is_no_progress_and_no_best() -> None:
    assert by_scores(Patience(0.0, 1), History(), [0.5, math.nan, 0.6, math.nan, math.nan]) == [False] * 4 + [True]


# -- adaptive rate ----------------------------------------------------------------------------------------------------


def adaptive(start: float) -> tuple[AdaptiveRate, LearningRate]:
    plan = Plan(99, start, rate_rule="adaptive", tolerance=0.0, patience=1)
    rate = LearningRate(plan, n=4, batches=2)
    rule = AdaptiveRate.of(plan, rate)
    assert rule is not None
    return rule, rate


def test_an_adaptive_rate_falls_where_patience_would_stop() -> None:
    rule, rate = adaptive(0.1)
    assert not any(by_losses(rule, History(), [1.0] * 5))
    assert rate.base == 0.1 / 5.0 / 5.0
    np.testing.assert_array_equal(rate.of_epoch(5), [0.1 / 5.0 / 5.0] * 2)


def test_an_adaptive_rate_that_is_small_stops() -> None:
    rule, rate = adaptive(LEAST_RATE)
    assert by_losses(rule, History(), [1.0] * 3) == [False, False, True]
    assert rate.base == LEAST_RATE


# -- schedule cycle ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "stopped_after"),
    [
        ([-1.0, -0.5, -0.5, -0.5, -0.5], None),  # the best rose by half; no end is met after that
        ([-1.0, -1.0, -0.995, -0.5], 3),  # half a hundredth of it is too little
        ([-1.0, -0.5, -0.995, -0.995, -0.995, -0.5], 6),  # what counts is the best so far, not the score at the end
        ([0.5, 0.5, 0.501, 0.5, 0.5, 0.501], 6),  # above 0 any gain counts
    ],
)
def test_a_cycle_that_improves_too_little_is_the_last(scores: list[float], stopped_after: int | None) -> None:
    stops = by_scores(ScheduleCycle([1, 3, 6], gain=0.01), History(), scores)
    assert stops == [number == stopped_after for number in range(1, len(scores) + 1)]


def test_without_validation_no_cycle_is_judged() -> None:
    assert not any(by_losses(ScheduleCycle([1, 2], 0.01), History(), [1.0, 1.0, 1.0]))


def test_a_plan_judges_cycles_where_its_schedule_has_them() -> None:
    plan, rate = Plan(60, 0.1, "coslog4", cycle_gain=0.01), LearningRate(Plan(60, 0.1), 4, 1)
    assert ScheduleCycle.of(plan, rate) is not None
    for other in (Plan(60, 0.1, "coslog4"), Plan(60, 0.1, "cosine", cycle_gain=0.01)):
        assert ScheduleCycle.of(other, rate) is None


# -- the best ---------------------------------------------------------------------------------------------------------


def test_the_best_of_a_score_is_what_the_epoch_left() -> None:
    theta, history = np.zeros(1), History()
    best = KeepBest(theta)
    for number, score in enumerate([0.1, 0.9, 0.9, 0.5], 1):
        best.before_epoch()
        theta[:] = number
        best.after_epoch(history.record(1.0, score, 0.1, 4), history)
    best.restore()
    assert (theta[0], history.best_epoch) == (2.0, 2)  # of two equal ones the first


def test_the_best_of_a_loss_is_what_the_epoch_began_with() -> None:
    theta, history = np.zeros(1), History()
    best = KeepBest(theta)
    for number, loss in enumerate([3.0, 1.0, 2.0], 1):
        best.before_epoch()
        theta[:] = number
        best.after_epoch(history.record(loss, None, 0.1, 3), history)
    best.restore()
    assert (theta[0], history.best_epoch) == (1.0, 2)


def test_before_any_epoch_the_best_is_the_start() -> None:
    theta = np.ones(1)
    best = KeepBest(theta)
    theta[:] = np.nan
    best.restore()
    assert theta[0] == 1.0


# -- finiteness -------------------------------------------------------------------------------------------------------


def checked(theta: float, loss: float) -> tuple[bool, History]:
    blueprint = mlp(1, (), 1, output_gate="identity", loss="squared")
    network = Network(blueprint, np.full(blueprint.theta_size, theta), 4)
    history = History([Epoch(1, 0.5, None, 0.1, 9)])
    return Finiteness(network, LearningRate(Plan(9, 0.25), 4, 1)).broken_by(loss, history), history


def test_finite_numbers_go_on() -> None:
    broken, history = checked(1.0, 0.5)
    assert not broken
    assert (history.diverged, history.stopped) == (False, RAN_OUT)


@pytest.mark.parametrize(("theta", "loss"), [(1.0, math.inf), (1.0, math.nan), (math.nan, 0.5), (math.inf, 0.5)])
def test_numbers_that_are_not_finite_end_a_training(theta: float, loss: float) -> None:
    with pytest.warns(Divergence, match=r"diverged in epoch 2 at a learning rate of 0\.25"):
        broken, history = checked(theta, loss)
    assert broken
    assert history.diverged
    assert "epoch 2" in history.stopped


def test_finite_parameters_whose_outputs_overflow_are_a_divergence() -> None:
    blueprint = mlp(1, (1,), 1, hidden_gate="identity", output_gate="identity", loss="squared")
    network = Network(blueprint, np.full(blueprint.theta_size, 1e200), 4)
    finiteness, ones = Finiteness(network, LearningRate(Plan(9, 0.25), 4, 1)), np.ones((2, 1))
    history = History([Epoch(1, 0.5, None, 0.1, 9)])
    with pytest.warns(Divergence, match="diverged in epoch 1"):
        finiteness.check_outputs(Samples(ones, ones, np.empty(0)), history)
    assert history.diverged


# -- interruption, time, callback -------------------------------------------------------------------------------------


def test_an_interrupt_is_recorded_and_goes_no_further() -> None:
    history = History([Epoch(1, 0.5, None, 0.1, 9)])
    with pytest.warns(UserWarning, match="interrupted by user: it was interrupted in epoch 2"), Interruption(history):
        raise KeyboardInterrupt
    assert history.interrupted
    assert "epoch 2" in history.stopped


def test_other_errors_pass() -> None:
    history = History()
    with pytest.raises(ZeroDivisionError), Interruption(history):
        raise ZeroDivisionError
    with warnings.catch_warnings(action="error"), Interruption(history):
        pass
    assert (history.interrupted, history.stopped) == (False, RAN_OUT)


@pytest.mark.parametrize(("seconds", "stops"), [(-1.0, True), (0.0, True), (3600.0, False), (math.inf, False)])
def test_a_time_limit_stops_from_its_deadline_on(seconds: float, stops: bool) -> None:
    assert by_losses(TimeLimit(time.monotonic() + seconds), History(), [1.0]) == [stops]


@pytest.mark.parametrize(("answer", "stops"), [(True, True), (False, False), (None, False)])
def test_a_callback_stops_by_what_it_returns(answer: bool | None, stops: bool) -> None:
    epochs: list[Epoch] = []

    def on_epoch(epoch: Epoch) -> bool | None:
        epochs.append(epoch)
        return answer

    history = History()
    assert by_losses(Callback(on_epoch), history, [1.0]) == [stops]
    assert epochs == history.epochs


# -- all of them ------------------------------------------------------------------------------------------------------


def test_the_callback_sees_an_epoch_before_it_is_judged() -> None:
    plan, theta = Plan(60, 0.1, "coslog4", cycle_gain=0.1), np.zeros(1)
    rate = LearningRate(plan, 4, 1)
    rules = rules_of(plan, rate, KeepBest(theta), lambda epoch: None)
    assert [type(rule) for rule in rules] == [Callback, KeepBest, ScheduleCycle, Patience]
    rules = rules_of(Plan(9, 0.1, rate_rule="adaptive"), rate, KeepBest(theta), None)
    assert [type(rule) for rule in rules] == [KeepBest, AdaptiveRate]


# -- learning rate ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_rates_are_the_schedules_times_the_base(schedule: str) -> None:
    rate = LearningRate(Plan(7, 0.3, schedule), n=10, batches=3)
    rate.base /= 5.0
    for epoch in range(7):
        np.testing.assert_array_equal(rate.of_epoch(epoch), rates(schedule, 0.3 / 5.0, epoch, 7, 3))


def test_inverse_scaling_counts_samples_once_an_epoch() -> None:
    rate = LearningRate(Plan(7, 0.3, rate_rule="invscaling", power_t=0.5), n=10, batches=3, first_sample=4)
    np.testing.assert_allclose(rate.of_epoch(2), [0.3 / 25.0**0.5] * 3, rtol=1e-15)
    assert rate.after(2) == pytest.approx(0.3 / 5.0, rel=1e-15)
