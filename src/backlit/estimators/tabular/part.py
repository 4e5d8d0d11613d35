"""What stands beside a classifier's network: a logistic regression, a tree or several, weighted by the rows held out.

Where classes are rare and columns many, a straight line errs less than a network; where classes end at thresholds, a
tree; where many columns each shift the odds by steps, boosted trees. A part is fitted to each member's rows; what share
of the logits it has is tried on the rows held out, and it is left out unless what judges there falls by a fiftieth, or
by a twentieth for a tree: where that pays it does so by far. The kind that lets it fall most is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.engine.threads import side_by_side
from backlit.estimators.tabular.boosting import fit_boosting, with_boosting
from backlit.estimators.tabular.boosting import is_small as is_boosting_small
from backlit.estimators.tabular.building import scale_outputs
from backlit.estimators.tabular.calibration import TINY
from backlit.estimators.tabular.logistic import fit_logistic, with_logistic
from backlit.estimators.tabular.logistic import is_small as is_logistic_small
from backlit.estimators.tabular.metrics import CLASS_METRICS, Objective
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

INDEPENDENT_ERROR = 0.5
"""Of a member's error, what is its own, about, and falls as one over the members where they are averaged."""

Part = tuple[Samples, Samples]
"""The rows that a member learns from, and those that it has held out."""


@dataclass(frozen=True, slots=True)
class PartKind:
    """One kind: whether it is tried, how it is fitted to codes of classes, and how it is written into a network.

    It pays where what judges falls by the part `min_gain` on the rows held out, of all members and of the first. One
    that `is_refitted` is fitted once more, to all rows, in the place of the members'. One that `is_steady` gains less
    than the network by the mean over members, so that its share beside that mean is less (`share_with_mean`).
    """

    min_gain: float
    is_small: Callable[[Samples, Blueprint], bool]
    fit: Callable[[Samples, NDArray[np.int64], int], Callable[[NDArray[Any]], Numbers]]
    write: Callable[[Blueprint, Vector, Any, float], tuple[Blueprint, Vector]]
    is_steady: bool = False
    is_refitted: bool = False


PART_KINDS: Mapping[str, PartKind] = {
    "logistic": PartKind(0.02, is_logistic_small, fit_logistic, with_logistic, is_steady=True),
    "tree": PartKind(0.05, is_tree_small, fit_tree, with_trees),
    "boosting": PartKind(0.02, is_boosting_small, fit_boosting, with_boosting, is_steady=True, is_refitted=True),
}
"""Name -> kind."""


@dataclass(frozen=True, eq=False, slots=True)
class ChosenPart:
    """A part of each member, or of all rows, its share of the logits, and what the mix gives for the rows held out."""

    kind: str
    fitted: Sequence[Any]
    share: float
    outputs: Numbers
    judged: float

    def added_to(self, blueprint: Blueprint, theta: Vector) -> tuple[Blueprint, Vector]:
        """The network, whose logits get the other share, and the part."""
        scale_outputs(blueprint, theta, np.array(1.0 - self.share))
        return PART_KINDS[self.kind].write(blueprint, theta, self.fitted, self.share)


def best_part(
    samples: Samples,
    blueprint: Blueprint,
    parts: Sequence[Part],
    outputs: Sequence[NDArray[Any]],
    objective: Objective,
    is_chosen: bool,
    n_jobs: int | None,
) -> ChosenPart | None:
    """A logistic regression or trees to stand beside the merged network, or None where nothing pays.

    Parameters
    ----------
    samples : Samples
        All rows.
    blueprint : Blueprint
        Of a member.
    parts : sequence of (learn, held)
        Of each member.
    outputs : sequence of ndarray, shape (n_held, classes)
        The members' probabilities for the rows held out.
    objective : callable
        What selects epochs.
    is_chosen : bool
        Whether it is a metric that was given, which judges alone.
    n_jobs : int, optional
    """
    judge = with_rank(objective) if blueprint.outputs == 2 and not is_chosen else objective
    return Trial(samples, parts, outputs, judge, n_jobs).best(kinds_to_try(samples, blueprint))


def kinds_to_try(samples: Samples, blueprint: Blueprint) -> list[str]:
    """The kinds that are small for these rows; none where rows are few, classes many or labels no certain ones."""
    if blueprint.outputs > MAX_PART_CLASSES or samples.targets.shape[1] > 1 or len(samples) < MIN_PART_ROWS:
        return []
    return [name for name, kind in PART_KINDS.items() if kind.is_small(samples, blueprint)]


def with_rank(objective: Objective) -> Objective:
    """The objective, plus one minus the area under the ROC curve: rare positives hardly count in errors."""
    return lambda outputs, codes, weights: (
        objective(outputs, codes, weights) + CLASS_METRICS["roc_auc"](outputs, codes, weights)
    )


def share_with_mean(share: float, members: int) -> float:
    """The share of a steady part beside the mean of so many members, of which each alone would leave it `share`.

    The least squared error of two estimates gives each a weight by what is left of the other's own error: the mean has
    less of it than a member, so the part's odds fall in the same ratio.

    Examples
    --------
    >>> share_with_mean(0.5, 1), round(share_with_mean(0.5, 4), 3)
    (0.5, 0.385)
    """
    odds = share / (1.0 - share) * (1.0 - INDEPENDENT_ERROR + INDEPENDENT_ERROR / members)
    return odds / (1.0 + odds)


@dataclass(frozen=True, eq=False, slots=True)
class Trial:
    """What kinds are tried on: all rows, each member's, its probabilities for those that it held out, and the judge."""

    samples: Samples
    parts: Sequence[Part]
    outputs: Sequence[NDArray[Any]]
    judge: Objective
    n_jobs: int | None = None

    def best(self, kinds: Sequence[str]) -> ChosenPart | None:
        """What is added to the network's logits, or None where nothing pays."""
        classes = self.outputs[0].shape[1]
        if not kinds or classes < 2 or any(len(np.unique(_codes(learn))) < classes for learn, _ in self.parts):
            return None  # a class is not among the rows
        chosen = [self._tried(name, PART_KINDS[name], classes) for name in kinds]
        return min((part for part in chosen if part is not None), key=lambda part: part.judged, default=None)

    def _tried(self, name: str, kind: PartKind, classes: int) -> ChosenPart | None:
        """One kind's parts, if they pay for the first member alone and for all."""
        learn = [learn for learn, _ in self.parts]
        first = kind.fit(learn[0], _codes(learn[0]), classes)
        if self._best_share([first], kind.min_gain) is None:
            return None
        rows = [*learn[1:], *([self.samples] if kind.is_refitted else [])]
        fits = [partial(kind.fit, each, _codes(each), classes) for each in rows]
        others, interrupted = side_by_side(fits, self.n_jobs, lambda: None)
        if interrupted:
            return None
        fitted = [first, *others[: len(learn) - 1]]
        best = self._best_share(fitted, kind.min_gain)
        if best is None:
            return None
        share, mix, judged = best
        share = share_with_mean(share, len(learn)) if kind.is_steady else share
        return ChosenPart(name, others[-1:] if kind.is_refitted else fitted, share, mix, judged)

    def _best_share(
        self, fitted: Sequence[Callable[[NDArray[Any]], Numbers]], min_gain: float
    ) -> tuple[float, Numbers, float] | None:
        """Of the first members' parts the share that is judged best, the mix, and the judgement, if they pay."""
        outputs = np.concatenate(self.outputs[: len(fitted)])
        held = [held for _, held in self.parts[: len(fitted)]]
        codes = np.concatenate([_codes(each) for each in held])
        weights = np.concatenate([each.weights if each.weights.any() else np.ones(len(each)) for each in held])
        part = np.concatenate([logits(each.inputs) for logits, each in zip(fitted, held, strict=True)])
        network = np.log(np.maximum(outputs.astype(np.float64), TINY))
        mixes = [_softmax((1.0 - share) * network + share * part) for share in SHARES]
        judged = [self.judge(mix, codes, weights) for mix in mixes]
        best = int(np.argmin(judged))
        alone = self.judge(outputs, codes, weights)
        if not judged[best] < alone - min_gain * abs(alone):  # scores of a callable are negative here
            return None
        return SHARES[best], mixes[best], judged[best]


def _codes(samples: Samples) -> NDArray[np.int64]:
    return samples.targets[:, 0].astype(np.int64)


def _softmax(logits: Numbers) -> Numbers:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
