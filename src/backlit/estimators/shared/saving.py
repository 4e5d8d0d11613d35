"""A fitted model as header and arrays, for one safe file: data only, and gates of the user's own as formulas."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit import files
from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.declared.losses import LOSSES, is_built_in, loss_named
from backlit.errors import BacklitError, DamagedFile
from backlit.estimators.shared.header_schema import check_header
from backlit.estimators.shared.parameter_table import CHECKPOINT
from backlit.formula.declaring import gate, loss
from backlit.formula.expansion import expanded, expanded_text
from backlit.formula.expression import parse
from backlit.network.blueprint import Blueprint

State = tuple[dict[str, Any], dict[str, NDArray[Any]]]

FINITE_CHUNK = 2**16
"""How many numbers are tested at once for NaN and infinity: the results take a byte each."""


def save_model(model: Any, path: str | PathLike[str]) -> None:
    """Write a fitted estimator; see `HasNetwork.save`. What could not be loaded is not written."""
    _refuse_non_finite(model)
    model._validate_params()
    header, arrays = model._to_state()
    parameters = {name: value for name, value in model.get_params(deep=False).items() if name not in CHECKPOINT}
    header = {"estimator": type(model).__name__, "parameters": _plain(parameters), **header}
    try:
        check_header(json.loads(json.dumps(header)))  # as a reader will see it
    except DamagedFile as error:
        raise BacklitError(f"save: {error}; a file cannot keep that") from None
    files.write_model(path, header, arrays)


def _refuse_non_finite(model: Any) -> None:
    """Refuse parameters that are not finite, naming the first."""
    for name, array in model.network_.arrays(model.theta_).items():
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            index = "".join(f"[{i}]" for i in bad[0])
            raise BacklitError(
                f"save: {len(bad)} parameters of {name} are not finite, the first is {name}{index}; fit again, "
                "or set finite numbers in coefs_ and intercepts_"
            )


def network_state(model: Any) -> State:
    """The part that every model has: blueprint, the user's own gates and loss in it, parameters."""
    custom = {layer.gate for layer in model.network_.layers if not GATES.is_builtin(layer.gate)}
    gates = {}
    for name in sorted(custom):
        declared = GATES[name]
        assert isinstance(declared, Gate), "a hidden gate works element by element"
        gates[name] = [*map(_written_out, (declared.value, declared.local[0])), declared.symbol]
    header = {"network": model.network_.to_state(), "custom_gates": gates}
    if not is_built_in(model.network_.loss):
        custom_loss = loss_named(model.network_.loss)
        header["custom_loss"] = [custom_loss.name, *map(_written_out, (custom_loss.term, custom_loss.local))]
    if "provenance_" in vars(model):
        header["provenance"] = model.provenance_
    return header, {"theta": model.theta_}


def _written_out(formula: str) -> str:
    """A formula in built-in gates alone, so that the file needs no other declarations; one that can be read back."""
    text = expanded_text(formula)
    parse(text, GATES)
    return text


def restore_network(model: Any, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Read `network_state` back into a model.

    Raises
    ------
    BacklitError
        If the parameters do not fit the blueprint, or a gate of the file means something else here.
    """
    for name, (value, local, symbol) in header["custom_gates"].items():
        known = GATES.get(name)
        trees = [*map(expanded, (value, local))]
        if known is None:
            gate(name, value, local, symbol=symbol)
        elif not isinstance(known, Gate) or [*map(expanded, (known.value, *known.local))] != trees:
            raise BacklitError(f"model file: its gate {name!r} is not the one declared here; rename yours")
    if "custom_loss" in header:
        name, term, local = header["custom_loss"]
        trees = [*map(expanded, (term, local))]
        if name not in LOSSES:
            loss(name, term, local)
        elif [*map(expanded, (LOSSES[name].term, LOSSES[name].local))] != trees:
            raise BacklitError(f"model file: its loss {name!r} is not the one declared here; rename yours")
    blueprint = Blueprint.from_state(header["network"])
    theta = arrays["theta"]
    if theta.shape != (blueprint.theta_size,) or theta.dtype.char not in "fd":
        raise DamagedFile(f"model file: {theta.shape} parameters do not fit its network; the file is damaged")
    if not all_finite(theta):
        raise DamagedFile("model file: a parameter is not finite; the file is damaged")
    model.network_ = blueprint
    model.theta_ = theta
    model.n_layers_ = len(blueprint.layers) + 1
    model.n_outputs_ = blueprint.outputs
    if "provenance" in header:
        model.provenance_ = dict(header["provenance"])


def all_finite(numbers: NDArray[Any]) -> bool:
    """Whether all are finite; a part at a time, so that it takes no memory."""
    parts = (numbers[first : first + FINITE_CHUNK] for first in range(0, len(numbers), FINITE_CHUNK))
    return all(np.isfinite(part).all() for part in parts)


def fits(condition: bool, what: str) -> None:
    """Refuse a file whose parts contradict each other.

    Raises
    ------
    DamagedFile
        Unless the condition holds.
    """
    if not condition:
        raise DamagedFile(f"model file: {what}; the file is damaged")


def labels_state(classes: NDArray[Any]) -> dict[str, Any]:
    """Class labels as JSON, their type kept."""
    kind = {"b": "bool", "i": "int", "u": "int", "f": "float"}.get(classes.dtype.kind, "str")
    if kind == "str" and not all(isinstance(label, str) for label in classes.tolist()):
        raise BacklitError("save: class labels of mixed types cannot be written; use strings or numbers")
    return {
        "kind": kind,
        "dtype": classes.dtype.str if kind != "str" else classes.dtype.kind,
        "values": classes.tolist(),
    }


def restore_labels(state: Mapping[str, Any]) -> NDArray[Any]:
    """Read `labels_state` back; labels are distinct."""
    values = state["values"]
    fits(len({*values}) == len(values), "a label stands twice")
    if state["kind"] != "str":
        return np.array(values, dtype=np.dtype(state["dtype"]))
    fits(state["dtype"] == "O" or not any(label.endswith("\0") for label in values), "a label ends in a zero character")
    return np.array(values, dtype=object if state["dtype"] == "O" else str)


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Constructor arguments as JSON; what is not data (a random generator, a callback) is left at its default."""
    plain: dict[str, Any] = {}
    for name, value in parameters.items():
        value = value.item() if isinstance(value, np.generic) else value
        value = value.tolist() if isinstance(value, np.ndarray) else value
        if isinstance(value, float) and not math.isfinite(value):
            plain[name] = {"float": repr(value)}
        elif value is None or isinstance(value, bool | int | float | str):
            plain[name] = value
        elif isinstance(value, list | tuple) and all(isinstance(item, int | float | str) for item in value):
            plain[name] = list(value)
    return plain


def restore_parameters(state: Mapping[str, Any]) -> dict[str, Any]:
    """Read constructor arguments back; lists become tuples, as they are mostly given."""
    restored = {}
    for name, value in state.items():
        if isinstance(value, dict):
            value = float(value["float"])
        restored[name] = tuple(value) if isinstance(value, list) else value
    return restored
