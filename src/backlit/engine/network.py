"""A blueprint made ready to run: its tables for the compiled passes, its kernels, and a preallocated workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.engine.layout import add_backward_kernels, layer_table, parameter_table
from backlit.engine.optimizer import Optimizer
from backlit.engine.prediction import PanelPrediction, possible
from backlit.engine.program import REGULARIZERS, program
from backlit.engine.regularization import NONE, Regularization
from backlit.engine.sharing import TEAM_WORK, Sharing, step_work
from backlit.engine.threads import Team, leased, single_threaded_blas
from backlit.engine.workspace import Workspace
from backlit.errors import BacklitError
from backlit.network.blueprint import Blueprint

Vector = NDArray[np.floating[Any]]
Matrix = NDArray[np.floating[Any]]

TEAM_STARTS_AT = 2e7
"""Multiplications of an epoch up to which no thread is started: Ctrl-C waits for it, a millisecond or so."""
COUNTED_ROWS = 1_000
"""Rows of the data in which zeros are counted."""
DENSE = 0.3
"""Part of a layer's inputs that are not 0 from which it is multiplied whole, zeros and all."""
MANY_ROWS = 64
"""Rows of a prediction from which zeros are counted."""


class Network:
    """Compiled passes of one blueprint over one theta parameter vector.

    Parameters
    ----------
    blueprint : Blueprint
    theta : ndarray of float32 or float64, shape (blueprint.theta_size,)
        The parameters; its type is the engine's precision. Training changes it in place.
    capacity : int
        Rows that the workspace holds: the size of a mini-batch.
    threads : int, optional
        How many threads may carry a mini-batch; all processors unless given. Small networks use one.
    blocks : int, optional
        Into how many blocks of rows a mini-batch is cut: equal numbers give equal bits, whatever the threads.
    factors : ndarray of float64, shape (slots,), optional
        Factors of the learning rate for each array of parameters.
    on_callers_thread : bool
        Whether it trains on the caller's thread only, for callers that train several networks side by side: they limit
        BLAS to one thread a call, and handle Ctrl-C.

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
        on_callers_thread: bool = False,
    ) -> None:
        self.blueprint = blueprint
        self.theta = theta
        self.capacity = capacity
        self._program = program(theta.dtype.name)
        self._head = self._program.head(blueprint.output_gate, blueprint.loss)
        self._work = step_work(blueprint, capacity)
        self._on_callers_thread = on_callers_thread
        self._threads = 1 if on_callers_thread else threads
        self._blocks = blocks
        self._table, self._width = layer_table(self._program, blueprint, capacity, theta.dtype)
        self._arrays, self._matrices = (parameter_table(blueprint, whole) for whole in (False, True))
        self._factors = np.empty(0) if factors is None else np.ascontiguousarray(factors, np.float64)
        self._workspace = Workspace(theta.dtype)
        self._workspace.take("theta", theta)
        if theta.shape != (blueprint.theta_size,):
            raise BacklitError(f"theta must have {blueprint.theta_size} numbers, not the shape {theta.shape}")
        self._other_workspaces: list[Workspace] = []  # of the other threads of a prediction
        self._kernel_tables: dict[tuple[str | bool, ...], NDArray[np.int64]] = {}
        self._sharing: Sharing | None = None
        self.team = Team()

    def _training_kernels(self, optimizer: Optimizer, regularization: Regularization) -> NDArray[np.int64]:
        """The table of a training, made once: an epoch of a small network takes less time than to make it."""
        chosen = regularization.l2_penalty > 0, regularization.weight_decay > 0, regularization.ema_decay > 0
        dropout = regularization.dropout > 0
        key: tuple[str | bool, ...] = (optimizer.name, dropout, *chosen)
        if key not in self._kernel_tables:
            compiled = self._program
            kernels = [compiled.step(optimizer.kernel, optimizer.matrix_kernel)]
            kernels += [compiled.regularizer(kernel) for kernel, has in zip(REGULARIZERS, chosen, strict=True) if has]
            kernels += [compiled.dropout()] if dropout else []
            kernels += [compiled.sparse()] if "turned" in self._workspace else []
            self._kernel_tables[key] = compiled.kernel_table(self._head, *kernels)
        return self._kernel_tables[key]

    def _forward_kernels(self, sparse: bool) -> NDArray[np.int64]:
        """The table of a prediction, made once as well."""
        key = "predict", sparse
        if key not in self._kernel_tables:
            kernels = [self._program.sparse()] if sparse else []
            self._kernel_tables[key] = self._program.kernel_table(self._head, *kernels)
        return self._kernel_tables[key]

    def _mostly_zeros(self, inputs: Matrix) -> bool:
        """Whether most inputs of the first layer of neurons are 0, and there is a way around them."""
        first = self.blueprint.neurons[0]
        sample = inputs[:: -(-len(inputs) // COUNTED_ROWS)]
        nonzero = np.count_nonzero(sample) / len(sample) + first.inputs - self.blueprint.inputs
        possible = self._program.skips_zeros and first.declared.weighted_sum and first.groups == 1
        return possible and bool(nonzero < DENSE * first.inputs)

    def _prepare(self) -> Workspace:
        """The workspace for the way there and back, made when it is first gone."""
        workspace = self._forward_workspace()
        if "gradient" not in workspace:
            add_backward_kernels(self._table, self._program, self.blueprint)
            workspace.new("delta", self._width)
            workspace.new("gradient", self.theta.size)[...] = 0  # padding stays 0
        return workspace

    def _prepare_training(self, inputs: Matrix, regularization: Regularization) -> tuple[Workspace, Sharing]:
        """The same for an epoch: with mini-batches, and what else this training needs."""
        workspace = self._prepare()
        sharing = self._sharing
        if sharing is None:
            sharing = self._sharing = Sharing(self.blueprint, self.capacity, self._threads, self._blocks)
            workspace.new("x", (self.capacity, self.blueprint.inputs))
            workspace.new("y", (self.capacity, self.blueprint.outputs))
            workspace.new("weight", self.capacity)
            if sharing.by_inputs:
                workspace.new("partial", (sharing.blocks - 1, self.capacity * self.blueprint.layers[0].outputs))
            if self._mostly_zeros(inputs):
                width, index = self.blueprint.neurons[0].inputs, np.dtype(np.int32)
                workspace.new("listed", (self.capacity, width + sharing.blocks), index)
                workspace.new("turned", (width, 1 + self.capacity), index)
        if regularization.dropout > 0 and "mask" not in workspace:
            workspace.new("dropped", self._width)
            workspace.new("mask", self._width)
        if regularization.ema_decay > 0 and "mean" not in workspace:
            self.begin_ema(self.theta)
        return workspace, sharing

    def predict(self, inputs: Matrix, threads: int = 1) -> Matrix:
        """The outputs, shape (rows, outputs), for C-contiguous rows of the engine's float type.

        The bits do not depend on the number of threads, nor on the rows around. Where products are BLAS's, keep it to
        one thread a call (`single_threaded_blas`): several threads share the processors with it.
        """
        outputs = np.empty((len(inputs), self.blueprint.outputs), self.theta.dtype)
        panels = self._panels_for(inputs)
        if panels:
            panels(inputs, outputs, threads)
        else:
            self._predict_rows(inputs, outputs, threads)
        return outputs

    def predict_in_panels(self, inputs: Matrix, threads: int = 1) -> Matrix | None:
        """The same where rows go in panels and all inputs are finite; else None."""
        outputs = np.empty((len(inputs), self.blueprint.outputs), self.theta.dtype)
        panels = self._panels_for(inputs)
        return outputs if panels and panels(inputs, outputs, threads) else None

    def _panels_for(self, inputs: Matrix) -> PanelPrediction | None:
        """What predicts such rows in panels; None where another way is faster, or the only one."""
        takes = self._panels is not None and self._panels.takes(len(inputs))
        many = len(inputs) >= MANY_ROWS
        return self._panels if takes and not (many and self._mostly_zeros(inputs[:MANY_ROWS])) else None

    @cached_property
    def _panels(self) -> PanelPrediction | None:
        """Predictions in panels, of networks of weighted sums where products are made of tiles."""
        if not possible(self._program, self.blueprint):
            return None
        return PanelPrediction(self._program, self.blueprint, self.theta, self._table, self._forward_kernels(False))

    def _predict_rows(self, inputs: Matrix, outputs: Matrix, threads: int) -> None:
        """Fill the outputs mini-batch by mini-batch, through one layer after the other."""
        sparse = len(inputs) >= MANY_ROWS and self._mostly_zeros(inputs)
        kernels, entry = self._forward_kernels(sparse), self._program.entry("predict")
        batches = -(-len(inputs) // self.capacity)
        team = max(min(threads, batches) if self._work >= TEAM_WORK else 1, 1)
        rows = -(-batches // team) * self.capacity
        self._forward_workspace(team - 1)  # for all threads, before they run
        unused = ("dropped", "mask", "partial") if sparse else ("dropped", "mask", "partial", "listed")

        def work(rank: int) -> None:
            part = slice(rank * rows, (rank + 1) * rows)
            addresses = self._forward_workspace(rank, sparse).table(*unused)
            entry(self._table, kernels, addresses, inputs[part], outputs[part], self.capacity)

        if team > 1:
            self.team.run(work, team, lambda: None)
        else:
            work(0)

    def _forward_workspace(self, rank: int = 0, sparse: bool = False) -> Workspace:
        """A thread's workspace for a mini-batch on its way forward; the first thread has the network's."""
        while len(self._other_workspaces) < rank:
            self._other_workspaces.append(Workspace(self.theta.dtype))
            self._other_workspaces[-1].take("theta", self.theta)
        workspace = self._other_workspaces[rank - 1] if rank else self._workspace
        if "z" not in workspace:
            workspace.new("z", self._width)
            workspace.new("a", self._width)
        if sparse and "listed" not in workspace:
            workspace.new("listed", (self.capacity, 1 + self.blueprint.neurons[0].inputs), np.dtype(np.int32))
        return workspace

    def pre_activations(self, inputs: Matrix) -> list[Matrix]:
        """Each layer's z, shape (rows, outputs), for at most `capacity` rows: views of the workspace."""
        self._predict_rows(inputs, np.empty((len(inputs), self.blueprint.outputs), self.theta.dtype), 1)
        begins = self._table[:, self._program.module("passes/tables.py").ROWS_OFFSET]
        z = self._workspace["z"]
        return [
            z[begin : begin + len(inputs) * layer.outputs].reshape(len(inputs), layer.outputs)
            for begin, layer in zip(begins, self.blueprint.layers, strict=True)
        ]

    def loss_and_gradient(
        self, inputs: Matrix, targets: Matrix, weights: Vector, alpha: float = 0.0
    ) -> tuple[float, Vector]:
        """The weighted mean loss of at most `capacity` rows plus the L2 penalty, and its gradient, a view.

        Parameters
        ----------
        inputs, targets : ndarray, shape (rows, inputs) and (rows, outputs)
        weights : ndarray, shape (rows,)
            Summing to 1.
        alpha : float
            The penalty is ``alpha / 2`` times the sum of squared weights.
        """
        workspace = self._prepare()
        penalty = self._program.regularizer("add_l2_penalty") if alpha > 0 else {}
        loss = self._program.entry("loss_and_gradient")(
            self._table, self._arrays, self._program.kernel_table(self._head, penalty),
            workspace.table("partial", "listed", "dropped", "mask"), inputs, targets, weights, float(alpha),
        )  # fmt: skip
        return float(loss), workspace["gradient"]

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
        mean_weight: float = 0.0,
        *,
        continues: bool = False,
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
        mean_weight : float
            What a mini-batch's weighted losses are divided by, times its rows; 0: by the sum of its own weights.
        continues : bool
            Whether an epoch goes on that an earlier call began, so that a `stop` since then ends this one too.

        Raises
        ------
        KeyboardInterrupt
            Within a step of Ctrl-C; the parameters are those of that step.
        """
        workspace, sharing = self._prepare_training(inputs, regularization)
        kept = self._program.passes.STOP if continues else 0
        sharing.shared[:kept] = sharing.shared[kept + continues :] = 0
        workspace.take_state(optimizer.state)
        kernels = self._training_kernels(optimizer, regularization)
        arrays = self._matrices if optimizer.matrix_kernel else self._arrays
        unused = () if regularization.dropout > 0 else ("dropped", "mask")
        addresses = workspace.table(*unused, *(() if "turned" in workspace else ("listed",)))
        settings, strengths = np.tile(optimizer.settings, (sharing.blocks, 1)), regularization.strengths()
        train_epoch = self._program.entry("train_epoch")  # compiled here, before any thread needs it

        def work(rank: int, threads: int = 1) -> float:
            loss = train_epoch(
                self._table, arrays, kernels, addresses, self._factors, rank, threads, sharing.blocks, sharing.shared,
                settings, rates, self.capacity, inputs, targets, weights, mean_weight, order, strengths, seed,
                sharing.costs,
            )  # fmt: skip
            return float(loss)

        loss = self._run(work, sharing, len(rates))
        optimizer.settings[:] = settings[0]
        return loss

    def _run(self, work: Callable[..., float], sharing: Sharing, batches: int) -> float:
        """Run an epoch on as many threads as pay, and as other trainings leave free; what the first one returns."""
        if self._on_callers_thread:
            return work(0)
        with single_threaded_blas() if self._program.calls_blas else nullcontext():
            if sharing.team == 1 and self._work * batches < TEAM_STARTS_AT:
                return work(0)
            with leased(sharing.team) as threads:
                return float(self.team.run(partial(work, threads=threads), threads, self.stop))

    @property
    def ema(self) -> Vector | None:
        """The running mean of the parameters, if one is kept; training changes it in place."""
        return self._workspace.get("mean")

    def begin_ema(self, mean: Vector) -> None:
        """Keep a running mean from here on, which begins as these parameters."""
        np.copyto(self._workspace.new("mean", self.theta.size), mean)

    @contextmanager
    def using_ema(self) -> Iterator[None]:
        """The running mean in the place of the parameters, if one is kept."""
        if "mean" not in self._workspace:
            yield
            return
        stepped = self.theta.copy()
        np.copyto(self.theta, self._workspace["mean"])
        try:
            yield
        finally:
            np.copyto(self.theta, stepped)

    def adopt_ema(self) -> None:
        """Take the running mean as the parameters, if one is kept."""
        if "mean" in self._workspace:
            np.copyto(self.theta, self._workspace["mean"])

    @property
    def stopping(self) -> bool:
        """Whether the training was to end after a step of the epoch that runs, or ran last."""
        return bool(self._sharing and self._sharing.shared[self._program.passes.STOP])

    def stop(self) -> None:
        """End a training after the step that it is in; for another thread."""
        if self._sharing:
            self._sharing.shared[self._program.passes.STOP] = 1
