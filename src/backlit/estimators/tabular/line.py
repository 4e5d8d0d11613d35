"""A straight line beside the network: ridge on unclipped numbers, whose residuals the members learn.

A network's inputs are clipped, so that it goes on flat beyond the bulk of the rows. Where the target goes on straight
(a delay at the end follows the delay at the start), a line on the numbers as they are is kept beside it. Whether it
does is seen on rows held out: a line on unclipped numbers is compared with one on clipped numbers. Fitted in closed
form it needs no learning rate, which a column with a heavy tail would not have; so it comes first, and the members
learn what it leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.encoding import FrameEncoder
from backlit.estimators.tabular.building import scale_outputs
from backlit.network.straight import with_line
from backlit.training.samples import Samples
from backlit.training.snapshots import Snapshots

Numbers = NDArray[np.float64]
Inputs = NDArray[np.int64]

LINE_LOSSES = ("squared", "absolute", "quantile")
"""Losses of a difference that may be cut in two and scaled: what the line leaves is learnt with the same loss."""
MAX_ERROR_RATIO = 0.95
"""A line pays where its error on rows held out is at most so many times that of a line on clipped numbers."""
MAX_INPUTS = 256
"""Inputs up to which a line is tried: its fit takes the time of their cube."""
LINE_ROWS = 16_384
"""Rows that a line is fitted to, at most: it has few numbers to learn."""
MIN_LINE_ROWS = 100
"""Rows from which a line is tried: of fewer, single rows decide whether it pays."""
FOLDS = 5
PENALTIES: Numbers = np.logspace(-6, 1, 8)
"""Of the squared coefficients of standardised inputs, beside the mean squared error: what is tried."""
TINY = 1e-12
"""A spread up to which an input, or what is left of the targets, counts as constant."""


@dataclass(frozen=True, eq=False, slots=True)
class LinePlan:
    """How a fit's lines are made: which inputs they take, and their penalty; `known` is that of the last fit."""

    inputs: Inputs
    penalty: float
    member_inputs: int
    known: tuple[Numbers, Numbers] | None = None

    def line(self, samples: Samples) -> Line:
        """The line of some rows: fitted to them, unless it is known."""
        weights, bias = self.known or (np.zeros((samples.inputs.shape[1], samples.targets.shape[1])), np.zeros(1))
        shares = samples.weights if samples.weights.size and samples.weights.any() else np.ones(len(samples))
        if self.known is None:
            at = _sample(len(samples))
            ridge = _Ridge(samples.inputs[at][:, self.inputs], samples.targets[at], shares[at])
            weights[self.inputs], bias = ridge.solved(self.penalty)
        left = samples.targets - (samples.inputs @ weights + bias)
        spread = np.sqrt(np.average((left - np.average(left, 0, shares)) ** 2, 0, shares))
        return Line(weights, bias, np.where(spread > TINY, spread, 1.0), self.member_inputs)


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """``rows @ weights + bias``, of all encoded inputs, and the spread of what it leaves of each target.

    The members take the first `member_inputs` of the inputs, which are clipped.
    """

    weights: Numbers
    bias: Numbers
    spread: Numbers
    member_inputs: int

    def __call__(self, rows: NDArray[Any]) -> Numbers:
        """Its answers, shape (n, outputs)."""
        return np.asarray(rows @ self.weights + self.bias)

    def left(self, samples: Samples) -> Samples:
        """What it leaves of the targets, in units of its spread, with the members' own inputs."""
        targets = (samples.targets - self(samples.inputs)) / self.spread
        return Samples(
            np.ascontiguousarray(samples.inputs[:, : self.member_inputs]), targets.astype(np.float32), samples.weights
        )


def with_line_at(snapshots: Snapshots, line: Line) -> Snapshots:
    """A member's snapshots with the line whose residuals it learns: networks of all encoded inputs."""
    blueprint, kept = snapshots.blueprint, []
    for snapshot in snapshots.kept:
        theta = snapshot.theta.copy()
        scale_outputs(blueprint, theta, line.spread)
        whole, theta = with_line(blueprint, theta, line.weights, line.bias)
        kept.append(snapshot._replace(theta=theta))
    return Snapshots(whole if kept else blueprint, snapshots.chosen, kept)


def line_plan(encoder: FrameEncoder, rows: NDArray[np.float32], targets: NDArray[np.float32]) -> LinePlan | None:
    """How a line is fitted, or None where it does not pay; `encoder` is one `with_straight`, `rows` are encoded by it.

    Examples
    --------
    >>> from backlit.encoding import fit_encoder
    >>> start = np.random.default_rng(0).lognormal(sigma=1.5, size=(300, 1))
    >>> encoder = fit_encoder(start).with_straight()
    >>> targets = start.astype(np.float32)
    >>> line_plan(encoder, encoder.encode(start), targets) is None
    False
    >>> line_plan(encoder, encoder.encode(start), np.minimum(targets, 2.0)) is None
    True
    """
    first = encoder.n_outputs - encoder.n_straight
    straight = np.arange(first, encoder.n_outputs)
    clipped = [block.start for block in encoder.blocks if block.kind == "numeric"]
    labels = [
        output
        for block in encoder.blocks
        if block.kind not in ("numeric", "steps", "straight") and block.width <= encoder.options.max_onehot
        for output in range(block.start, block.start + block.width)
    ]
    inputs = np.array([*labels, *straight], np.int64)
    if not len(straight) or len(inputs) > MAX_INPUTS or len(rows) < MIN_LINE_ROWS:
        return None
    at = _sample(len(rows))
    penalty, error = _best_penalty(rows[at], targets[at], inputs)
    _, clipped_error = _best_penalty(rows[at], targets[at], [*labels, *clipped])
    return LinePlan(inputs, penalty, first) if error <= MAX_ERROR_RATIO * clipped_error else None


def _sample(rows: int) -> Inputs:
    """Evenly spaced rows, no more than `LINE_ROWS`."""
    return np.linspace(0, rows - 1, min(rows, LINE_ROWS)).astype(np.int64)


def _best_penalty(
    rows: NDArray[np.float32], targets: NDArray[np.float32], inputs: Sequence[int] | Inputs
) -> tuple[float, float]:
    """The penalty with the least error on rows held out in turn, and the root of the mean squared error there."""
    fold = np.random.default_rng(0).permutation(len(rows)) % FOLDS
    squares = np.zeros(len(PENALTIES))
    x = rows[:, inputs]
    for part in range(FOLDS):
        learn, held = fold != part, fold == part
        ridge = _Ridge(x[learn], targets[learn], np.ones(int(learn.sum())))
        for number, penalty in enumerate(PENALTIES):
            weights, bias = ridge.solved(penalty)
            squares[number] += ((x[held] @ weights + bias - targets[held]) ** 2).sum()
    best = int(squares.argmin())
    return float(PENALTIES[best]), float(np.sqrt(squares[best] / len(rows)))


class _Ridge:
    """Least squares of standardised inputs, for any penalty of the squared coefficients."""

    def __init__(self, rows: NDArray[Any], targets: NDArray[Any], shares: NDArray[Any]) -> None:
        x, shares = rows.astype(np.float64), shares / shares.sum(dtype=np.float64)
        self._center, self._mean = shares @ x, shares @ targets.astype(np.float64)
        x -= self._center
        spread = np.sqrt(shares @ x**2)
        self._factor = np.where(spread > TINY, 1.0 / np.maximum(spread, TINY), 0.0)
        x *= self._factor
        self._values, self._axes = np.linalg.eigh((x * shares[:, None]).T @ x)
        self._right = self._axes.T @ ((x * shares[:, None]).T @ (targets - self._mean))

    def solved(self, penalty: float) -> tuple[Numbers, Numbers]:
        """Weights, shape (inputs, outputs), and biases."""
        weights = self._axes @ (self._right / (np.maximum(self._values, 0.0) + penalty)[:, None])
        weights *= self._factor[:, None]
        return weights, self._mean - self._center @ weights
