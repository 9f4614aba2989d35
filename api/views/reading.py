"""Reading resources: what all nouns have in common, lists and single documents, parameterised by noun."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, request, url_for
from sqlalchemy import Table

from api.exports.formats import FORMATS, LINKED_DATA
from api.exports.linked_data import write_one
from api.exports.resources import RESOURCES, Listed, SelectionError, list_of
from api.protocol import cursors
from api.protocol.answers import (
    JSON,
    address,
    answer,
    composed_etag,
    is_current,
    keyed,
    not_modified,
    page,
    require,
    sparse,
    with_included,
)
from api.protocol.arguments import invalid_parameters
from api.protocol.problems import gone, not_found
from api.store import listing, tables, totals
from api.store.changes import find_as_of
from api.store.documents import Found, fetch, find
from api.store.listing import Listing
from api.store.opening import Store
from api.store.reading import Reader
from api.store.times import in_full
from api.version import VERSION
from api.views import current_store, may_read_texts
from api.views.streaming import answer_stream
from schemas.page import SparsePageSchema, SparseSchema
from schemas.query import SPARSE_TYPE

Query = Mapping[str, Any]
#: A body, and headers of its own.
Built = tuple[bytes, Mapping[str, str] | None]

#: As what a list is served, and how these formats are called: a page as JSON, all of it in the others.
_LISTS = {JSON: "", FORMATS["ndjson"].content_type: "ndjson", FORMATS["csv"].content_type: "csv"}
#: What lists and single resources are served as besides JSON, for the OpenAPI document. It is silent on lines and on
#: JSON-LD, which the exports declare: generated clients take each answer for any of the types that are declared.
LISTED, SINGLY = ((SPARSE_TYPE, SparsePageSchema),), ((SPARSE_TYPE, SparseSchema),)

#: Parameters that say how a list is shown; a cursor serves whatever they are.
_PRESENTATION = ("limit", "cursor", "count", "fields", "include")


def _actors_of_fact(fact: Any) -> Iterable[str | None]:
    yield from (part["actor"] for part in fact["actors"])
    yield from (step["by"] for step in fact.get("history", ()))


#: Where to look for what `include=` asks for: the table, and the ids that a document names.
_INCLUDED: Mapping[str, Mapping[str, tuple[str, Table, Callable[[Any], Iterable[str | None]]]]] = {
    "facts": {
        "actors": ("actors", tables.actors, _actors_of_fact),
        "articles": (
            "articles",
            tables.articles,
            lambda fact: (span["article"] for span in fact["evidence"]),
        ),
        "relations": (
            "facts",
            tables.facts,
            lambda fact: [relation["fact"] for relation in fact["relations"]] + fact.get("about", []),
        ),
    },
    "articles": {
        "articles": ("articles", tables.articles, lambda article: (article["origin_id"], article["revises"])),
    },
    "actors": {
        "actors": ("actors", tables.actors, lambda actor: (*actor["member_of"], actor["merged_into"])),
    },
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list was asked for, made once for each query string."""

    name: str
    listing: Listing
    limit: int
    cursor: str | None
    count: str | None
    fields: frozenset[str] | None
    include: tuple[str, ...]
    binding: str


@dataclass(frozen=True, slots=True)
class OneQuery:
    """How a single resource is to be answered."""

    fields: frozenset[str] | None
    include: tuple[str, ...]
    as_of: str | None


def list_query(make: Callable[[Query], Listing], name: str) -> Callable[[Query], ListQuery]:
    """Say how the parameters of a list become its `ListQuery`; cursors are bound to `name` and the filters."""

    def read(query: Query) -> ListQuery:
        try:
            asked = list_of(make, query)
        except SelectionError as error:
            raise invalid_parameters([(error.parameter, str(error))]) from error
        return ListQuery(
            name,
            asked,
            # Whoever asks for some ids gets all of them at once.
            limit=max(query["limit"], len(asked.ids)),
            cursor=query["cursor"],
            count=query["count"],
            fields=_names(query),
            include=tuple(query.get("include", ())),
            binding=binding(name, query),
        )

    return read


def one_query(query: Query) -> OneQuery:
    """Read how a single resource is to be answered."""
    include, moment = tuple(query.get("include", ())), query["as_of"]
    if moment and include:
        detail = "What is included is of today. Leave it out, and ask for each with as_of."
        raise invalid_parameters([("include", detail)])
    return OneQuery(_names(query), include, in_full(moment) if moment else None)


def binding(name: str, query: Query) -> str:
    """Identify a query apart from how it is shown, for its cursors."""
    filters = sorted((key, value) for key, value in query.items() if key not in _PRESENTATION)
    return blake2b(orjson.dumps([name, filters]), digest_size=12).hexdigest()


def answer_list(query: ListQuery) -> Response:
    """Answer a page of a list, or all of it to whoever asks for lines."""
    if not query.fields and (served := require(*_LISTS)) != JSON:
        return _answer_whole(query, _LISTS[served])

    def build(store: Store, secret: str) -> Built:
        place = cursors.read(secret, query.binding, query.cursor) if query.cursor else None
        found = listing.page(store.reader, query.listing, query.limit, place)
        following = cursors.write(secret, query.binding, found.next_place) if found.next_place else None
        extra = _total(store, query) if query.count else None
        included = _included(store, query.listing.table, query.include, found.documents) if query.include else b""
        documents = [sparse(each, query.fields) for each in found.documents] if query.fields else found.documents
        return page(documents, following, extra, included), next_link(following)

    return answer_composed(build, SPARSE_TYPE if query.fields else JSON)


def _answer_whole(query: ListQuery, format_: str) -> Response:
    """Answer a whole list, from its cursor on."""
    if of_pages := [name for name in ("limit", "count", "include") if name in request.args]:
        raise invalid_parameters([(name, "This is for pages; what Accept asks for is whole.") for name in of_pages])

    def find(_: Store, secret: str) -> Any:
        return cursors.read(secret, query.binding, query.cursor) if query.cursor else None

    resource = RESOURCES.get(query.name, RESOURCES["facts"])
    return answer_stream(resource, FORMATS[format_], Listed(query.listing), address(), find)


def answer_composed(
    build: Callable[[Store, str], Built], content_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer what is put together anew for each request: `build` is not even called for a client that has it already.

    Its ETag is made of all that decides it: the store and its revision, the version of newsfacts, what was asked, and
    how much of the articles the caller may see.
    `headers` are sent in either case.
    """
    require(content_type, JSON)
    store = current_store()
    store_id, secret, revision = store.identity()
    etag = composed_etag(store_id, str(revision), VERSION, str(may_read_texts()), content_type, address())
    if is_current(etag):
        return not_modified(etag, headers)
    body, more = build(store, secret)
    return answer(body, etag, content_type, {**(headers or {}), **(more or {})})


def answer_one(table: Table, id_: str, query: OneQuery, what: str, kind: str | None = None) -> Response:
    """Answer a single resource; of `kind`, if one is given. Raises ProblemError with 404 or 410."""
    is_whole = not query.fields and not query.include
    served = require(*((JSON, LINKED_DATA) if is_whole else (SPARSE_TYPE if query.fields else JSON, JSON)))
    store = current_store()
    found = find_or_fail(store.reader, table, id_, what, kind, query.as_of)
    if found.moved_to:
        return moved(found.moved_to)
    if served == LINKED_DATA:
        noun = what if table is not tables.facts else "fact"
        return answer_composed(lambda *_: (write_one(noun, found.document), None), LINKED_DATA)
    if is_whole:
        return answer(found.document, found.etag)

    def build(store: Store, _: str) -> Built:
        included = _included(store, table, query.include, [found.document]) if query.include else b""
        document = sparse(found.document, query.fields) if query.fields else found.document
        return with_included(document, included), None

    return answer_composed(build, SPARSE_TYPE if query.fields else JSON)


def find_or_fail(
    reader: Reader, table: Table, id_: str, what: str, kind: str | None = None, moment: str | None = None
) -> Found:
    """Read what is at an id, or was at a moment: a document, or the id that took over.

    Raises ProblemError with 404 where nothing is, with 410 where something was deleted.
    """
    found = find_as_of(reader, table, id_, moment, kind) if moment else find(reader, table, id_, kind)
    if found is None:
        raise not_found(f"{what} '{id_}'" + (f" as of {moment}" if moment else ""))
    if found.deleted:
        raise gone(f"{what} '{id_}'")
    return found


def moved(target: str) -> Response:
    """Answer that another resource took over; not for ever, since a merge can be undone."""
    location = url_for(str(request.endpoint), **{**(request.view_args or {}), "id": target})
    asked = request.environ["QUERY_STRING"]
    headers = {"Location": f"{location}?{asked}" if asked else location, "Cache-Control": "no-cache"}
    return Response(status=308, headers=headers)


def _included(store: Store, table: Table, names: Iterable[str], documents: list[bytes]) -> bytes:
    whole = [orjson.loads(document) for document in documents]
    found: dict[str, dict[str, bytes]] = {}
    for name in names:
        key, other, ids_of = _INCLUDED[table.name][name]
        ids = {id_ for each in whole for id_ in ids_of(each) if id_}
        found[key] = fetch(store.reader, other, ids)
    return keyed(found)


def _total(store: Store, query: ListQuery) -> dict[str, Any]:
    total, complete = totals.count(store.reader, query.listing, exact=query.count == "exact")
    return {"total": total, "total_relation": "eq" if complete else "gte"}


def next_link(cursor: str | None) -> dict[str, str] | None:
    """Point to the next page (RFC 8288)."""
    return {"Link": f'<{next_address("cursor", cursor)}>; rel="next"'} if cursor else None


def next_address(parameter: str, cursor: str) -> str:
    """Give the path and query of this request with another cursor in one of its parameters."""
    # WSGI hands the path's bytes over as Latin-1.
    path, asked = quote(request.environ["PATH_INFO"], encoding="latin-1"), request.environ["QUERY_STRING"].split("&")
    kept = [each for each in asked if each and not each.startswith(f"{parameter}=")]
    return f"{path}?{'&'.join([*kept, f'{parameter}={cursor}'])}"


def _names(query: Query) -> frozenset[str] | None:
    return frozenset(query["fields"]) if "fields" in query else None
