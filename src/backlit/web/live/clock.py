"""Two trainings or more on one clock: epoch by epoch together, moments of the same epochs, commands for all."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from backlit.web.live.session import TrainingSession

MOST_WAIT = 0.25
"""Seconds after which who waits for another looks whether it is to halt."""

EPOCHS_REMEMBERED = 4
"""Epochs whose answer is remembered: who is behind is so by one."""


class Clock:
    """Trainings that run epoch by epoch together; one that has ended or diverged is not waited for.

    Parameters
    ----------
    sessions : sequence of TrainingSession
        Each at its beginning.
    """

    def __init__(self, sessions: Sequence[TrainingSession]) -> None:
        self.sessions = tuple(sessions)
        self._turn = threading.Condition()
        self._epochs: dict[TrainingSession, int] = {}  # finished, of those that run
        self._begun: dict[TrainingSession, int] = {}  # the epoch that each is in, or waits after
        self._until: int | None = None
        self._keeps: dict[int, bool] = {}
        for session in self.sessions:
            if session.clock:
                session.clock.drop(session)
            session.clock = self

    def drop(self, session: TrainingSession) -> None:
        """Go on without one; one that is left alone has no clock."""
        self.leave(session)
        self.sessions = tuple(one for one in self.sessions if one is not session)
        for one in (session, *self.sessions[: len(self.sessions) == 1]):
            if one.clock is self:
                one.clock = None

    # -- commands -----------------------------------------------------------------------------------------------------

    def play(self, pace: float) -> None:
        """Train all on; they are waited for from the start."""
        with self._turn:
            self._until = None
            self._keeps.clear()
            self._epochs = {session: session.epoch for session in self.sessions}
            self._begun = {session: session.epoch + 1 for session in self.sessions}
        for session in self.sessions:
            session.play(pace)

    def pause(self) -> None:
        """Stop all after the same epoch."""
        with self._turn:
            self._until = max(self._begun.values(), default=0)
            self._turn.notify_all()
        for session in self.sessions:
            session.wait()

    def step(self) -> None:
        """Train each on one mini-batch."""
        self.pause()
        for session in self.sessions:
            session.step()

    def go_to(self, leader: TrainingSession, at: int) -> None:
        """Rewind one to a moment, and the others to theirs of that epoch, or the nearest there is."""
        self.pause()
        leader.go_to(at)
        for session in self.sessions:
            if session is not leader:
                session.go_to(session.nearest(leader.now.point.epoch))

    # -- asked by the trainings' own threads --------------------------------------------------------------------------

    def keeps(self, epoch: int, due: bool) -> bool:
        """Whether all keep a moment of that epoch: who comes first decides, by whether one is due."""
        with self._turn:
            for old in [known for known in self._keeps if known < epoch - EPOCHS_REMEMBERED]:
                del self._keeps[old]
            return self._keeps.setdefault(epoch, due)

    def tick(self, session: TrainingSession, epoch: int) -> bool:
        """Wait until nobody who runs is behind; the answer is whether to stop."""
        with self._turn:
            self._epochs[session] = epoch
            self._turn.notify_all()
            while not session.halting and not self._stops(epoch) and min(self._epochs.values()) < epoch:
                self._turn.wait(MOST_WAIT)
            if self._stops(epoch):
                return True
            self._begun[session] = epoch + 1
            return False

    def _stops(self, epoch: int) -> bool:
        return self._until is not None and epoch >= self._until

    def leave(self, session: TrainingSession) -> None:
        """A training has ended: nobody waits for it."""
        with self._turn:
            self._epochs.pop(session, None)
            self._begun.pop(session, None)
            self._turn.notify_all()
