"""Watching: how far a job is, told by the thread that does it and looked at by the worker's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

from api.extraction.language_model import Report
from api.jobs.refusal import BrokenOffError


class Watch:
    """Follows one job through its steps."""

    def __init__(self, ring: Callable[[], None]) -> None:
        """Take what wakes the worker."""
        self._ring = ring
        self._broken_off = Event()
        self._steps: Sequence[str] = ()
        #: The step that is being done, how many are behind, and how many there are.
        self.place: tuple[str | None, int, int] = (None, 0, 0)
        #: What came of asking a language model, if one was asked.
        self.report: Report | None = None

    @property
    def is_broken_off(self) -> bool:
        """Whether nobody wants the job done any more."""
        return self._broken_off.is_set()

    def plan(self, steps: Sequence[str]) -> None:
        """Take all steps, in order."""
        self._steps = steps
        self.place = (None, 0, len(steps))

    def tell(self, step: str) -> None:
        """Take the step that begins. Raises BrokenOffError when the job is to end here."""
        if self.is_broken_off:
            raise BrokenOffError
        self.place = (step, self._steps.index(step), len(self._steps))
        self._ring()

    def break_off(self) -> None:
        """Have the job end before its next step."""
        self._broken_off.set()
