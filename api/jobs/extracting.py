"""Extracting: the round that does jobs, one at a time.

All that touches the database is done by the worker's own thread; another one fetches, reads and drafts meanwhile, so
that deliveries go on. What was drafted is stored in the transaction that ends the job, and only while nobody else has
claimed or cancelled it: so it is stored once, whatever becomes of workers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from traceback import extract_tb
from typing import Any, Protocol

import orjson
from sqlalchemy.orm import Session

from api.delivery.hosts import OwnHosts
from api.delivery.retrying import delay_after
from api.extraction import ModelError
from api.ingest import SheetRefusedError
from api.jobs.drafting import STORE, Drafting, Sheet, endpoint_of
from api.jobs.fetching import Fetcher
from api.jobs.refusal import BrokenOffError, JobError, PassingError
from api.jobs.registry import registry_of
from api.jobs.storing import store_sheet, with_source
from api.jobs.watching import Watch
from api.settings import Settings
from api.store import jobs, times
from api.store.jobs import End, Job
from api.store.opening import Store
from api.store.reading import UnavailableError
from api.store.times import Clock, written
from schemas.errors import Flaw

#: How often a job is tried, and the delay before the second time, in seconds, which all others are multiples of.
MOST_ATTEMPTS, BACKOFF = 5, 5.0
#: How long a job can be read after its end.
KEPT = timedelta(days=30)
#: The least time between two notes of how far a job is: each is a transaction.
_NOTED_EVERY = timedelta(seconds=0.25)

_LOST = JobError("internal-error", "The workers that ran this ended before it was done, each time.")

_log = logging.getLogger("newsfacts.jobs")


class Work(Protocol):
    """What jobs are done by, in a thread of its own."""

    def warm(self) -> None:
        """Load all that takes its time."""

    def draft(self, kind: str, article: Mapping[str, Any], watch: Watch) -> Sheet:
        """Make the fact sheet of an article."""


@dataclass(slots=True)
class _UnderWay:
    """A job that is being done."""

    job: Job
    watch: Watch
    sheet: Future[Sheet]
    began: float
    #: What was noted of it last, and when.
    noted: tuple[str | None, int, int]
    noted_at: datetime


class Extracting:
    """The round that does jobs."""

    def __init__(
        self,
        store: Store,
        work: Work,
        *,
        lease: float,
        ring: Callable[[], None],
        backoff: float = BACKOFF,
        clock: Clock = times.now,
    ) -> None:
        """Take what jobs are done by, and how many seconds without a sign of life a worker is taken for dead after.

        `ring` is called whenever there is something to see to.
        """
        self._store = store
        self._work = work
        self._lease = timedelta(seconds=lease)
        self._backoff = backoff
        self._ring = ring
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="extraction")
        self._under_way: _UnderWay | None = None
        self._tidied_at: datetime | None = None
        self._closing = False
        began = perf_counter()
        self._thread.submit(work.warm).add_done_callback(lambda done: _tell_warmed(done, began))

    def turn(self) -> bool:
        """Do what is due; tell whether anything was."""
        steps = (self._record, self._note, self._tidy, self._begin)
        return sum(step() for step in steps) > 0

    def close(self) -> None:
        """Break off what is being done; it is left to another worker, from its beginning."""
        self._closing = True
        if self._under_way:
            self._under_way.watch.break_off()
        self._thread.shutdown()
        try:
            self._record()
        except UnavailableError:
            _log.warning("what was being done is not given back: it is taken up again when the lease has run out")

    def _begin(self) -> bool:
        """Claim the next job, if nothing is being done."""
        now = self._clock()
        if self._under_way or not jobs.is_due(self._store.reader, ["queued"], written(now)):
            return False
        job = self._store.write(lambda session: jobs.claim(session, written(now), written(now + self._lease)))
        if job is None:
            return False
        watch = Watch(self._ring)
        article = with_source(self._store, jobs.told(job.request)["article"])
        sheet = self._thread.submit(self._work.draft, job.kind, article, watch)
        sheet.add_done_callback(lambda _: self._ring())
        self._under_way = _UnderWay(job, watch, sheet, perf_counter(), watch.place, now)
        return True

    def _note(self) -> bool:
        """Note how far the job is, as a sign of life too; and see whether anybody still wants it done."""
        under, now = self._under_way, self._clock()
        if under is None or under.watch.is_broken_off:
            return False
        since, place = now - under.noted_at, under.watch.place
        if since < (_NOTED_EVERY if place != under.noted else self._lease / 4):
            return False
        until = written(now + self._lease)
        if not self._store.write(lambda session: jobs.note_step(session, under.job, *place, written(now), until)):
            under.watch.break_off()
        under.noted, under.noted_at = place, now
        return True

    def _tidy(self) -> bool:
        """Now and then, take back what a worker had that is no more, and forget what is long over."""
        now = self._clock()
        if self._tidied_at and now - self._tidied_at < self._lease / 4:
            return False
        moment, forget_at, reader = written(now), written(now + KEPT), self._store.reader
        changed = 0
        if jobs.is_due(reader, ["running"], moment):
            lost = _LOST.written()
            changed = self._store.write(lambda session: jobs.take_back(session, MOST_ATTEMPTS, moment, forget_at, lost))
            _log.warning("jobs were lost with their worker", extra={"told": {"jobs": changed}})
        if jobs.is_due(reader, jobs.OVER, moment):
            changed += self._store.write(lambda session: jobs.forget(session, moment))
        self._tidied_at = now
        return changed > 0

    def _record(self) -> bool:
        """Record what came of the job, once it has come to an end."""
        under = self._under_way
        if under is None or not under.sheet.done():
            return False
        state, error = self._settle(under)
        self._under_way = None
        told = {
            "job": under.job.id,
            "kind": under.job.kind,
            "attempt": under.job.attempts,
            "state": state,
            "problem": error and error.slug,
            "milliseconds": round((perf_counter() - under.began) * 1000),
        }
        _log.info("job", extra={"told": told})
        return True

    def _settle(self, under: _UnderWay) -> tuple[str, JobError | None]:
        """Store what was drafted, or note what went wrong; tell what became of the job."""
        job, failure = under.job, under.sheet.exception()
        if isinstance(failure, BrokenOffError):
            return self._give_back(job) if self._closing else "superseded", None
        if failure is None:
            try:
                stored = self._store.write(lambda session: self._finish(session, under))
            except UnavailableError:
                raise
            except Exception as unforeseen:  # noqa: BLE001 (no sheet may end the worker)
                failure = unforeseen
            else:
                return "done" if stored else "superseded", None
        error = _explained(failure)
        return self._fail(job, error), error

    def _finish(self, session: Session, under: _UnderWay) -> bool:
        """Store a sheet and end its job, if it is still this worker's."""
        now, job, steps = self._clock(), under.job, under.watch.place[2]
        moment = written(now)
        if not jobs.note_step(session, job, STORE, steps, steps, moment, moment):
            return False
        result = store_sheet(session, under.sheet.result(), job, self._clock)
        result["language_model"] = under.watch.report and asdict(under.watch.report)
        return jobs.finish(session, job, End("done", moment, written(now + KEPT), result=orjson.dumps(result)))

    def _fail(self, job: Job, error: JobError) -> str:
        """Note that an attempt failed: it is tried again if that may help, and not too often; tell what it is now."""
        now, problem = self._clock(), error.written()
        moment = written(now)
        delay = None
        if isinstance(error, PassingError) and job.attempts < MOST_ATTEMPTS:
            delay = delay_after(job.attempts, self._backoff, error.retry_after)
        if delay is not None:
            due_at, state = written(now + timedelta(seconds=delay)), "queued"
            noted = self._store.write(
                lambda session: jobs.give_back(session, job, due_at, moment, counted=True, problem=problem)
            )
        else:
            state = "dead" if isinstance(error, PassingError) else "failed"
            end = End(state, moment, written(now + KEPT), problem=problem)
            noted = self._store.write(lambda session: jobs.finish(session, job, end))
        return state if noted else "superseded"

    def _give_back(self, job: Job) -> str:
        moment = written(self._clock())
        given = self._store.write(
            lambda session: jobs.give_back(session, job, moment, moment, counted=False, problem=job.problem)
        )
        return "queued" if given else "superseded"


def open_extracting(store: Store, settings: Settings, ring: Callable[[], None]) -> Extracting:
    """Make the round as the settings say."""
    fetcher = Fetcher(OwnHosts.read(settings.private_hosts), settings.fetch_timeout)
    model = settings.spacy_model or None
    drafting = Drafting(fetcher, registry_of(store.reader), endpoint_of(settings), model)
    return Extracting(store, drafting, lease=settings.job_lease, ring=ring)


def _explained(failure: BaseException) -> JobError:
    """Say what went wrong, and whether it may go better another time."""
    if isinstance(failure, JobError):
        return failure
    if isinstance(failure, SheetRefusedError):
        number = len(failure.flaws)
        detail = f"This does not fit in {number} place{'' if number == 1 else 's'}. Nothing was stored."
        flaws = [Flaw(flaw.pointer.removeprefix("/article"), flaw.detail) for flaw in failure.flaws]
        return JobError("conflict" if failure.conflict else "invalid-request", detail, flaws)
    # Its message may quote the article: where it was raised says enough.
    *_, last = extract_tb(failure.__traceback__)
    told = {"error": type(failure).__name__, "module": Path(last.filename).stem, "line": last.lineno}
    _log.error("a job failed in a way that nobody thought of", extra={"told": told})
    return PassingError("internal-error", "Something went wrong in newsfacts. Its worker's log has more.")


def _tell_warmed(done: Future[None], began: float) -> None:
    failure = done.exception()
    if failure is None:
        told = {"milliseconds": round((perf_counter() - began) * 1000)}
        _log.info("extraction is ready", extra={"told": told})
    else:
        reason = str(failure) if isinstance(failure, ModelError) else type(failure).__name__
        _log.error("extraction cannot run here", extra={"told": {"reason": reason}})
