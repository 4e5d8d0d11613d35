"""What a person chooses for a network in training, checked: a blueprint, an optimizer, a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backlit.declared.initializers import INITIALIZERS
from backlit.declared.losses import LOSSES, natural_gate
from backlit.declared.optimizers import OPTIMIZERS
from backlit.errors import BacklitError, one_of
from backlit.network.blueprint import Blueprint
from backlit.network.building import mlp
from backlit.web.messages import MESSAGES
from backlit.web.refusal import RefusalError

MOST_LAYERS, MOST_NEURONS, MOST_BATCH, LARGEST_SEED = 6, 512, 4_096, 2**31 - 1


@dataclass(frozen=True, slots=True)
class Ending:
    """How a network for one kind of target ends: the gate of its outputs, and the losses to choose from."""

    gate: str
    losses: tuple[str, ...]


_of_identity = [loss for loss in LOSSES if natural_gate(loss) == "identity"]
ENDINGS: Mapping[str, Ending] = {
    "two": Ending("sigmoid", ("binary_cross_entropy", "quadratic")),
    "several": Ending("softmax", ("cross_entropy", "quadratic")),
    "number": Ending("identity", tuple(sorted(_of_identity, key="quadratic".__ne__))),
}
"""Two classes, several classes, or a number; the first loss is the natural one."""


def kind_of(classes: int) -> str:
    """The key in `ENDINGS` for so many classes, 0 for a number."""
    return ("number" if not classes else "two") if classes <= 2 else "several"


HIDDEN_GATES = (
    "tanh", "relu", "sigmoid", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus", "sin", "identity",
)  # fmt: skip
"""Gates that a hidden layer may have here: those with a value for every number."""


NAMES: Mapping[str, Mapping[str, str]] = {
    "ko": {
        "rate": "학습률",
        "batch": "미니배치",
        "penalty": "L2 벌점",
        "held": "따로 둔 비율",
        "seed": "시드",
        "neurons": "뉴런 수",
    }
}
"""What the choices are called elsewhere than in English."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every choice but the data."""

    hidden: tuple[tuple[int, str], ...]
    loss: str
    optimizer: str
    rate: float
    batch: int
    penalty: float
    held: float
    init: str
    seed: int

    def blueprint(self, inputs: int, outputs: int, classes: int) -> Blueprint:
        """The network for a problem of that shape.

        Raises
        ------
        BacklitError
            If the loss is none for such targets.
        """
        ending = ENDINGS[kind_of(classes)]
        loss = one_of("loss", self.loss or ending.losses[0], ending.losses)
        widths, gates = [width for width, _ in self.hidden], [gate for _, gate in self.hidden]
        return mlp(inputs, widths, outputs, hidden_gate=gates, output_gate=ending.gate, loss=loss)


def settings_of(choices: Mapping[str, Any]) -> Settings:
    """Read and check what the page sends; what it leaves out has a default.

    Raises
    ------
    BacklitError
        Naming what is out of range, and the range.

    Examples
    --------
    >>> settings_of({"hidden": [[4, "tanh"]], "rate": 0.1}).hidden
    ((4, 'tanh'),)
    """
    return Settings(
        hidden=_hidden(choices.get("hidden", [[4, "tanh"], [4, "tanh"]])),
        loss=str(choices.get("loss", "")),
        optimizer=one_of("optimizer", str(choices.get("optimizer", "adam")), OPTIMIZERS),
        rate=_number(choices, "rate", 0.01, 1e-6, 1e6),
        batch=_whole(choices, "batch", 32, 1, MOST_BATCH),
        penalty=_number(choices, "penalty", 0.0, 0.0, 100.0),
        held=_number(choices, "held", 0.25, 0.0, 0.8),
        init=one_of("init", str(choices.get("init", "glorot")), INITIALIZERS),
        seed=_whole(choices, "seed", 0, 0, LARGEST_SEED),
    )


def _hidden(given: Any) -> tuple[tuple[int, str], ...]:
    if not isinstance(given, list) or len(given) > MOST_LAYERS:
        raise BacklitError(f"hidden: give up to {MOST_LAYERS} layers")
    layers = []
    for number, layer in enumerate(given, start=1):
        if not isinstance(layer, list) or len(layer) != 2:
            raise BacklitError(f"layer {number}: give its neurons and its gate")
        width = _whole({"neurons": layer[0]}, "neurons", 1, 1, MOST_NEURONS)
        layers.append((width, one_of(f"layer {number}: gate", str(layer[1]), HIDDEN_GATES)))
    return tuple(layers)


def _number(choices: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    value = choices.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise RefusalError("needs_number", name=_named(name), low=f"{low:g}", high=f"{high:g}")
    return float(value)


def _named(name: str) -> dict[str, str]:
    """A choice as its field on the page is called, in each language that has a word of its own."""
    return {lang: NAMES.get(lang, {}).get(name, name) for lang in MESSAGES}


def _whole(choices: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    value = _number(choices, name, default, low, high)
    if not math.isfinite(value) or value != int(value):
        raise RefusalError("needs_whole", name=_named(name), low=f"{low}", high=f"{high}")
    return int(value)
