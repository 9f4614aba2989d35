"""Suggestions: likely duplicates, second sources and contradictions, for reviewers to decide about."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from flask import Response
from sqlalchemy.orm import Session

from api.curation.deciding import decide
from api.curation.refusal import standing
from api.protocol import cursors
from api.protocol.answers import JSON, answer, page, require
from api.protocol.arguments import read_body
from api.protocol.operations import Operations
from api.protocol.preconditions import require_match
from api.protocol.problems import not_found
from api.store import suggestions, tables
from api.store.documents import etag, find_targets
from api.store.known import resolve
from api.store.suggestions import Suggestion
from api.views import current_store
from api.views.reading import Query, binding, find_or_fail, moved, next_link
from api.views.writing import MovedError, Written, answer_write, new_writer
from schemas.query import NoQuerySchema
from schemas.suggestion import (
    SuggestionDecisionSchema,
    SuggestionPageSchema,
    SuggestionQuerySchema,
    SuggestionSchema,
)

SUGGESTIONS = Operations(
    "suggestions", __name__, description="What is likely about two facts, for reviewers to accept or to dismiss."
)

_OF_FACT = "/v1/facts/<id:id>/suggestions"
_ONE = f"{_OF_FACT}/<id:suggestion>"
_DECISION = SuggestionDecisionSchema()
_SERVED = SuggestionSchema()


@SUGGESTIONS.operation(
    "/v1/suggestions",
    "listSuggestions",
    query=SuggestionQuerySchema,
    answers=SuggestionPageSchema,
    headers=("ETag", "Link"),
)
def list_suggestions(query: Query) -> Response:
    """List what is suggested about any facts, the last made first; what nobody has decided about, if not asked else."""
    return _answer_page(query)


@SUGGESTIONS.operation(
    _OF_FACT,
    "listFactSuggestions",
    query=SuggestionQuerySchema,
    answers=SuggestionPageSchema,
    headers=("ETag", "Link"),
    errors=(404, 410),
    redirects=True,
)
def list_fact_suggestions(query: Query, id: str) -> Response:  # noqa: A002 (the name of the path parameter)
    """List what is suggested about a fact and others, whichever was there first, the last made first."""
    found = find_or_fail(current_store().reader, tables.facts, id, "fact")
    return moved(found.moved_to) if found.moved_to else _answer_page(query, id)


@SUGGESTIONS.operation(
    _ONE,
    "getFactSuggestion",
    query=NoQuerySchema,
    answers=SuggestionSchema,
    headers=("ETag",),
    errors=(404, 410),
    redirects=True,
)
def get_fact_suggestion(_: Query, id: str, suggestion: str) -> Response:  # noqa: A002
    """Read what is suggested about a fact and another one."""
    require(JSON)
    reader = current_store().reader
    fact = find_or_fail(reader, tables.facts, id, "fact")
    if fact.moved_to:
        return moved(fact.moved_to)
    found = suggestions.find(reader, id, suggestion)
    if found is None:
        raise _not_found(id, suggestion)
    body = _render(found, find_targets(reader, tables.facts, (found.fact_id, found.other)))
    return answer(body, etag(body))


@SUGGESTIONS.operation(
    _ONE,
    "reviewFactSuggestion",
    method="POST",
    scope="review",
    query=NoQuerySchema,
    body=SuggestionDecisionSchema,
    answers=SuggestionSchema,
    headers=("ETag",),
    request_headers=("If-Match", "Idempotency-Key", "X-Change-Note"),
    errors=(404, 409, 410),
    redirects=True,
)
def review_fact_suggestion(_: Query, id: str, suggestion: str) -> Response:  # noqa: A002
    """Accept or dismiss a suggestion, in the name of the key that is used.

    Accepted, two facts that are the same are merged into the approved one, else into the one that was there first;
    facts that contradict each other or differ in scope each get a relation to the other. What was dismissed is not
    suggested again. If-Match has the ETag of the suggestion.
    """
    action = read_body(_DECISION)["action"]

    def work(session: Session) -> Written:
        writer = new_writer(session)
        if target := resolve(session, tables.facts, [id]).get(id):
            raise MovedError(target)
        standing(writer, tables.facts, id)
        found = suggestions.lock(session, id, suggestion)
        if found is None:
            raise _not_found(id, suggestion)
        require_match(etag(_render_today(session, found)))
        decided = decide(writer, found, action)
        writer.flush()
        body = _render_today(session, decided)
        return Written(200, body, {"ETag": etag(body)})

    return answer_write(work)


def _answer_page(query: Query, fact: str | None = None) -> Response:
    require(JSON)
    store = current_store()
    secret, bound = store.identity()[1], binding(f"suggestions/{fact or ''}", query)
    before = cursors.read(secret, bound, query["cursor"]) if query["cursor"] else None
    found = suggestions.page(store.reader, query["state"], query["limit"] + 1, before, fact)
    shown = found[: query["limit"]]
    following = cursors.write(secret, bound, shown[-1].place) if len(found) > len(shown) else None
    body = page([_render(each, {}) for each in suggestions.standing(store.reader, shown)], following)
    return answer(body, etag(body), headers=next_link(following))


def _not_found(fact: str, suggestion: str) -> Exception:
    return not_found(f"suggestion '{suggestion}' about the fact '{fact}'")


def _render_today(session: Session, suggestion: Suggestion) -> bytes:
    return _render(suggestion, resolve(session, tables.facts, (suggestion.fact_id, suggestion.other)))


def _render(suggestion: Suggestion, moved_to: Mapping[str, str]) -> bytes:
    """Write a suggestion, its facts by their ids of today."""
    today = suggestions.renamed(suggestion, moved_to)
    names = ("id", "kind", "state", "other", "score", "created_at", "by", "at")
    shown = {name: getattr(today, name) for name in names}
    return orjson.dumps(_SERVED.dump(shown | {"fact": today.fact_id, "reasons": today.reasons.split("\n")}))
