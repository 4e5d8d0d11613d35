"""PyTorch: `torch.nn.Sequential`, modules that are a chain of known layers, and skorch nets that hold one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gates import GATES
from backlit.errors import BacklitError
from backlit.interop.networks.description import (
    Activation,
    Description,
    Dropout,
    LayerNorm,
    Linear,
    Scaling,
    Slopes,
    Step,
)
from backlit.interop.networks.reader import Reader
from backlit.interop.networks.readers._torch_order import calls_of, chain, layer_of
from backlit.interop.networks.source import Source

PROBES = 8
"""Rows that a module of a user's own is tried on: its layers may be called in another order than they are listed."""


def recognises(source: Source) -> bool:
    """Whether it is a module of PyTorch's, or a fitted net of skorch's."""
    return source.is_of("torch") or source.is_of("skorch")


def read(source: Source, hints: Mapping[str, Any]) -> Description:
    """Read a module, in numbers only."""
    module, classes, task = _module(source)
    layers = list(_layers(module))
    _refuse_shared(layers)
    steps = [step for name, kind, part in layers for step in _steps(name, kind, part)]
    if source.is_of("skorch") and task == "classification":
        steps = [step for step in steps if not (isinstance(step, Activation) and step.gate == "softmax")]
    version = str(getattr(sys.modules.get("torch"), "__version__", ""))  # loaded, or there would be no module
    notes = _notes({kind for _, kind, _ in layers})
    description = Description("PyTorch", version, steps, task=task, classes=classes, notes=notes)
    if any(_does_more(part) for part in module.modules()):
        _try_out(module, description)
    return description


def _module(source: Source) -> tuple[Any, Any, str]:
    """The module, the classes that are known, and the task."""
    if not source.is_of("skorch"):
        return source.value, None, ""
    net = source.value
    if not getattr(net, "initialized_", False):
        raise BacklitError(f"this {type(net).__name__} is not fitted; call fit first")
    kinds = {kind.__name__ for kind in type(net).__mro__}
    classifies = bool(kinds & {"NeuralNetClassifier", "NeuralNetBinaryClassifier"})
    classes = list(net.classes_) if classifies else None
    return net.module_, classes, "classification" if classifies else "regression"


def _is_known(module: Any) -> bool:
    return type(module).__module__.startswith("torch.nn.modules.")


def _does_more(module: Any) -> bool:
    """Whether code of a user's own decides what it does: a class with layers, or hooks."""
    hooks = getattr(module, "_forward_hooks", None) or getattr(module, "_forward_pre_hooks", None)
    return bool(hooks) or not _is_known(module)


def _layers(module: Any) -> Iterator[tuple[str, str, Any]]:
    """Name, kind and numbers of each layer in the order in which they are called, as far as that can be told."""
    calls = None if all(_is_known(part) for part in module.modules()) else calls_of(module)
    if calls is None:
        yield from ((name, type(part).__name__, part) for name, part in _leaves(module, ""))
        return
    own = type(module).__name__
    for call in chain(calls, own):
        if call.op == "call_module":
            named = _leaves(_part(module, call.target), call.target)
            yield from ((name, type(part).__name__, part) for name, part in named)
        else:
            yield (call.name, *layer_of(call, own))


def _part(module: Any, path: str) -> Any:
    """A layer by its path in a module, such as ``encoder.0``."""
    for name in path.split("."):
        module = module._modules[name]
    return module


def _refuse_shared(layers: Sequence[tuple[str, str, Any]]) -> None:
    """One layer of weights called twice would become two, which a training moves apart."""
    first: dict[int, str] = {}
    for name, kind, part in layers:
        if kind == "Linear" and id(part) in first:
            again = first[id(part)]
            raise BacklitError(f"{name} (Linear): it is called a second time (first as {again}); "
                               "a chain of layers shares no weights")  # fmt: skip
        first[id(part)] = name


def _leaves(module: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The layers in the order in which they are listed."""
    kind = type(module).__name__
    if _is_known(module) and kind in LAYERS:
        yield name or kind, module
        return
    children = [part for part in module._modules.items() if part[1] is not None]  # a gate may stand in it twice
    if _is_known(module) and kind != "Sequential":
        raise BacklitError(
            f"{name or 'the module'}: a {kind} is not read; known are {', '.join(LAYERS)}, in a torch.nn.Sequential"
        )
    if not children and kind != "Sequential":
        raise BacklitError(
            f"{name or 'the module'}: {kind} has no layers of torch.nn; build it of them: torch.nn.Sequential(...)"
        )
    for part, child in children:
        yield from _leaves(child, f"{name}.{part}" if name else part)


def _numbers(tensor: Any) -> NDArray[Any]:
    """A tensor's numbers as an array: float64 and float32 stay, all else becomes float32."""
    plain = tensor.detach().cpu()
    if str(plain.dtype) not in ("torch.float32", "torch.float64"):
        plain = plain.float()
    return np.array(plain.numpy())


def _steps(name: str, kind: str, module: Any) -> Iterator[Step]:
    """What one layer is."""
    where = f"{name} ({kind})" if name != kind else kind
    try:
        yield from LAYERS[kind](module, where)
    except BacklitError as error:
        raise error.located(where) from None


def _linear(module: Any, where: str) -> Iterator[Step]:
    if type(module.weight).__name__ == "UninitializedParameter":
        raise BacklitError("its weights are not made yet; call the module once, and train it")
    weights = _numbers(module.weight).T
    biases = np.zeros(weights.shape[1], weights.dtype) if module.bias is None else _numbers(module.bias)
    yield Linear(weights, biases, where)


def _batch_norm(module: Any, where: str) -> Iterator[Step]:
    if module.running_mean is None:
        raise BacklitError("it has no running mean, and scales each batch by itself; use track_running_stats=True")
    scale = 1.0 / np.sqrt(_numbers(module.running_var).astype(np.float64) + module.eps)
    gain = scale if module.weight is None else scale * _numbers(module.weight)
    offset = np.zeros_like(scale) if module.bias is None else _numbers(module.bias)
    yield Scaling(_numbers(module.running_mean), gain, offset, where)


def _layer_norm(module: Any, where: str) -> Iterator[Step]:
    if len(module.normalized_shape) != 1:
        raise BacklitError(f"it normalises {tuple(module.normalized_shape)}, not the numbers of a row; flatten first")
    width = int(module.normalized_shape[0])
    gain = np.ones(width) if module.weight is None else _numbers(module.weight)
    offset = np.zeros(width) if module.bias is None else _numbers(module.bias)
    yield LayerNorm(gain, offset, float(module.eps), where)


def _slopes(module: Any, where: str) -> Iterator[Step]:
    yield Slopes(_numbers(module.weight), where)


def _dropout(module: Any, where: str) -> Iterator[Step]:
    yield Dropout(float(module.p), where)


def _softmax(module: Any, where: str) -> Iterator[Step]:
    if module.dim not in (1, -1, None):
        raise BacklitError(f"its dim is {module.dim}; a row's outputs lie in dim=1")
    yield Activation("softmax", where)


def _nothing(module: Any, where: str) -> Iterator[Step]:
    return iter(())


def _gate(name: str) -> Callable[[Any, str], Iterator[Step]]:
    """A layer that is a gate without numbers."""

    def steps(module: Any, where: str) -> Iterator[Step]:
        yield Activation(name, where)

    return steps


def _family(name: str, *attributes: str | float) -> Callable[[Any, str], Iterator[Step]]:
    """A layer that is a gate with numbers: attributes of the layer, or numbers that it never changes."""

    def steps(module: Any, where: str) -> Iterator[Step]:
        numbers = [getattr(module, part) if isinstance(part, str) else part for part in attributes]
        yield Activation(GATES.families[name].member(*map(float, numbers)).name, where)

    return steps


def _gelu(module: Any, where: str) -> Iterator[Step]:
    yield Activation("gelu_tanh" if module.approximate == "tanh" else "gelu", where)


LAYERS: Mapping[str, Callable[[Any, str], Iterator[Step]]] = {
    "Linear": _linear,
    "BatchNorm1d": _batch_norm,
    "LayerNorm": _layer_norm,
    "Dropout": _dropout,
    "AlphaDropout": _nothing,
    "FeatureAlphaDropout": _nothing,
    "Identity": _nothing,
    "Flatten": _nothing,
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "PReLU": _slopes,
    "GELU": _gelu,
    "ReLU": _gate("relu"),
    "Sigmoid": _gate("sigmoid"),
    "Tanh": _gate("tanh"),
    "SELU": _gate("selu"),
    "SiLU": _gate("silu"),
    "Mish": _gate("mish"),
    "Softsign": _gate("softsign"),
    "LogSigmoid": _gate("log_sigmoid"),
    "Hardswish": _gate("hard_swish"),
    "LeakyReLU": _family("leaky_relu", "negative_slope"),
    "ELU": _family("elu", "alpha"),
    "CELU": _family("celu", "alpha"),
    "Softplus": _family("softplus", "beta", "threshold"),
    "Hardtanh": _family("clip", "min_val", "max_val"),
    "ReLU6": _family("clip", 0.0, 6.0),
    "Hardsigmoid": _family("hard_sigmoid", 1 / 6, 0.5),
    "Threshold": _family("threshold", "threshold", "value"),
    "Hardshrink": _family("hard_shrink", "lambd"),
    "Softshrink": _family("soft_shrink", "lambd"),
}
"""Layer of torch.nn -> its steps."""


def _notes(kinds: Set[str]) -> list[str]:
    notes = []
    if "LogSoftmax" in kinds:
        notes.append("LogSoftmax gives logarithms; predict_proba gives the probabilities themselves")
    if kinds & {"AlphaDropout", "FeatureAlphaDropout"}:
        notes.append("AlphaDropout is left out, where a training goes on as well")
    return notes


def _try_out(module: Any, description: Description) -> None:
    """Hold a module of a user's own against the chain of its layers: only its code says how they are called."""
    import torch

    from backlit.interop.networks.chain import chain_of
    from backlit.network.blueprint import Blueprint
    from backlit.network.forward import forward

    try:
        chain = chain_of(list(description.steps))
    except BacklitError as error:
        if calls_of(module) is not None:
            raise
        raise BacklitError(
            f"{type(module).__name__}.forward cannot be followed (it goes by the numbers of the rows), and its layers, "
            f"one after the other, do not fit: {error}; give a torch.nn.Sequential"
        ) from None
    blueprint = Blueprint(tuple(row.layer for row in chain.rows), "squared")
    theta = np.zeros(blueprint.theta_size, chain.dtype)
    for slot in blueprint.slots:
        slot.view(theta)[...] = chain.rows[slot.row].arrays[slot.parameter]
    rows = np.random.default_rng(0).normal(size=(PROBES, blueprint.inputs)).astype(chain.dtype)
    ours = list(forward(blueprint, theta, rows).values())[-1]
    first = next(module.parameters())
    modes = {part: part.training for part in module.modules()}
    try:
        module.eval()
        with torch.no_grad():
            given = torch.as_tensor(rows).to(device=first.device, dtype=first.dtype)
            theirs = np.asarray(module(given).detach().cpu().double().numpy())
    except Exception as error:
        why = " ".join(str(error).split())
        raise BacklitError(
            f"{type(module).__name__} fails on rows of numbers ({why:.100}); give its Sequential"
        ) from None
    finally:
        for part, mode in modes.items():
            part.training = mode
    theirs = np.exp(theirs) if any("LogSoftmax" in note for note in description.notes) else theirs
    theirs = theirs.reshape(len(ours), -1)
    tolerance = 1e-4 * np.abs(ours).max() + 1e-30
    if theirs.shape != ours.shape or not np.abs(theirs - ours).max() <= tolerance:
        raise BacklitError(
            f"{type(module).__name__} does not give what its layers give one after the other; build it as a "
            "torch.nn.Sequential, activations included"
        )


READER = Reader("PyTorch", recognises, read, "a torch.nn module that is a chain of layers, or a skorch net")
