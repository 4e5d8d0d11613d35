"""Why a network in training is slow: the gradient's way back, the symptoms, and the choices that mend them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from backlit.diagnosis.case import Case, Rows, Training
from backlit.diagnosis.diagnosing import diagnose_case
from backlit.diagnosis.flow import Flow, flow
from backlit.diagnosis.mend import CHANGES
from backlit.diagnosis.outcome import Seen
from backlit.errors import BacklitError
from backlit.web.live.learner import Learner
from backlit.web.live.observing import MEASURED_ROWS
from backlit.web.live.settings import HIDDEN_GATES, MOST_NEURONS
from backlit.web.live.timeline import Moment

MOST_SYMPTOMS = 3
"""So many are told, the likeliest first."""


def flow_of(learner: Learner, now: Moment) -> dict[str, Any]:
    """Where the gradient is lost at a moment, in powers of ten, for each layer; None where a norm is 0.

    Returns
    -------
    dict
        ``error_share``, ``pairing_share``, and ``layers`` from the output down, each with ``number``, ``gate``,
        ``weights``, ``sigma`` and ``gradient``, the norm of dC/dW.
    """
    rows = _rows(learner, learner.learn)
    way_back = flow(
        learner.blueprint, np.asarray(now.theta, np.float64), rows.inputs, rows.targets, learner.settings.rate
    )
    return _written(way_back)


def _written(way_back: Flow) -> dict[str, Any]:
    layers = [
        {
            "number": layer.number,
            "gate": layer.gate,
            "weights": layer.weights_share,
            "sigma": layer.sigma_share,
            "gradient": layer.gradient_norm,
        }
        for layer in reversed(way_back.layers)
    ]
    return {"error_share": way_back.error_share, "pairing_share": way_back.pairing_share, "layers": layers}


def symptoms_of(learner: Learner, now: Moment, start: Moment, losses: tuple[float, ...], lang: str) -> dict[str, Any]:
    """What keeps the network from learning, likeliest first, and the choices of the page that would mend it."""
    settings = learner.settings
    training = Training(
        optimizer=settings.optimizer,
        rate=settings.rate,
        batch_size=learner.batch_size,
        epochs=max(now.epoch, 1),
        l2_penalty=settings.penalty,
        loss_curve=losses,
        seed=settings.seed,
        init=settings.init,
        initial=np.asarray(start.theta, np.float64),
    )
    problem = learner.problem
    case = Case(
        learner.blueprint,
        np.asarray(now.theta, np.float64),
        _rows(learner, learner.learn),
        "classification" if problem.classes else "regression",
        _rows(learner, learner.held) if len(learner.held) else None,
        training,
        tuple(problem.columns),
        tuple(problem.classes),
    )
    seen = diagnose_case(case).symptoms
    return {"symptoms": [_described(case, one, lang) for one in seen[:MOST_SYMPTOMS]]}


def _rows(learner: Learner, numbers: Any) -> Rows:
    some = numbers[:MEASURED_ROWS]
    return Rows(learner.problem.inputs[some], np.asarray(learner.problem.dense(some), np.float64))


def _described(case: Case, seen: Seen, lang: str) -> dict[str, Any]:
    what, reason, mend = seen.described(lang)
    return {"name": seen.name, "seen": what, "why": reason, "mend": mend, "choices": choices_of(case, seen)}


def choices_of(case: Case, seen: Seen) -> dict[str, Any] | None:
    """The choices of the page with which the mend trains anew; None where it is none of them."""
    change = seen.finding.mend
    kind = None if change is None else CHANGES[change.kind]
    if change is None or kind is None or kind.apply is None:
        return None
    try:
        mended = kind.apply(case, change.value)
    except BacklitError:
        return None
    before, after = _choices(case), _choices(mended)
    changed = {name: value for name, value in after.items() if value != before[name]}
    hidden = changed.get("hidden", [])
    fits = all(width <= MOST_NEURONS and gate in HIDDEN_GATES for width, gate in hidden)
    return changed if changed and fits else None


def _choices(case: Case) -> Mapping[str, Any]:
    """What the page calls the parts of a case."""
    training = case.training
    return {
        "hidden": [[layer.outputs, layer.gate] for layer in case.blueprint.neurons[:-1]],
        "loss": case.blueprint.loss,
        "rate": training.rate,
        "batch": training.batch_size,
        "penalty": training.l2_penalty,
        "init": training.init,
    }
