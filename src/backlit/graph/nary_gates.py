"""Gates of any number of scalar operands: a neuron's weighted sum, and what one output of a reducing gate is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from backlit.declared.array_rules import logsumexp, softmax
from backlit.declared.gate_kinds import AnyGate, Array, Pattern


@dataclass(frozen=True, slots=True)
class NaryGate:
    """A gate of many scalar operands.

    `value` and `locals` take the operands as one vector (`locals` the output too, and gives one derivative for each
    operand); `written` and `written_local` (of a slot) write both as formulas in the operands' names.
    """

    name: str
    value: Callable[[Array], Array]
    locals: Callable[[Array, Array], Array]
    written: Callable[[Sequence[str]], str]
    written_local: Callable[[int, Sequence[str], str], str]
    symbol: str = ""
    pattern: Pattern = ""
    javascript: str = ""
    part: str = ""


Rule = AnyGate | NaryGate
"""What computes a wire."""

SHOWN_OPERANDS = 4
"""A formula of more operands than this is shortened in the middle."""


def _shortened(parts: Sequence[str], between: str) -> str:
    if len(parts) > SHOWN_OPERANDS:
        parts = [*parts[: SHOWN_OPERANDS - 2], "...", parts[-1]]
    return between.join(parts)


def _weighted_value(operands: Array) -> Array:
    n = len(operands) // 2
    total: Array = operands[:n] @ operands[n : 2 * n] + operands[2 * n :].sum()
    return total


def _weighted_locals(operands: Array, y: Array) -> Array:
    n = len(operands) // 2
    return np.concatenate([operands[n : 2 * n], operands[:n], np.ones_like(operands[2 * n :])])


def _weighted_written(names: Sequence[str]) -> str:
    n = len(names) // 2
    products = [f"{x} * {w}" for x, w in zip(names[:n], names[n : 2 * n], strict=True)]
    return _shortened([*products, *names[2 * n :]], " + ")


def _weighted_local(slot: int, names: Sequence[str], output: str) -> str:
    n = len(names) // 2
    return "1" if slot == 2 * n else names[(slot + n) % (2 * n)]


_WEIGHTED_JS = """{
    value: (...v) => { const n = v.length >> 1; let total = v.length % 2 ? v[2 * n] : 0;
      for (let i = 0; i < n; i++) total += v[i] * v[n + i]; return total; },
    locals: (v) => { const n = v.length >> 1; return v.map((_, i) => i < n ? v[n + i] : i < 2 * n ? v[i - n] : 1); }}"""

WEIGHTED_SUM = NaryGate(
    "weighted_sum",
    _weighted_value,
    _weighted_locals,
    _weighted_written,
    _weighted_local,
    "Σwx",
    "switcher",
    _WEIGHTED_JS,
)
"""A neuron: operands are n inputs, their n weights, and perhaps a bias."""


def _call(name: str) -> Callable[[Sequence[str]], str]:
    return lambda names: f"{name}({_shortened(names, ', ')})"


SUM = NaryGate(
    "sum",
    lambda operands: operands.sum(),
    lambda operands, y: np.ones_like(operands),
    lambda names: _shortened(names, " + "),
    lambda slot, names, output: "1",
    "Σ",
    "distributor",
    "{value: (...v) => v.reduce((a, b) => a + b), locals: (v) => v.map(() => 1)}",
)
MEAN = NaryGate(
    "mean",
    lambda operands: operands.mean(),
    lambda operands, y: np.full_like(operands, 1 / len(operands)),
    _call("mean"),
    lambda slot, names, output: f"1 / {len(names)}",
    "mean",
    "distributor",
    "{value: (...v) => v.reduce((a, b) => a + b) / v.length, locals: (v) => v.map(() => 1 / v.length)}",
)
LOGSUMEXP = NaryGate(
    "logsumexp",
    lambda operands: logsumexp(operands),
    lambda operands, y: np.exp(operands - y),
    _call("logsumexp"),
    lambda slot, names, output: f"exp({names[slot]} - {output})",
    "lse",
    javascript="""{
    value: (...v) => { const top = Math.max(...v);
      return top + Math.log(v.reduce((a, x) => a + Math.exp(x - top), 0)); },
    locals: (v, y) => v.map((x) => Math.exp(x - y))}""",
)


def _softmax_js(j: int) -> str:
    shares = "const top = Math.max(...v), e = v.map((x) => Math.exp(x - top)), s = e.reduce((a, b) => a + b);"
    return f"""{{
    value: (...v) => {{ {shares} return e[{j}] / s; }},
    locals: (v, y) => {{ {shares} return e.map((x, i) => y * ((i === {j} ? 1 : 0) - x / s)); }}}}"""


@lru_cache(maxsize=1024)
def softmax_output(j: int) -> NaryGate:
    """Output `j` of a softmax; its local gradients are row `j` of the Jacobian, diag(a) - a a^T."""

    def value(operands: Array) -> Array:
        share: Array = softmax(operands)[j]
        return share

    def slopes(operands: Array, y: Array) -> Array:
        row: Array = -y * softmax(operands)
        row[j] += y
        return row

    def written_local(slot: int, names: Sequence[str], output: str) -> str:
        if slot == j:
            return f"{output} * (1 - {output})"
        other = output.replace(f"[{j}]", f"[{slot}]") if output.endswith(f"[{j}]") else f"a[{slot}]"
        return f"-{output} * {other}"

    return NaryGate(
        "softmax",
        value,
        slopes,
        lambda names: f"softmax({_shortened(names, ', ')})[{j}]",
        written_local,
        "softmax",
        javascript=_softmax_js(j),
        part=f"[{j}]",
    )
