"""Fact sheets: the way in over HTTP, one at a time or in batches of any length."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO, cast

import orjson
from flask import Response, current_app, request, stream_with_context
from sqlalchemy.orm import Session

from api.ingest import Outcome, SheetRefusedError, ingest
from api.protocol.answers import JSON, require
from api.protocol.arguments import check_media_type, parse_json, read_json
from api.protocol.keys import current_caller
from api.protocol.operations import Operations
from api.protocol.preconditions import change_note, idempotency_key
from api.protocol.problems import ProblemError, describe
from api.store.reading import UnavailableError
from api.views import current_store
from api.views.operations import unavailable
from api.views.reading import Query
from api.views.writing import Written, answer_write, refused
from schemas.fact_sheet import FactSheetSchema
from schemas.outcome import BatchLineSchema, SheetOutcomeSchema
from schemas.query import NoQuerySchema

SHEETS = Operations("fact-sheets", __name__, description="The way in: one article and all that it states.")

NDJSON = "application/x-ndjson"


@SHEETS.operation(
    "/v1/fact-sheets",
    "createFactSheet",
    method="POST",
    scope="ingest",
    query=NoQuerySchema,
    body=FactSheetSchema,
    body_types=(JSON, NDJSON),
    answers=SheetOutcomeSchema,
    alternatives=[(NDJSON, BatchLineSchema)],
    statuses=(200, 201),
    headers=("Location",),
    request_headers=("Idempotency-Key", "X-Change-Note"),
    errors=(409,),
)
def create_fact_sheet(_: Query) -> Response:
    """Store a fact sheet, or a batch of them.

    A sheet is stored whole or not at all; everything that is wrong with it is told at once. 200 says that nothing was
    new. A batch is NDJSON, a sheet a line, each in a transaction of its own; its answer is a line for each, sent while
    the next are still being read.
    """
    check_media_type((JSON, NDJSON))
    if request.mimetype == NDJSON:
        return _answer_batch()
    sheet = read_json()

    def work(session: Session) -> Written:
        outcome = store_sheet(session, sheet)
        headers = {"Location": f"/v1/articles/{outcome.article[0]}"}
        return Written(201 if outcome.changed else 200, orjson.dumps(_served(outcome)), headers)

    return answer_write(work)


def store_sheet(session: Session, sheet: Any) -> Outcome:
    """Store a fact sheet in the name of whoever sent this request; reviews count for those who may review."""
    caller = current_caller()
    return ingest(
        session,
        sheet,
        may_review=caller is not None and "review" in caller.scopes,
        by=caller.name if caller else None,
        note=change_note(),
    )


def _served(outcome: Outcome) -> dict[str, Any]:
    def named(pair: tuple[str, str]) -> dict[str, str]:
        return {"id": pair[0], "outcome": pair[1]}

    return {
        "article": named(outcome.article),
        "actors": [named(each) for each in outcome.actors],
        "facts": [named(each) for each in outcome.facts],
    }


def _answer_batch() -> Response:
    require(NDJSON, JSON)
    # What is wrong with the headers is said before the answer begins.
    change_note()
    idempotency_key()  # no answer is kept for it: a batch that is sent again changes nothing
    # A batch may be of any length: only a line of it is ever held in memory.
    longest = current_app.config["MAX_CONTENT_LENGTH"]
    request.max_content_length = sys.maxsize

    def lines() -> Iterator[bytes]:
        for number, line in enumerate(_lines(longest), 1):
            if line.strip():
                yield orjson.dumps({"line": number, **_result(line, longest)}) + b"\n"

    return Response(stream_with_context(lines()), content_type=NDJSON, headers={"Cache-Control": "no-store"})


def _lines(longest: int) -> Iterator[bytes]:
    """Read the body line by line; one that is too long is given cut, and what is left of it passed over."""
    stream = _body()
    while line := stream.readline(longest + 2):
        rest = line
        while len(rest) > longest and not rest.endswith(b"\n"):
            rest = stream.readline(longest + 2)
        yield line


def _body() -> BinaryIO:
    """Give the body, to be read line by line."""
    if request.environ.get("wsgi.input_terminated"):
        return cast(BinaryIO, request.environ["wsgi.input"])
    # Where the server does not tell the end, Werkzeug does; but it reads lines byte by byte.
    return BufferedReader(cast(RawIOBase, request.stream))


def _result(line: bytes, longest: int) -> dict[str, Any]:
    try:
        sheet = _parsed(line, longest)
        outcome = current_store().write(lambda session: store_sheet(session, sheet))
    except SheetRefusedError as error:
        problem = refused(error)
    except ProblemError as error:
        problem = error
    except UnavailableError as error:
        problem = unavailable(error)
    else:
        return {"status": 201 if outcome.changed else 200, "outcome": _served(outcome), "problem": None}
    return {"status": problem.kind.status, "outcome": None, "problem": describe(problem)}


def _parsed(line: bytes, longest: int) -> Any:
    if len(line.rstrip(b"\r\n")) > longest:
        raise ProblemError("too-large", f"The line is longer than {longest} bytes.")
    return parse_json(line)
