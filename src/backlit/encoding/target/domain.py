"""The numbers that each output gate of a regression can give, and how targets are scaled into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from backlit.declared.losses import natural_gate
from backlit.encoding.cells import Numbers
from backlit.encoding.scaling import scale_by_power_of_two
from backlit.errors import DataError, ParameterError

LEAST_UNIT = float(np.finfo(np.float64).smallest_subnormal)
"""The least unit of a target that varies: rounding must not make it 0."""


@dataclass(frozen=True, slots=True)
class TargetDomain:
    """The numbers that an output gate can give, how targets are scaled into them, and how near to its ends it is kept.

    Attributes
    ----------
    low, high : float
        The least and the largest number that the gate can give.
    scale : callable
        Targets of shape (n_rows, n_targets) -> center and unit of each column.
    margin : float
        How far the gate is kept from its ends.
    """

    low: float
    high: float
    scale: Callable[[Numbers], tuple[Numbers, Numbers]]
    margin: float = 0.0

    def check(self, values: Numbers, loss: str) -> None:
        """Refuse targets that the gate cannot give, naming the first row.

        Raises
        ------
        DataError
            If a target lies outside, or all are 0 where a rate is learnt.
        """
        outside = ((values < self.low) | (values > self.high)).any(axis=1)
        if outside.any():
            row = int(outside.argmax())
            bounds = "at least 0" if self.high == np.inf else f"from {self.low:g} to {self.high:g}"
            raise DataError(
                f"the target is {', '.join(f'{value:g}' for value in values[row])} in row {row}; "
                f"loss {loss!r} needs numbers {bounds}, so take another loss",
                row=row,
            )
        if self.low == 0.0 and self.high == np.inf and not (values.sum(axis=0) > 0).all():
            raise DataError(f"the target is 0 in all rows; loss {loss!r} needs one above 0")


def _standard(values: Numbers) -> tuple[Numbers, Numbers]:
    """Mean and standard deviation; of a constant the constant and 1, since rounding may leave a tiny deviation."""
    # squares of tiny numbers would be 0; those of large ones, which fit refuses, stay infinite
    scaled, exponents = scale_by_power_of_two(values, axis=0, max_exponent=0)
    mean, std = np.ldexp(scaled.mean(axis=0), exponents), np.ldexp(scaled.std(axis=0), exponents)
    constant = values.max(axis=0) == values.min(axis=0)
    return np.where(constant, values[0], mean), np.where(constant, 1.0, np.maximum(std, LEAST_UNIT))


def _of_mean(values: Numbers) -> tuple[Numbers, Numbers]:
    """Zero, and the mean: a rate stays a rate."""
    return np.zeros(values.shape[1]), np.maximum(values.mean(axis=0), LEAST_UNIT)


def _unchanged(values: Numbers) -> tuple[Numbers, Numbers]:
    """Zero and one."""
    return np.zeros(values.shape[1]), np.ones(values.shape[1])


TARGET_DOMAINS: Mapping[str, TargetDomain] = {
    "identity": TargetDomain(-np.inf, np.inf, _standard),
    "exp": TargetDomain(0.0, np.inf, _of_mean, margin=1e-30),
    "sigmoid": TargetDomain(0.0, 1.0, _unchanged, margin=1e-7),
}
"""Output gate of a regression -> the numbers that it can give."""


def target_domain_of(loss: str) -> TargetDomain:
    """The numbers that the output gate of a loss can give.

    Raises
    ------
    ParameterError
        If the loss is one of classes.

    Examples
    --------
    >>> target_domain_of("poisson").low, target_domain_of("squared").low
    (0.0, -inf)
    """
    gate = natural_gate(loss)
    if gate not in TARGET_DOMAINS:
        message = f"loss: {loss!r} is for classes; take a classifier, or a loss of numbers such as 'squared'"
        raise ParameterError(message, parameter="loss")
    return TARGET_DOMAINS[gate]
