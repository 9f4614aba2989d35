"""Jobs: what workers do in the background, when, and what came of it.

A job is `queued` until it is due, `running` while a worker is at it, and ends as `done`, `failed`, `dead` or
`cancelled`. A worker claims one with a lease, which each sign of life renews: it may record what came of the job only
while nobody has claimed or cancelled it since, and once the lease has run out the job is taken up again.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from api.store import tables
from api.store.documents import in_values
from api.store.logs import last_of_states
from api.store.opening import count_changes
from api.store.reading import Reader

#: How many jobs that are over long since are forgotten at once.
_FORGOTTEN = 500
#: What is over, and is not worked at any more.
OVER = ("done", "failed", "dead", "cancelled")
STATES = ("queued", "running", *OVER)
#: What is over without having been done, and can be done all the same.
UNDONE = ("failed", "dead", "cancelled")


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is told. Times are RFC 3339; `request`, `result` and `problem` are JSON."""

    id: str
    kind: str
    state: str
    attempts: int
    step: str | None
    steps_done: int
    steps: int
    created_at: str
    updated_at: str
    due_at: str
    finished_at: str | None
    by: str | None
    note: str | None
    request: bytes | None
    result: bytes | None
    problem: bytes | None

    @property
    def is_over(self) -> bool:
        """Whether nobody works at it any more."""
        return self.state in OVER


@dataclass(frozen=True, slots=True)
class End:
    """How a job ends, and when: with a result (JSON), or with a problem; `forget_at` is until when it can be read."""

    state: str
    at: str
    forget_at: str
    result: bytes | None = None
    problem: bytes | None = None


def new_job(kind: str, request: bytes, now: str, *, by: str | None = None, note: str | None = None) -> Job:
    """Make a job that is due at once; ids sort as they were made."""
    digits = "".join(each for each in now if each.isdigit())
    return Job(
        id=f"job-{digits}-{secrets.token_hex(4)}",
        kind=kind,
        state="queued",
        attempts=0,
        step=None,
        steps_done=0,
        steps=0,
        created_at=now,
        updated_at=now,
        due_at=now,
        finished_at=None,
        by=by,
        note=note,
        request=request,
        result=None,
        problem=None,
    )


def add(session: Session, job: Job) -> None:
    """Store a new job."""
    session.execute(insert(tables.jobs), asdict(job))


def find(reader: Reader, id_: str, by: str | None = None) -> Job | None:
    """Read a job; `by` is the name of the key that must have sent it, anybody's if none is given."""
    row = reader.first(_one, (by is not None,), {"id": id_, **_named(by)})
    return Job(*row) if row else None


def lock(session: Session, id_: str, by: str | None = None) -> Job | None:
    """Read a job in order to change it: there is one writer at a time, so it stays as it is until then."""
    row = session.execute(_one(by is not None), {"id": id_, **_named(by)}).first()
    return Job(*row) if row else None


def log(
    reader: Reader, states: Sequence[str], limit: int, before: str | None = None, by: str | None = None
) -> list[Job]:
    """Read jobs, the last ones first; those in some states if any are given, and those of one key if it is named."""
    # Those of a key stand in order of their state first.
    wanted = sorted(set(states)) or (list(STATES) if by else [])
    values = {"limit": limit, **({"before": before} if before else {}), **_named(by)}
    shape = (len(wanted), before is not None, by is not None)
    return [Job(*row) for row in reader.rows(_log, shape, values | in_values("state", wanted, len(wanted)))]


def is_due(reader: Reader, states: Sequence[str], now: str) -> bool:
    """Tell whether there are jobs in some of these states for which the time has come."""
    return any(reader.first(_due, (), {"state": state, "now": now}) for state in states)


def claim(session: Session, now: str, until: str) -> Job | None:
    """Claim the job that is due first, for one attempt that is waited for until some time."""
    table = tables.jobs
    first = select(table.c.id).where(table.c.state == "queued", table.c.due_at <= now)
    first = first.order_by(table.c.due_at, table.c.id).limit(1)
    claimed = update(table).where(table.c.id.in_(first), table.c.state == "queued")
    claimed = claimed.values(state="running", attempts=table.c.attempts + 1, due_at=until, updated_at=now)
    row = session.execute(claimed.returning(*_COLUMNS)).first()
    return Job(*row) if row else None


def note_step(session: Session, job: Job, step: str | None, done: int, steps: int, now: str, until: str) -> bool:
    """Note how far a job is, and renew its lease; tell whether it is still this worker's."""
    values = {"step": step, "steps_done": done, "steps": steps, "updated_at": now, "due_at": until}
    return _change(session, job, values)


def give_back(session: Session, job: Job, due_at: str, now: str, *, counted: bool, problem: bytes | None) -> bool:
    """Leave a job to be taken up again at some time; the attempt does not count if it was only broken off."""
    attempts = job.attempts if counted else job.attempts - 1
    return _change(session, job, _queued(due_at, now) | {"attempts": attempts, "problem": problem})


def finish(session: Session, job: Job, end: End) -> bool:
    """Record what came of a job, unless somebody else claimed or cancelled it meanwhile; tell whether it was recorded.

    Whoever waits for it hears of it.
    """
    if not _change(session, job, _ended(end)):
        return False
    count_changes(session, 0)
    return True


def cancel(session: Session, job: Job, now: str, forget_at: str) -> Job:
    """End a job that is not over: whoever is at it may not record anything any more."""
    values = _ended(End("cancelled", now, forget_at))
    session.execute(update(tables.jobs).where(tables.jobs.c.id == job.id).values(values))
    count_changes(session, 0)
    return replace(job, **values)


def revive(session: Session, job: Job, now: str) -> Job:
    """Make a job that was given up due once more. Attempts go on being counted: no two may have the same number."""
    values = _queued(now, now) | {"finished_at": None, "problem": None}
    session.execute(update(tables.jobs).where(tables.jobs.c.id == job.id).values(values))
    return replace(job, **values)


def take_back(session: Session, most: int, now: str, forget_at: str, problem: bytes) -> int:
    """Take back the jobs whose worker gave no sign of life: due now, or dead after `most` attempts; tell how many."""
    table = tables.jobs
    lost = (table.c.state == "running", table.c.due_at <= now)
    dead = update(table).where(*lost, table.c.attempts >= most)
    dead = dead.values(_ended(End("dead", now, forget_at, problem=problem)))
    again = update(table).where(*lost, table.c.attempts < most).values(_queued(now, now))
    found = [len(session.execute(each.returning(table.c.id)).all()) for each in (dead, again)]
    if found[0]:
        count_changes(session, 0)
    return sum(found)


def forget(session: Session, now: str) -> int:
    """Delete some of the jobs that were over long enough ago; tell how many."""
    table = tables.jobs
    over = select(table.c.id).where(table.c.state.in_(OVER), table.c.due_at <= now).limit(_FORGOTTEN)
    ids = list(session.execute(over).scalars())
    if ids:
        session.execute(delete(table).where(table.c.id.in_(ids)))
    return len(ids)


def told(value: bytes | None) -> Any:
    """Read what a job holds as JSON."""
    return None if value is None else orjson.loads(value)


_COLUMNS = [tables.jobs.c[name] for name in Job.__slots__]


def _change(session: Session, job: Job, values: dict[str, Any]) -> bool:
    """Change a running job, as long as this attempt of it is the last one."""
    table = tables.jobs
    fence = (table.c.id == job.id, table.c.state == "running", table.c.attempts == job.attempts)
    changed = update(table).where(*fence).values(values).returning(table.c.id)
    return session.execute(changed).first() is not None


def _queued(due_at: str, now: str) -> dict[str, Any]:
    return {"state": "queued", "due_at": due_at, "updated_at": now, "step": None, "steps_done": 0}


def _ended(end: End) -> dict[str, Any]:
    values = {
        "state": end.state,
        "due_at": end.forget_at,
        "updated_at": end.at,
        "finished_at": end.at,
        "step": None,
        "result": end.result,
        "problem": end.problem,
    }
    # What was sent is needed no more: the article is stored, or has been before.
    return values | ({"request": None} if end.state == "done" else {})


def _named(by: str | None) -> dict[str, str]:
    return {} if by is None else {"by": by}


def _mine() -> ColumnElement[bool]:
    return tables.jobs.c.by == bindparam("by")


def _one(mine: bool) -> Select[Any]:
    statement = select(*_COLUMNS).where(tables.jobs.c.id == bindparam("id"))
    return statement.where(_mine()) if mine else statement


def _log(states: int, going_on: bool, mine: bool) -> Select[Any]:
    statement = select(*_COLUMNS).where(*([_mine()] if mine else []))
    if going_on:
        statement = statement.where(tables.jobs.c.id < bindparam("before"))
    return last_of_states(statement, tables.jobs.c.state, tables.jobs.c.id, states)


def _due() -> Select[Any]:
    table = tables.jobs
    return select(table.c.id).where(table.c.state == bindparam("state"), table.c.due_at <= bindparam("now")).limit(1)
