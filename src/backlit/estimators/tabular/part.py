"""What stands beside a classifier's network: a logistic regression or a small tree, weighted by the rows held out.

Where classes are rare and columns many, a straight line errs less than a network; where classes end at thresholds, a
tree. Each member has the part of its own rows; what share of the logits it has is tried on the rows held out, and it is
left out unless the objective that selects epochs falls by a fiftieth, or by a tenth for a tree: where it pays it does
so by far. The kind that lets it fall most is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.estimators.tabular.calibration import TINY, best_temperature
from backlit.estimators.tabular.logistic import fit_logistic, with_logistic
from backlit.estimators.tabular.logistic import is_small as is_logistic_small
from backlit.estimators.tabular.metrics import FitTask
from backlit.estimators.tabular.tree import fit_tree, with_trees
from backlit.estimators.tabular.tree import is_small as is_tree_small
from backlit.network.blueprint import Blueprint
from backlit.training.samples import Samples

Numbers = NDArray[np.float64]
Vector = NDArray[Any]

SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Of the logits, what a part may have."""
MIN_PART_ROWS = 700
"""Rows from which a part is tried: of fewer, too few are held out to choose a share by."""
MAX_PART_CLASSES = 32
"""Classes up to which a part is tried: it takes a neuron for each in every hidden layer of every member."""

Part = tuple[Samples, Samples]
"""The rows that a member learns from, and those that it has held out."""


@dataclass(frozen=True, slots=True)
class PartKind:
    """One kind: whether it is tried, how it is fitted to codes of classes, and how it is written into a network.

    It pays where the objective falls by the part `min_gain` on the rows held out, of all members and of the first.
    """

    min_gain: float
    is_small: Callable[[Samples, Blueprint], bool]
    fit: Callable[[Samples, NDArray[np.int64], int], Callable[[NDArray[Any]], Numbers]]
    write: Callable[[Blueprint, Vector, Any, float], tuple[Blueprint, Vector]]


PART_KINDS: Mapping[str, PartKind] = {
    "logistic": PartKind(0.02, is_logistic_small, fit_logistic, with_logistic),
    "tree": PartKind(0.10, is_tree_small, fit_tree, with_trees),
}
"""Name -> kind."""


@dataclass(frozen=True, eq=False, slots=True)
class ChosenPart:
    """A part of each member, by what its logits are multiplied, and by what the network's are; and what they reach."""

    kind: str
    fitted: Sequence[Any]
    factor: float
    network_factor: float
    objective: float

    def added_to(self, blueprint: Blueprint, theta: Vector) -> tuple[Blueprint, Vector]:
        """The network, whose logits are scaled already, and the part."""
        return PART_KINDS[self.kind].write(blueprint, theta, self.fitted, self.factor)


def kinds_to_try(samples: Samples, blueprint: Blueprint) -> list[str]:
    """The kinds that are small for these rows; none where rows are few, classes many or labels no certain ones."""
    if blueprint.outputs > MAX_PART_CLASSES or samples.targets.shape[1] > 1 or len(samples) < MIN_PART_ROWS:
        return []
    return [name for name, kind in PART_KINDS.items() if kind.is_small(samples, blueprint)]


def best_part(
    task: FitTask, kinds: Sequence[str], parts: Sequence[Part], outputs: Sequence[NDArray[Any]], classes: int
) -> ChosenPart | None:
    """What is added to the network's logits, or None where nothing pays.

    Parameters
    ----------
    task : FitTask
        Its objective judges.
    kinds : sequence of str
        Names of `PART_KINDS`.
    parts : sequence of (learn, held)
        Of each member.
    outputs : sequence of ndarray, shape (n_held, classes)
        The members' probabilities for the rows held out.
    classes : int
    """
    codes = [learn.targets[:, 0].astype(np.int64) for learn, _ in parts]
    if classes < 2 or any(len(np.unique(each)) < classes for each in codes):
        return None  # a class is not among the rows
    chosen = [_part(task, name, parts, codes, outputs) for name in kinds]
    return min((part for part in chosen if part is not None), key=lambda part: part.objective, default=None)


def _part(
    task: FitTask,
    name: str,
    parts: Sequence[Part],
    codes: Sequence[NDArray[np.int64]],
    outputs: Sequence[NDArray[Any]],
) -> ChosenPart | None:
    """One kind's parts, if they pay for the first member alone and for all."""
    classes, fitted, logits = outputs[0].shape[1], [], []
    truths, weights = np.empty(0, np.int64), np.empty(0)
    for (learn, held), of_learn in zip(parts, codes, strict=True):
        fitted.append(PART_KINDS[name].fit(learn, of_learn, classes))
        logits.append(fitted[-1](held.inputs))
        truths = np.concatenate([truths, task.metric_targets(held.targets)])
        weights = np.concatenate([weights, held.weights if held.weights.any() else np.ones(len(held))])
        if len(fitted) in (1, len(parts)):
            of_network = np.concatenate(outputs[: len(fitted)])
            share, temperature, objective = _best_share(task, of_network, np.concatenate(logits), truths, weights)
            if objective > (1.0 - PART_KINDS[name].min_gain) * task.objective(of_network, truths, weights):
                return None
    return ChosenPart(name, fitted, share / temperature, (1.0 - share) / temperature, objective)


def _best_share(
    task: FitTask, outputs: NDArray[Any], part: Numbers, codes: NDArray[np.int64], weights: NDArray[Any]
) -> tuple[float, float, float]:
    """The share with the least objective, the temperature of the mix, and that objective."""
    network = np.log(np.maximum(outputs.astype(np.float64), TINY))
    mixes = [_softmax((1.0 - share) * network + share * part) for share in SHARES]
    objectives = [task.objective(mix, codes, weights) for mix in mixes]
    best = int(np.argmin(objectives))
    return SHARES[best], best_temperature(mixes[best], codes, weights)[0], objectives[best]


def _softmax(logits: Numbers) -> Numbers:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
