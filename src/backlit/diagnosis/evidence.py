"""What symptoms are judged by, each computed once and only if a symptom asks for it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from backlit.diagnosis.case import Case, Rows
from backlit.diagnosis.flow import Flow, LayerFlow, flow
from backlit.diagnosis.rates import USUAL_BATCH, Run, initial_of, run_of
from backlit.diagnosis.reference import (
    Reference,
    codes_of,
    constant_score,
    outputs_at,
    reference_of,
    score_at,
    score_of,
)
from backlit.errors import BacklitError
from backlit.network.blueprint import Blueprint
from backlit.network.forward import forward

Matrix = NDArray[np.float64]

FLOW_BATCH, SCORED_ROWS = 500, 4_000
"""Rows of the flow and of scores, at most: more change no verdict."""
SHORT = {"classification": 0.03, "regression": 0.05}
"""By how much a score may be below the reference before something is wrong; beside two standard errors."""
FITTED = {"classification": 0.9, "regression": 0.5}
"""Without a reference (too few rows), the score on the rows learnt from that is good enough."""
PROBE_STEPS, FEWEST_STEPS, FEWEST_SCORED = 300, 20, 200
PROBE_WORK = 7e8
"""Multiplications of one probe at most: a fraction of a second."""
FLOW_WORK = 1e8
"""The same of a flow's way ahead; a wide network is followed on fewer rows, 200 at least."""


class Gains(dict[float, float]):
    """Factor of the rate -> what `_gain` measures at it, when it is first asked for."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run
        self.first: float | None = None  # the loss at the start, which is that of every rate

    def __missing__(self, factor: float) -> float:
        probe = _probe(replace(self.run, rate=self.run.rate * factor))
        self.first = probe.loss_after(0) if self.first is None else self.first
        self[factor] = probe.gain(self.first)
        return self[factor]


class Evidence:
    """The facts of a case, computed when they are first asked for.

    Parameters
    ----------
    case : Case

    Examples
    --------
    >>> from backlit.network.building import mlp
    >>> neuron = mlp(1, (), 1, output_gate="sigmoid", loss="quadratic")
    >>> rows = Rows(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]]))
    >>> Evidence(Case(neuron, np.zeros(neuron.theta_size), rows, "classification")).score
    0.5
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.blueprint = case.blueprint
        self.known = case.training
        self.rows = _sampled(case.rows, SCORED_ROWS)
        self.validation = None if case.validation is None else _sampled(case.validation, SCORED_ROWS)

    # -- the network as it is -----------------------------------------------------------------------------------------

    @cached_property
    def finite(self) -> bool:
        """Whether all numbers of the case, and all that the network makes of them, are finite."""
        case = self.case
        arrays = (case.theta, case.rows.inputs, case.rows.targets)
        return all(bool(np.isfinite(array).all()) for array in arrays) and bool(np.isfinite(self.outputs).all())

    @cached_property
    def outputs(self) -> Matrix:
        """The outputs for the rows, shape (rows, outputs)."""
        return outputs_at(self.case, self.case.theta, self.rows)

    @cached_property
    def flow(self) -> Flow | None:
        """The gradient's flow through the network as it is; None where it is not finite."""
        return self._flow(self.case.theta)

    @cached_property
    def first_flow(self) -> Flow | None:
        """The same at the parameters that the training started from, if they are known."""
        return None if self.known.initial is None else self._flow(np.asarray(self.known.initial, np.float64))

    @cached_property
    def course(self) -> tuple[tuple[int, Flow | None], ...]:
        """The flow after each epoch whose parameters were kept, 0 being the start; None where it is not finite."""
        kept = self.case.snapshots
        if kept is None:
            return ()
        return tuple((one.epoch, self._flow(one.theta, kept.blueprint, one.rate)) for one in kept.kept)

    @cached_property
    def score(self) -> float:
        """Accuracy or R squared on the rows that were learnt from."""
        return score_of(self.case.task, self.outputs, self.rows.targets)

    @cached_property
    def validation_score(self) -> float | None:
        """The same on the rows that were not."""
        if self.validation is None:
            return None
        return score_at(self.case, self.case.theta, self.validation)

    @cached_property
    def constant(self) -> float:
        """The score of the best constant on the rows."""
        return constant_score(self.case.task, self.rows.targets)

    @property
    def deep(self) -> bool:
        """Whether a gradient has a way to go: two hidden layers at least."""
        return len(self.blueprint.neurons) > 2

    @cached_property
    def hidden(self) -> tuple[LayerFlow, ...]:
        """The hidden layers' flow, empty where there is none."""
        return () if self.flow is None else self.flow.layers[:-1]

    # -- what the rows could tell -------------------------------------------------------------------------------------

    @cached_property
    def reference(self) -> Reference | None:
        """The out-of-fold score of models that need no gradient."""
        return reference_of(self.case.task, self.case.rows.inputs, self.case.rows.targets)

    @cached_property
    def tolerance(self) -> float:
        """By how much a score may differ before it counts."""
        return max(SHORT[self.case.task], 0.0 if self.reference is None else self.reference.noise)

    @cached_property
    def learnt(self) -> float:
        """How much of what the rows tell the network has: 0 as a constant, 1 as the reference (or better)."""
        if self.reference is None:
            return min(max((self.score - self.constant) / max(FITTED[self.case.task] - self.constant, 0.05), 0.0), 1.0)
        gain = self.reference.score - self.constant
        return min(max((self.score - self.constant) / gain, 0.0), 1.0) if gain > 0 else 1.0

    @cached_property
    def falls_short(self) -> bool:
        """Whether the network is worse than it should be: on the rows that were learnt from, or on the others."""
        return self.learns_too_little or (self.validation_score is not None and self._is_low(self.validation_score))

    @cached_property
    def learns_too_little(self) -> bool:
        """The same on the rows that were learnt from alone: it is not memory that is wrong, but learning."""
        return self._is_low(self.score)

    # -- short trainings ----------------------------------------------------------------------------------------------

    @cached_property
    def gains(self) -> Gains:
        """Factor of the rate -> the part of the first loss that some steps at it take away, from the start."""
        return Gains(run_of(self.case, initial_of(self.case), self._probe_rows))

    @cached_property
    def gain_with_larger_batches(self) -> float:
        """The same at the rate itself, with mini-batches of a usual size."""
        run = run_of(self.case, initial_of(self.case), self._probe_rows)
        return _gain(replace(run, batch_size=min(USUAL_BATCH, len(run.rows))))

    @cached_property
    def gain_of_continuing(self) -> float:
        """The part of the loss that as many steps more take away, from where the training ended."""
        return _gain(run_of(self.case, np.asarray(self.case.theta, np.float64), self._probe_rows))

    @property
    def _probe_rows(self) -> Rows:
        return _sampled(self.case.rows, 2_000)

    @cached_property
    def updates(self) -> int | None:
        """How many steps the training took."""
        if self.known.epochs is None or self.known.batch_size is None:
            return None
        return self.known.epochs * math.ceil(len(self.case.rows) / min(self.known.batch_size, len(self.case.rows)))

    # -- the rows -----------------------------------------------------------------------------------------------------

    @cached_property
    def classes(self) -> NDArray[np.int64] | None:
        """The class of each scored row; None where a row has no one label."""
        return codes_of(self.rows.targets) if self.case.one_label else None

    @cached_property
    def scaled_inputs(self) -> Matrix:
        """The inputs as the first weights take them: behind the scalers that the network has in front, if any."""
        case = self.case
        arrived: Matrix = case.rows.inputs
        if case.blueprint.layers[0].declared.weighted_sum:
            return arrived
        values = forward(case.blueprint, case.theta, arrived)
        for layer, (_, activation) in zip(case.blueprint.layers, case.blueprint.wire_names, strict=True):
            if layer.declared.weighted_sum or layer.inputs != layer.outputs:
                break
            arrived = np.asarray(values[activation], np.float64)
        return arrived

    @cached_property
    def scaled_targets(self) -> Matrix:
        """The targets as the last weights are to reach them: before the scalings that the network ends with, if any."""
        targets: Matrix = self.rows.targets
        slots = list(self.blueprint.slots)
        for layer in reversed(self.blueprint.layers):
            if layer.kind != "scaling" or layer.gate != "identity":
                break
            numbers = {slot.parameter: slot.view(self.case.theta) for slot in slots[-len(layer.declared.parameters) :]}
            del slots[-len(numbers) :]
            if not numbers["scale"].all():
                break
            targets = (targets - numbers["offset"]) / numbers["scale"] + numbers["center"]
        return targets

    @cached_property
    def deviations(self) -> Matrix:
        """The standard deviation of each input over the rows."""
        return np.asarray(self.case.rows.inputs.std(axis=0))

    def _is_low(self, score: float) -> bool:
        """Whether a score is below the reference, or, where there is none, below what is good enough."""
        if self.reference is None:
            return score < FITTED[self.case.task]
        return score < self.reference.score - self.tolerance

    def _flow(self, theta: Matrix, blueprint: Blueprint | None = None, rate: float | None = None) -> Flow | None:
        most = min(FLOW_BATCH, max(FEWEST_SCORED, int(FLOW_WORK / self.blueprint.multiplications)))
        batch, rate = _sampled(self.case.rows, most), self.known.rate if rate is None else rate
        theta = np.asarray(theta, np.float64)
        try:
            return flow(blueprint or self.blueprint, theta, batch.inputs, batch.targets, rate)
        except BacklitError:  # a number that is not finite
            return None


def _sampled(rows: Rows, most: int) -> Rows:
    """At most so many rows, evenly drawn, always the same."""
    if len(rows) <= most:
        return rows
    return rows.at(np.sort(np.random.default_rng(0).permutation(len(rows))[:most]))


@dataclass(frozen=True, slots=True)
class Probe:
    """A short training, and the rows that score it."""

    run: Run
    epochs: int
    scored: Rows

    def loss_after(self, epochs: int) -> float:
        """The mean loss after so many epochs."""
        return self.run.train(epochs).mean_loss(self.scored.inputs, self.scored.targets)

    def gain(self, first: float) -> float:
        """The part of the first loss that it takes away; negative where the loss grows, -inf where it diverges."""
        last = self.loss_after(self.epochs)
        return float((first - last) / abs(first)) if math.isfinite(last) and first else float("-inf")


def _probe(run: Run) -> Probe:
    """As many steps as are worth a fraction of a second; a wide network takes fewer, of smaller mini-batches.

    All rates are compared on the same rows.
    """
    work = 3 * run.blueprint.multiplications  # of a row: forward, and twice as much back
    batch_size = min(run.batch_size, max(USUAL_BATCH, int(PROBE_WORK / (work * FEWEST_STEPS))))
    steps = max(FEWEST_STEPS, min(PROBE_STEPS, int(PROBE_WORK / (work * batch_size))))
    batches = -(-len(run.rows) // batch_size)
    rows = run.rows.at(np.arange(steps * batch_size)) if batches > steps else run.rows
    scored = rows.at(np.arange(min(len(rows), max(FEWEST_SCORED, int(PROBE_WORK / (10 * work))))))
    return Probe(replace(run, rows=rows, batch_size=batch_size), max(1, -(-steps // batches)), scored)


def _gain(run: Run) -> float:
    """The part of the first loss that a short training takes away."""
    probe = _probe(run)
    return probe.gain(probe.loss_after(0))
