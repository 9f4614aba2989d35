"""Actors, and who appears with whom."""

from __future__ import annotations

from dataclasses import replace

import orjson
from flask import Response, request
from sqlalchemy.orm import Session

from api.curation.editing import edit_actor, replace_actor
from api.curation.merging import merge_actors
from api.protocol.answers import keyed, with_included
from api.protocol.arguments import read_json
from api.protocol.operations import Operations
from api.store import counting, filters, tables
from api.store.documents import fetch
from api.store.opening import Store
from api.views import current_store
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
    find_or_fail,
    list_query,
    moved,
    one_query,
)
from api.views.writing import Written, answer_write, match, new_writer, written_document
from schemas.actor import ActorSchema
from schemas.counts import NetworkSchema
from schemas.edit import ActorEditSchema, ActorPatchSchema
from schemas.page import ActorPageSchema
from schemas.query import ActorListQuerySchema, ActorQuerySchema, NetworkQuerySchema, NoQuerySchema

ACTORS = Operations("actors", __name__, description="The persons, countries, organisations and groups of facts.")


@ACTORS.operation(
    "/v1/actors",
    "listActors",
    query=ActorListQuerySchema,
    make=list_query(filters.actors, "actors"),
    answers=ActorPageSchema,
    alternatives=LISTED,
    headers=("ETag", "Link"),
)
def list_actors(query: ListQuery) -> Response:
    """List actors by name."""
    return answer_list(query)


@ACTORS.operation(
    "/v1/actors/<id:id>",
    "getActor",
    query=ActorQuerySchema,
    make=one_query,
    answers=ActorSchema,
    alternatives=SINGLY,
    errors=(404, 410),
    headers=("ETag",),
    redirects=True,
)
def get_actor(query: OneQuery, id: str) -> Response:  # noqa: A002 (the name of the path parameter)
    """Read an actor."""
    return answer_one(tables.actors, id, query, "actor")


@ACTORS.operation(
    "/v1/actors/<id:id>",
    "putActor",
    method="PUT",
    scope="edit",
    query=NoQuerySchema,
    body=ActorEditSchema,
    answers=ActorSchema,
    statuses=(200, 201),
    headers=("ETag", "Location"),
    request_headers=("If-Match", "X-Change-Note"),
    errors=(404, 410),
    redirects=True,
)
def put_one(_: Query, id: str) -> Response:  # noqa: A002
    """Create an actor, or replace all that is known of one; what is to be replaced is named by If-Match."""
    sent = read_json()

    def work(session: Session) -> Written:
        writer = new_writer(session)
        new = writer.stored(tables.actors, id) is None
        match(writer, tables.actors, id, may_be_absent=True)
        replace_actor(writer, id, sent)
        answer = written_document(writer, tables.actors, id, 201 if new else 200)
        return replace(answer, headers={**answer.headers, "Location": request.path}) if new else answer

    return answer_write(work)


add_patch(ACTORS, tables.actors, "actor", document=ActorSchema, patch=ActorPatchSchema, edit=edit_actor)
add_delete(ACTORS, tables.actors, "actor")
add_merge(ACTORS, tables.actors, "actor", document=ActorSchema, merge=merge_actors)
add_history(ACTORS, tables.actors, "actor")


@ACTORS.operation(
    "/v1/actors/<id:id>/network",
    "getActorNetwork",
    query=NetworkQuerySchema,
    answers=NetworkSchema,
    errors=(404, 410),
    headers=("ETag",),
    redirects=True,
)
def get_network(query: Query, id: str) -> Response:  # noqa: A002
    """Read who appears with an actor in facts, how often, and in which roles."""
    found = find_or_fail(current_store().reader, tables.actors, id, "actor")
    if found.moved_to:
        return moved(found.moved_to)

    def build(store: Store, _: str) -> Built:
        facts, own, together = counting.network(store.reader, id, query["limit"])
        documents = fetch(store.reader, tables.actors, together)
        names = {other: orjson.loads(document)["name"] for other, document in documents.items()}
        body = {
            "actor": id,
            "facts": facts,
            "roles": _roles(own),
            "items": [
                {"actor": other, "name": names[other], "facts": counts[""], "roles": _roles(counts)}
                for other, counts in together.items()
                if other in names
            ],
        }
        included = keyed({"actors": documents}) if "include" in query else b""
        return with_included(orjson.dumps(body), included), None

    return answer_composed(build)


def _roles(counts: dict[str, int]) -> list[dict[str, object]]:
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [{"role": role, "facts": facts} for role, facts in ordered if role]
