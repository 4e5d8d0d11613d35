"""JAX: a whole epoch under jit and scan, parameters donated."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from benchmarks.cases import BETAS, EPSILON, RATE, Case

GATES = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "gelu": lambda z: jax.nn.gelu(z, approximate=False),
}


def prepare(case: Case) -> Callable[[], None]:
    x, y = (jnp.asarray(array) for array in case.data())
    gate = GATES[case.gate]

    def loss(parameters, rows_x, rows_y):
        a = rows_x
        for number, (w, b) in enumerate(parameters, 1):
            z = a @ w + b
            a = gate(z) if number < len(parameters) else z
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(a), rows_y[:, None], axis=1))

    def step(carry, rows):
        parameters, first, second, count = carry
        value, grad = jax.value_and_grad(loss)(parameters, x[rows], y[rows])
        count = count + 1
        first = jax.tree.map(lambda m, g: BETAS[0] * m + (1 - BETAS[0]) * g, first, grad)
        second = jax.tree.map(lambda v, g: BETAS[1] * v + (1 - BETAS[1]) * g * g, second, grad)
        eta = RATE * jnp.sqrt(1 - BETAS[1] ** count) / (1 - BETAS[0] ** count)
        parameters = jax.tree.map(lambda p, m, v: p - eta * m / (jnp.sqrt(v) + EPSILON), parameters, first, second)
        return (parameters, first, second, count), value

    @jax.jit
    def shuffled(key):
        return jax.random.permutation(key, case.rows).reshape(case.steps, case.batch)

    run = jax.jit(lambda carry, key: jax.lax.scan(step, carry, shuffled(key)), donate_argnums=0)
    parameters = [(jnp.asarray(w), jnp.asarray(b)) for w, b in case.weights()]
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = [(parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), jnp.zeros((), jnp.float32))]
    key = [jax.random.key(0)]

    def epoch() -> None:
        key[0], mine = jax.random.split(key[0])
        state[0], losses = run(state[0], mine)
        losses.block_until_ready()

    return epoch
