"""The training loop of the lecture: epoch after epoch, each a shuffle, then forward, loss, backward, update by batch.

One compiled call carries a whole epoch (`engine/kernels/passes/passes.py`, `train_epoch`, reads like the lecture).
What is decided between two epochs is decided by `rules/`.

Examples
--------
>>> import numpy as np
>>> from backlit.network.building import mlp
>>> from backlit.training.samples import Samples
>>> blueprint = mlp(1, (), 1, output_gate="identity", loss="squared")
>>> network = Network(blueprint, np.zeros(blueprint.theta_size), capacity=2)
>>> optimizer = Optimizer("sgd", blueprint.theta_size, np.dtype(np.float64), {"momentum": 0.0})
>>> samples = Samples(np.array([[0.0], [1.0]]), np.array([[1.0], [3.0]]), np.empty(0))  # y = 2 x + 1
>>> history = train(network, optimizer, samples, Plan(epochs=500, rate=0.5, tolerance=-1.0))
>>> network.predict(np.array([[2.0]])).round(3).tolist()
[[5.0]]
"""

from __future__ import annotations

from collections.abc import Callable

from backlit.engine.network import Network
from backlit.engine.optimizer import Optimizer
from backlit.engine.rng import Stream
from backlit.training.history import Epoch, History
from backlit.training.learning_rate import LearningRate
from backlit.training.plan import Plan
from backlit.training.progress import Progress
from backlit.training.rules.checkpoint import NO_CHECKPOINT, Checkpoint
from backlit.training.rules.finiteness import Finiteness
from backlit.training.rules.interruption import Interruption
from backlit.training.rules.keep_best import KeepBest
from backlit.training.samples import TrainingRows
from backlit.training.stopping import rules_of


def train(
    network: Network,
    optimizer: Optimizer,
    samples: TrainingRows,
    plan: Plan,
    *,
    validate: Callable[[Network], float] | None = None,
    on_epoch: Callable[[Epoch], bool | None] | None = None,
    first_epoch: int = 0,
    first_sample: int = 0,
    checkpoint: Checkpoint = NO_CHECKPOINT,
) -> History:
    """Train a network in place, and return what happened.

    Parameters
    ----------
    network, optimizer, samples, plan
        The parameters and the optimizer's memory are changed; `network.capacity` is the size of a mini-batch.
    validate, on_epoch, checkpoint : optional
        Called after each epoch: a score to be made large, whose best epoch is restored at the end; whether to stop;
        what keeps the progress, from which the training then goes on.
    first_epoch, first_sample : int
        Epochs and samples already behind the network, for its shuffles and for the rate rule "invscaling".

    Warns
    -----
    Divergence, UserWarning
        When a number is no longer finite (the best finite parameters are restored); when Ctrl-C ended it.
    """
    history, shuffles = History(), Stream(plan.seed, "shuffle")
    rate = LearningRate(plan, len(samples), -(-len(samples) // network.capacity), first_sample)
    best, finiteness = KeepBest(network.theta), Finiteness(network, rate, optimizer)
    progress = Progress(network, optimizer, rate, best, rules_of(plan, rate, best, on_epoch), history)
    if checkpoint.resume(progress):
        return history
    with Interruption(history), network.team:
        for number in range(len(history.epochs), plan.epochs):
            order = samples.order(plan, first_epoch + number, shuffles)
            rates = rate.of_epoch(number)
            best.before_epoch()
            loss = samples.train_epoch(  # forward, loss, backward, update: mini-batch after mini-batch
                network, optimizer, rates, order,
                plan.regularization_in(number), plan.dropout_seed(first_epoch + number), samples.mean_weight(plan),
            )  # fmt: skip
            if finiteness.broken_by(loss, history):
                break
            with network.using_ema():
                score = validate(network) if validate else None
                stopping = progress.record(loss, score, float(rates[-1]), plan.epochs)
            checkpoint.after_epoch(progress, stopping)
            if stopping:
                break
    if not history.diverged:
        network.adopt_ema()
        finiteness.check_outputs(samples, history)
    optimizer.learning_rate = rate.after(len(history.epochs))
    if validate or history.diverged:
        best.restore()
    checkpoint.finish(progress)
    return history
