"""The order in which the forward of a PyTorch module of a user's own calls its layers, by torch.fx (Reed et al. 2022).

A module lists its layers in the order in which they were made; only its forward says in which order, and with which
functions between them (`torch.relu(self.first(x))`), they are called.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from backlit.errors import BacklitError


class Call(NamedTuple):
    """One step of a forward: `op` as torch.fx names it, what is called, the calls whose results it takes, numbers."""

    name: str
    op: str
    target: str
    takes: tuple[str, ...]
    numbers: tuple[Any, ...] = ()
    named: Mapping[str, Any] = {}


FUNCTIONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "relu": ("ReLU", {}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "selu": ("SELU", {}),
    "silu": ("SiLU", {}),
    "mish": ("Mish", {}),
    "softsign": ("Softsign", {}),
    "logsigmoid": ("LogSigmoid", {}),
    "log_sigmoid": ("LogSigmoid", {}),
    "hardswish": ("Hardswish", {}),
    "hardsigmoid": ("Hardsigmoid", {}),
    "relu6": ("ReLU6", {}),
    "gelu": ("GELU", {"approximate": "none"}),
    "leaky_relu": ("LeakyReLU", {"negative_slope": 0.01}),
    "elu": ("ELU", {"alpha": 1.0}),
    "celu": ("CELU", {"alpha": 1.0}),
    "softplus": ("Softplus", {"beta": 1.0, "threshold": 20.0}),
    "hardtanh": ("Hardtanh", {"min_val": -1.0, "max_val": 1.0}),
    "threshold": ("Threshold", {"threshold": 0.0, "value": 0.0}),
    "hardshrink": ("Hardshrink", {"lambd": 0.5}),
    "softshrink": ("Softshrink", {"lambd": 0.5}),
    "softmax": ("Softmax", {"dim": None}),
    "log_softmax": ("LogSoftmax", {"dim": None}),
    "dropout": ("Dropout", {"p": 0.5}),
    "alpha_dropout": ("AlphaDropout", {}),
    **dict.fromkeys(("flatten", "view", "reshape", "squeeze", "contiguous", "float", "double", "to"), ("Flatten", {})),
}
"""Function or method of a tensor -> the layer of torch.nn that does the same, and its numbers, with defaults."""
SIZES = ("size", "getitem", "getattr", "dim")
"""What is asked of a tensor's shape: no part of the chain."""


def calls_of(module: Any) -> list[Call] | None:
    """What a module's forward calls, in order; None where it branches by the rows, and cannot be followed."""
    if "torch" not in sys.modules:
        return None
    from torch.fx import Node, Tracer

    try:
        nodes = list(Tracer().trace(module).nodes)
    except Exception:  # of a user's code: anything; it is tried out as it is listed
        return None

    def plain(values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(value for value in values if not isinstance(value, Node))

    return [
        Call(
            node.name,
            node.op,
            str(getattr(node.target, "__name__", node.target)).strip("_"),
            tuple(other.name for other in node.all_input_nodes),
            plain(node.args),
            {name: value for name, value in node.kwargs.items() if not isinstance(value, Node)},
        )
        for node in nodes
    ]


def chain(calls: Sequence[Call], kind: str) -> Iterator[Call]:
    """The calls one after the other, from the rows to the result.

    Raises
    ------
    BacklitError
        If one takes the results of two, or of another than the one before it: the network is no chain.
    """
    beside = {call.name for call in calls if call.op == "get_attr" or call.target in SIZES}
    before: str | None = None
    for call in calls:
        if call.name in beside:
            continue
        takes = tuple(name for name in call.takes if name not in beside)
        if call.op == "placeholder":
            if before is not None:
                raise BacklitError(f"{kind}.forward takes several inputs; a chain takes rows, one matrix")
            before = call.name
            continue
        if len(takes) > 1 or (takes and takes[0] != before):
            joined = " and ".join(takes) if len(takes) > 1 else f"{takes[0]} and passes {before} by"
            what = "the result" if call.op == "output" else call.target
            raise BacklitError(
                f"{what} in {kind}.forward takes {joined}: the network branches, and is no chain; "
                "a chain passes each layer's result to the next one alone"
            )
        if call.op != "output":
            yield call
            before = call.name


def layer_of(call: Call, kind: str) -> tuple[str, Any]:
    """The name of the layer that does what a function does, and its numbers.

    Raises
    ------
    BacklitError
        If no layer does.
    """
    if call.target not in FUNCTIONS:
        raise BacklitError(
            f"{kind}.forward calls {call.target}, which is none of the layers and gates that are read: "
            f"{', '.join(name for name, (layer, _) in FUNCTIONS.items() if layer != 'Flatten')}"
        )
    layer, defaults = FUNCTIONS[call.target]
    given = dict(zip(defaults, call.numbers, strict=False))
    named = {name: value for name, value in call.named.items() if name in defaults}
    return layer, SimpleNamespace(**{**defaults, **given, **named})
