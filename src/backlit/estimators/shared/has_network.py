"""A fitted network: one vector of parameters, seen as arrays, saved as a file, run by the engine."""

from __future__ import annotations

import threading
from abc import ABC
from collections.abc import Callable, Iterable
from functools import partial
from os import PathLike
from typing import Any, ClassVar, final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError
from backlit.estimators.shared.arguments import dense
from backlit.network.blueprint import Blueprint

CHUNK = 1024
"""Rows of one call of the engine in a prediction: a large network's weights are packed anew for each chunk."""

SHARED_CHUNK = 512
"""The same where threads share the chunks of a large network."""

LARGE = 1e5
"""Multiplications of a row from which BLAS divides a product among its threads better than we divide the rows."""

PORTION = 2e9
"""Multiplications of a portion of a prediction, some ten milliseconds: Ctrl-C takes effect between two."""

PORTION_ROWS = (1024, 2**14)
"""Rows of a portion at least, and at most: its outputs are kept beside the answers."""

PREDICT_TEAM_WORK = 2e7
"""Multiplications of a prediction from which a second thread pays."""

POOLED_WORK = {"row": 2e5, "rows": 2.5e5}
"""Multiplications from which BLAS starts threads of its own, which decide its rounding."""


class CompiledNetwork:
    """A model's compiled networks that no thread is using, for the parameters and the blueprint it was made of."""

    def __init__(self, model: HasNetwork) -> None:
        from backlit.engine.processor import vectors_here

        self.theta, self.blueprint = model.theta_, model.network_
        self.n_jobs, self.deterministic = model.n_jobs, model.deterministic
        self.work = self.blueprint.multiplications
        large, any_threads = self.work >= LARGE, self.n_jobs in (None, -1) and not self.deterministic
        self.blas = not vectors_here()[0].width
        # BLAS's own threads share its products where all threads may be used, and most time goes there
        self.pooled = self.blas and large and any_threads and not self.blueprint.parts_of(0)
        self.chunk = SHARED_CHUNK if large and not self.pooled else CHUNK
        self.idle: list[Any] = []

    def threads(self, rows: int) -> int:
        """How many threads may carry so many rows."""
        from backlit.engine.crew import threads_now
        from backlit.engine.prediction import HELP_PAYS

        return threads_now(self.n_jobs) if rows > 1 and rows * self.work >= HELP_PAYS else 1

    def fits(self, model: HasNetwork) -> bool:
        """Whether the model is still what this was compiled for."""
        return (
            self.theta is model.theta_
            and self.blueprint is model.network_
            and self.n_jobs == model.n_jobs
            and self.deterministic == model.deterministic
        )

    def predict_plain(self, rows: NDArray[Any], threads: int) -> NDArray[Any] | None:
        """The outputs for C-contiguous rows of the engine's type; None if not finite, or not to go in panels."""
        network = self._taken()
        try:
            outputs: NDArray[Any] | None = network.predict_in_panels(rows, threads)
        finally:
            self.idle.append(network)
        return outputs

    def _taken(self) -> Any:
        """A network that no other thread uses until it is put back."""
        try:
            return self.idle.pop()
        except IndexError:  # other threads use them all, or this is the first
            return self._network()

    def predict(self, rows: NDArray[Any]) -> NDArray[Any]:
        """The outputs, shape (rows, outputs), for rows of any layout and float type."""
        from backlit.engine.threads import single_threaded_blas

        rows = np.ascontiguousarray(rows, self.theta.dtype)
        network = self._taken()
        try:
            if not self.blas or self.pooled or len(rows) * self.work < POOLED_WORK["rows" if len(rows) > 1 else "row"]:
                outputs: NDArray[Any] = network.predict(rows)
            else:
                with single_threaded_blas():
                    outputs = network.predict(rows)
        finally:
            self.idle.append(network)
        return outputs

    def _network(self) -> Any:
        from backlit.engine.network import Network

        writable = (
            self.theta if self.theta.flags.writeable else self.theta.copy()
        )  # memory-mapped parameters stay as they are
        return Network(self.blueprint, writable, self.chunk)


_COMPILED: WeakKeyDictionary[HasNetwork, CompiledNetwork] = WeakKeyDictionary()
"""Compiled networks and their buffers are kept here, not in the models, so that a model holds data only."""


class Views(list[NDArray[Any]]):
    """A list of arrays that are views of the network's parameters: assigning an array writes into the network."""

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            for view, array in zip(self[index], value, strict=True):
                view[...] = array
        else:
            self[index][...] = value


def writable(array: NDArray[Any]) -> NDArray[Any]:
    """The array itself, or a copy of one that cannot be written."""
    return array if array.flags.writeable else np.array(array)


class HasNetwork(ABC):
    """A fitted network: its blueprint and its parameters; compiled again after it is unpickled or copied.

    Attributes
    ----------
    task : {"classification", "regression"}
        What kind of targets the model predicts.
    network_ : Blueprint
    theta_ : ndarray of float32 or float64, shape (theta_size,)
    provenance_ : dict
        Where the model comes from: ``version`` of Backlit, ``data`` (how many ``rows`` and their ``digest``), ``seed``,
        and facts of the training, such as ``epochs``; kept in its file, so that `backlit.load` gives it too.
    """

    task: ClassVar[str]
    network_: Blueprint
    theta_: NDArray[Any]
    provenance_: dict[str, Any]
    n_jobs: int | None = None
    deterministic: bool | None = None

    def __setstate__(self, state: Any) -> None:
        """Take over what was pickled; arrays that joblib maps read-only into a worker become this process's own."""
        super().__setstate__(state)  # type: ignore[misc]  # of scikit-learn's BaseEstimator, which stands beside
        own = vars(self)
        if "theta_" in own:
            own["theta_"] = writable(own["theta_"])
        if "_members" in own:
            own["_members"] = [writable(theta) for theta in own["_members"]]
        if "_optimizer" in own:
            own["_optimizer"].state = writable(own["_optimizer"].state)

    @final
    def _views(self, parameter: str) -> Views:
        if "theta_" not in vars(self):
            raise AttributeError(f"{type(self).__name__} is not fitted yet; call fit first")
        return Views(slot.view(self.theta_) for slot in self.network_.slots if slot.parameter == parameter)

    @property
    def coefs_(self) -> Views:
        """Weights, one array (inputs, outputs) for each layer, as views: setting values changes the network."""
        return self._views("w")

    @coefs_.setter
    def coefs_(self, arrays: Iterable[Any]) -> None:
        self._views("w")[:] = list(arrays)

    @property
    def intercepts_(self) -> Views:
        """Biases, one array (outputs,) for each layer, as views: setting values changes the network."""
        return self._views("b")

    @intercepts_.setter
    def intercepts_(self, arrays: Iterable[Any]) -> None:
        self._views("b")[:] = list(arrays)

    @final
    def _outputs(self, rows: NDArray[Any]) -> NDArray[Any]:
        """The network's outputs for rows of numbers, shape (rows, outputs)."""
        return self._by_chunks(rows, lambda outputs: outputs)

    @final
    def _logits(self, rows: Any) -> NDArray[np.float64]:
        """What the output gate gets, shape (rows, outputs)."""
        without_gate = HasNetwork()
        without_gate.network_, without_gate.theta_ = self.network_.to_logits, self.theta_
        without_gate.n_jobs, without_gate.deterministic = self.n_jobs, self.deterministic
        return without_gate._by_chunks(rows, lambda outputs: outputs).astype(np.float64)

    @final
    def _from_plain(self, rows: NDArray[Any], finish: Callable[[NDArray[Any]], NDArray[Any]]) -> NDArray[Any] | None:
        """What `finish` makes of the outputs for an array of the network's type in one piece, a portion at a time.

        None where it is another array, or is not finite.
        """
        own = vars(self)
        theta = own.get("theta_")
        if (
            theta is None
            or "preparation_" in own  # its columns are not the network's inputs
            or type(rows) is not np.ndarray
            or rows.dtype is not theta.dtype
            or rows.ndim != 2
            or not rows.flags.c_contiguous
            or rows.shape[1] != own.get("n_features_in_")
            or not len(rows)
        ):
            return None
        compiled = self._compiled()
        if compiled.blas:
            return None
        threads = compiled.threads(len(rows))
        least, most = PORTION_ROWS
        height = min(max(int(PORTION // compiled.work), least), most)
        answers: NDArray[Any] | None = None
        for start in range(0, len(rows), height):
            outputs = compiled.predict_plain(rows[start : start + height], threads)
            if outputs is None:
                return None
            finished = finish(outputs)
            if len(finished) == len(rows):
                return finished
            if answers is None:
                answers = np.empty((len(rows), *finished.shape[1:]), finished.dtype)
            answers[start : start + height] = finished
        return answers

    @final
    def _by_chunks(self, rows: Any, finish: Callable[[NDArray[Any]], NDArray[Any]]) -> NDArray[Any]:
        """Apply `finish` to the network's outputs, a chunk of rows at a time.

        `rows` is an array or a sparse matrix in rows. Each chunk is carried by one thread, so that the result does not
        depend on the number of threads; unless products are BLAS's, the network is large and `deterministic` is not
        set: then BLAS's threads share each product.
        """
        from backlit.engine.threads import shared_out, team_size

        compiled = self._compiled()
        count = rows.shape[0]
        team = team_size(self.n_jobs) if count * compiled.work > PREDICT_TEAM_WORK and not compiled.pooled else 1
        # our products give a row the same bits whichever rows are with it, so that its chunk may depend on the threads
        height = compiled.chunk if compiled.blas else min(compiled.chunk, -(-count // team))
        if count <= height:
            return finish(compiled.predict(dense(rows)))
        chunks = [slice(start, start + height) for start in range(0, count, height)]
        empty = finish(np.empty((0, self.network_.outputs), self.theta_.dtype))  # shape and dtype of the result
        result = np.empty((count, *empty.shape[1:]), empty.dtype)
        stopped = threading.Event()

        def carry(rank: int) -> None:
            for chunk in chunks[rank::team]:
                if stopped.is_set():
                    return
                result[chunk] = finish(compiled.predict(dense(rows[chunk])))

        if team == 1:
            carry(0)
            return result
        shared_out([partial(carry, rank) for rank in range(team)], team, stopped.set)
        return result

    @final
    def _compiled(self) -> CompiledNetwork:
        """The compiled networks for the parameters as they are now."""
        compiled = _COMPILED.get(self)
        if compiled is None or not compiled.fits(self):
            compiled = _COMPILED[self] = CompiledNetwork(self)
        return compiled

    @final
    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted model to one safe file (safetensors: arrays and JSON, no code).

        Parameters
        ----------
        path : str or path-like

        Raises
        ------
        BacklitError
            If the model is not fitted, or a parameter is not finite.
        OSError
            If the file cannot be written; nothing is left half-written.

        Examples
        --------
        >>> import pathlib, tempfile, backlit
        >>> model = backlit.MLPRegressor(hidden_layer_sizes=(), solver="lbfgs").fit([[0.0], [1.0]], [1.0, 3.0])
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "line.safetensors"
        >>> model.save(path)
        >>> bool((backlit.load(path).theta_ == model.theta_).all())
        True
        """
        from backlit.estimators.shared.saving import save_model

        if "theta_" not in vars(self):
            raise BacklitError(f"{type(self).__name__} is not fitted; call fit before save")
        save_model(self, path)
