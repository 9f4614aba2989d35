"""Jobs: what workers do in the background for whoever sent an article."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import orjson
from flask import Response, current_app, request
from sqlalchemy.orm import Session

from api.delivery.hosts import OwnHosts, objection
from api.protocol import cursors
from api.protocol.answers import JSON, answer, page, require
from api.protocol.arguments import read_body
from api.protocol.keys import current_caller
from api.protocol.operations import Operations
from api.protocol.preconditions import change_note
from api.protocol.problems import KINDS, ProblemError, not_found
from api.protocol.requests import REQUEST_ID
from api.protocol.waiting import hold
from api.store import jobs
from api.store.documents import etag
from api.store.jobs import Job
from api.store.times import now, written
from api.views import current_store
from api.views.reading import Query, binding, next_link
from api.views.webhooks import OWN_HOSTS
from api.views.writing import Written, answer_write
from schemas.job import (
    ArticlePostSchema,
    JobKind,
    JobListQuerySchema,
    JobPageSchema,
    JobQuerySchema,
    JobSchema,
    is_page,
)
from schemas.query import NoQuerySchema

JOBS = Operations("jobs", __name__, description="What workers do in the background.")

#: Where the app's configuration says whether facts are drafted here.
EXTRACTION = "EXTRACTION"
#: The path of one job.
ONE = "/v1/jobs/<id:id>"
#: How long a job that was cancelled can be read; those that end otherwise are the worker's affair.
_KEPT = timedelta(days=30)

_ARTICLE, _SERVED = ArticlePostSchema(), JobSchema()


def answer_job(kind: JobKind) -> Response:
    """Answer a call that sent an article by the job that is done for it. Raises ProblemError with 422 or 503."""
    asked = read_body(_ARTICLE)
    if is_page(asked) and asked["html"] is None and (found := objection(asked["url"], _own_hosts())):
        raise ProblemError("invalid-request", "The body does not fit in 1 place.", pointers=[("/url", found)])
    if not current_app.config[EXTRACTION]:
        what = KINDS["extraction-not-installed"]
        raise ProblemError(what.slug, f"{what.meaning} {what.remedy}", headers={"Retry-After": "3600"})
    caller = current_caller()
    article = {name: value for name, value in asked.items() if value not in (None, [])}
    sent = {"article": article, "request_id": request.environ[REQUEST_ID]}

    def work(session: Session) -> Written:
        by = caller.name if caller else None
        job = jobs.new_job(kind.value, orjson.dumps(sent), written(now()), by=by, note=change_note())
        jobs.add(session, job)
        return _accepted(job)

    return answer_write(work)


@JOBS.operation(
    "/v1/jobs",
    "listJobs",
    scope="ingest",
    query=JobListQuerySchema,
    answers=JobPageSchema,
    headers=("ETag", "Link"),
)
def list_jobs(query: Query) -> Response:
    """List the jobs that your key sent, or anybody's for an admin, the last ones first."""
    require(JSON)
    store = current_store()
    secret, bound, limit = store.identity()[1], binding("jobs", query), query["limit"]
    before = cursors.read(secret, bound, query["cursor"])[0] if query["cursor"] else None
    found = jobs.log(store.reader, query.get("state", ()), limit + 1, before, _owner())
    shown = found[:limit]
    following = cursors.write(secret, bound, (shown[-1].id,)) if len(found) > limit else None
    body = page([_render(each) for each in shown], following)
    return answer(body, etag(body), headers=next_link(following))


@JOBS.operation(
    ONE,
    "getJob",
    scope="ingest",
    query=JobQuerySchema,
    answers=JobSchema,
    headers=("ETag",),
    errors=(404,),
)
def get_job(query: Query, id: str) -> Response:  # noqa: A002 (the name of the path parameter)
    """Read a job: how far it is, and at its end the result or the problem."""
    require(JSON)
    reader, owner = current_store().reader, _owner()

    def read() -> Job:
        job = jobs.find(reader, id, owner)
        if job is None:
            raise not_found(f"job '{id}'")
        return job

    headers = hold(lambda: read().is_over, query["wait"])
    body = _render(read())
    return answer(body, etag(body), headers=headers)


@JOBS.operation(
    f"{ONE}/cancel",
    "cancelJob",
    method="POST",
    scope="ingest",
    query=NoQuerySchema,
    answers=JobSchema,
    request_headers=("Idempotency-Key",),
    errors=(404, 409),
)
def cancel_job(_: Query, id: str) -> Response:  # noqa: A002
    """Let a job end, so that nothing of it is stored: at once, or before its next step while a worker is at it."""

    def cancel(session: Session, job: Job) -> Written:
        if job.is_over:
            raise ProblemError("conflict", f"This job is {job.state}: it is over already.")
        moment = now()
        return Written(200, _render(jobs.cancel(session, job, written(moment), written(moment + _KEPT))))

    return _change_job(id, cancel)


@JOBS.operation(
    f"{ONE}/retry",
    "retryJob",
    method="POST",
    scope="ingest",
    query=NoQuerySchema,
    answers=JobSchema,
    statuses=(202,),
    headers=("Location",),
    request_headers=("Idempotency-Key",),
    errors=(404, 409),
)
def retry_job(_: Query, id: str) -> Response:  # noqa: A002
    """Let a job that failed, was given up or was cancelled be tried once more."""

    def retry(session: Session, job: Job) -> Written:
        if job.state not in jobs.UNDONE:
            raise ProblemError("conflict", f"This job is {job.state}: only what ended undone is tried again.")
        if job.request is None:
            raise ProblemError("conflict", "What was sent with this job has been erased: send it anew.")
        return _accepted(jobs.revive(session, job, written(now())))

    return _change_job(id, retry)


def _change_job(id_: str, change: Callable[[Session, Job], Written]) -> Response:
    owner = _owner()

    def work(session: Session) -> Written:
        job = jobs.lock(session, id_, owner)
        if job is None:
            raise not_found(f"job '{id_}'")
        return change(session, job)

    return answer_write(work)


def _owner() -> str | None:
    """Name the key whose jobs the current request may see; None for an admin, who may see all."""
    caller = current_caller()
    return None if caller is None or "admin" in caller.scopes else caller.name


def _own_hosts() -> OwnHosts:
    return cast(OwnHosts, current_app.config[OWN_HOSTS])


def _accepted(job: Job) -> Written:
    body = _render(job)
    return Written(202, body, {"ETag": etag(body), "Location": f"/v1/jobs/{job.id}"})


def _render(job: Job) -> bytes:
    shown = {
        **{name: getattr(job, name) for name in _SERVED.fields if name in Job.__slots__},
        "progress": {"step": job.step, "done": job.steps_done, "total": job.steps},
        "next_attempt_at": job.due_at if job.state == "queued" else None,
        "result": jobs.told(job.result),
        "problem": _problem(job),
    }
    return orjson.dumps(_SERVED.dump(shown))


def _problem(job: Job) -> dict[str, Any] | None:
    """Say what went wrong as any problem is said, with the id of the request that sent the job."""
    if job.problem is None:
        return None
    found = jobs.told(job.problem)
    kind = KINDS[found["slug"]]
    sent = jobs.told(job.request) or {}
    return {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": found["detail"],
        "instance": f"/v1/jobs/{job.id}",
        "request_id": sent.get("request_id") or job.id,
        "errors": found["errors"],
    }
