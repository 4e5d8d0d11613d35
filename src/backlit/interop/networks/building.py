"""A description -> a fitted estimator: the one place where foreign networks become ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.preprocessing import LabelBinarizer

from backlit import __version__
from backlit.declared.losses import FUSIONS, natural_loss
from backlit.errors import BacklitError
from backlit.estimators.mlp.classifier import MLPClassifier
from backlit.estimators.mlp.parameters import ACTIVATIONS, REGRESSION_LOSSES, SCIKIT_NAMES
from backlit.estimators.mlp.regressor import MLPRegressor
from backlit.interop.networks.chain import Chain, chain_of
from backlit.interop.networks.description import Activation, Description, Dropout, Linear, Step
from backlit.network.blueprint import Blueprint

GATES_OF_CLASSES = ("softmax", "sigmoid")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a user says of a network beside its source; see `import_network`."""

    classes: Sequence[Any] | None = None
    output: str | None = None
    loss: str | None = None
    feature_names: Sequence[str] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


def estimator_of(description: Description, wishes: Wishes) -> Any:
    """The estimator that a description is of.

    Raises
    ------
    BacklitError
        If the steps do not fit together, or what the user says does not fit them.
    """
    classes = description.classes if wishes.classes is None else wishes.classes
    steps = _with_output(description, wishes.output, classes)
    chain = chain_of(steps)
    gate = chain.rows[-1].gate
    by_gate = not description.task or wishes.classes is not None  # sigmoids that give numbers, unless a user names them
    classifies = description.task == "classification" or (by_gate and gate in GATES_OF_CLASSES)
    if classes is not None and not classifies:
        raise BacklitError(
            f"classes: the network ends in {gate} and gives numbers; leave classes out, or name the gate of its "
            "classes: output='softmax'"
        )
    if classifies and gate not in GATES_OF_CLASSES:
        raise BacklitError(f"the outputs of {gate} are no probabilities; name the gate that follows: output='softmax'")
    loss = _loss(description, wishes.loss, gate, classifies)
    blueprint = Blueprint(tuple(row.layer for row in chain.rows), loss)
    parameters = {**_parameters(chain, steps, classifies, loss), **description.parameters, **wishes.parameters}
    kind = MLPClassifier if classifies else MLPRegressor
    unknown = parameters.keys() - kind().get_params().keys()
    if unknown:
        raise BacklitError(f"{sorted(unknown)[0]} is no parameter of {kind.__name__}; leave it out")
    model = kind(**parameters)
    _fill(model, chain, blueprint, description)
    _name_features(model, description, wishes)
    if isinstance(model, MLPClassifier):
        _label(model, classes, description.multilabel)
    model._validate_params()
    return model


def _with_output(description: Description, output: str | None, classes: Sequence[Any] | None) -> Sequence[Step]:
    """The steps, with the gate that turns logits into probabilities where the network leaves it to its loss."""
    steps = list(description.steps)
    last = next((step for step in reversed(steps) if not isinstance(step, Dropout)), None)
    ends_in_logits = isinstance(last, Linear)
    if output is not None:
        name = ACTIVATIONS.get(output, output)
        if isinstance(last, Activation) and last.gate != name:
            raise BacklitError(f"output: the network ends in {last.gate} already; leave output out")
        return [*steps, Activation(name, "output")] if ends_in_logits or not isinstance(last, Activation) else steps
    if isinstance(last, Linear) and (classes is not None or description.task == "classification"):
        return [*steps, Activation("softmax" if last.weights.shape[1] > 1 else "sigmoid", "output")]
    return steps


def _loss(description: Description, wish: str | None, gate: str, classifies: bool) -> str:
    """The loss of traces and of a training that goes on."""
    given = wish or description.loss
    if given == "log_loss" or (not given and (classifies or gate in {gate for gate, _ in FUSIONS} - {"sigmoid"})):
        return natural_loss(gate)
    return REGRESSION_LOSSES.get(given, given) or "quadratic"


def _parameters(chain: Chain, steps: Sequence[Step], classifies: bool, loss: str) -> dict[str, Any]:
    """The estimator's parameters, as far as they describe such a network."""
    neurons = [row.layer for row in chain.rows if row.layer.declared.numbered]
    gates = tuple(SCIKIT_NAMES.get(gate, gate) for gate in _hidden_gates(chain))
    known: dict[str, Any] = {
        "hidden_layer_sizes": tuple(layer.outputs for layer in neurons[:-1]),
        "activation": gates[0] if len(set(gates)) == 1 else gates or "relu",
    }
    rates = [step.rate for step in steps if isinstance(step, Dropout)]
    if rates and len(set(rates)) == 1 and len(rates) == len(gates):
        known["dropout"] = rates[0]
    if classifies:
        known["loss"] = "log_loss" if loss == natural_loss(chain.rows[-1].gate) else loss
    else:
        known["loss"] = {ours: name for name, ours in REGRESSION_LOSSES.items()}.get(loss, loss)
    return known


def _hidden_gates(chain: Chain) -> list[str]:
    """The gate of each hidden layer, where a norm stands before it, too."""
    gates: list[str] = []
    for row in chain.rows:
        if row.layer.declared.numbered:
            gates.append(row.gate)
        elif gates and row.gate != "identity" and gates[-1] == "identity":
            gates[-1] = row.gate
    return gates[:-1]


def _fill(model: Any, chain: Chain, blueprint: Blueprint, description: Description) -> None:
    """The fitted attributes of a network that was not trained here."""
    theta = np.zeros(blueprint.theta_size, chain.dtype)
    for slot in blueprint.slots:
        slot.view(theta)[...] = chain.rows[slot.row].arrays[slot.parameter]
    model.network_, model.theta_ = blueprint, theta
    model.n_features_in_ = blueprint.inputs
    if description.preparation is not None:
        if len(description.preparation.entries) != blueprint.inputs:
            raise BacklitError(
                f"its columns become {len(description.preparation.entries)} numbers, and its first layer takes "
                f"{blueprint.inputs}; save the network again"
            )
        model.preparation_ = description.preparation
        model.n_features_in_ = description.preparation.width
    model.n_layers_, model.n_outputs_ = len(blueprint.layers) + 1, blueprint.outputs
    model.out_activation_ = SCIKIT_NAMES.get(blueprint.output_gate, blueprint.output_gate)
    model.n_iter_ = model.t_ = model._seed = model._epochs_trained = model._no_improvement_count = 0
    model.loss_curve_ = []
    for name, value in description.fitted.items():
        setattr(model, name, value)
    model.best_loss_ = vars(model).get("loss_")
    model.validation_scores_ = model.validation_loss_curve_ = model.best_validation_score_ = None
    notes = [*description.notes, *chain.notes]
    imported = {"tool": description.tool, "version": description.version, "notes": notes}
    model.provenance_ = {"version": __version__, "imported": imported}


def _name_features(model: Any, description: Description, wishes: Wishes) -> None:
    names = list(description.feature_names if wishes.feature_names is None else wishes.feature_names)
    if not names:
        return
    if len(names) != model.n_features_in_:
        raise BacklitError(f"feature_names: {len(names)} names for {model.n_features_in_} columns; give one for each")
    model.feature_names_in_ = np.array([str(name) for name in names], dtype=object)


def _label(model: MLPClassifier, classes: Sequence[Any] | None, multilabel: bool) -> None:
    """The classes, in the order of the outputs."""
    outputs = model.n_outputs_
    several = outputs > 1 and (multilabel or (classes is None and model.network_.output_gate == "sigmoid"))
    count = 2 if outputs == 1 and not several else outputs
    labels = np.asarray(range(count) if classes is None else list(classes))
    if labels.shape != (count,) or len({*labels.tolist()}) != count:
        raise BacklitError(f"classes: {len(labels)} labels for {count} classes; give {count} that differ")
    binarizer = LabelBinarizer()
    binarizer.y_type_ = "multilabel-indicator" if several else "binary" if outputs == 1 else "multiclass"
    binarizer.classes_, binarizer.sparse_input_ = labels, False
    model._binarizer, model.classes_ = binarizer, labels
