"""What the declaration costs: emitted gate kernels beside hand-written ones: ``python -m benchmarks gates``."""

from __future__ import annotations

import ctypes
import math
import statistics
import time

import numpy as np
from numba import njit
from rich.console import Console
from rich.table import Table
from scipy.special import erf

from backlit.engine.program import program

ONE, HALF = np.float32(1.0), np.float32(0.5)
FAST = {"nogil": True, "error_model": "numpy", "fastmath": True}


@njit(**FAST)
def relu(z, a):
    for i in range(z.size):
        a[i] = max(z[i], np.float32(0.0))


@njit(**FAST)
def sigmoid(z, a):
    for i in range(z.size):
        a[i] = ONE / (ONE + math.exp(-z[i]))


@njit(**FAST)
def tanh(z, a):
    for i in range(z.size):
        a[i] = math.tanh(z[i])


@njit(**FAST)
def silu(z, a):
    for i in range(z.size):
        a[i] = z[i] / (ONE + math.exp(-z[i]))


@njit(**FAST)
def gelu(z, a):
    for i in range(z.size):
        a[i] = HALF * z[i] * (ONE + math.erf(z[i] * np.float32(0.70710678)))


@njit(**FAST)
def selu(z, a):
    for i in range(z.size):
        x = z[i]
        a[i] = np.float32(1.050701) * (x if x > 0 else np.float32(1.6732632) * (math.exp(x) - ONE))


@njit(**FAST)
def mish(z, a):
    for i in range(z.size):
        a[i] = z[i] * math.tanh(math.log1p(math.exp(z[i])))


NUMPY = {
    "relu": lambda z, a: np.maximum(z, 0, out=a),
    "sigmoid": lambda z, a: np.reciprocal(np.add(np.exp(np.negative(z, out=a), out=a), 1, out=a), out=a),
    "tanh": lambda z, a: np.tanh(z, out=a),
    "silu": lambda z, a: np.divide(z, 1 + np.exp(-z), out=a),
    "gelu": lambda z, a: np.multiply(0.5 * z, 1 + erf(z * np.float32(0.70710678)), out=a),
    "selu": lambda z, a: np.multiply(np.float32(1.0507), np.where(z > 0, z, np.float32(1.673) * np.expm1(z)), out=a),
    "mish": lambda z, a: np.multiply(z, np.tanh(np.log1p(np.exp(z))), out=a),
}
HAND = {f.__name__: f for f in (relu, sigmoid, tanh, silu, gelu, selu, mish)}


def run(rounds: int = 15) -> None:
    z = np.random.default_rng(0).normal(size=128 * 512).astype(np.float32)
    a = np.empty_like(z)
    table = Table("gate", "emitted", "hand-written", "NumPy", "hand-written / emitted")
    table.title = f"microseconds for the values of 128 x 512 float32, one thread, median of {rounds}"
    call = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)
    for name, hand in HAND.items():
        emitted = call(program("float32").gate(name)[0])
        ways = {
            "emitted": lambda emitted=emitted: emitted(z.ctypes.data, a.ctypes.data, z.size),
            "hand": lambda hand=hand: hand(z, a),
            "numpy": lambda name=name: NUMPY[name](z, a),
        }
        times: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, function in ways.items():
                function()
                start = time.perf_counter()
                function()
                times[way].append((time.perf_counter() - start) * 1e6)
        ours, theirs, numpy = (statistics.median(values) for values in times.values())
        table.add_row(name, f"{ours:.0f}", f"{theirs:.0f}", f"{numpy:.0f}", f"{theirs / ours:.1f}")
    Console().print(table)
