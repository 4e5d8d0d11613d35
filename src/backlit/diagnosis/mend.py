"""The mend: one change of a case as data, the code that makes it, and a trial with and without it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from backlit.diagnosis.alignment import moved, shift_of
from backlit.diagnosis.case import Case, Rows
from backlit.diagnosis.messages import messages
from backlit.diagnosis.rates import initial_of, run_of
from backlit.diagnosis.reference import codes_of, constant_score, score_at
from backlit.diagnosis.symptom import Change
from backlit.errors import BacklitError
from backlit.network.blueprint import Blueprint, Layer

if TYPE_CHECKING:
    from backlit.diagnosis.outcome import Seen

LEAST_WIDTH, LEAST_LAYERS = 32, 2
HELD_OUT = 0.25
"""Part of the rows that scores a trial, where no validation is given and there are enough."""
ENOUGH_ROWS = 40
TRIAL_EPOCHS = 300
HELPS = 0.01
"""By how much the score of a trial has to rise; or the same score in half of the epochs."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A mend that was tried.

    Attributes
    ----------
    measure : str
        "classification" (accuracy) or "regression" (R squared).
    before, after : float
        The score without the change, and with it.
    curves : tuple of tuple of float
        The score after each epoch, without and with.
    epochs_to_level : tuple of int or None
        The first epoch of each whose score is `level`, the lower of the two best scores.
    level : float
    helped : bool
    code : str
        The change, for the tool that the network is of.
    """

    measure: str
    before: float
    after: float
    curves: tuple[tuple[float, ...], tuple[float, ...]]
    level: float
    epochs_to_level: tuple[int | None, int | None]
    helped: bool
    code: str

    def to_text(self, lang: str = "en") -> str:
        """The outcome in words.

        Parameters
        ----------
        lang : {"en", "ko"}
        """
        texts = messages(lang)
        first = texts["trial"].format(
            measure=texts[self.measure],
            before=f"{self.before:.4g}",
            after=f"{self.after:.4g}",
            epochs=max(map(len, self.curves)) - 1,  # the first score is the start's
            verdict=texts["helped" if self.helped else "no_help"],
        )
        before, after = ("-" if epoch is None else str(epoch) for epoch in self.epochs_to_level)
        return first + "; " + texts["sooner"].format(level=f"{self.level:.4g}", before=before, after=after)

    def __str__(self) -> str:
        return self.to_text()


# -- what each kind of change makes of a case -----------------------------------------------------------------------


def _trained(**facts: Any) -> Callable[[Case, Any], Case]:
    """A change of facts of the training; each is a function of the case and the change's value."""

    def change(case: Case, value: Any) -> Case:
        return replace(case, training=replace(case.training, **{name: f(case, value) for name, f in facts.items()}))

    return change


def _fresh(case: Case) -> Case:
    """The same with a start that the tool's own rule draws."""
    init = case.training.init if case.training.init in ("glorot", "lsuv") else "glorot"
    return replace(case, training=replace(case.training, initial=None, init=init))


def _gated(case: Case, gate: str) -> Case:
    layers = [
        replace(layer, gate=gate) if layer.declared.numbered and layer is not case.blueprint.layers[-1] else layer
        for layer in case.blueprint.layers
    ]
    return _fresh(replace(case, blueprint=Blueprint(tuple(layers), case.blueprint.loss)))


def _headed(case: Case, head: tuple[str, str]) -> Case:
    gate, loss = head
    *before, last = case.blueprint.layers
    return replace(case, blueprint=Blueprint((*before, replace(last, gate=gate)), loss))


def _width(layer: Layer, factor: int) -> int:
    return max(LEAST_WIDTH, layer.outputs * factor)


def _widened(case: Case, factor: int) -> Case:
    """Wider hidden layers, two at least: of one alone more units hardly help (`python -m benchmarks diagnosis`)."""
    layers, inputs = [], case.blueprint.inputs
    last = case.blueprint.neurons[-1]
    gate = "relu"
    for layer in case.blueprint.layers[:-1]:
        if layer.kind != "dense":
            raise BacklitError(f"try_mend: a {layer.kind} layer is not widened here; change the widths yourself")
        width = _width(layer, factor)
        layers.append(replace(layer, inputs=inputs, outputs=width))
        inputs, gate = width, layer.gate
    for width in _widths(case, factor)[len(layers) :]:
        layers.append(replace(last, inputs=inputs, outputs=width, gate=gate))
        inputs = width
    return _fresh(replace(case, blueprint=Blueprint((*layers, replace(last, inputs=inputs)), case.blueprint.loss)))


def _widths(case: Case, factor: int) -> tuple[int, ...]:
    """The hidden layers' widths: those that there are, and as many of the last one's as make `LEAST_LAYERS`."""
    widths = [_width(layer, factor) for layer in case.blueprint.neurons[:-1]]
    more = [widths[-1] if widths else LEAST_WIDTH] * (LEAST_LAYERS - len(widths))
    return (*widths, *more)


def _mapped(case: Case, change: Callable[[Rows], Rows]) -> Case:
    held = None if case.validation is None else change(case.validation)
    return replace(case, rows=change(case.rows), validation=held)


def _scaled_inputs(case: Case, value: Any) -> Case:
    mean, std = case.rows.inputs.mean(axis=0), case.rows.inputs.std(axis=0)
    return _mapped(case, lambda rows: Rows((rows.inputs - mean) / np.where(std > 0, std, 1.0), rows.targets))


def _scaled_targets(case: Case, value: Any) -> Case:
    mean, std = case.rows.targets.mean(axis=0), case.rows.targets.std(axis=0)
    return _mapped(case, lambda rows: Rows(rows.inputs, (rows.targets - mean) / np.where(std > 0, std, 1.0)))


def _without_columns(case: Case, columns: Sequence[int]) -> Case:
    """The columns at 0: the network stays as it is, and sees nothing of them."""

    def change(rows: Rows) -> Rows:
        inputs = rows.inputs.copy()
        inputs[:, list(columns)] = 0.0
        return Rows(inputs, rows.targets)

    return _mapped(case, change)


def _without_rows(case: Case, rows: Any) -> Case:
    kept = np.setdiff1d(np.arange(len(case.rows)), rows)
    return replace(case, rows=case.rows.at(kept))


def _moved_targets(case: Case, shift: int) -> Case:
    """Learnt rows and targets side by side again; the validation too, where its targets were moved as far."""
    held = case.validation
    if held is not None and shift_of(case.task, held) == shift:
        held = moved(held, shift)
    return replace(case, rows=moved(case.rows, shift), validation=held)


def _balanced(case: Case, value: Any) -> Case:
    """Rows of rare classes repeated, which weighs them as class weights do."""
    codes = codes_of(case.rows.targets)
    counts = np.bincount(codes)
    repeats = np.maximum(1, np.round(counts.max() / counts[codes])).astype(int)
    return replace(case, rows=case.rows.at(np.repeat(np.arange(len(codes)), repeats)))


def _same(case: Case, value: Any) -> Case:
    return case


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change: what it makes of a case, and its code for each tool, a template of the value.

    `by_row`: whether its value counts the rows, so that none may be held out before it is made.
    """

    apply: Callable[[Case, Any], Case] | None
    code: Mapping[str, str]
    by_row: bool = False


def _rate(case: Case, factor: float) -> float:
    return run_of(case, case.theta).rate * factor


def _epochs(case: Case, factor: int) -> int:
    return (case.training.epochs or 10) * factor


CHANGES: Mapping[str, Kind] = {
    "rate": Kind(
        _trained(rate=_rate),
        {"mlp": "model.set_params(learning_rate_init={rate:.3g})", "network": 'training["rate"] = {rate:.3g}'},
    ),
    "epochs": Kind(
        _trained(epochs=_epochs),
        {"mlp": "model.set_params(max_iter={epochs})", "tabular": "model.set_params(epochs={epochs})"},
    ),
    "batch_size": Kind(
        _trained(batch_size=lambda case, value: value),
        {"mlp": "model.set_params(batch_size={value})", "tabular": "model.set_params(batch_size={value})"},
    ),
    "penalty": Kind(
        _trained(l2_penalty=lambda case, value: value, weight_decay=lambda case, value: value),
        {"mlp": "model.set_params(alpha=0.0001, weight_decay=0.01)"},
    ),
    "dropout": Kind(_trained(dropout=lambda case, value: value), {"mlp": "model.set_params(dropout={value})"}),
    "clip_norm": Kind(
        _trained(clip_norm=lambda case, value: value), {"network": 'training["clip_norm"] = {value:.3g}'}
    ),
    "init": Kind(lambda case, value: _fresh(case), {"mlp": 'model.set_params(init="{value}")'}),
    "hidden_gate": Kind(_gated, {"mlp": 'model.set_params(activation="{value}")'}),
    "revive": Kind(_gated, {"mlp": 'model.set_params(activation="{value}", init="glorot")'}),
    "head": Kind(_headed, {"mlp": 'model.set_params(loss="log_loss")', "network": "gate, loss = {value}"}),
    "widen": Kind(_widened, {"mlp": "model.set_params(hidden_layer_sizes={widths})"}),
    "scale_inputs": Kind(
        _scaled_inputs, {"mlp": "model = sklearn.pipeline.make_pipeline(sklearn.preprocessing.StandardScaler(), model)"}
    ),
    "scale_targets": Kind(
        _scaled_targets,
        {
            "mlp": "model = sklearn.compose.TransformedTargetRegressor(model, "
            "transformer=sklearn.preprocessing.StandardScaler())"
        },
    ),
    "drop_columns": Kind(_without_columns, {"mlp": "X = numpy.delete(X, {columns}, axis=1)"}),
    "drop_rows": Kind(
        _without_rows,
        {"mlp": "X, y = numpy.delete(X, rows, axis=0), numpy.delete(y, rows, axis=0)"},
        by_row=True,
    ),
    "balance": Kind(
        _balanced,
        {
            "mlp": 'model.set_params(class_weight="balanced")',
            "tabular": 'model.set_params(class_weight="balanced")',
        },
    ),
    "early_stopping": Kind(_same, {"mlp": "model.set_params(early_stopping=True)"}),
    "align": Kind(None, {}),
    "move_targets": Kind(_moved_targets, {"mlp": "X, y = {pair}", "network": "X, y = {pair}"}, by_row=True),
    "unfreeze": Kind(_trained(frozen=lambda case, value: ()), {"torch": "layer.weight.requires_grad_(True)"}),
}
"""Kind of a change -> what it does; None where it cannot be tried."""


WRITTEN: Mapping[str, Callable[[Case, Any], Mapping[str, Any]]] = {
    "rate": lambda case, factor: {"rate": _rate(case, factor)},
    "epochs": lambda case, factor: {"epochs": _epochs(case, factor)},
    "widen": lambda case, factor: {"widths": _widths(case, factor)},
    "move_targets": lambda case, shift: {
        "pair": f"X[:-{shift}], y[{shift}:]" if shift > 0 else f"X[{-shift}:], y[:{shift}]"
    },
    "drop_columns": lambda case, columns: {"columns": list(columns)[:20]},
}
"""Kind of a change -> what its code names besides the value."""


def code_of(case: Case, change: Change | None) -> str:
    """The change as code for the tool that the network is of; empty where there is none.

    Examples
    --------
    >>> from backlit.diagnosis.case import Training
    >>> from backlit.network.building import mlp
    >>> tiny, rows = mlp(1, (), 1, output_gate="identity", loss="squared"), Rows(np.ones((2, 1)), np.ones((2, 1)))
    >>> case = Case(tiny, np.zeros(tiny.theta_size), rows, "regression", training=Training(rate=0.5), tool="mlp")
    >>> code_of(case, Change("rate", 0.1))
    'model.set_params(learning_rate_init=0.05)'
    """
    template = "" if change is None else CHANGES[change.kind].code.get(case.tool, "")
    if change is None or not template:
        return ""
    value, written = change.value, WRITTEN.get(change.kind)
    return template.format(value=value, **({} if written is None else written(case, value)))


def try_change(case: Case, symptoms: Sequence[Seen], number: int, seconds: float) -> Trial:
    """Train a case with and without the mend of one of its symptoms; `Diagnosis.try_mend` is the front of it."""
    if not 0 <= number < len(symptoms):
        raise BacklitError(f"try_mend: there is no symptom {number}; there are {len(symptoms)}")
    change = symptoms[number].finding.mend
    kind = None if change is None else CHANGES[change.kind]
    if change is None or kind is None or kind.apply is None:
        raise BacklitError(
            f"try_mend: the mend of {symptoms[number].name} is nothing that a training can try; look at the rows"
        )
    case, changed = _with_and_without(case, kind.apply, change.value, kind.by_row)
    own = min(case.training.epochs or TRIAL_EPOCHS, TRIAL_EPOCHS)
    # a slow network that was trained for an epoch or two shows nothing in as many
    longest = own if change.kind in ("epochs", "early_stopping") else TRIAL_EPOCHS
    before = _scores(case, longest, seconds / 2)
    epochs = min(changed.training.epochs or longest, 10 * TRIAL_EPOCHS) if change.kind == "epochs" else longest
    stop_early = change.kind == "early_stopping"
    after = _scores(changed, epochs, seconds / 2)
    ends = before[-1], max(after) if stop_early else after[-1]
    level = min(max(before), max(after))
    reached = tuple(next((at for at, score in enumerate(curve) if score >= level), None) for curve in (before, after))
    sooner = reached[0] is not None and reached[1] is not None and 2 * reached[1] <= reached[0] > 0
    helped = ends[1] > ends[0] + HELPS or (sooner and ends[1] >= ends[0] - HELPS)
    code = code_of(case, change)
    return Trial(case.task, ends[0], ends[1], (before, after), level, (reached[0], reached[1]), helped, code)


def _with_and_without(case: Case, apply: Callable[[Case, Any], Case], value: Any, by_row: bool) -> tuple[Case, Case]:
    """The case without a change and with it, both scored on the same rows."""
    if case.validation is not None or not by_row:
        case = _with_held_out(case)
        return case, apply(case, value)
    changed = _with_held_out(apply(case, value))
    assert changed.validation is not None
    scored = {row.tobytes() for row in changed.validation.inputs}
    others = np.array([i for i, row in enumerate(case.rows.inputs) if row.tobytes() not in scored], np.int64)
    rows = case.rows.at(others) if len(others) else case.rows  # a few rows are learnt from and scored by
    return replace(case, rows=rows, validation=changed.validation), changed


def _with_held_out(case: Case) -> Case:
    """The case with rows to score: those given, a part of its own, or, where they are few, the rows themselves."""
    if case.validation is not None:
        return case
    if len(case.rows) < ENOUGH_ROWS:
        return replace(case, validation=case.rows)
    order = np.random.default_rng(case.training.seed).permutation(len(case.rows))
    held = round(HELD_OUT * len(order))
    return replace(case, rows=case.rows.at(np.sort(order[held:])), validation=case.rows.at(np.sort(order[:held])))


def _scores(case: Case, epochs: int, seconds: float) -> tuple[float, ...]:
    """The score on the validation at the start and after each epoch, as long as the time lasts."""
    rows = case.validation
    assert rows is not None
    until = time.monotonic() + seconds
    run = run_of(case, initial_of(case))
    scores: list[float] = []

    def score(theta: Any) -> float:
        measured = score_at(case, theta, rows)
        return measured if np.isfinite(measured) else constant_score(case.task, rows.targets)

    def after_epoch(network: Any, loss: float) -> bool:
        scores.append(score(network.theta))
        return time.monotonic() > until

    scores.append(score(run.theta))
    run.train(epochs, after_epoch)
    return tuple(scores)
