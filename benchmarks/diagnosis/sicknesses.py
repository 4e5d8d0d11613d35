"""THE list of sicknesses: each makes a network sick by one known cause; a name is the symptom that should be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backlit.diagnosis import Rows
from benchmarks.diagnosis.networks import Arrays, Spec

Change = Callable[[Spec], Spec | None]
"""None where the sickness is none of such a network: class imbalance in a regression."""


@dataclass(frozen=True)
class Sickness:
    """A symptom's name, what makes a healthy network sick by it, and, where the usual one will not do, the twin."""

    symptom: str
    make: Change
    twin: Change = lambda spec: spec
    name: str = ""
    in_rows: bool = False
    """Whether it is the rows' fault: then it is sick whatever the score, and the mend names what is at fault."""
    always: bool = False
    """Whether it counts though the score does not suffer."""


def filled(value: float) -> Callable[[Arrays], None]:
    def start(arrays: Arrays) -> None:
        for name, array in arrays.items():
            array[...] = value if name[0] == "w" else 0.0

    return start


def times(factor: float, hidden_only: bool = False) -> Callable[[Arrays], None]:
    def start(arrays: Arrays) -> None:
        names = [name for name in arrays if name[0] == "w"]
        for name in names[: len(names) - hidden_only]:
            arrays[name] *= factor

    return start


def biased(value: float, last: bool = False) -> Callable[[Arrays], None]:
    def start(arrays: Arrays) -> None:
        names = [name for name in arrays if name[0] == "b"]
        for name in names[-1:] if last else names[:1]:
            arrays[name][...] = value

    return start


def inputs(spec: Spec, change: Callable[[Any], Any]) -> Spec:
    parts = (replace(rows, inputs=change(rows.inputs.copy())) for rows in (spec.learn, spec.held))
    learn, held = parts
    return replace(spec, learn=learn, held=held)


def broken(spec: Spec) -> Spec:
    """Every other seed a cell that is missing; else steps so long that numbers overflow."""
    if spec.training.seed % 2 == 0 and len(spec.hidden) < 3:
        rows = np.random.default_rng(spec.training.seed).permutation(len(spec.learn))[:5]
        x = spec.learn.inputs.copy()
        x[rows, 0] = np.nan
        learn = replace(spec.learn, inputs=x)
        return replace(spec, learn=learn, rows=tuple(map(int, rows)), columns=(0,), ending=lambda theta: theta * np.nan)
    wild = spec.with_training(optimizer="sgd", rate=1e4)
    return replace(wild, ending=lambda theta: theta * np.nan)


def copied(spec: Spec) -> Spec:
    count = len(spec.learn)
    again = np.r_[np.arange(count), np.arange(count * 2 // 5)]
    return replace(spec, learn=spec.learn.at(again), rows=tuple(range(count, len(again))))


def leaking(spec: Spec) -> Spec:
    """A column that is the target in other units; the others are blurred, so that it is worth to be taken."""
    rng = np.random.default_rng(spec.training.seed)

    def leak(rows: Rows) -> Rows:
        y = rows.targets
        code = y[:, :1] if y.shape[1] == 1 else y.argmax(axis=1)[:, None] - y.shape[1] / 2
        blurred = rows.inputs + rng.normal(size=rows.inputs.shape)
        return replace(rows, inputs=np.hstack([blurred, 2.0 * code + 0.001 * rng.normal(size=code.shape)]))

    return replace(spec, learn=leak(spec.learn), held=leak(spec.held), columns=(spec.learn.inputs.shape[1],))


def constant(spec: Spec) -> Spec:
    """Half of the columns and more were lost: they are one value, to learn from and held out."""
    width = spec.learn.inputs.shape[1]
    lost = tuple(range(-(-width // 2)))

    def lose(x: Any) -> Any:
        x[:, lost] = 1.0
        return x

    return replace(inputs(spec, lose), columns=lost)


def shuffled(spec: Spec) -> Spec:
    rng = np.random.default_rng(spec.training.seed)
    return replace(spec, learn=replace(spec.learn, targets=rng.permutation(spec.learn.targets)))


def rare(spec: Spec) -> Spec | None:
    """One class has a tenth of the rows to learn from, and the classes overlap."""
    if spec.kind != "binary":
        return None
    rng = np.random.default_rng(spec.training.seed)
    noise = [rng.normal(size=rows.inputs.shape) * 0.4 for rows in (spec.learn, spec.held)]
    learn = replace(spec.learn, inputs=spec.learn.inputs + noise[0])
    held = replace(spec.held, inputs=spec.held.inputs + noise[1])
    kept = [
        np.sort(np.r_[np.flatnonzero(rows.targets[:, 0] == 1), np.flatnonzero(rows.targets[:, 0] == 0)[:20]])
        for rows in (learn, held)
    ]
    return replace(spec, learn=learn.at(kept[0]), held=held.at(kept[1])).with_training(epochs=15)


def memorised(spec: Spec) -> Spec:
    """Forty rows, a quarter of their targets wrong, a wide network, many epochs."""
    rng = np.random.default_rng(spec.training.seed)
    few = spec.learn.at(rng.permutation(len(spec.learn))[:60])
    wrong = rng.random(60) < 0.3
    targets = few.targets.copy()
    targets[wrong] = rng.permutation(targets)[: wrong.sum()]
    wide = replace(spec, learn=Rows(few.inputs, targets), hidden=(128, 128), gate="relu")
    return wide.with_training(epochs=200)


def only(*kinds: str) -> Callable[[Change], Change]:
    """A sickness of such networks alone."""
    return lambda change: lambda spec: change(spec) if spec.kind in kinds else None


def with_layers(gate: str = "", hidden: tuple[int, ...] = ()) -> Change:
    """Another gate, other hidden layers."""
    return lambda spec: replace(spec, gate=gate or spec.gate, hidden=hidden or spec.hidden)


def headed(**heads: tuple[str, str]) -> Change:
    return lambda spec: replace(spec, head=heads[spec.kind]) if spec.kind in heads else None


def regularized(spec: Spec) -> Spec:
    """A penalty, decoupled decay or dropout, by the seed and the depth."""
    facts: tuple[dict[str, Any], ...] = (
        {"l2_penalty": 100.0},
        {"optimizer": "adamw", "weight_decay": 30.0},
        {"dropout": 0.85},
    )
    return spec.with_training(**facts[(spec.training.seed + len(spec.hidden)) % 3])


def far(spec: Spec) -> Spec:
    """Column 0 in other units, or all of them."""
    one = spec.training.seed % 2
    return inputs(spec, lambda x: x * np.where((np.arange(x.shape[1]) == 0) | (one == 0), 3e3, 1.0))


def moved_targets(spec: Spec) -> Spec:
    learn, held = (replace(rows, targets=rows.targets * 1e4 + 3e4) for rows in (spec.learn, spec.held))
    return replace(spec, learn=learn, held=held)


def momentum(spec: Spec) -> Spec:
    return spec.with_training(optimizer="momentum", rate=0.02)


def deep(spec: Spec) -> Spec:
    return replace(spec, hidden=(24,) * 5, gate="relu")


def deeper(spec: Spec, more: int) -> Spec:
    """As many hidden layers, and some more, all of 16 units."""
    return replace(spec, hidden=(16,) * (len(spec.hidden) + more))


SICKNESSES: tuple[Sickness, ...] = (
    Sickness("non_finite", broken, lambda spec: spec.with_training(optimizer="sgd", rate=0.1), always=True),
    Sickness("symmetric_init", lambda spec: replace(spec, start=(filled(0.1),))),
    Sickness("frozen_layer", lambda spec: spec.with_training(frozen=("w[1]", "b[1]")), always=True),
    Sickness(
        "loss_output_mismatch",
        headed(
            binary=("relu", "absolute"),
            classes=("sigmoid", "cross_entropy"),
            number=("sigmoid", "quadratic"),
        ),
    ),
    Sickness("unscaled_target", only("number")(moved_targets)),
    Sickness("unscaled_input", far),
    Sickness("label_leak", leaking, in_rows=True),
    Sickness("duplicate_rows", copied, in_rows=True),
    Sickness("constant_features", constant, in_rows=True),
    Sickness("shuffled_labels", shuffled, in_rows=True),
    Sickness("clipped_gradient", lambda spec: momentum(spec).with_training(clip_norm=1e-3), momentum),
    Sickness("heavy_regularization", regularized),
    Sickness(
        "exploding_gradient",
        lambda spec: replace(deep(momentum(spec)), start=(times(8.0),)),
        lambda spec: deep(momentum(spec)),
    ),
    Sickness("rate_too_high", lambda spec: spec.with_training(rate=3.0)),
    Sickness("small_batch", lambda spec: momentum(spec).with_training(batch_size=1), momentum),
    Sickness("oscillating_loss", lambda spec: spec.with_training(optimizer="momentum", rate=2.0), momentum),
    Sickness(
        "saturated_output",
        only("binary")(
            lambda spec: replace(momentum(spec), head=("sigmoid", "quadratic"), start=(biased(12.0, last=True),))
        ),
        momentum,
    ),
    Sickness(
        "dead_units", lambda spec: replace(spec, gate="relu", start=(biased(-30.0),)), with_layers("relu")
    ),
    Sickness(
        "saturated_hidden", lambda spec: replace(spec, gate="tanh", start=(times(80.0, True),)), with_layers("tanh")
    ),
    Sickness(
        "vanishing_gradient",
        lambda spec: replace(spec, hidden=(16,) * 7, gate="sigmoid").with_training(epochs=20),
        lambda spec: replace(spec, hidden=(16,) * 7, gate="relu").with_training(epochs=20),
    ),
    Sickness("class_imbalance", rare),
    Sickness("rate_too_low", lambda spec: spec.with_training(rate=1e-6)),
    Sickness(
        "too_few_epochs",
        lambda spec: spec.with_training(epochs=2, rate=0.001),
        lambda spec: spec.with_training(rate=0.001),
    ),
    Sickness("underfitting", lambda spec: replace(spec, hidden=(1,))),
    Sickness("overfitting", memorised, lambda spec: replace(memorised(spec), keep_best=True), always=True),
)  # fmt: skip

FIELD: tuple[Sickness, ...] = (
    Sickness("vanishing_gradient", lambda spec: replace(deeper(spec, 5), gate="sigmoid"), name="vanishing"),
    Sickness(
        "exploding_gradient", lambda spec: replace(deeper(momentum(spec), 2), start=(times(10.0),)),
        lambda spec: deeper(momentum(spec), 2), name="exploding",
    ),
    Sickness("dead_units", lambda spec: replace(spec, start=(biased(-10.0),)), name="dying relu"),
    Sickness("oscillating_loss", lambda spec: spec.with_training(optimizer="momentum", rate=5.0), name="oscillating"),
    Sickness("rate_too_low", lambda spec: spec.with_training(optimizer="sgd", rate=1e-5), name="slow"),
    Sickness(
        "loss_output_mismatch",
        headed(binary=("sigmoid", "absolute"), classes=("softmax", "absolute")), name="wrong loss",
    ),
    Sickness(
        "loss_output_mismatch",
        headed(binary=("relu", "binary_cross_entropy"), classes=("relu", "squared")), name="wrong output",
    ),
)  # fmt: skip
"""The faults that research tools are judged by (AUTOTRAINER, Zhang et al. 2021), re-made on blobs and circles."""
