"""THE list of gates that carry numbers, as data: ``leaky_relu(0.2)``, ``hard_sigmoid(0.2, 0.5)``, ...

A member is made when its name is first used, and is like any other gate from there on: in networks, files, derivations,
LaTeX and the engine. Most are what other tools have between their layers.
"""

from __future__ import annotations

from itertools import pairwise

from backlit.declared.gate_kinds import GateFamily


def _stepwise(ends: tuple[float, float], points: tuple[tuple[float, float], ...]) -> tuple[str, tuple[str]]:
    """Straight lines between points of ``{steepness} * x``, and constants beyond them: value and slope as formulas."""
    value, slope = repr(ends[1]), "0"
    for (left, low), (right, high) in reversed(list(pairwise(points))):
        rise = (high - low) / (right - left)
        value = f"where({{steepness}} * x < {right!r}, {low!r} + {rise!r} * ({{steepness}} * x - ({left!r})), {value})"
        slope = f"where({{steepness}} * x < {right!r}, {rise!r} * {{steepness}}, {slope})"
    first = points[0][0]
    value, slope = (
        f"where({{steepness}} * x < {first!r}, {at}, {rest})" for at, rest in ((repr(ends[0]), value), ("0", slope))
    )
    return value, (slope,)


# the points of FANN 2.2's stepwise units, which are those of its sigmoid and tanh in float32
SIGMOID_POINTS = (
    (-2.6466524600982666, 0.004999999888241291),
    (-1.4722194671630859, 0.05000000074505806),
    (-0.5493061542510986, 0.25),
    (0.5493061542510986, 0.75),
    (1.4722193479537964, 0.949999988079071),
    (2.6466529369354248, 0.9950000047683716),
)
TANH_POINTS = (
    (-2.6466529369354248, -0.9900000095367432),
    (-1.4722193479537964, -0.8999999761581421),
    (-0.5493061542510986, -0.5),
    (0.5493061542510986, 0.5),
    (1.4722193479537964, 0.8999999761581421),
    (2.6466529369354248, 0.9900000095367432),
)


def _held(family: GateFamily) -> GateFamily:
    """The family whose ``{steepness} * x`` is held within a bound, as FANN holds every sum."""
    product = "{steepness} * x"
    return GateFamily(
        f"held_{family.name}",
        (*family.numbers, "bound"),
        family.value.replace(product, f"min(max({product}, -{{bound}}), {{bound}})"),
        (f"where(abs({product}) < {{bound}}, {family.local[0]}, 0)",),
        (*family.example, 1.2),
        (*family.positive, "bound"),
        family.symbol,
    )


_PLAIN = (
    GateFamily("leaky_relu", ("slope",), "where(x > 0, x, {slope} * x)", ("where(x > 0, 1, {slope})",), (0.2,)),
    GateFamily(
        "elu",
        ("alpha",),
        "where(x > 0, x, {alpha} * expm1(min(x, 0)))",
        ("where(x > 0, 1, y + {alpha})",),
        (0.5,),
    ),
    GateFamily(  # Barron 2017
        "celu",
        ("alpha",),
        "where(x > 0, x, {alpha} * expm1(min(x, 0) / {alpha}))",
        ("where(x > 0, 1, y / {alpha} + 1)",),
        (0.7,),
        positive=("alpha",),
    ),
    GateFamily(  # from the threshold on it is the identity, as tools compute it
        "softplus",
        ("beta", "threshold"),
        "where({beta} * x > {threshold}, x, softplus({beta} * x) / {beta})",
        ("where({beta} * x > {threshold}, 1, sigmoid({beta} * x))",),
        (2.0, 20.0),
        positive=("beta",),
    ),
    GateFamily(
        "hard_sigmoid",
        ("slope", "shift"),
        "min(max({slope} * x + {shift}, 0), 1)",
        ("where({slope} * x + {shift} < 0, 0, where({slope} * x + {shift} > 1, 0, {slope}))",),
        (0.2, 0.5),
    ),
    GateFamily(  # relu6 is clip(0.0, 6.0), hardtanh clip(-1.0, 1.0)
        "clip",
        ("low", "high"),
        "min(max(x, {low}), {high})",
        ("where(x > {low}, where(x < {high}, 1, 0), 0)",),
        (0.0, 6.0),
    ),
    GateFamily(
        "threshold",
        ("threshold", "value"),
        "where(x > {threshold}, x, {value})",
        ("where(x > {threshold}, 1, 0)",),
        (0.5, 0.25),
    ),
    GateFamily(
        "hard_shrink",
        ("bound",),
        "where(abs(x) > {bound}, x, 0)",
        ("where(abs(x) > {bound}, 1, 0)",),
        (0.5,),
        positive=("bound",),
    ),
    GateFamily(
        "soft_shrink",
        ("bound",),
        "where(x > {bound}, x - {bound}, where(x < -{bound}, x + {bound}, 0))",
        ("where(abs(x) > {bound}, 1, 0)",),
        (0.5,),
        positive=("bound",),
    ),
    GateFamily(
        "scaled_sigmoid",
        ("steepness",),
        "sigmoid({steepness} * x)",
        ("{steepness} * y * (1 - y)",),
        (0.5,),
        symbol="σ",
    ),
    GateFamily(  # LeCun's is scaled_tanh(1.7159, 2 / 3); FANN's and OpenCV's symmetric sigmoids are some, too
        "scaled_tanh",
        ("height", "steepness"),
        "{height} * tanh({steepness} * x)",
        ("{steepness} * ({height} - y * y / {height})",),
        (1.7159, 0.6666666666666666),
        positive=("height",),
        symbol="tanh",
    ),
    GateFamily(
        "gaussian",
        ("height", "steepness", "shift"),
        "{height} * exp(-({steepness} * x) * ({steepness} * x)) + {shift}",
        ("-2 * {steepness} * {steepness} * x * (y - {shift})",),
        (2.0, 0.5, -1.0),
        symbol="exp −x²",
    ),
    GateFamily(  # Elliott 1993; FANN's is elliott(0.5, 1.0, 0.5), its symmetric one elliott(1.0, 1.0, 0.0)
        "elliott",
        ("height", "steepness", "shift"),
        "{height} * ({steepness} * x) / (1 + abs({steepness} * x)) + {shift}",
        ("{height} * {steepness} / ((1 + abs({steepness} * x)) * (1 + abs({steepness} * x)))",),
        (0.5, 1.0, 0.5),
        symbol="elliott",
    ),
    GateFamily(
        "sine",
        ("height", "steepness", "shift"),
        "{height} * sin({steepness} * x) + {shift}",
        ("{height} * {steepness} * cos({steepness} * x)",),
        (0.5, 0.5, 0.5),
        symbol="sin",
    ),
    GateFamily(
        "cosine",
        ("height", "steepness", "shift"),
        "{height} * cos({steepness} * x) + {shift}",
        ("-{height} * {steepness} * sin({steepness} * x)",),
        (0.5, 0.5, 0.5),
        symbol="cos",
    ),
    GateFamily("sigmoid_stepwise", ("steepness",), *_stepwise((0.0, 1.0), SIGMOID_POINTS), (0.5,), ("steepness",), "σ"),
    GateFamily("tanh_stepwise", ("steepness",), *_stepwise((-1.0, 1.0), TANH_POINTS), (0.5,), ("steepness",), "tanh"),
    GateFamily(
        "step",
        ("low", "high"),
        "where(x < 0, {low}, {high})",
        ("0",),
        (-1.0, 1.0),
        symbol="step",
    ),
    GateFamily(  # FANN's linear unit is bounded_linear(k, 150 / k), its piece through 0 bounded_linear(k, 1)
        "bounded_linear",
        ("slope", "bound"),
        "min(max({slope} * x, -{bound}), {bound})",
        ("where(abs({slope} * x) < {bound}, {slope}, 0)",),
        (0.5, 1.0),
        positive=("bound",),
    ),
    GateFamily("scaled_relu", ("slope",), "max({slope} * x, 0)", ("where({slope} * x > 0, {slope}, 0)",), (0.01,)),
    GateFamily(  # Keras's ReLU with all of its numbers
        "ramp",
        ("slope", "threshold", "high"),
        "where(x > {threshold}, min(x, {high}), {slope} * (x - {threshold}))",
        ("where(x > {threshold}, where(x < {high}, 1, 0), {slope})",),
        (0.1, 0.05, 1.5),
    ),
    GateFamily(  # PMML's threshold, which is 0 at the threshold itself
        "above",
        ("threshold",),
        "where(x > {threshold}, 1, 0)",
        ("0",),
        (0.5,),
        symbol="step",
    ),
    GateFamily(  # PMML's arctan is scaled_arctan(2 / pi)
        "scaled_arctan",
        ("height",),
        "{height} * arctan(x)",
        ("{height} / (1 + x * x)",),
        (0.6366197723675814,),
        symbol="arctan",
    ),
    GateFamily("parabola", ("height",), "{height} * x * x", ("2 * {height} * x",), (0.5,), symbol="x²"),
    GateFamily("reciprocal", ("height",), "{height} / x", ("-y / x",), (0.5,), symbol="1/x"),
    GateFamily("linear", ("slope",), "{slope} * x", ("{slope}",), (0.5,), symbol="×"),
)

_WITH_STEEPNESS = (
    "scaled_sigmoid", "scaled_tanh", "gaussian", "elliott", "sine", "cosine", "sigmoid_stepwise", "tanh_stepwise",
)  # fmt: skip

FAMILIES = (*_PLAIN, *(_held(family) for family in _PLAIN if family.name in _WITH_STEEPNESS))
"""Every family; the example of each is held against the graph, central differences and the engine."""
