"""The evidence of a symptom as a picture (matplotlib, extra `plot`): each kind is a function here, and an entry below.

Words in pictures are symbols and names of arrays, so that they need no font of a language.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.gate_kinds import Gate
from backlit.diagnosis.course import norms_by_epoch
from backlit.drawing.figure import COLOURS, empty_figure
from backlit.formula import GATES
from backlit.formula.numpy import local_of, value_of
from backlit.network.forward import forward

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from backlit.diagnosis.outcome import Outcome, Seen

BLUE, ORANGE, GREEN, _ = COLOURS
WIDTH, HEIGHT, DOTS = 6.4, 3.0, 110
"""Inches, and dots an inch."""
STYLES: tuple[dict[str, Any], ...] = ({"color": BLUE, "alpha": 0.6}, {"color": GREEN, "histtype": "step"})
"""Of histograms that lie over each other."""
MOST_UNITS, MOST_POINTS = 40, 400
Picture = Callable[["Axes", "Outcome", "Seen"], None]


def evidence_figure(diagnosis: Outcome, seen: Seen) -> Figure:
    """The picture of one symptom's evidence.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.
    """
    figure = empty_figure(WIDTH, HEIGHT)
    axes = figure.subplots()
    with np.errstate(all="ignore"):
        PICTURES[seen.symptom.picture](axes, diagnosis, seen)
    axes.set_title(seen.name, loc="left", fontsize=10)
    return figure


def course_figure(diagnosis: Outcome) -> Figure:
    """|dC/dW| of each layer over the epochs that were kept."""
    figure = empty_figure(WIDTH, HEIGHT)
    axes = figure.subplots()
    epochs, norms = norms_by_epoch(diagnosis.course)
    for number, curve in enumerate(norms.T, start=1):
        axes.plot(epochs, np.where(curve > 0, curve, np.nan), "o-", markersize=3, label=f"w[{number}]")
    axes.set_yscale("log")
    axes.set_xscale("symlog", linthresh=1, base=2)
    axes.set_xticks(epochs, [str(epoch) for epoch in epochs])
    axes.minorticks_off()
    axes.set(xlabel="epoch", ylabel="|dC/dW|")
    axes.legend(fontsize="small", ncols=1 + norms.shape[1] // 8)
    return figure


def png(figure: Figure) -> bytes:
    """A figure as the bytes of a PNG file; the same figure gives the same bytes."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DOTS, metadata={"Software": None})
    return file.getvalue()


# -- kinds of pictures ----------------------------------------------------------------------------------------------


def _bars(axes: Axes, diagnosis: Outcome, seen: Seen) -> None:
    """The numbers that decided, as bars; in decades where they differ a hundredfold."""
    names = [str(name) for name in seen.finding.bars]
    values = np.array(list(seen.finding.bars.values()), float)
    shown = np.where(np.isfinite(values), values, 0.0)
    drawn = axes.barh(names, shown, color=BLUE)
    axes.bar_label(drawn, [f"{value:.3g}" for value in values], padding=3, fontsize=8)
    positive = shown[shown > 0]
    if len(positive) == len(shown) and positive.max() > 100 * positive.min():
        axes.set_xscale("log")
        axes.set_xlim(positive.min() / 3, positive.max() * 10)
    else:
        axes.margins(x=0.15)
    axes.invert_yaxis()


def _slopes(axes: Axes, diagnosis: Outcome, seen: Seen) -> None:
    """Where a layer's pre-activations lie under the curve of its gate's slope."""
    evidence = diagnosis.evidence
    number = seen.layers[0] if seen.layers else len(evidence.blueprint.neurons)
    thetas = {"now": evidence.case.theta, "at the start": evidence.known.initial}
    z = {when: _values(diagnosis, f"z[{number}]", theta).ravel() for when, theta in thetas.items() if theta is not None}
    gate = GATES[evidence.blueprint.neurons[number - 1].gate]
    z = {when: values[np.isfinite(values)] for when, values in z.items()}
    reach = max(6.0, *(float(np.abs(values).max(initial=0.0)) * 1.05 for values in z.values()))
    for (when, values), style in zip(z.items(), STYLES, strict=False):
        axes.hist(values, bins=[*np.linspace(-reach, reach, 61)], density=True, label=f"z {when}", **style)
    axes.legend(fontsize="small", loc="upper left")
    axes.set(xlabel=f"z[{number}]", ylabel="density of z")
    if isinstance(gate, Gate):
        line = np.linspace(-reach, reach, 1001)
        slopes = axes.twinx()
        slopes.plot(line, local_of(gate, 0)(line, value_of(gate)(line)), color=ORANGE, label=f"sigma'(z), {gate.name}")
        slopes.set_ylim(bottom=0)
        slopes.legend(fontsize="small", loc="upper right")


def _decades(axes: Axes, diagnosis: Outcome, seen: Seen) -> None:
    """What weights and slopes make of the gradient on its way back, layer by layer, in powers of ten."""
    evidence = diagnosis.evidence
    flow = evidence.first_flow or evidence.flow
    if flow is None:
        return
    layers = flow.layers[-2::-1]  # from the last hidden one down
    at = np.arange(len(layers))
    for offset, name, colour in ((-0.2, "weights_share", BLUE), (0.2, "sigma_share", ORANGE)):
        shares = [getattr(layer, name) or 0.0 for layer in layers]
        axes.bar(at + offset, shares, 0.4, color=colour, label={"weights_share": "W", "sigma_share": "sigma'"}[name])
    sums = np.cumsum([(layer.weights_share or 0.0) + (layer.sigma_share or 0.0) for layer in layers])
    axes.plot(at, sums, "k.-", label="together")
    axes.axhline(0, color="#888", linewidth=0.8)
    axes.set_xticks(at, [f"w[{layer.number}]" for layer in layers])
    axes.set_ylabel("log10 of what is left")
    axes.legend(fontsize="small")


def _units(axes: Axes, diagnosis: Outcome, seen: Seen) -> None:
    """On how many rows each unit of a layer gives another number than 0."""
    number = seen.layers[0]
    fires = np.sort((_values(diagnosis, f"a[{number}]", diagnosis.evidence.case.theta) != 0).mean(axis=0))[::-1]
    axes.bar(np.arange(len(fires)), fires, width=1.0, color=np.where(fires > 0, BLUE, ORANGE))
    axes.plot(np.flatnonzero(fires == 0), fires[fires == 0], "|", color=ORANGE, markersize=8)
    axes.set(xlabel=f"units of a[{number}], sorted", ylabel="part of rows where a != 0", ylim=(-0.05, 1.05))


def _weights(axes: Axes, diagnosis: Outcome, seen: Seen) -> None:
    """The weights of a layer, a column a unit: copies are columns that look alike."""
    evidence, number = diagnosis.evidence, seen.layers[0]
    theta = evidence.case.theta if evidence.known.initial is None else evidence.known.initial
    weights = evidence.blueprint.arrays(np.asarray(theta, np.float64))[f"w[{number}]"][:MOST_UNITS, :MOST_UNITS]
    largest = float(np.abs(weights).max()) or 1.0
    image = axes.imshow(weights, cmap="RdBu_r", vmin=-largest, vmax=largest, aspect="auto")
    axes.figure.colorbar(image, ax=axes)
    axes.set(xlabel=f"units of layer {number}", ylabel="inputs")


def _loss(axes: Axes, diagnosis: Outcome, seen: Seen) -> None:
    """The loss of each epoch; without a curve, the numbers."""
    curve = np.array(diagnosis.evidence.known.loss_curve, float)
    if not len(curve):
        _bars(axes, diagnosis, seen)
        return
    axes.plot(np.arange(1, len(curve) + 1), curve, ".-" if len(curve) < 100 else "-", color=BLUE)
    finite = curve[np.isfinite(curve)]
    if len(finite) and finite.min() > 0 and finite.max() > 100 * finite.min():
        axes.set_yscale("log")
    axes.set(xlabel="epoch", ylabel="loss")


def _rates(axes: Axes, diagnosis: Outcome, seen: Seen) -> None:
    """What some steps at each rate take off the loss, from the start."""
    evidence = diagnosis.evidence
    tried = sorted(evidence.gains.items())
    rates = np.array([factor for factor, _ in tried]) * (evidence.known.rate or 1.0)
    gains = np.array([max(gain, -1.0) if np.isfinite(gain) else -1.0 for _, gain in tried])
    axes.plot(rates, gains, "o-", color=BLUE)
    now = evidence.gains[1.0]
    axes.plot(evidence.known.rate or 1.0, max(now, -1.0) if np.isfinite(now) else -1.0, "o", color=ORANGE, markersize=9,
              label="as trained")  # fmt: skip
    axes.axhline(0, color="#888", linewidth=0.8)
    axes.set_xscale("log")
    axes.set(xlabel="learning rate", ylabel="part of the loss taken off")
    axes.legend(fontsize="small")


def _targets(axes: Axes, diagnosis: Outcome, seen: Seen) -> None:
    """Targets beside what the network gives, and the range that its output gate can give."""
    evidence = diagnosis.evidence
    y, a = evidence.rows.targets.ravel(), evidence.outputs.ravel()
    y, a = y[np.isfinite(y)], a[np.isfinite(a)]
    low, high = float(min(y.min(), a.min())), float(max(y.max(), a.max()))
    bins = np.linspace(low, high if high > low else low + 1.0, 41)
    axes.hist([y, a], bins=[*bins], color=[BLUE, ORANGE], label=["y", "a"])
    bounds = [seen.numbers[name] for name in ("low", "high") if np.isfinite(seen.numbers.get(name, np.nan))]
    for bound in bounds:
        axes.axvline(bound, color="#444", linestyle="--", label="range of a" if bound == bounds[0] else None)
    axes.set(xlabel="y and a", ylabel="count")
    axes.legend(fontsize="small")


def _column(axes: Axes, diagnosis: Outcome, seen: Seen) -> None:
    """The column at fault against the target."""
    evidence = diagnosis.evidence
    number = seen.finding.mend.value[0] if seen.finding.mend is not None else 0
    x = evidence.rows.inputs[:MOST_POINTS, number]
    if evidence.classes is None:
        y = evidence.rows.targets[:MOST_POINTS, 0]
    else:
        y = evidence.classes[:MOST_POINTS] + np.random.default_rng(0).uniform(-0.15, 0.15, len(x))
    axes.plot(x, y, ".", color=BLUE, alpha=0.5)
    axes.set(xlabel=evidence.case.column(int(number)), ylabel="y" if evidence.classes is None else "class")


def _movement(axes: Axes, diagnosis: Outcome, seen: Seen) -> None:
    """How far each layer's weights have moved from their start, over their size."""
    evidence = diagnosis.evidence
    if evidence.known.initial is None:
        _bars(axes, diagnosis, seen)
        return
    start, now = (
        evidence.blueprint.arrays(np.asarray(theta, np.float64))
        for theta in (evidence.known.initial, evidence.case.theta)
    )
    names = [name for name in now if name.startswith("w")]
    sizes = [max(float(np.linalg.norm(start[name])), 1e-300) for name in names]
    moves = [float(np.linalg.norm(now[name] - start[name])) / size for name, size in zip(names, sizes, strict=True)]
    drawn = axes.barh(names, moves, color=BLUE)
    axes.bar_label(drawn, [f"{move:.3g}" for move in moves], padding=3, fontsize=8)
    axes.margins(x=0.15)
    axes.set_xlabel("|W - W at the start| / |W at the start|")
    axes.invert_yaxis()


def _values(diagnosis: Outcome, name: str, theta: Any) -> NDArray[np.float64]:
    """A layer's numbers for the rows that are scored."""
    evidence = diagnosis.evidence
    values = forward(evidence.blueprint, np.asarray(theta, np.float64), evidence.rows.inputs)
    return np.asarray(values[name], np.float64)


PICTURES: Mapping[str, Picture] = {
    "bars": _bars,
    "slopes": _slopes,
    "decades": _decades,
    "units": _units,
    "weights": _weights,
    "loss": _loss,
    "rates": _rates,
    "targets": _targets,
    "column": _column,
    "movement": _movement,
}
"""Kind, as a symptom declares it -> what draws it."""
