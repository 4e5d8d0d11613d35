"""Every gate and every end of a network, compiled, against the same declaration read by NumPy."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from backlit.declared.gate_kinds import Gate
from backlit.engine.program import FLOATS, program
from backlit.formula import GATES, local_of, value_of

HIDDEN = [gate for gate in GATES.values() if isinstance(gate, Gate) and len(gate.operands) == 1]
POINTS = np.concatenate([np.linspace(-6.0, 6.0, 241), [-1000.0, -88.0, -1e-4, 0.0, 1e-4, 88.0, 1000.0]])
POSITIVE = {"log", "sqrt", "log1p"}
OVERFLOWS = {"exp", "expm1"}
TOLERANCE = {"float32": 2e-6, "float64": 1e-12}


def points(gate: Gate, dtype: str) -> np.ndarray:
    x = POINTS
    if gate.name in POSITIVE:
        x = x[x > 0]
    if gate.name in OVERFLOWS:
        x = x[x < 80]
    return x.astype(dtype)


def call(address: int, *arrays: np.ndarray) -> None:
    pointers = [array.ctypes.data for array in arrays]
    kinds = [ctypes.c_int64] * (len(arrays) + 1)
    ctypes.CFUNCTYPE(None, *kinds)(address)(*pointers, arrays[0].size)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("gate", HIDDEN, ids=lambda gate: gate.name)
def test_compiled_gate_equals_interpreted(gate: Gate, dtype: str) -> None:
    forward, backward = program(dtype).gate(gate.name)
    z = points(gate, dtype)
    a, delta = np.empty_like(z), np.full_like(z, 2.0)
    call(forward, z, a)
    call(backward, z, a, delta)
    value = value_of(gate)(z.astype(np.float64))
    local = np.broadcast_to(local_of(gate, 0)(z.astype(np.float64), value), z.shape)
    scale = 1.0 + np.abs(value) + (np.abs(z) if gate.name in ("sin", "cos") else 0.0)
    assert np.max(np.abs(a - value) / scale) < TOLERANCE[dtype]
    assert np.max(np.abs(delta / 2 - local) / (1.0 + np.abs(local) + scale - 1.0)) < 4 * TOLERANCE[dtype]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("gate", HIDDEN, ids=lambda gate: gate.name)
def test_compiled_gate_is_finite_far_out(gate: Gate, dtype: str) -> None:
    if gate.name in POSITIVE | OVERFLOWS:
        return  # their values are not finite there in exact arithmetic either
    forward, backward = program(dtype).gate(gate.name)
    z = np.array([-1000.0, 1000.0, -1e4, 1e4], dtype)
    a, delta = np.empty_like(z), np.ones_like(z)
    call(forward, z, a)
    call(backward, z, a, delta)
    assert np.isfinite(a).all()
    assert np.isfinite(delta).all()


def test_nan_is_not_swallowed() -> None:
    """A diverged training must be seen: NaN goes through every hidden gate of common use."""
    for name in ("relu", "sigmoid", "tanh", "gelu", "silu", "identity"):
        forward, _ = program("float32").gate(name)
        z = np.array([np.nan, 1.0], np.float32)
        a = np.empty_like(z)
        call(forward, z, a)
        assert np.isnan(a[0]), name
        assert np.isfinite(a[1]), name
