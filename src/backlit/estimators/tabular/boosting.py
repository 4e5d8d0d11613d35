"""Boosted trees as the part beside a classifier's network: where many columns each shift the odds by steps.

Thirty-two trees of eight leaves, each fitted to what those before leave (Friedman 2001), of all classes together: a
leaf has a number for each class. What it adds is a Newton step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.estimators.tabular.tree import Paths, can_hold_leaves, leaves_of, paths_of
from backlit.network.blueprint import Blueprint
from backlit.network.leaves import with_leaves
from backlit.training.samples import Samples

Numbers = NDArray[np.float64]
Vector = NDArray[Any]
Tree = tuple[Paths, Numbers]
"""What holds in each leaf, and what it adds to each class's logit."""

ROUNDS = 32
"""Trees: at `RATE`, twice as many of half the rate were no better beside a network."""
RATE = 0.2
"""Of a Newton step, what is taken."""
LEAVES_EACH = 8
"""Of a tree."""
ROWS_OF_A_LEAF = 10
"""Rows of a leaf."""
PRIOR_CURVATURE = 1.0
"""Added to each leaf's curvature, so that a leaf without doubt takes no long step."""
MAX_BOOSTED_NUMBERS = 2**21
"""Rows times inputs times classes up to which it is tried, so that a fit takes a small part of the training's time."""


class BoostedTrees:
    """The sum of trees, of which the first holds the classes' shares too."""

    def __init__(self, trees: Sequence[Tree]) -> None:
        self.trees = trees
        self._leaves = leaves_of(trees)

    def __call__(self, rows: NDArray[Any]) -> Numbers:
        """Its logits, shape (n, classes)."""
        return self._leaves(rows)


def is_small(samples: Samples, blueprint: Blueprint) -> bool:
    """Whether it is fitted in a small part of the training's time, and the network has room for it."""
    return can_hold_leaves(blueprint) and samples.inputs.size * blueprint.outputs <= MAX_BOOSTED_NUMBERS


def fit_boosting(learn: Samples, codes: NDArray[np.int64], classes: int) -> BoostedTrees:
    """The trees of some rows, of which each class has at least one."""
    from sklearn.tree import DecisionTreeRegressor  # loads what no other model needs

    weights = np.asarray(learn.weights if learn.weights.any() else np.ones(len(codes)), np.float64)
    weights = weights / weights.mean()
    truth = np.eye(classes)[codes]
    prior = np.log(np.maximum(np.average(truth, axis=0, weights=weights), np.finfo(np.float64).tiny))
    logits = np.tile(prior, (len(codes), 1))
    trees: list[Tree] = []
    for number in range(ROUNDS):
        shares = _softmax(logits)
        error = truth - shares
        model = DecisionTreeRegressor(max_leaf_nodes=LEAVES_EACH, min_samples_leaf=ROWS_OF_A_LEAF, random_state=number)
        model.fit(learn.inputs, error[:, 1:] if classes == 2 else error, sample_weight=weights)
        at = model.apply(learn.inputs)
        steps = _steps(at, error, shares * (1.0 - shares), weights, model.tree_.node_count)
        logits += steps[at]
        paths = paths_of(model.tree_)
        trees.append((paths, steps[list(paths)] + (0.0 if number else prior)))
    return BoostedTrees(trees)


def _steps(at: NDArray[np.int64], error: Numbers, curvature: Numbers, weights: Numbers, nodes: int) -> Numbers:
    """Of each node and class, a part of the Newton step: the rows' error over their curvature."""
    classes = error.shape[1]
    slope, bend = (
        np.stack([np.bincount(at, weights * terms[:, code], nodes) for code in range(classes)], axis=1)
        for terms in (error, curvature)
    )
    return np.asarray(RATE * (classes - 1) / classes * slope / (bend + PRIOR_CURVATURE))


def _softmax(logits: Numbers) -> Numbers:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def with_boosting(
    blueprint: Blueprint, theta: Vector, fitted: Sequence[BoostedTrees], factor: float
) -> tuple[Blueprint, Vector]:
    """The network plus so many times the trees of all rows, dealt out to the network's groups."""
    groups = max(layer.groups for layer in blueprint.neurons[:-1])
    scaled = [(paths, groups * factor * values) for paths, values in fitted[0].trees]
    return with_leaves(blueprint, theta, [leaves_of(scaled[group::groups]) for group in range(groups)])
