"""Why a job is not done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from schemas.errors import MOST_FLAWS, Flaw


class JobError(Exception):
    """A job cannot be done; `slug` is the kind of problem, as the API names it, and `flaws` are about what was sent."""

    def __init__(self, slug: str, detail: str, flaws: Sequence[Flaw] = ()) -> None:
        """Take the kind of problem, and what to tell whoever sent the job."""
        super().__init__(detail)
        self.slug = slug
        self.detail = detail
        self.flaws = flaws

    def written(self) -> bytes:
        """Write it as it is stored with the job."""
        errors: list[dict[str, Any]] = [each._asdict() for each in self.flaws[:MOST_FLAWS]]
        return orjson.dumps({"slug": self.slug, "detail": self.detail, "errors": errors})


class PassingError(JobError):
    """A job cannot be done now; it may be after some seconds, if whoever failed asked for so many."""

    def __init__(self, slug: str, detail: str, retry_after: float | None = None) -> None:
        """Take the kind of problem, what to tell, and how long to wait before trying again."""
        super().__init__(slug, detail)
        self.retry_after = retry_after


class BrokenOffError(Exception):
    """A job was cancelled, or its worker is to end."""


def refuse(pointer: str, detail: str) -> JobError:
    """Say what is wrong with one thing that was sent."""
    return JobError("invalid-request", detail, [Flaw(pointer, detail)])
