"""The slopes of a function on both sides of a point, from its values alone, and how well they are known.

Steps go from wide to narrow, relative to the point and absolute, until the slopes are known to more digits than
anybody asks for: a wave is as fine as its formula makes it, whatever the size of its argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from backlit.declared.gate_kinds import Array

EPS = float(np.finfo(np.float64).eps)

LENGTHS = (1_295_431 / 2**20, 651_609 / 2**20, 321_139 / 2**20)
"""Of each step, about its 5/4, 5/8 and 5/16: of few bits, so that x + h is exact, and no multiples of one length. (Of a
wave as long as a length, or as a whole part of it, all its multiples would see a straight line.)"""

WIDE = 13
"""The first step is about 2 ** -13 of the point's size, or of 1."""

EXPONENTS = (*range(19, 80, 6), 90, 110, 140, 180, 230, 300, 400, 520, 680, 860, 1000)
"""Narrower steps, as powers of 1/2; beyond 2 ** -75 only what grows without end is looked for."""

WIDER = (7, 1)
"""Wider steps, where rounding is all that is in the way."""

KNOWN = 1e-7
"""A slope that is known so well, relative to itself, is looked at no further."""

CONVERGED, CONVERGED_SIDE = 0.002, 0.02
"""Extrapolations that differ by more than this share of the slopes show nothing: of both sides at once, and of one."""

TIGHT = 1e-6
"""Extrapolations that agree to this share of the slopes are not alike by chance."""

KNOWN_SIDE = 0.1
"""A slope on one side that may be off by more than this share of the slopes around is not known."""

SLOW, ENDLESS = 0.6, 0.9
"""Slopes of one side that change by more than the one share from step to step converge slowly; by the other, never."""


NEAR = 2.0**-30
"""Nearer points than this, relative to the first step's measure, have a rounding of their own."""


@dataclass(frozen=True, slots=True)
class Slopes:
    """What is known of the slopes at a point, or at each element of an array.

    Attributes
    ----------
    central : array
        The slope; in the middle of the two sides' slopes at a kink; nan where none was found.
    bend : array
        Half of what the slopes on the two sides differ by: 0 where the function is smooth.
    error : array
        How far off `central` +- `bend` may be; inf where nothing is known.
    around : array
        The largest slope to a neighbour at the first step: what a slope of 0 is small beside.
    step : array
        The step that was taken.
    one_sided : array of bool
        The other side has values, but no slope: a jump, or one that grows without end.
    constant : array of bool
        All values around were the same.
    empty : array of bool
        There were no values around.
    """

    central: Array
    bend: Array
    error: Array
    around: Array
    step: Array
    one_sided: Array
    constant: Array
    empty: Array


class _Window(NamedTuple):
    """What one step has shown: `slope` +- `error` where it converged; else the `steepest` slope, above rounding."""

    step: Array
    slope: Array
    error: Array
    steepest: Array


def slopes(
    function: Callable[[Any], Any],
    x: Array | float,
    noise: tuple[Array | float, Array | float] = (0.0, 0.0),
    thorough: bool = False,
    widest: Array | float = np.inf,
) -> Slopes:
    """Find the slopes of a function, of each element alone.

    Parameters
    ----------
    function : callable
        From an array of the shape of `x` to the values, each of its own element.
    x : array or float
    noise : two arrays or floats
        How far rounding may move a value: at wide steps, and at steps below `NEAR`. That of the value itself is added.
    thorough : bool
        Whether every step is tried, however well a wide one has done.
    widest : array or float
        No step is wider.

    Returns
    -------
    Slopes

    Examples
    --------
    >>> found = slopes(np.abs, 0.0)
    >>> float(found.central), float(found.bend)
    (0.0, 1.0)
    >>> float(np.round(slopes(np.sin, 1e6).central, 6))  # cos(1e6)
    0.936752
    """
    with np.errstate(all="ignore"):
        search = _Search(function, np.asarray(x, np.float64), noise, thorough, widest)
        for step in _steps(search.x):
            if search.done.all():
                break
            search.look(step)
        for exponent in WIDER:
            search.look(np.maximum(np.abs(search.x), 1.0) * 2.0**-exponent, wide=True)
        return search.result()


def first_step(x: Array | float) -> Array:
    """The first length that is tried."""
    with np.errstate(all="ignore"):
        return next(_steps(np.asarray(x, np.float64))) * LENGTHS[0]


def _steps(x: Array) -> Iterator[Array]:
    """From wide to narrow: relative to the larger of x and 1, and to x alone where it is small."""
    own = np.exp2(np.floor(np.log2(np.abs(x))))
    size = np.maximum(own, 1.0)
    yield size * 2.0**-WIDE
    small = bool(np.any((own < 1.0) & (own > 0.0)))
    if small:
        yield own * 2.0**-WIDE
    for exponent in EXPONENTS[:10]:
        yield size * 2.0**-exponent
    if small:
        yield own * 2.0**-25
        yield own * 2.0**-37
    for exponent in EXPONENTS[10:]:
        yield size * 2.0**-exponent
    yield np.where(x == 0.0, 0.0, 4 * np.spacing(np.abs(x)))


class _Search:
    """What the steps so far have shown, element by element; errors are inf until something is known."""

    def __init__(
        self,
        function: Callable[[Any], Any],
        x: Array,
        noise: tuple[Array | float, Array | float],
        thorough: bool,
        widest: Array | float,
    ) -> None:
        self.widest = widest
        self.function, self.x, self.noise, self.thorough = function, x, noise, thorough
        self.here = np.asarray(function(x), np.float64)
        shape = np.broadcast_shapes(x.shape, self.here.shape)
        inf, nan = np.full(shape, np.inf), np.full(shape, np.nan)
        self.smooth, self.smooth_error, self.step = nan, inf, nan
        self.sides, self.side_errors = np.stack([nan, nan]), np.stack([inf, inf])  # to the right and to the left
        self.has_values = np.zeros((2, *shape), bool)
        self.around, self.constant = np.zeros(shape), np.zeros(shape, bool)
        self.done = ~np.isfinite(self.here)
        self.windows: list[_Window] = []

    def look(self, step: Array, wide: bool = False) -> None:
        """Compare values at a step, at its half and its quarter; at a wide one only to lessen rounding."""
        if self.done.all():
            return
        lengths = _representable(self.x, np.stack([step * length for length in LENGTHS]))
        quarter = lengths[2]
        rounding = np.where(quarter < NEAR * np.maximum(np.abs(self.x), 1.0), self.noise[1], self.noise[0])
        useful = (
            ~self.done
            & (quarter > 0)
            & (quarter < 0.7 * lengths[1])
            & (lengths[1] < 0.7 * lengths[0])
            & (self.thorough | (2 * rounding / quarter < self._limit()))
        )
        useful &= (lengths[0] <= self.widest) & (np.isfinite(self.smooth_error) | (not wide))
        if not useful.any():
            return
        values = np.empty((len(LENGTHS), 2, *self.around.shape))
        for place, h in enumerate(lengths):
            values[place, 0] = self.function(self.x + h)
            values[place, 1] = self.function(self.x - h)
        values = np.where(useful, values, np.nan)
        lengths = lengths.reshape(len(LENGTHS), *(1,) * (self.around.ndim - self.x.ndim), *self.x.shape)
        largest = np.fmax(np.abs(self.here), np.fmax.reduce(np.abs(values), axis=(0, 1)))
        noise = (rounding + EPS * np.where(np.isfinite(largest), largest, 0.0)) / quarter
        raw = np.stack([values[:, 0] - self.here, self.here - values[:, 1]], axis=1) / lengths[:, None]
        around = np.max(np.where(np.isfinite(raw), np.abs(raw), 0.0), axis=(0, 1)) - 8 * noise
        first = np.isnan(self.step) & useful
        still = np.all((values == self.here) | ~np.isfinite(values), axis=(0, 1))
        self.has_values |= np.isfinite(raw[2])
        self.constant |= first & (self.has_values[0] | self.has_values[1]) & still
        self.step = np.where(first, lengths[0], self.step)
        self.around = np.where(first, np.maximum(around, 0.0), self.around)
        self._judge(raw, noise, lengths)
        self.done |= self.constant | (not self.thorough) & (self.smooth_error <= KNOWN * np.abs(self.smooth))

    def _limit(self) -> Array:
        """The noise beyond which a step can teach nothing new."""
        gap = np.abs(self.sides[0] - self.sides[1])
        kink = np.where(np.isfinite(gap), CONVERGED_SIDE * gap, np.inf)
        return np.where(np.isfinite(self.smooth_error), self.smooth_error, kink)

    def _judge(self, raw: Array, noise: Array, lengths: Array) -> None:
        """Slopes of three lengths (the first axis) to the right and to the left (the second)."""
        slope, side_error = _one_side(raw, lengths[:, None], noise, self.around)
        better = side_error < self.side_errors
        self.sides = np.where(better, slope, self.sides)
        self.side_errors = np.where(better, side_error, self.side_errors)
        (right, left), both = slope, side_error[0] + side_error[1]
        middle = (raw[:, 0] + raw[:, 1]) / 2
        squares = (lengths / lengths[0]) ** 2
        wide, narrow, central = _at_zero(squares, middle)
        error = np.abs(narrow - wide) + 2 * noise
        largest = np.max(np.abs(raw), axis=(0, 1))
        known = np.isfinite(both) & (np.abs(right - left) <= both)
        known &= np.abs(narrow - wide) <= np.maximum(CONVERGED * largest, 4 * noise)
        alike = np.abs(right - left) <= TIGHT * largest + 16 * noise  # such as x ** 3 at 0, whose sides are slow
        known |= alike & (np.abs(narrow - wide) <= TIGHT * largest + 4 * noise)
        steepest = np.fmax.reduce(np.abs(middle)) - 4 * noise
        central, error = np.where(error <= both, central, (right + left) / 2), np.minimum(error, both)
        error = np.where(known, error, np.inf)
        step = lengths[0]
        self.windows.append(_Window(step, central, error, np.where(np.isfinite(error), 0.0, steepest)))
        better = error < self.smooth_error
        self.smooth, self.step = np.where(better, central, self.smooth), np.where(better, step, self.step)
        self.smooth_error = np.where(better, error, self.smooth_error)

    def result(self) -> Slopes:
        """The slope where both sides have the same; else both; else that of the one side that has one."""
        self._believe_what_is_nearer()
        large = np.maximum(self.around, np.fmax(np.abs(self.sides[0]), np.abs(self.sides[1])))
        seen = [error <= KNOWN_SIDE * np.where(np.isfinite(large), large, np.inf) for error in self.side_errors]
        right, left = self.sides
        gap, both = np.abs(right - left), self.side_errors[0] + self.side_errors[1]
        kink = seen[0] & seen[1] & (gap > both) & ~(self.smooth_error <= KNOWN_SIDE * gap)
        central = np.where(kink, (right + left) / 2, self.smooth)
        error = np.where(kink, both, self.smooth_error)
        bend = np.where(kink, gap / 2, 0.0)
        unknown = ~(error <= KNOWN_SIDE * np.fmax(np.abs(central), self.around)) & ~self.constant
        alone = unknown & (seen[0] ^ seen[1]) & (np.minimum(*self.side_errors) < error)
        central = np.where(alone, np.where(seen[0], right, left), np.where(np.isfinite(error), central, np.nan))
        error = np.where(alone, np.where(seen[0], *self.side_errors), error)
        bend = np.where(alone, 0.0, bend)
        refuted = self._refuted(np.abs(central) + bend + error)
        error = np.where(refuted & ~alone, np.inf, error)
        one_sided = alone & self.has_values[0] & self.has_values[1]
        empty = ~(self.has_values[0] | self.has_values[1])
        return Slopes(central, bend, error, self.around, self.step, one_sided, self.constant, empty)

    def _believe_what_is_nearer(self) -> None:
        """A narrow step that contradicts a wide one is nearer to the derivative, if it shows one at all."""
        for step, slope, error, _ in sorted(self.windows, key=lambda window: -float(np.min(window.step))):
            contradicts = (step < self.step) & (np.abs(slope - self.smooth) > error + self.smooth_error)
            self.smooth, self.step = np.where(contradicts, slope, self.smooth), np.where(contradicts, step, self.step)
            self.smooth_error = np.where(contradicts, error, self.smooth_error)

    def _refuted(self, most: Array) -> Array:
        """Where a narrower step met slopes far above what was found: waves too fine for any step."""
        finer = [(window.step < self.step) & (window.steepest > 2 * most) for window in self.windows]
        return np.logical_or.reduce(finer) if finer else np.zeros(self.x.shape, bool)


def _one_side(raw: Array, lengths: Array, noise: Array, around: Array) -> tuple[Array, Array]:
    """Each side's slope, and how far off it may be; inf where the three steps do not agree on it."""
    wide, narrow, slope = _at_zero(lengths, raw)
    cut_off, rounding = np.abs(slope - narrow), 8 * noise
    changes = np.abs(raw[1] - raw[0]), np.abs(raw[2] - raw[1])
    ratio = changes[1] / changes[0]  # a half where it is smooth; 0.7 for x ** 1.5 at 0; 1 and more without end
    slow = (ratio > SLOW) & (changes[1] > rounding)
    onward = (raw[1] - raw[0]) * (raw[2] - raw[1]) > 0.0
    cut_off = np.where(slow, 2 * changes[1] * ratio / (1 - ratio), cut_off)
    largest = np.max(np.abs(raw), axis=0)
    converged = np.where(
        slow,
        onward & (ratio < ENDLESS) & (cut_off <= CONVERGED_SIDE * np.maximum(largest, around)),
        (cut_off <= np.maximum(CONVERGED_SIDE * largest, rounding))
        & (np.abs(narrow - wide) <= np.maximum(2 * CONVERGED_SIDE * largest, rounding)),
    )
    return slope, np.where(converged & np.isfinite(slope), cut_off + rounding, np.inf)


def _at_zero(at: Array, values: Array) -> tuple[Array, Array, Array]:
    """What values at three lengths come to at length 0: by the two longer, the two shorter, and all three (Neville)."""
    wide = values[1] + (values[1] - values[0]) * at[1] / (at[0] - at[1])
    narrow = values[2] + (values[2] - values[1]) * at[2] / (at[1] - at[2])
    return wide, narrow, narrow + (narrow - wide) * at[2] / (at[0] - at[2])


def _representable(x: Array, step: Array) -> Array:
    """The step rounded so that x + h and x - h are exact; 0 where it is too narrow for that."""
    grain = np.spacing(np.abs(x) + step)
    exact = np.where(x == 0.0, step, np.round(step / grain) * grain)
    return np.where(exact >= np.finfo(np.float64).tiny, exact, 0.0)
