"""A small decision tree as the part beside a classifier's network: where classes end at thresholds, it errs less.

A network rounds steps and corners; a tree finds them exactly, and of few leaves it learns little else. Each leaf has
the logarithm of its classes' shares, counted with one row of unknown class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.network.blueprint import Blueprint
from backlit.network.leaves import GATES_WITH_LEAVES, Leaves, with_leaves
from backlit.training.samples import Samples

Vector = NDArray[Any]

MAX_LEAVES = 32
"""Leaves of a tree, a neuron each; its comparisons are at most twice as many."""
MIN_LEAF_ROWS = 5
"""Rows of a leaf: fewer are noise."""
PRIOR_ROWS = 1.0
"""Rows of unknown class, counted in each leaf by the classes' shares in all rows."""
MAX_TREE_NUMBERS = 2**21
"""Rows times inputs up to which it is tried, so that a fit takes a small part of the training's time."""


def is_small(samples: Samples, blueprint: Blueprint) -> bool:
    """Whether it is fitted in a small part of the training's time, and the network has room for it."""
    return can_hold_leaves(blueprint) and samples.inputs.size <= MAX_TREE_NUMBERS


def can_hold_leaves(blueprint: Blueprint) -> bool:
    """Whether comparisons and leaves can be neurons of the network."""
    hidden = blueprint.neurons[:-1]
    return len(hidden) >= 2 and all(layer.gate in GATES_WITH_LEAVES for layer in hidden)


def fit_tree(learn: Samples, codes: NDArray[np.int64], classes: int) -> Leaves:
    """The tree of some rows, of which each class has at least one."""
    from sklearn.tree import DecisionTreeClassifier  # loads what no other model needs

    weights = learn.weights if learn.weights.size and learn.weights.any() else None
    model = DecisionTreeClassifier(
        criterion="entropy", max_leaf_nodes=MAX_LEAVES, min_samples_leaf=MIN_LEAF_ROWS, random_state=0
    )
    tree = model.fit(learn.inputs, codes, sample_weight=weights).tree_
    shares = tree.value[:, 0, :] / tree.value[:, 0, :].sum(axis=1, keepdims=True)
    counts = tree.n_node_samples[:, None]
    values = np.log((counts * shares + PRIOR_ROWS * shares[0]) / (counts + PRIOR_ROWS))
    paths = paths_of(tree)
    return leaves_of([(paths, values[list(paths)])])


Path = dict[tuple[int, float], float]
"""(input, sign) -> the tightest threshold on the way to a leaf."""
Paths = dict[int, Path]
"""A leaf's node -> what holds in it."""


def paths_of(tree: Any) -> Paths:
    """The leaves of a tree of scikit-learn, and what holds in each."""
    paths: Paths = {}
    waiting: list[tuple[int, Path]] = [(0, {})]
    while waiting:
        node, path = waiting.pop()
        if tree.children_left[node] < 0:
            paths[node] = path
            continue
        at, threshold = int(tree.feature[node]), float(tree.threshold[node])
        low = min(threshold, path.get((at, 1.0), np.inf))
        high = max(threshold, path.get((at, -1.0), -np.inf))
        waiting.append((int(tree.children_left[node]), {**path, (at, 1.0): low}))
        waiting.append((int(tree.children_right[node]), {**path, (at, -1.0): high}))
    return paths


def leaves_of(trees: Sequence[tuple[Paths, NDArray[np.float64]]]) -> Leaves:
    """The leaves of trees that are added up, with what each leaf adds; common comparisons stand once."""
    required = [
        [(*side, threshold) for side, threshold in path.items()] for paths, _ in trees for path in paths.values()
    ]
    comparisons = sorted({comparison for of_leaf in required for comparison in of_leaf})
    number = {comparison: at for at, comparison in enumerate(comparisons)}
    needed = np.zeros((len(comparisons), len(required)), bool)
    for leaf, of_leaf in enumerate(required):
        needed[[number[comparison] for comparison in of_leaf], leaf] = True
    inputs, signs, thresholds = np.array(comparisons, np.float64).reshape(-1, 3).T
    values = np.concatenate([values for _, values in trees])
    return Leaves(inputs.astype(np.int64), thresholds, signs, needed, values)


def with_trees(
    blueprint: Blueprint, theta: Vector, fitted: Sequence[Leaves], factor: float
) -> tuple[Blueprint, Vector]:
    """The network plus so many times the mean of the trees."""
    return with_leaves(blueprint, theta, [replace(tree, values=factor * tree.values) for tree in fitted])
