"""Writing: what all calls that change something have in common.

One transaction reads what is there, sees that the client knows it (If-Match), changes it and makes the answer: so two
writers never overwrite each other, and an answer that is kept for an Idempotency-Key was given exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import cast

import orjson
from flask import Response, request
from sqlalchemy import Table
from sqlalchemy.orm import Session

from api.curation.refusal import AbsentError, DisagreementError, standing
from api.ingest import SheetRefusedError
from api.protocol.answers import JSON, require
from api.protocol.keys import current_caller
from api.protocol.preconditions import POSITION, change_note, idempotency_key, names_version, require_match
from api.protocol.problems import ProblemError, gone, not_found
from api.protocol.requests import add_header
from api.store.answers import KeptAnswer, keep, recall
from api.store.documents import Found
from api.store.known import load_version, resolve
from api.store.times import now, written
from api.store.writing import Author, Writer
from api.views import current_store
from api.views.reading import moved
from schemas.errors import MOST_FLAWS, Flaw


@dataclass(frozen=True, slots=True)
class Written:
    """What is answered to a call that changed something."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class MovedError(Exception):
    """What is to be changed was merged; whoever took over is to be asked."""

    def __init__(self, target: str) -> None:
        """Take its id."""
        super().__init__(target)
        self.target = target


def answer_write(work: Callable[[Session], Written]) -> Response:
    """Answer a call that changes something; `work` is done in one transaction. Raises ProblemError."""
    require(JSON)
    change_note()  # what is wrong with it is said even if it is not needed
    hash_, asked = _idempotency()

    def once(session: Session) -> Written:
        if hash_ is None:
            return work(session)
        if kept := recall(session, hash_):
            if kept.request != asked:
                detail = "This Idempotency-Key was sent before with another request. Choose a new one for each request."
                raise ProblemError("invalid-request", detail, parameters=[("Idempotency-Key", detail)])
            return Written(kept.status, kept.body, kept.headers)
        made = work(session)
        keep(session, hash_, KeptAnswer(asked, made.status, dict(made.headers), made.body))
        return made

    try:
        made = current_store().write(once)
    except MovedError as error:
        return moved(error.target)
    except SheetRefusedError as error:
        raise refused(error) from error
    except AbsentError as error:
        raise (gone if error.deleted else not_found)(error.what) from error
    except DisagreementError as error:
        raise ProblemError("conflict", str(error)) from error
    finally:
        # With what went wrong too: whoever is told to read again is to read what stood in the way.
        if position := current_store().position():
            add_header(POSITION, position)
    headers = {"Cache-Control": "no-store", **made.headers}
    return Response(made.body, made.status, headers, content_type=JSON if made.body else None)


def new_writer(session: Session, note: str | None = None) -> Writer:
    """Begin to write in the name of whoever sent this request; why, X-Change-Note says unless a `note` does."""
    caller = current_caller()
    session.connection()  # nobody else writes from here on: times stand in the order of the changes
    return Writer(session, Author(written(now()), caller.name if caller else None, note or change_note()))


def match(writer: Writer, table: Table, id_: str, kind: str | None = None, *, may_be_absent: bool = False) -> None:
    """See that a resource stands at an id, of `kind` if one is given, and that If-Match names its current version.

    Raises ProblemError with 412 or 428, MovedError, and AbsentError unless it `may_be_absent`.
    """
    if target := resolve(writer.session, table, [id_]).get(id_):
        raise MovedError(target)
    if may_be_absent and not names_version() and not writer.load(table, [id_]):
        return
    if kind and _kind(writer, table, id_) not in (None, kind):
        raise not_found(f"{kind} '{id_}'")
    require_match(_stored(writer, table, id_).etag)


def written_document(writer: Writer, table: Table, id_: str, status: int = 200) -> Written:
    """Store what was collected, and answer what stands at an id now. Raises AbsentError when nothing does."""
    writer.flush()
    stored = _stored(writer, table, id_)
    return Written(status, stored.document, {"ETag": stored.etag})


def _kind(writer: Writer, table: Table, id_: str) -> str | None:
    """Tell of which kind a fact is, or was."""
    last = load_version(writer.session, table, id_)
    return last.noun if last else None


def _stored(writer: Writer, table: Table, id_: str) -> Found:
    standing(writer, table, id_)
    return cast(Found, writer.stored(table, id_))


def refused(error: SheetRefusedError) -> ProblemError:
    """Turn what is wrong with what was sent into the problem that says so."""
    slug = "conflict" if error.conflict else "invalid-request"
    number = len(error.flaws)
    detail = f"This does not fit in {number} place{'' if number == 1 else 's'}. Nothing was stored."
    return ProblemError(slug, detail, pointers=[Flaw(*flaw) for flaw in error.flaws[:MOST_FLAWS]])


def _idempotency() -> tuple[str | None, str]:
    """Hash the Idempotency-Key together with who sent it, and what was asked."""
    key = idempotency_key() if request.method == "POST" else None
    caller = current_caller()
    asked = [request.method, request.path, request.environ["QUERY_STRING"], request.mimetype]
    digest = sha256(orjson.dumps(asked) + request.get_data()).hexdigest() if key else ""
    return (sha256(orjson.dumps([caller.name if caller else None, key])).hexdigest() if key else None), digest
