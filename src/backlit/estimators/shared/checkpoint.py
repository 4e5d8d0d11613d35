"""Where a fit keeps its progress: one file of all its networks, which a fit of the same data and parameters resumes."""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from backlit import files
from backlit.engine.ranks import OneProcess, Ranks, check_alike
from backlit.engine.sharded import ranks_here
from backlit.errors import DamagedFile, ParameterError
from backlit.estimators.shared.arguments import seed_of
from backlit.estimators.shared.identity import Identity, difference, facts_of
from backlit.training.history import Epoch
from backlit.training.lbfgs import Evaluations
from backlit.training.progress import Progress
from backlit.training.rules.checkpoint import NO_CHECKPOINT, Checkpoint

ALONE: Ranks = OneProcess()

CHECKPOINT_FORMAT = 1
"""Of a checkpoint, within a model file's own."""

PAUSE_PER_COST = 400.0
"""The next checkpoint is due after so many times what the last one took, at least: 0.25 % of the training."""

Arrays = dict[str, NDArray[Any]]


class Ending(Protocol):
    """Why the trainings of a fit end early, if they do."""

    timed_out: bool
    aborted: bool


@dataclass
class NoEnding:
    """They do not, or by a rule of their own."""

    timed_out: bool = False
    aborted: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one training: facts for the header, and arrays."""

    facts: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


class FitCheckpoint:
    """The checkpoint of one fit, whose trainings may run side by side; without a path it keeps nothing.

    Parameters
    ----------
    path : str, path-like or None
    seconds : float
        Between two writings, at least.
    epochs : int or None
        After every so many epochs of a network it is written, too.
    ranks : Ranks
        The processes that train together: rank 0 reads and writes, and tells the others what it has read.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        seconds: float = 0.0,
        epochs: int | None = None,
        ranks: Ranks = ALONE,
    ) -> None:
        self.path, self._seconds, self.epochs, self._ranks = path, float(seconds), epochs, ranks
        self._header: dict[str, Any] = {}
        self._kept: dict[str, Kept] = {}
        self._evaluations: Evaluations | None = None
        self._running: set[str] = set()
        self._fresh: set[str] = set()
        self._written, self._warned = True, False
        self._due = time.monotonic() + self._seconds
        self._lock, self._writing = threading.Lock(), threading.Lock()
        if self._writes and path is not None and os.path.exists(path):
            self._header, self._kept = read_checkpoint(path)

    @property
    def _writes(self) -> bool:
        return self.path is not None and not self._ranks.rank

    def seed(self, random_state: Any) -> int:
        """The seed of the fit: where `random_state` is None, the one of the training that is resumed."""
        return int(self._header["fit"]["seed"]) if random_state is None and self._header else seed_of(random_state)

    def begin(self, identity: Identity) -> None:
        """Go on from what the file holds of the same fit, or begin the file.

        Raises
        ------
        ParameterError
            If it is of another fit; it stays as it is.
        OSError
            If it cannot be written.
        """
        if self._ranks.size > 1:
            check_alike(self._ranks, "the fit", facts_of(identity), "give all ranks the same files and parameters")
        if self.path is None:
            return
        if self._writes:
            self._begin(self.path, identity)
        self._header, self._kept = self._ranks.broadcast((self._header, self._kept))
        self._due = time.monotonic() + self._seconds

    def _begin(self, path: str | os.PathLike[str], identity: Identity) -> None:
        if self._header:
            why = difference(self._header["fit"], identity)
            if why:
                message = f"checkpoint: {os.fspath(path)} {why}; it is left alone"
                raise ParameterError(message, parameter="checkpoint")
            begun_on = self._header["fit"]["processor"]
            if begun_on != identity.processor:
                message = f"checkpoint: begun on a processor {begun_on}, and here it is {identity.processor}"
                warnings.warn(f"{message}; the last bits may differ", stacklevel=4)
        else:
            self._header = {"checkpoint": CHECKPOINT_FORMAT, "fit": identity.to_state()}
            self._write()

    def training(
        self,
        number: int,
        on_restored: Callable[[Epoch], None] | None = None,
        series: list[float] | None = None,
        finished: Sequence[str] = ("theta",),
        *,
        ending: Ending | None = None,
    ) -> Checkpoint:
        """The checkpoint of one training of the fit, by its number from 0.

        Parameters
        ----------
        number : int
        on_restored : callable, optional
            Gets each epoch that is restored.
        series : list of float, optional
            Grows with each epoch, outside the training, and is restored with it.
        finished : sequence of str
            Arrays of `Progress.arrays` that are kept at a training's end.
        ending : Ending, optional
            Of the fit.
        """
        if self.path is None:  # an epoch of a small network takes less than to ask
            return NO_CHECKPOINT
        return TrainingCheckpoint(self, str(number), ending or NoEnding(), on_restored, series, finished)

    def refuse_members(self) -> None:
        """Refuse to keep the progress of networks that several processes train apart.

        Raises
        ------
        ParameterError
            If there is a path.
        """
        if self.path is not None and self._ranks.size > 1:
            message = "checkpoint: networks that ranks train apart keep no progress; leave it out, or spread the rows"
            raise ParameterError(message, parameter="checkpoint")

    def evaluations(self) -> Evaluations | None:
        """Those of L-BFGS, from which it goes on; further ones are kept."""
        if self.path is None:
            return None
        kept = self.of("0")
        losses, gradients = (kept.arrays["losses"].tolist(), kept.arrays["gradients"]) if kept else ((), ())
        self._evaluations = Evaluations(losses, list(gradients), self._after_evaluation)
        return self._evaluations

    def _after_evaluation(self, known: Evaluations) -> None:
        if self.wants("0"):
            self._keep_evaluations(known)

    def _keep_evaluations(self, known: Evaluations) -> None:
        begin = time.monotonic()
        arrays = {"losses": np.array(known.losses), "gradients": np.array(known.gradients)}
        self.keep("0", Kept({}, arrays), begin)

    def of(self, name: str) -> Kept | None:
        """What is kept of a training; it runs from now on."""
        with self._lock:
            self._running.add(name)
            return self._kept.get(name)

    def wants(self, name: str) -> bool:
        """Whether it is time for a training to keep its progress, which it has not done since the file was written."""
        return self._writes and time.monotonic() >= self._due and name not in self._fresh

    def epochs_until_due(self, epochs: int, seconds: float) -> int:
        """About how many epochs go by in a tenth of the time that is left, where so many took so many seconds."""
        if self.epochs is not None or seconds <= 0.0:
            return 1
        left = min(self._due - time.monotonic(), self._seconds)  # it is never due while another network writes
        return max(1, int(0.1 * left * epochs / seconds))

    def wants_epoch(self, number: int) -> bool:
        """Whether the progress after an epoch, from 1, is to be written at once."""
        return self._writes and self.epochs is not None and number % self.epochs == 0

    def keep(self, name: str, kept: Kept, begin: float, ended: bool = False, at_once: bool = False) -> None:
        """Keep a training's progress; the file is written when it is due and all trainings have kept theirs.

        `begin` is when the work on it was begun, on the clock of `time.monotonic`.
        """
        if not self._writes:
            return
        with self._lock:
            self._written = self._written and self._kept.get(name) is kept
            self._kept[name] = kept
            self._fresh.add(name)
            if ended:
                self._running.discard(name)
            complete = at_once or (time.monotonic() >= self._due and self._running <= self._fresh)
            if complete:
                self._due = float("inf")  # for the others, until it is written
                self._fresh.clear()
        if complete:
            self._write_or_warn(begin)

    def close(self) -> None:
        """Write what is kept and not yet written."""
        known, kept = self._evaluations, self._kept.get("0")
        if known and known.losses and not (kept and len(kept.arrays["losses"]) == len(known.losses)):
            self._keep_evaluations(known)
        if self._writes and self._header and not self._written:
            self._write_or_warn(time.monotonic())

    def _write_or_warn(self, begin: float) -> None:
        """A disk that is full does not end a training."""
        try:
            self._write()
        except OSError as error:
            self._written = False
            if not self._warned:
                message = f"checkpoint: {error}; the training goes on, and what it had kept before stays"
                warnings.warn(message, stacklevel=2)
            self._warned = True
        now = time.monotonic()
        self._due = now + max(self._seconds, PAUSE_PER_COST * (now - begin))

    def _write(self) -> None:
        """Replace the file by what is kept."""
        assert self.path is not None
        with self._writing:
            with self._lock:
                kept, self._written = dict(self._kept), True
            header = {**self._header, "trainings": {name: dict(one.facts) for name, one in kept.items()}}
            arrays = {f"{name}.{key}": array for name, one in kept.items() for key, array in one.arrays.items()}
            files.write_model(self.path, header, arrays)


@dataclass
class TrainingCheckpoint:
    """The checkpoint of one training, as `backlit.training.loop` takes it; `FitCheckpoint.training` makes it."""

    fit: FitCheckpoint
    name: str
    ending: Ending
    on_restored: Callable[[Epoch], None] | None
    series: list[float] | None
    finished: Sequence[str]
    table: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 3)))
    skipped: int = 0  # so many epochs go by before the clock is read again
    checked: tuple[int, float] = (0, 0.0)  # the epoch and the time when it was read last

    def resume(self, progress: Progress) -> bool:
        """Restore what is kept of this training, if anything is; whether the training had ended."""
        kept = self.fit.of(self.name)
        if kept is None:
            return False
        epochs = epochs_of(kept)
        progress.restore(epochs, kept.arrays)
        if self.series is not None:
            self.series[:] = kept.arrays["series"].tolist()
        if self.on_restored is not None:
            for epoch in epochs:
                self.on_restored(epoch)
        if not kept.facts["finished"]:
            return False
        progress.history.stopped = kept.facts["stopped"]
        self.fit.keep(self.name, kept, time.monotonic(), ended=True)
        return True

    def after_epoch(self, progress: Progress, stopping: bool) -> None:
        """Keep the progress, if it is time, unless the training has been broken off or is at its end."""
        self.skipped -= 1
        if self.skipped > 0 and not stopping and not self.ending.timed_out:
            return  # an epoch of a small network takes not much longer than that
        fit, ending, number = self.fit, self.ending, progress.history.epochs[-1].number
        if ending.aborted or (stopping and not ending.timed_out):
            return
        begin, at_once = time.monotonic(), fit.wants_epoch(number)
        if at_once or ending.timed_out or fit.wants(self.name):
            fit.keep(self.name, self._kept(progress, progress.arrays(), False), begin, at_once=at_once)
        self.skipped = fit.epochs_until_due(number - self.checked[0], begin - self.checked[1])
        self.checked = number, begin

    def finish(self, progress: Progress) -> None:
        """Keep the training's end, unless it was broken off; one that diverged does so again."""
        history = progress.history
        if history.interrupted or history.diverged or self.ending.aborted or self.ending.timed_out:
            return
        begin = time.monotonic()
        arrays = {name: array for name, array in progress.arrays().items() if name in self.finished}
        self.fit.keep(self.name, self._kept(progress, arrays, True), begin, ended=True)

    def _kept(self, progress: Progress, arrays: Arrays, finished: bool) -> Kept:
        """The progress, copied; of the epochs those that are new."""
        epochs = progress.history.epochs
        scored = bool(epochs) and epochs[0].score is not None
        new = epochs[len(self.table) :]
        scores = [np.nan if epoch.score is None else epoch.score for epoch in new]
        columns = [[epoch.loss for epoch in new], scores, [epoch.rate for epoch in new]]
        self.table = np.concatenate([self.table, np.array(columns, np.float64).T])
        copied = {name: array.copy() for name, array in arrays.items()} | {"epochs": self.table}
        if self.series is not None:
            copied["series"] = np.array(self.series, np.float64)
        planned = epochs[0].planned if epochs else 0
        facts = {"finished": finished, "stopped": progress.history.stopped, "scored": scored, "planned": planned}
        return Kept(facts, copied)


@contextmanager
def checkpoint_of(model: Any) -> Iterator[FitCheckpoint]:
    """The checkpoint of a fit of a model, held against all others until the fit's end.

    Raises
    ------
    BacklitError
        If another fit uses it.
    DamagedFile
        If the file is no checkpoint, or damaged.
    OSError
        If it cannot be read or written.
    """
    if model.checkpoint is None:
        yield FitCheckpoint(ranks=ranks_here())
        return
    ranks = ranks_here()
    with nullcontext() if ranks.rank else files.Lock(model.checkpoint):
        checkpoint = FitCheckpoint(model.checkpoint, model.checkpoint_seconds, model.checkpoint_epochs, ranks)
        try:
            yield checkpoint
        finally:
            checkpoint.close()


def epochs_of(kept: Kept) -> list[Epoch]:
    """The epochs that a training had recorded."""
    scored, planned = kept.facts["scored"], int(kept.facts["planned"])
    return [
        Epoch(number, loss, score if scored else None, rate, planned)
        for number, (loss, score, rate) in enumerate(kept.arrays["epochs"].tolist(), 1)
    ]


def read_checkpoint(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Kept]]:
    """The header of a checkpoint, and what it keeps of each training.

    Raises
    ------
    DamagedFile
        If the file is damaged, or something else than a checkpoint.
    """
    header, arrays = files.read_model(path)
    if header.get("checkpoint") != CHECKPOINT_FORMAT:
        raise DamagedFile(f"{os.fspath(path)} is no checkpoint that is known here; take another file", path=path)
    kept: dict[str, Kept] = {}
    for name, facts in header.pop("trainings", {}).items():
        prefix = f"{name}."
        kept[name] = Kept(facts, {key.removeprefix(prefix): a for key, a in arrays.items() if key.startswith(prefix)})
    return header, kept
