"""The gradient's way through a network, layer by layer: where it is lost, and to which factor.

For a batch of rows, with |.| the Frobenius norm over rows and units, d = delta of the layer above and W'd = dC/da:

    log10 |dC/dW of layer l| = log10 |a - y|                     the error
                             + log10 (|delta| / |a - y|)         the pairing of loss and output gate
                             + log10 (|W'd| / |d|)               the weights, for each layer above l
                             + log10 (|delta| / |W'd|)           sigma', for each layer from the last hidden one to l
                             + log10 (|dC/dW| / |delta|)         what enters the layer

Each term's denominator is the numerator before it: the sum is exact. A norm of 0 has no logarithm; it is named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gate_kinds import Gate
from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.formula.numpy import local_of, value_of
from backlit.graph.backward import backward
from backlit.graph.from_network import network
from backlit.network.blueprint import Blueprint

Matrix = NDArray[np.float64]

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
QUANTILE_NUMBERS = 50_000
"""Of a larger array so many numbers, evenly spaced, give the quantiles."""
SATURATED_SLOPE = 0.05
"""A gate is saturated where its slope is below this part of the largest that it can have: sigmoid's at |z| > 4.4."""
LARGEST_SLOPE: Mapping[str, float] = {"sigmoid": 0.25, "tanh": 1.0}
"""Gates that saturate on both sides -> their largest slope, at z = 0."""


class Distribution(NamedTuple):
    """What an array's numbers are like; `quantiles` are those of `QUANTILES`."""

    mean: float
    std: float
    zeros: float
    quantiles: tuple[float, ...]

    @classmethod
    def of(cls, values: Matrix) -> Distribution:
        """The distribution of all elements."""
        numbers = values.ravel()
        some = numbers[:: -(-len(numbers) // QUANTILE_NUMBERS)]
        quantiles = tuple(map(float, np.quantile(some, QUANTILES)))
        return cls(float(numbers.mean()), float(numbers.std()), float((numbers == 0).mean()), quantiles)


@dataclass(frozen=True, slots=True)
class LayerFlow:
    """One layer of neurons: its numbers, and what it makes of the gradient.

    Attributes
    ----------
    number, width, gate
        The layer's number from 1, its units, its gate.
    pre_activations, activations, delta, weights, gradient : Distribution
        Of z, a, dC/dz, W and dC/dW.
    delta_norm, gradient_norm, weight_norm : float
        Frobenius norms of dC/dz, dC/dW and W.
    weights_share, sigma_share : float or None
        ``log10(|W'd| / |d|)`` and ``log10(|delta| / |W'd|)``; None for the output layer, and where a norm is 0.
    input_share : float or None
        ``log10(|dC/dW| / |delta|)``.
    zero_norms : tuple of str
        The norms that are 0, which have no logarithm.
    dead : float
        The part of the units that give 0 for every row.
    saturated : float or None
        The part of the pre-activations where the gate's slope is below a twentieth of its largest; None where the gate
        does not saturate on both sides.
    update_ratio : float or None
        ``rate * |dC/dW| / |W|``, if the rate is known.
    """

    number: int
    width: int
    gate: str
    pre_activations: Distribution
    activations: Distribution
    delta: Distribution
    weights: Distribution
    gradient: Distribution
    delta_norm: float
    gradient_norm: float
    weight_norm: float
    weights_share: float | None
    sigma_share: float | None
    input_share: float | None
    zero_norms: tuple[str, ...]
    dead: float
    saturated: float | None
    update_ratio: float | None


@dataclass(frozen=True)
class Flow:
    """How the gradient flows back through a network on some rows.

    Attributes
    ----------
    layers : tuple of LayerFlow
        In forward order.
    rows : int
        The batch's rows.
    loss : float
        Their mean loss.
    error_norm : float
        Of a - y, divided by the number of rows as the mean loss divides it.
    error_share, pairing_share : float or None
        ``log10 |a - y|`` and ``log10(|delta| / |a - y|)`` of the output layer.
    gradients : mapping of str to ndarray
        dC/dW by the parameter's name.
    """

    layers: tuple[LayerFlow, ...]
    rows: int
    loss: float
    error_norm: float
    error_share: float | None
    pairing_share: float | None
    gradients: Mapping[str, Matrix]

    def shares(self, number: int) -> tuple[tuple[str, float], ...]:
        """The terms that sum to log10 of the norm of layer `number`'s gradient, from the output down.

        Raises
        ------
        BacklitError
            If there is no such layer, or a norm on the way is 0.
        """
        if not 1 <= number <= len(self.layers):
            raise BacklitError(f"flow: layer {number} is not there; layers are 1 to {len(self.layers)}")
        above = self.layers[number - 1 :]
        zero = next((name for layer in reversed(above) for name in layer.zero_norms), None)
        zero = "|a - y|" if self.error_share is None else zero
        if zero is not None:
            raise BacklitError(f"flow: {zero} is 0 and has no logarithm; no gradient comes so far")
        terms = [("error", self.error_share), ("pairing", self.pairing_share)]
        for layer in reversed(above[:-1]):
            terms += [
                (f"weights[{layer.number + 1}]", layer.weights_share),
                (f"sigma[{layer.number}]", layer.sigma_share),
            ]
        terms.append((f"input[{number}]", above[0].input_share))
        return tuple((name, share) for name, share in terms if share is not None)

    @cached_property
    def gradient_norm(self) -> float:
        """The norm of all parameters' gradients together."""
        return math.sqrt(sum(float((array**2).sum()) for array in self.gradients.values()))


def flow(blueprint: Blueprint, theta: Matrix, x: Matrix, y: Matrix, rate: float | None = None) -> Flow:
    """Carry a batch forward and its gradient back, in float64, and attribute what the gradient loses.

    Parameters
    ----------
    blueprint : Blueprint
    theta : ndarray, shape (theta_size,)
    x, y : ndarray, shape (rows, inputs) and (rows, outputs)
    rate : float, optional
        The learning rate, for `LayerFlow.update_ratio`.

    Returns
    -------
    Flow

    Raises
    ------
    BacklitError
        If a number or a gradient is not finite.

    Examples
    --------
    The lecture's slow start: the slope of the sigmoid multiplies the error.

    >>> from backlit.network.building import mlp
    >>> neuron = mlp(1, (), 1, output_gate="sigmoid", loss="quadratic")
    >>> theta = np.zeros(neuron.theta_size)
    >>> for array in neuron.arrays(theta).values():
    ...     array[...] = 2.0
    >>> slow = flow(neuron, theta, np.ones((1, 1)), np.zeros((1, 1)))
    >>> round(10**slow.error_share, 4), round(10**slow.pairing_share, 4)
    (0.982, 0.0177)
    """
    graph = network(blueprint, theta, x, y)
    swept = backward(graph)

    def value(name: str) -> Matrix:
        wire = graph.named(name)
        assert wire is not None
        return np.asarray(wire.value, np.float64)

    def gradient(name: str) -> Matrix:
        wire = graph.named(name)
        computed = None if wire is None else swept[wire]
        return np.zeros_like(value(name)) if computed is None else np.asarray(computed, np.float64)

    gradients = {slot.name: gradient(slot.name) for slot in blueprint.slots}
    last = len(blueprint.neurons)
    error_norm = _norm((value(f"a[{last}]") - y) / len(x))
    layers: list[LayerFlow] = []
    above: Matrix | None = None
    for number in range(last, 0, -1):
        delta, arrived = gradient(f"z[{number}]"), None if number == last else gradient(f"a[{number}]")
        layers.insert(0, _layer(blueprint, number, value, (delta, arrived, above), gradients, rate))
        above = delta
    shares = _log10(error_norm, 1.0), _log10(layers[-1].delta_norm, error_norm)
    return Flow(tuple(layers), len(x), float(graph.output.value), error_norm, *shares, gradients)


def _layer(
    blueprint: Blueprint,
    number: int,
    value: Any,
    deltas: tuple[Matrix, Matrix | None, Matrix | None],
    gradients: Mapping[str, Matrix],
    rate: float | None,
) -> LayerFlow:
    """One layer: `deltas` are dC/dz, dC/da (None at the output), and dC/dz of the layer above."""
    layer, (delta, arrived, above) = blueprint.neurons[number - 1], deltas
    z, a, weights = (value(f"{name}[{number}]") for name in "zaw")
    gradient = gradients[f"w[{number}]"]
    norms = {f"|delta[{number}]|": _norm(delta), f"|dC/dw[{number}]|": _norm(gradient)}
    weights_share = sigma_share = None
    if arrived is not None and above is not None:
        norms[f"|W'd| below layer {number + 1}"] = _norm(arrived)
        weights_share = _log10(_norm(arrived), _norm(above))
        sigma_share = _log10(_norm(delta), _norm(arrived))
    weight_norm, gradient_norm = _norm(weights), _norm(gradient)
    return LayerFlow(
        number,
        layer.outputs,
        layer.gate,
        Distribution.of(z),
        Distribution.of(a),
        Distribution.of(delta),
        Distribution.of(weights),
        Distribution.of(gradient),
        _norm(delta),
        gradient_norm,
        weight_norm,
        weights_share,
        sigma_share,
        _log10(gradient_norm, _norm(delta)),
        tuple(name for name, norm in norms.items() if norm == 0),
        float((a == 0).all(axis=0).mean()),
        _saturated(layer.gate, z),
        None if rate is None or not weight_norm else rate * gradient_norm / weight_norm,
    )


class Factors(NamedTuple):
    """dC/dw of one weight on one row, as the lecture's product: ``upstream * slope * input``.

    `upstream` is dC/da of the neuron; `slope` its gate's derivative at z; `input` what the weight multiplies.
    """

    upstream: float
    slope: float
    input: float

    @property
    def gradient(self) -> float:
        """Their product."""
        return self.upstream * self.slope * self.input


def factors(blueprint: Blueprint, theta: Matrix, x: Matrix, y: Matrix, weight: tuple[int, int, int]) -> Factors:
    """One weight's gradient on one row, as a product of three factors.

    Parameters
    ----------
    blueprint : Blueprint
    theta : ndarray, shape (theta_size,)
    x, y : ndarray, shape (inputs,) and (outputs,)
    weight : tuple of int
        Layer from 1, input and neuron from 0.

    Raises
    ------
    BacklitError
        If there is no such weight, or the gate is softmax, or a norm follows: its outputs depend on each other.

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> neuron = mlp(1, (), 1, output_gate="sigmoid", loss="quadratic")
    >>> factors(neuron, np.zeros(neuron.theta_size), np.ones(1), np.zeros(1), (1, 0, 0))
    Factors(upstream=0.5, slope=0.25, input=1.0)
    """
    number, i, j = weight
    neurons = blueprint.neurons
    if not 1 <= number <= len(neurons) or not (0 <= j < neurons[number - 1].outputs and i in _inputs(neurons, weight)):
        raise BacklitError(f"factors: there is no weight {number},{i},{j}; give layer (from 1), input and neuron")
    gate = GATES[neurons[number - 1].gate]
    if not isinstance(gate, Gate):
        raise BacklitError("factors: the outputs of softmax depend on each other; ask for a hidden weight")
    mixing = next((part for part in blueprint.parts_of(number) if part.declared.across), None)
    if mixing is not None:
        raise BacklitError(f"factors: a {mixing.kind} layer makes the outputs depend on each other; derive it")
    graph = network(blueprint, theta, x, y)
    swept = backward(graph)
    z, a = graph.named(f"z[{number}]"), graph.named(f"a[{number}]")
    entered = graph.named(blueprint.input_name(number))
    assert z is not None
    assert a is not None
    assert entered is not None
    arrived, delta = swept[a], swept[z]
    if blueprint.parts_of(number) and arrived is not None and delta is not None:  # the part takes z as well
        slope = float(delta[j] / arrived[j]) if arrived[j] else 0.0
    else:
        slope = float(local_of(gate, 0)(z.value[j], a.value[j]))
    if arrived is not None:
        upstream = float(arrived[j])
    else:  # gate and loss were computed as one
        upstream = float(delta[j]) / slope if delta is not None and slope else 0.0
    return Factors(upstream, slope, float(entered.value[neurons[number - 1].inputs_of(j)[i]]))


def _inputs(neurons: Any, weight: tuple[int, int, int]) -> range:
    number, _, _ = weight
    return range(neurons[number - 1].inputs // neurons[number - 1].groups)


def _saturated(gate: str, z: Matrix) -> float | None:
    """The part of pre-activations where the gate hardly moves."""
    if gate not in LARGEST_SLOPE:
        return None
    rule = GATES[gate]
    assert isinstance(rule, Gate)
    slope = np.abs(local_of(rule, 0)(z, value_of(rule)(z)))
    return float((slope < SATURATED_SLOPE * LARGEST_SLOPE[gate]).mean())


def _norm(array: Matrix) -> float:
    return float(np.linalg.norm(array))


def _log10(numerator: float, denominator: float) -> float | None:
    """The logarithm of a quotient; None where a norm is 0."""
    if numerator == 0 or denominator == 0:
        return None
    return math.log10(numerator) - math.log10(denominator)
