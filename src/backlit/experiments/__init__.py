"""The lecture's experiments as functions: tables of columns to look into, and a figure for each."""

from __future__ import annotations

from backlit.experiments.figures import slow_learning_figure, two_models_figure
from backlit.experiments.one_weight import one_weight
from backlit.experiments.slowdown import COSTS, compare_costs, matched_rate, slow_learning
from backlit.experiments.two_models import TWO_MODELS, two_models

__all__ = [
    "COSTS",
    "TWO_MODELS",
    "compare_costs",
    "matched_rate",
    "one_weight",
    "slow_learning",
    "slow_learning_figure",
    "two_models",
    "two_models_figure",
]
