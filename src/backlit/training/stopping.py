"""THE list of rules that stop a training: a rule is one file in `rules/`, and one entry here."""

from __future__ import annotations

from collections.abc import Callable

from backlit.training.history import Epoch
from backlit.training.learning_rate import LearningRate
from backlit.training.plan import Plan
from backlit.training.rules.adaptive_rate import AdaptiveRate
from backlit.training.rules.callback import Callback
from backlit.training.rules.keep_best import KeepBest
from backlit.training.rules.patience import Patience
from backlit.training.rules.rule import Rule
from backlit.training.rules.schedule_cycle import ScheduleCycle

STOPPING: tuple[Callable[[Plan, LearningRate], Rule | None], ...] = (
    ScheduleCycle.of,
    AdaptiveRate.of,
    Patience.of,
)
"""Each makes the rule of a plan, or None where the plan does not ask for it."""


def rules_of(
    plan: Plan, rate: LearningRate, best: KeepBest, on_epoch: Callable[[Epoch], bool | None] | None
) -> list[Rule]:
    """The rules of a training, in order; where several stop it, the last one's reason is recorded.

    The caller's function comes first: it sees an epoch before anything is decided by it.
    """
    chosen = (rule for make in STOPPING if (rule := make(plan, rate)) is not None)
    return [*([Callback(on_epoch)] if on_epoch else []), best, *chosen]
