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
    jax.config.update("jax_enable_x64", case.precision == "float64")
    x, y = (jnp.asarray(array) for array in case.data())
    samples = case.samples()
    weights = None if samples is None else jnp.asarray(samples)
    gate = GATES[case.gate]

    def loss(parameters, rows, key):
        a = x[rows]
        for number, (w, b) in enumerate(parameters, 1):
            z = a @ w + b
            a = gate(z) if number < len(parameters) else z
            if case.dropout and number < len(parameters):
                kept = jax.random.bernoulli(jax.random.fold_in(key, number), 1 - case.dropout, a.shape)
                a = jnp.where(kept, a / (1 - case.dropout), 0)
        costs = -jnp.take_along_axis(jax.nn.log_softmax(a), y[rows][:, None], axis=1)[:, 0]
        return jnp.mean(costs) if weights is None else costs @ weights[rows] / jnp.sum(weights[rows])

    def step(carry, now):
        parameters, first, second, count = carry
        value, grad = jax.value_and_grad(loss)(parameters, *now)
        count = count + 1
        first = jax.tree.map(lambda m, g: BETAS[0] * m + (1 - BETAS[0]) * g, first, grad)
        second = jax.tree.map(lambda v, g: BETAS[1] * v + (1 - BETAS[1]) * g * g, second, grad)
        eta = RATE * jnp.sqrt(1 - BETAS[1] ** count) / (1 - BETAS[0] ** count)
        parameters = jax.tree.map(lambda p, m, v: p - eta * m / (jnp.sqrt(v) + EPSILON), parameters, first, second)
        return (parameters, first, second, count), value

    @jax.jit
    def shuffled(key):
        order_key, dropout_key = jax.random.split(key)
        order = jax.random.permutation(order_key, case.rows).reshape(case.steps, case.batch)
        return order, jax.random.split(dropout_key, case.steps)

    run = jax.jit(lambda carry, key: jax.lax.scan(step, carry, shuffled(key)), donate_argnums=0)
    parameters = [(jnp.asarray(w), jnp.asarray(b)) for w, b in case.weights()]
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = [(parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), jnp.zeros((), x.dtype))]
    key = [jax.random.key(0)]

    def epoch() -> None:
        key[0], epoch_key = jax.random.split(key[0])
        state[0], losses = run(state[0], epoch_key)
        losses.block_until_ready()

    return epoch
