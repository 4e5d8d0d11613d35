"""What every reader gives and the builder takes: a foreign network as a chain of steps, in numbers and names alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.encoding.preparation import Preparation

Numbers = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False, slots=True)
class Linear:
    """``x weights + biases``, weights of shape (inputs, outputs), biases of shape (outputs,)."""

    weights: Numbers
    biases: Numbers
    where: str = ""


@dataclass(frozen=True, slots=True)
class Activation:
    """A gate by name, of `backlit.declared.gates`; its numbers are in it: ``leaky_relu(0.2)``. Softmax only last."""

    gate: str
    where: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Scaling:
    """``(x - center) * scale + offset``, shape (width,) each: a scaler, a batch norm as it predicts, target units."""

    center: Numbers
    scale: Numbers
    offset: Numbers
    where: str = ""

    @property
    def width(self) -> int:
        """How many numbers it scales."""
        return len(self.scale)


@dataclass(frozen=True, eq=False, slots=True)
class Clipping:
    """``min(max(x, low), high)``, of shape (width,) each: columns that are kept within bounds."""

    low: Numbers
    high: Numbers
    where: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Slopes:
    """A relu that has a slope of each neuron's own below 0, of shape (width,) or (1,): what others call PReLU."""

    slopes: Numbers
    where: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class LayerNorm:
    """``(x - mean) / sqrt(variance + epsilon) * gain + offset`` over the numbers of a row."""

    gain: Numbers
    offset: Numbers
    epsilon: float
    where: str = ""


@dataclass(frozen=True, slots=True)
class Dropout:
    """What is dropped in training, where a training goes on; nothing in a prediction."""

    rate: float
    where: str = ""


Step = Linear | Activation | Scaling | Clipping | Slopes | LayerNorm | Dropout


@dataclass(frozen=True, eq=False)
class Description:
    """A foreign network.

    Parameters
    ----------
    tool, version : str
        Which tool made it, and which version of it or of its format; empty where that is not known.
    steps : sequence of Step
        From the inputs to the outputs. `where` of each names it as the tool does, for messages.
    task : {"", "classification", "regression"}
        Empty: what the end of the network tells.
    classes : sequence of labels, optional
        In the order of the outputs; of a single output those for 0 and 1.
    multilabel : bool
        Whether each output is a yes or no of its own.
    loss : str
        A loss of `backlit.declared.losses` that a training goes on with; empty: the one that fits the last gate.
    feature_names : sequence of str
        Names of the columns, if they are known.
    parameters : mapping
        Parameters of our estimator that the tool has too, for a training that goes on.
    fitted : mapping
        Fitted attributes such as ``loss_`` and ``loss_curve_``, as far as the tool has them.
    preparation : Preparation, optional
        How the columns of a table become the numbers that the first step takes, where they are not those numbers.
    notes : sequence of str
        What a user may want to know of how it was read.
    """

    tool: str
    version: str
    steps: Sequence[Step]
    task: str = ""
    classes: Sequence[Any] | None = None
    multilabel: bool = False
    loss: str = ""
    feature_names: Sequence[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fitted: Mapping[str, Any] = field(default_factory=dict)
    preparation: Preparation | None = None
    notes: Sequence[str] = ()
