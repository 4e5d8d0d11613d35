"""How a recipe changes where rows are many, as data: fewer epochs, then fewer members, larger mini-batches.

A regressor's piecewise linear encoding ends with `SHARES[0].rows` as well: most tables err less without it there.

Up to `SHARES[0].rows` the recipe stays what it is. From there on a training is bounded: a pass over more rows replaces
several over few. Measured in docs/decisions/0029-many-rows.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backlit.estimators.tabular.recipe import RECIPES, Recipe, recipe_of


@dataclass(frozen=True, slots=True)
class Share:
    """What so many rows leave of a recipe's epochs, those of all members together, and by how much its batch grows."""

    rows: int
    epochs: float
    batch: float


SHARES: Sequence[Share] = (
    Share(rows=20_000, epochs=1, batch=1),  # the 12 tables that the recipe was measured by have fewer
    Share(rows=100_000, epochs=1 / 40, batch=1),  # five times the rows: a little faster than their square
    Share(rows=1_000_000, epochs=1 / 56, batch=4),  # as many steps, which are longer
)
"""Ascending in rows; between two of them shares follow a power of the rows, beyond the last they stay."""
FEWEST_MEMBER_EPOCHS = 28
"""Of each member, where there are several: with fewer, one network that trains longer errs less than the mean."""
BATCH_STEP = 64
"""Rows of a mini-batch are a multiple of it."""
MOST_VALIDATING = 10_000
"""Rows that validate a member, at most, about: more of them select no better epoch, and cannot be learnt from."""


def recipe_for(model: Any, rows: int, again: bool = False) -> Recipe:
    """The recipe of an estimator's fit to so many rows, in memory or out of core.

    Parameters
    ----------
    model : TabularClassifier or TabularRegressor
        What it is given stays.
    rows : int
    again : bool
        Whether the fit continues from the members of the last one, however many rows that had.

    Examples
    --------
    >>> from backlit import TabularClassifier
    >>> from backlit.estimators.tabular.recipe import CLASSIFICATION
    >>> recipe_for(TabularClassifier(), rows=20_000) == CLASSIFICATION
    True
    >>> for rows in (30_000, 50_000, 100_000, 1_000_000):
    ...     large = recipe_for(TabularClassifier(), rows)
    ...     print(large.n_members, large.max_epochs, large.batch_size, round(large.validation_fraction, 3))
    3 29 256 0.2
    1 27 256 0.2
    1 6 256 0.1
    1 4 1024 0.01
    """
    recipe, own = recipe_of(model), RECIPES[model.task].n_members
    if again and model.n_members is None:
        recipe = replace(recipe, n_members=len(model._members))
    if rows <= SHARES[0].rows:
        return recipe
    recipe = replace(recipe, number_steps=0)
    together = own * recipe.epochs_of(-(-rows // recipe.batch_size)) * _share(rows, "epochs")
    members = min(own, max(1, int(together / FEWEST_MEMBER_EPOCHS)))
    if model.n_members is None and not again:
        recipe = replace(recipe, n_members=members)
    if model.epochs is None:
        each = max(1, round(together / members))  # whatever number of members is chosen: more are more accurate
        recipe = replace(recipe, min_epochs=each, max_epochs=each)
    if model.batch_size is None:
        size = recipe.batch_size * _share(rows, "batch")
        recipe = replace(recipe, batch_size=BATCH_STEP * round(size / BATCH_STEP))
    if model.validation_fraction is None:
        recipe = replace(recipe, validation_fraction=min(recipe.validation_fraction, MOST_VALIDATING / rows))
    return recipe


def _share(rows: int, name: str) -> float:
    """Straight lines between the logarithms."""
    at = [math.log(share.rows) for share in SHARES]
    return math.exp(float(np.interp(math.log(rows), at, [math.log(getattr(share, name)) for share in SHARES])))
