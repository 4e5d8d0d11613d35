"""A blueprint made ready to run: its table for the compiled passes, its kernels, and preallocated buffers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.declared.layers import BLEND, LAYERS
from backlit.engine.aligned import whole_lines
from backlit.engine.optimizer import Optimizer
from backlit.engine.program import REGULARIZERS, program
from backlit.engine.threads import Team, leased, single_threaded_blas, team_size
from backlit.engine.workspace import Buffers
from backlit.errors import BacklitError
from backlit.network.blueprint import Blueprint

Vector = NDArray[np.floating[Any]]
Matrix = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Regularization:
    """What is done against overfitting in an epoch.

    Parameters
    ----------
    l2_penalty : float
        L2 penalty ``l2_penalty / 2`` times the sum of squared weights, over the mini-batch's mass, as in scikit-learn.
    weight_decay : float
        Decoupled weight decay: weights are multiplied by ``1 - rate * weight_decay`` before each step (AdamW).
    dropout : float
        Part of the hidden units that is dropped, in each row at random.
    label_smoothing : float
        Part of each class label that is spread over all classes.
    ema_decay : float
        Part of the parameters' running mean that stays at each step, 0 for no mean (Polyak and Juditsky 1992; as an
        exponential mean, Kingma and Ba 2015, section 7.2).
    """

    l2_penalty: float = 0.0
    weight_decay: float = 0.0
    dropout: float = 0.0
    label_smoothing: float = 0.0
    ema_decay: float = 0.0


NONE = Regularization()

TEAM_WORK = 4e6
"""Multiplications of a step from which a second thread pays: two barriers cost about what these take on one."""
ALONE = 2e7
"""Multiplications of an epoch up to which no thread is started: Ctrl-C waits for it, a millisecond or so."""


LOOKED_AT = 1_000
"""Rows of the data in which zeros are counted."""
BY_INPUTS = 2**15
"""Weights of the first layer from which a team shares it out by inputs, not by rows: `sum_inputs` says why."""
PARTIAL = 2**18
"""Numbers up to which the sums of a part are worth to be kept: more are in no cache when they are added up."""
DENSE = 0.3
"""Part of what a layer hears from which it is multiplied whole, zeros and all."""
MANY = 64
"""Rows of a prediction from which zeros are counted."""


class Network:
    """Compiled passes of one blueprint over one theta parameter vector.

    Parameters
    ----------
    blueprint : Blueprint
    theta : ndarray of float32 or float64, shape (blueprint.theta_size,)
        The parameters; its type is the engine's precision. Training changes it in place.
    capacity : int
        Rows that the buffers hold: the size of a mini-batch.
    threads : int, optional
        How many threads may carry a mini-batch; all processors unless given. Small networks use one.
    blocks : int, optional
        Into how many blocks of rows a mini-batch is cut: equal numbers give equal bits, whatever the threads.
    factors : ndarray of float64, shape (slots,), optional
        Factors of the learning rate for each array of parameters.
    guest : bool
        Whether it trains on the caller's own thread: whoever trains several networks side by side limits BLAS to
        one thread a call and hears Ctrl-C.

    Raises
    ------
    BacklitError
        If the parameters are of another type or length, read-only or not in one piece.

    Examples
    --------
    >>> import numpy as np
    >>> from backlit.network.building import mlp
    >>> blueprint = mlp(2, (3,), 1, output_gate="identity", loss="squared")
    >>> network = Network(blueprint, np.zeros(blueprint.theta_size, np.float32), capacity=8)
    >>> network.predict(np.ones((2, 2), np.float32)).tolist()
    [[0.0], [0.0]]
    """

    def __init__(
        self,
        blueprint: Blueprint,
        theta: Vector,
        capacity: int,
        threads: int | None = None,
        blocks: int | None = None,
        factors: NDArray[np.float64] | None = None,
        guest: bool = False,
    ) -> None:
        self.blueprint = blueprint
        self.theta = theta
        self.capacity = capacity
        self._program = program(theta.dtype.name)
        self._end = self._program.head(blueprint.output_gate, blueprint.loss)
        self._work = 3.0 * capacity * blueprint.multiplications
        self._threads = 1 if guest else threads
        self._guest = guest
        self._blocks = blocks
        self._table, self._width = self._layout()
        self._arrays, self._whole_arrays = self._parameters()
        self._factors = np.empty(0) if factors is None else np.ascontiguousarray(factors, np.float64)
        self._buffers = Buffers(theta.dtype)
        self._buffers.take("theta", theta)
        if theta.shape != (blueprint.theta_size,):
            raise BacklitError(f"theta must have {blueprint.theta_size} numbers, not the shape {theta.shape}")
        self._spare: list[Buffers] = []
        self._found: dict[tuple[str | bool, ...], NDArray[np.int64]] = {}
        everyone = capacity if blueprint.blended else 0  # rows that no order was made for
        self._everyone = np.arange(everyone, dtype=np.int64)
        self._sharing: _Sharing | None = None
        self.team = Team()

    def _layout(self) -> tuple[NDArray[np.int64], int]:
        """The table of layers, and the length of a buffer that holds a mini-batch of all of them."""
        table = []
        buffer = 0
        for number, layer in self.blueprint.numbered:
            own = [slot for slot in self.blueprint.slots if slot.layer == number]
            hidden = number < len(self.blueprint.neurons)
            gate = self._program.gate(layer.gate) if hidden else (0, 0)  # the last gate belongs to the head
            front = self._program.front(layer.kind) if LAYERS[layer.kind].front else (0, 0)
            at = {slot.parameter: slot.offset for slot in own}
            blend = (at[BLEND.name], *self._program.blend()) if layer.blended else (0, 0, 0)
            places = own[0].offset, at.get("b", 0)
            table.append(
                (layer.inputs, layer.outputs, *places, buffer, *gate, layer.groups, *front, *blend, number == 1)
            )
            buffer += whole_lines(self.capacity * layer.outputs, self.theta.dtype)
        return np.array(table, np.int64), buffer

    def _parameters(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The table of the parameters' arrays; and as it is where hidden weights are stepped as whole matrices."""
        hidden, slots = self.blueprint.neurons[:-1], self.blueprint.slots
        table = np.array(
            [(slot.offset, slot.shape[0], slot.size // slot.shape[0], slot.decays, 0) for slot in slots], np.int64
        )
        whole = table.copy()
        for row, slot in zip(whole, slots, strict=True):
            if slot.parameter == "w" and slot.layer <= len(hidden):
                row[-1] = hidden[slot.layer - 1].groups
        return table, whole

    def _training_kernels(
        self, optimizer: Optimizer, regularization: Regularization, changes: bool
    ) -> NDArray[np.int64]:
        """Those of a training, found once: an epoch of a small network takes less time than to find them."""
        wanted = regularization.l2_penalty > 0, regularization.weight_decay > 0, regularization.ema_decay > 0
        key: tuple[str | bool, ...] = (optimizer.name, changes, *wanted)
        if key not in self._found:
            have = self._program
            step = have.step(optimizer.kernel, optimizer.matrix_kernel)
            some = [have.regularizer(kernel) for kernel, has in zip(REGULARIZERS, wanted, strict=True) if has]
            some += [have.dropout_forward()] if changes else []
            some += [have.sparse()] if "turned" in self._buffers else []
            self._found[key] = have.called(self._end, step, *some)
        return self._found[key]

    def _forward_kernels(self, sparse: bool) -> NDArray[np.int64]:
        """Those of the way to the outputs, found once as well."""
        key = "predict", sparse
        if key not in self._found:
            self._found[key] = self._program.called(self._end, self._program.sparse() if sparse else {})
        return self._found[key]

    def _hears_zeros(self, inputs: Matrix) -> bool:
        """Whether most of what the first dense layer hears is 0, and there is a way around it."""
        first = self.blueprint.neurons[0]
        some = inputs[:: -(-len(inputs) // LOOKED_AT)]
        heard = np.count_nonzero(some) / len(some) + first.inputs - self.blueprint.inputs
        return self._program.lists and first.groups == 1 and bool(heard < DENSE * first.inputs)

    def _prepare(self) -> Buffers:
        """Buffers for the way there and back, made when it is first gone."""
        buffers = self._scratch()
        if "gradient" not in buffers:
            buffers.new("delta", self._width)
            buffers.new("gradient", self.theta.size)[...] = 0  # padding stays 0
        return buffers

    def _changes(self, dropout: float) -> bool:
        """Whether the next layer hears something else than what a gate made."""
        return dropout > 0 or self.blueprint.blended

    def _unwanted(self, changes: bool) -> tuple[str, ...]:
        """What is not looked at where the next layer hears what a gate made; made when it is first wanted."""
        between = "fed", "mask"
        if not changes:
            return between
        for name in between:
            if name not in self._buffers:
                self._buffers.new(name, self._width)
        return ()

    def predict(self, inputs: Matrix, threads: int = 1) -> Matrix:
        """The outputs, shape (rows, outputs), for C-contiguous rows of the engine's float type.

        Several threads carry whole mini-batches of rows each, so that the bits are those of one; they share the
        processors with BLAS, so keep it to one thread a call (`single_threaded_blas`).
        """
        outputs = np.empty((len(inputs), self.blueprint.outputs), self.theta.dtype)
        sparse = len(inputs) >= MANY and self._hears_zeros(inputs)
        kernels, entry = self._forward_kernels(sparse), self._program.entry("predict")
        batches = -(-len(inputs) // self.capacity)
        team = min(threads, batches) if self._work >= TEAM_WORK else 1
        rows = -(-batches // max(team, 1)) * self.capacity
        self._scratch(max(team, 1) - 1)  # for all threads, before they run
        unwanted = ("fed", "mask", "partial") if sparse else ("fed", "mask", "partial", "listed")

        def work(rank: int) -> None:
            some = slice(rank * rows, (rank + 1) * rows)
            buffers = self._scratch(rank, sparse).table(*unwanted)
            entry(self._table, kernels, buffers, inputs[some], outputs[some], self.capacity)

        if team > 1:
            self.team.run(work, team, lambda: None)
        else:
            work(0)
        return outputs

    def _scratch(self, rank: int = 0, sparse: bool = False) -> Buffers:
        """A thread's buffers for a mini-batch on its way forward; those of the first are the network's own."""
        while len(self._spare) < rank:
            self._spare.append(Buffers(self.theta.dtype))
            self._spare[-1].take("theta", self.theta)
        buffers = self._spare[rank - 1] if rank else self._buffers
        if "z" not in buffers:
            buffers.new("z", self._width)
            buffers.new("a", self._width)
        if sparse and "listed" not in buffers:
            buffers.new("listed", (self.capacity, 1 + self.blueprint.neurons[0].inputs), np.dtype(np.int32))
        return buffers

    def pre_activations(self, inputs: Matrix) -> list[Matrix]:
        """Every layer's z, shape (rows, outputs), for at most `capacity` rows: views of buffers that a pass fills."""
        self.predict(inputs)
        begins = self._table[:, self._program.passes.BUFFER]
        z = self._buffers["z"]
        return [
            z[begin : begin + len(inputs) * layer.outputs].reshape(len(inputs), layer.outputs)
            for begin, layer in zip(begins, self.blueprint.layers, strict=True)
        ]

    def loss_and_gradient(
        self, inputs: Matrix, targets: Matrix, weights: Vector, alpha: float = 0.0
    ) -> tuple[float, Vector]:
        """The weighted mean loss of at most `capacity` rows plus the L2 penalty, and its gradient (a buffer).

        Parameters
        ----------
        inputs, targets : ndarray, shape (rows, inputs) and (rows, outputs)
        weights : ndarray, shape (rows,)
            Summing to 1.
        alpha : float
            The penalty is ``alpha / 2`` times the sum of squared weights.
        """
        buffers, blended = self._prepare(), self.blueprint.blended
        dropout_forward = self._program.dropout_forward() if blended else {}
        add_l2_penalty = self._program.regularizer("add_l2_penalty") if alpha > 0 else {}
        table = buffers.table("partial", "listed", *self._unwanted(blended))
        loss = self._program.entry("loss_and_gradient")(
            self._table, self._arrays, self._program.called(self._end, dropout_forward, add_l2_penalty), table,
            inputs, targets, weights, self._everyone, float(alpha),
        )  # fmt: skip
        return float(loss), buffers["gradient"]

    def mean_loss(self, inputs: Matrix, targets: Matrix, weights: Vector | None = None) -> float:
        """The weighted mean loss of any number of rows, as the network stands.

        Parameters
        ----------
        inputs, targets : ndarray, shape (n, inputs) and (n, outputs)
        weights : ndarray, shape (n,), optional
        """
        counts = np.ones(len(inputs), self.theta.dtype) if weights is None else weights
        shares = (counts / counts.sum()).astype(self.theta.dtype)
        parts = (slice(start, start + self.capacity) for start in range(0, len(inputs), self.capacity))
        return sum(self.loss_and_gradient(inputs[part], targets[part], shares[part])[0] for part in parts)

    def train_epoch(
        self,
        optimizer: Optimizer,
        rates: NDArray[np.float64],
        inputs: Matrix,
        targets: Matrix,
        weights: Vector,
        order: NDArray[np.int64],
        regularization: Regularization = NONE,
        seed: int = 0,
    ) -> float:
        """Every mini-batch of `order` once, one learning rate each; the mean loss as the samples were met.

        Parameters
        ----------
        targets : ndarray, shape (n, outputs), or (n, 1) with classes counted from 0
        weights : ndarray, shape (n,) or (0,)
            Empty: all samples count the same.
        regularization : Regularization
            What is done against overfitting in this epoch.
        seed : int
            Of this epoch's dropout.

        Raises
        ------
        KeyboardInterrupt
            Within a step of Ctrl-C; the parameters are those of that step.
        """
        buffers = self._prepare()
        if self._sharing is None:
            self._sharing = _Sharing(self)
            buffers.new("x", (self.capacity, self.blueprint.inputs))
            buffers.new("y", (self.capacity, self.blueprint.outputs))
            buffers.new("weight", self.capacity)
            if self._sharing.by_inputs:
                others = self._sharing.blocks - 1
                buffers.new("partial", (others, self.capacity * self.blueprint.layers[0].outputs))
            if self._hears_zeros(inputs):
                heard, places = self.blueprint.neurons[0].inputs, np.dtype(np.int32)
                buffers.new("listed", (self.capacity, heard + self._sharing.blocks), places)
                buffers.new("turned", (heard, 1 + self.capacity), places)
        sharing, changes = self._sharing, self._changes(regularization.dropout)
        sharing.shared[:] = 0
        kernels = self._training_kernels(optimizer, regularization, changes)
        arrays = self._whole_arrays if optimizer.matrix_kernel else self._arrays
        if regularization.ema_decay > 0 and "mean" not in buffers:
            np.copyto(buffers.new("mean", self.theta.size), self.theta)
        buffers.take_state(optimizer.state)
        table = buffers.table(*self._unwanted(changes), *(() if "turned" in buffers else ("listed",)))
        strengths = np.array(
            [
                regularization.l2_penalty,
                regularization.weight_decay,
                regularization.dropout,
                regularization.label_smoothing,
                regularization.ema_decay,
            ]
        )
        settings = np.tile(optimizer.settings, (sharing.blocks, 1))

        train_epoch = self._program.entry("train_epoch")  # compiled here, before any thread asks for it

        def work(rank: int, threads: int = 1) -> float:
            loss = train_epoch(
                self._table, arrays, kernels, table, self._factors, rank, threads, sharing.blocks, sharing.shared,
                settings, rates, self.capacity, inputs, targets, weights, order, strengths, seed, sharing.costs,
            )  # fmt: skip
            return float(loss)

        if self._guest:
            loss = work(0)
        else:
            with single_threaded_blas() if self._program.calls_blas else nullcontext():
                if sharing.team == 1 and self._work * len(rates) < ALONE:
                    loss = work(0)
                else:
                    with leased(sharing.team) as threads:
                        loss = self.team.run(partial(work, threads=threads), threads, sharing.stop)
        optimizer.settings[:] = settings[0]
        return float(loss)

    @contextmanager
    def using_ema(self) -> Iterator[None]:
        """The running mean in the place of the parameters, if one is kept."""
        if "mean" not in self._buffers:
            yield
            return
        stepped = self.theta.copy()
        np.copyto(self.theta, self._buffers["mean"])
        try:
            yield
        finally:
            np.copyto(self.theta, stepped)

    def adopt_ema(self) -> None:
        """Take the running mean as the parameters, if one is kept."""
        if "mean" in self._buffers:
            np.copyto(self.theta, self._buffers["mean"])

    def stop(self) -> None:
        """Ask a training to end after the step that it is in; for another thread."""
        if self._sharing:
            self._sharing.stop()


class _Sharing:
    """Who trains: how many threads share how many blocks, and the numbers they share."""

    def __init__(self, network: Network) -> None:
        team = team_size(network._threads)  # also where one thread is enough: the number is checked
        blocks = (network._blocks or team) if network._work >= TEAM_WORK else 1
        self.blocks = min(blocks, network.capacity)
        self.team = min(team, self.blocks)
        first, front = network.blueprint.layers[0], network.blueprint.front
        pays = first.inputs * first.outputs >= BY_INPUTS and network.capacity * first.outputs <= PARTIAL
        self.by_inputs = pays and front is None and first.groups == 1 and 1 < self.blocks <= first.inputs
        self.costs = np.zeros((self.blocks, 2))
        self.shared = np.zeros(32, np.int64)
        self._stop_at = network._program.passes.STOP

    def stop(self) -> None:
        """Ask the team to end after the step it is in."""
        self.shared[self._stop_at] = 1
