"""THE list of gates, as data: what a gate computes and its local gradient, each written once.

``value`` and ``local`` are formulas in the operands; ``local`` may use ``y``, the output, too. A gate whose value
is the call of itself is a primitive: every emitter has a word for it. All others are built of earlier gates.
Gates that reduce or mix whole arrays (sum, matmul, softmax) declare functions instead; theirs are in array_rules.py.
"""

from __future__ import annotations

import numpy as np

from backlit.declared import array_rules as rules
from backlit.declared.gate_families import FAMILIES
from backlit.declared.gate_kinds import ArrayGate, Gate, Gates, Pattern

_DISTRIBUTOR: Pattern = "distributor"
_ROUTER: Pattern = "router"
_SWITCHER: Pattern = "switcher"
_XY = ("x", "z")  # `y` is always the output

_SELU_SCALE, _SELU_ALPHA = "1.0507009873554805", "1.6732632423543772"  # Klambauer et al. 2017, section 1

_ELEMENTWISE = (
    # arithmetic
    Gate("add", "x + z", ("1", "1"), _XY, "+", _DISTRIBUTOR, "{x} + {z}"),
    Gate("sub", "x - z", ("1", "-1"), _XY, "−", _DISTRIBUTOR, "{x} - {z}"),
    Gate("mul", "x * z", ("z", "x"), _XY, "×", _SWITCHER, r"{x} \cdot {z}"),
    Gate("div", "x / z", ("1 / z", "-y / z"), _XY, "÷", "", r"\frac{{{x}}}{{{z}}}"),
    Gate("neg", "-x", ("-1",), symbol="−1×", latex="-{x}"),
    # the exponent's own gradient needs log(x): undefined (nan) for a negative base, 0 for a base of 0
    Gate(
        "pow",
        "x ** z",
        (
            "where(z * z > 0, z * x ** (z - 1), 0)",
            "where(x > 0, y * log(where(x > 0, x, 1)), where(x < 0, log(-1), 0))",
        ),
        _XY,
        "xʸ",
        "",
        "{x}^{{{z}}}",
    ),
    # elementary functions
    Gate("exp", "exp(x)", ("y",), symbol="exp", latex="e^{{{x}}}"),
    Gate("expm1", "expm1(x)", ("y + 1",), symbol="expm1", latex=r"\operatorname{{expm1}}\left({x}\right)"),
    Gate("log", "log(x)", ("1 / x",), symbol="log", latex=r"\ln\left({x}\right)"),
    Gate("log1p", "log1p(x)", ("1 / (1 + x)",), symbol="log1p", latex=r"\operatorname{{log1p}}\left({x}\right)"),
    Gate("sqrt", "sqrt(x)", ("0.5 / y",), symbol="√", latex=r"\sqrt{{{x}}}"),
    Gate("sin", "sin(x)", ("cos(x)",), symbol="sin", latex=r"\sin\left({x}\right)"),
    Gate("cos", "cos(x)", ("-sin(x)",), symbol="cos", latex=r"\cos\left({x}\right)"),
    Gate("tanh", "tanh(x)", ("1 - y * y",), symbol="tanh", latex=r"\tanh\left({x}\right)"),
    Gate(
        "arctan",
        "arctan(x)",
        ("1 / (1 + x * x)",),
        symbol="arctan",
        latex=r"\arctan\left({x}\right)",
    ),
    Gate(
        "erf",
        "erf(x)",
        ("1.1283791670955126 * exp(-x * x)",),  # 2 / sqrt(pi)
        symbol="erf",
        latex=r"\operatorname{{erf}}\left({x}\right)",
    ),
    # choices; at a tie max and min halve the gradient, as a central difference does
    Gate("abs", "abs(x)", ("where(x > 0, 1, where(x < 0, -1, 0))",), symbol="|x|", latex=r"\left|{x}\right|"),
    Gate(
        "max",
        "max(x, z)",
        ("where(x > z, 1, where(x < z, 0, 0.5))", "where(z > x, 1, where(z < x, 0, 0.5))"),
        _XY,
        "max",
        _ROUTER,
        r"\max\left({x}, {z}\right)",
    ),
    Gate(
        "min",
        "min(x, z)",
        ("where(x < z, 1, where(x > z, 0, 0.5))", "where(z < x, 1, where(z > x, 0, 0.5))"),
        _XY,
        "min",
        _ROUTER,
        r"\min\left({x}, {z}\right)",
    ),
    Gate("less", "x < z", ("0", "0"), _XY, "<", "", "[{x} < {z}]"),
    Gate("greater", "x > z", ("0", "0"), _XY, ">", "", "[{x} > {z}]"),
    Gate(
        "where",
        "where(c, x, z)",
        ("0", "where(c, 1, 0)", "where(c, 0, 1)"),
        ("c", "x", "z"),
        "?",
        _ROUTER,
        r"\left({x}\ \text{{if}}\ {c}\ \text{{else}}\ {z}\right)",
    ),
    # activations
    Gate(
        "identity",
        "x",
        ("1",),
        symbol="id",
        pattern=_DISTRIBUTOR,
        latex=r"\operatorname{{identity}}\left({x}\right)",
    ),
    Gate("sigmoid", "1 / (1 + exp(-x))", ("y * (1 - y)",), symbol="σ", latex=r"\sigma\left({x}\right)"),
    Gate(
        "relu",
        "max(x, 0)",
        ("where(y > 0, 1, 0)",),
        symbol="relu",
        pattern=_ROUTER,
        latex=r"\operatorname{{relu}}\left({x}\right)",
    ),
    Gate(
        "leaky_relu",
        "where(x > 0, x, 0.01 * x)",
        ("where(y > 0, 1, 0.01)",),
        symbol="lrelu",
        latex=r"\operatorname{{leaky\_relu}}\left({x}\right)",
    ),
    Gate(
        "elu",
        "where(x > 0, x, expm1(min(x, 0)))",
        ("where(x > 0, 1, y + 1)",),
        symbol="elu",
        latex=r"\operatorname{{elu}}\left({x}\right)",
    ),
    Gate(
        "selu",
        f"{_SELU_SCALE} * where(x > 0, x, {_SELU_ALPHA} * expm1(min(x, 0)))",
        (f"where(x > 0, {_SELU_SCALE}, y + {_SELU_SCALE} * {_SELU_ALPHA})",),
        symbol="selu",
        latex=r"\operatorname{{selu}}\left({x}\right)",
    ),
    Gate(
        "softplus",
        "max(x, 0) + log1p(exp(-abs(x)))",
        ("sigmoid(x)",),
        symbol="softplus",
        latex=r"\operatorname{{softplus}}\left({x}\right)",
    ),
    # x Phi(x), exact; 0.7071... = 1 / sqrt(2), 0.3989... = 1 / sqrt(2 pi)
    Gate(
        "gelu",
        "0.5 * x * (1 + erf(0.7071067811865476 * x))",
        ("0.5 * (1 + erf(0.7071067811865476 * x)) + 0.3989422804014327 * x * exp(-0.5 * x * x)",),
        symbol="gelu",
        latex=r"\operatorname{{gelu}}\left({x}\right)",
    ),
    Gate(
        "silu",
        "x * sigmoid(x)",
        ("y + sigmoid(x) * (1 - y)",),
        symbol="silu",
        latex=r"\operatorname{{silu}}\left({x}\right)",
    ),
    # x Phi(x) by tanh (Hendrycks and Gimpel 2016, section 2); 0.7978... = sqrt(2 / pi)
    Gate(
        "gelu_tanh",
        "0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))",
        (
            "0.5 * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))"
            " + 0.3989422804014327 * x * (1 + 0.134145 * x * x)"
            " * (1 - tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))"
            " * tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))",
        ),
        symbol="gelu",
        latex=r"\operatorname{{gelu\_tanh}}\left({x}\right)",
    ),
    Gate(
        "softsign",
        "x / (1 + abs(x))",
        ("1 / ((1 + abs(x)) * (1 + abs(x)))",),
        symbol="softsign",
        latex=r"\operatorname{{softsign}}\left({x}\right)",
    ),
    Gate(
        "log_sigmoid",
        "-softplus(-x)",
        ("sigmoid(-x)",),
        symbol="ln σ",
        latex=r"\operatorname{{log\_sigmoid}}\left({x}\right)",
    ),
    Gate(
        "hard_swish",
        "x * min(max(x + 3, 0), 6) / 6",
        ("where(x > 3, 1, where(x < -3, 0, (2 * x + 3) / 6))",),
        symbol="hswish",
        latex=r"\operatorname{{hard\_swish}}\left({x}\right)",
    ),
    # (x + sqrt(x^2 + 4)) / 2 (Barron 2021), below 0 without the difference of two near numbers
    Gate(
        "squareplus",
        "where(x < 0, 2 / (sqrt(x * x + 4) - x), 0.5 * (x + sqrt(x * x + 4)))",
        ("y / sqrt(x * x + 4)",),
        symbol="sq+",
        latex=r"\operatorname{{squareplus}}\left({x}\right)",
    ),
    Gate(
        "sparse_plus",
        "where(x < -1, 0, where(x > 1, x, 0.25 * (x + 1) * (x + 1)))",
        ("where(x < -1, 0, where(x > 1, 1, 0.5 * (x + 1)))",),
        symbol="sparse+",
        latex=r"\operatorname{{sparse\_plus}}\left({x}\right)",
    ),
    Gate(
        "tanh_shrink",
        "x - tanh(x)",
        ("tanh(x) * tanh(x)",),
        symbol="tshrink",
        latex=r"\operatorname{{tanh\_shrink}}\left({x}\right)",
    ),
    Gate(
        "mish",
        "x * tanh(softplus(x))",
        ("tanh(softplus(x)) + x * sigmoid(x) * (1 - tanh(softplus(x)) * tanh(softplus(x)))",),
        symbol="mish",
        latex=r"\operatorname{{mish}}\left({x}\right)",
    ),
)


_ARRAYS = (
    ArrayGate(
        "sum",
        lambda x, axis=None: np.sum(x, axis=axis),
        (lambda up, operands, y, axis: rules.expand(up, operands[0], axis),),
        (lambda operands, y, axis: np.ones_like(operands[0]),),
        symbol="Σ",
        pattern=_DISTRIBUTOR,
        latex=r"\sum\left({x}\right)",
    ),
    ArrayGate(
        "mean",
        lambda x, axis=None: np.mean(x, axis=axis),
        (lambda up, operands, y, axis: rules.expand(up, operands[0], axis) * np.size(y) / np.size(operands[0]),),
        (lambda operands, y, axis: np.full_like(operands[0], np.size(y) / np.size(operands[0])),),
        symbol="mean",
        pattern=_DISTRIBUTOR,
        latex=r"\operatorname{{mean}}\left({x}\right)",
    ),
    ArrayGate(
        "row_mean",
        lambda x, axis=None: rules.row_mean(x),
        (lambda up, operands, y, axis: np.broadcast_to(up, np.shape(operands[0])) * np.size(y) / np.size(operands[0]),),
        (lambda operands, y, axis: np.full_like(operands[0], np.size(y) / np.size(operands[0])),),
        symbol="mean",
        pattern=_DISTRIBUTOR,
        latex=r"\operatorname{{row\,mean}}\left({x}\right)",
    ),
    ArrayGate(
        "matmul",
        lambda a, b, axis=None: np.matmul(a, b),
        (rules.matmul_left, rules.matmul_right),
        (lambda operands, y, axis: operands[1], lambda operands, y, axis: operands[0]),
        ("a", "b"),
        symbol="@",
        pattern=_SWITCHER,
        latex="{a} {b}",
    ),
    ArrayGate(
        "columnwise",
        lambda x, w, axis=None: rules.columnwise(x, w),
        (rules.columnwise_left, rules.columnwise_right),
        (lambda operands, y, axis: operands[1], lambda operands, y, axis: operands[0]),
        ("x", "w"),
        symbol="⊡",
        pattern=_SWITCHER,
        latex=r"{x} \boxdot {w}",
    ),
    ArrayGate(
        "concat",
        lambda a, b, axis=None: np.concatenate([a, b], axis=-1),
        (
            lambda up, operands, y, axis: np.asarray(up)[..., : operands[0].shape[-1]],
            lambda up, operands, y, axis: np.asarray(up)[..., operands[0].shape[-1] :],
        ),
        (lambda operands, y, axis: np.ones_like(operands[0]), lambda operands, y, axis: np.ones_like(operands[1])),
        ("a", "b"),
        symbol="‖",
        latex=r"\left[{a}; {b}\right]",
    ),
    ArrayGate(
        "grouped",
        lambda x, w, axis=None: rules.grouped(x, w),
        (rules.grouped_left, rules.grouped_right),
        (lambda operands, y, axis: operands[1], lambda operands, y, axis: operands[0]),
        ("x", "w"),
        symbol="⊞",
        pattern=_SWITCHER,
        latex=r"{x} \boxplus {w}",
    ),
    ArrayGate(
        "softmax",
        rules.softmax,
        (rules.softmax_vjp,),
        (rules.softmax_jacobian,),
        symbol="softmax",
        latex=r"\operatorname{{softmax}}\left({x}\right)",
    ),
    ArrayGate(
        "logsumexp",
        rules.logsumexp,
        (
            lambda up, operands, y, axis: (
                rules.expand(up, operands[0], axis) * np.exp(operands[0] - rules.expand(y, operands[0], axis))
            ),
        ),
        (lambda operands, y, axis: np.exp(operands[0] - rules.expand(y, operands[0], axis)),),
        symbol="lse",
        latex=r"\operatorname{{logsumexp}}\left({x}\right)",
    ),
)


GATES = Gates((*_ELEMENTWISE, *_ARRAYS), FAMILIES)
"""Every gate by name, the user's own included."""
