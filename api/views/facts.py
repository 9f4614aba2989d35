"""Facts: events, proposals and statements together; and what the views of each kind have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import itemgetter

import orjson
from flask import Response
from marshmallow import Schema
from sqlalchemy.orm import Session

from api.curation.editing import edit_fact
from api.curation.merging import merge_facts
from api.curation.reviewing import review
from api.protocol.arguments import invalid_parameters, read_body
from api.protocol.operations import Operations
from api.store import counting, filters, tables
from api.store.listing import Listing
from api.store.opening import Store
from api.store.words import SearchQueryError
from api.views.editing import add_delete, add_merge, add_patch
from api.views.history import add_history
from api.views.reading import (
    LISTED,
    SINGLY,
    Built,
    ListQuery,
    OneQuery,
    Query,
    answer_composed,
    answer_list,
    answer_one,
    list_query,
    one_query,
)
from api.views.writing import Written, answer_write, match, new_writer, written_document
from schemas.counts import CountsSchema
from schemas.edit import ReviewDecisionSchema
from schemas.page import FactPageSchema
from schemas.query import (
    AnyFactQuerySchema,
    CountsQuerySchema,
    FactListQuerySchema,
    NoQuerySchema,
)

_DECISION = ReviewDecisionSchema()

FACTS = Operations("facts", __name__, description="Events, proposals and statements together: the timeline.")


@FACTS.operation(
    "/v1/facts",
    "listFacts",
    query=FactListQuerySchema,
    make=list_query(filters.facts, "facts"),
    answers=FactPageSchema,
    alternatives=LISTED,
    headers=("ETag", "Link"),
)
def list_facts(query: ListQuery) -> Response:
    """List facts of all kinds, latest date first."""
    return answer_list(query)


def _counts(query: Query) -> tuple[str, Listing]:
    try:
        return query["by"], filters.facts(query)
    except SearchQueryError as error:
        raise invalid_parameters([("q", str(error))]) from error


@FACTS.operation(
    "/v1/facts/counts",
    "countFacts",
    query=CountsQuerySchema,
    make=_counts,
    answers=CountsSchema,
    headers=("ETag",),
)
def count_facts(query: tuple[str, Listing]) -> Response:
    """Count facts by kind, type, category, actor, publisher, country, day, month or year."""
    name, members = query
    in_time = name in ("day", "month", "year")

    def build(store: Store, _: str) -> Built:
        counts, total, complete = counting.by(store.reader, members, name)
        ordered = sorted(counts.items())
        if not in_time:
            ordered.sort(key=itemgetter(1), reverse=True)
        body = {
            "by": name,
            "items": [{"value": value, "facts": facts} for value, facts in ordered],
            "total": total,
            "total_relation": "eq" if complete else "gte",
        }
        return orjson.dumps(body), None

    return answer_composed(build)


@FACTS.operation(
    "/v1/facts/<id:id>",
    "getFact",
    query=AnyFactQuerySchema,
    make=one_query,
    answers="Fact",
    alternatives=SINGLY,
    errors=(404, 410),
    headers=("ETag",),
    redirects=True,
)
def get_fact(query: OneQuery, id: str) -> Response:  # noqa: A002 (the name of the path parameter)
    """Read a fact of any kind, with the words that prove it."""
    return answer_one(tables.facts, id, query, "fact")


@FACTS.operation(
    "/v1/facts/<id:id>/review",
    "reviewFact",
    method="POST",
    scope="review",
    query=NoQuerySchema,
    body=ReviewDecisionSchema,
    answers="Fact",
    headers=("ETag",),
    request_headers=("If-Match", "Idempotency-Key", "X-Change-Note"),
    errors=(404, 410),
    redirects=True,
)
def review_fact(_: Query, id: str) -> Response:  # noqa: A002
    """Approve or reject a fact, in the name of the key that is used."""
    decision = read_body(_DECISION)

    def work(session: Session) -> Written:
        writer = new_writer(session, decision["note"])
        match(writer, tables.facts, id)
        review(writer, id, decision["status"])
        return written_document(writer, tables.facts, id)

    return answer_write(work)


add_merge(FACTS, tables.facts, "fact", document="Fact", merge=merge_facts)
add_history(FACTS, tables.facts, "fact")


def add_kind(
    blueprint: Operations,
    kind: str,
    *,
    document: type[Schema],
    page: type[Schema],
    list_schema: type[Schema],
    one_schema: type[Schema],
    patch: type[Schema],
) -> None:
    """Add the operations of one kind of facts: its list, its single resource, and what changes that."""
    noun = kind.capitalize()

    def list_kind(query: ListQuery) -> Response:
        return answer_list(query)

    def get_kind(query: OneQuery, id: str) -> Response:  # noqa: A002
        return answer_one(tables.facts, id, query, kind, kind)

    list_kind.__doc__ = f"List {kind}s, latest date first."
    get_kind.__doc__ = f"Read {'an' if kind[0] in 'aeiou' else 'a'} {kind}, with the words that prove it."
    make: Callable[[Query], Listing] = partial(filters.facts, kind=kind)
    blueprint.operation(
        f"/v1/{kind}s",
        f"list{noun}s",
        query=list_schema,
        make=list_query(make, f"{kind}s"),
        answers=page,
        alternatives=LISTED,
        headers=("ETag", "Link"),
    )(list_kind)
    blueprint.operation(
        f"/v1/{kind}s/<id:id>",
        f"get{noun}",
        query=one_schema,
        make=one_query,
        answers=document,
        alternatives=SINGLY,
        errors=(404, 410),
        headers=("ETag",),
        redirects=True,
    )(get_kind)
    add_history(blueprint, tables.facts, kind, kind)
    add_patch(blueprint, tables.facts, kind, document=document, patch=patch, edit=edit_fact)
    add_delete(blueprint, tables.facts, kind)
