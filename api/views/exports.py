"""Exports: whole resources in the formats of other tools, streamed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, request

from api.exports.formats import FORMATS, Format, formats_of
from api.exports.resources import RESOURCES, Resource, Selection, SelectionError
from api.protocol.answers import require
from api.protocol.arguments import invalid_parameters
from api.protocol.operations import Operations
from api.protocol.problems import ProblemError
from api.store.opening import Store
from api.views import require_texts
from api.views.reading import Query
from api.views.streaming import answer_stream
from schemas.actor import ActorSchema
from schemas.article import ArticleSchema
from schemas.change import ChangeSchema
from schemas.event import EventSchema
from schemas.export import LinkedDataSchema
from schemas.proposal import ProposalSchema
from schemas.statement import StatementSchema

EXPORTS = Operations("exports", __name__, description="Whole lists, in the formats of other tools.")

#: What a line of NDJSON is.
_DOCUMENTS: dict[str, Any] = {
    "facts": "Fact",
    "events": EventSchema,
    "proposals": ProposalSchema,
    "statements": StatementSchema,
    "articles": ArticleSchema,
    "actors": ActorSchema,
    "changes": ChangeSchema,
}
_SCHEMAS = {"jsonld": LinkedDataSchema}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be exported, made once for each query string."""

    format: str | None
    after: str | None
    selection: Selection
    texts: bool


def _add(resource: Resource) -> None:
    """Add the operation that exports a resource."""

    def make(query: Query) -> _Asked:
        try:
            selection = resource.select(query)
        except SelectionError as error:
            raise invalid_parameters([(error.parameter, str(error))]) from error
        return _Asked(query["format"], query["after"], selection, query.get("texts", False))

    def export(asked: _Asked) -> Response:
        format_ = _format_of(resource, asked.format)
        if asked.texts:
            require_texts()

        def find(store: Store, _: str) -> Any:
            return _find(store, asked) if asked.after else None

        name = {"Content-Disposition": f'attachment; filename="{resource.name}.{format_.suffix}"'}
        return answer_stream(resource, format_, asked.selection, _address(), find, name)

    export.__doc__ = f"""Export all {resource.name} that the filters let through, in the order of their list.

    The answer is sent as it is read, and shows one moment: its ETag names it, and `Link` with rel="monitor" is where
    the feed of changes goes on from there. A connection that is cut ends the body without its end, which is an error to
    HTTP clients. Then `after` goes on behind the last row that came whole, with the bytes that are missing; they are of
    the same moment if the ETag is the same.
    """
    formats = formats_of(resource)
    EXPORTS.operation(
        f"/v1/exports/{resource.name}",
        f"export{resource.name.capitalize()}",
        query=resource.query,
        make=make,
        answers=_DOCUMENTS[resource.name],
        content_types=(formats[0].content_type,),
        alternatives=[(each.content_type.partition(";")[0], _SCHEMAS.get(each.name, "text")) for each in formats[1:]],
        headers=("ETag", "Link", "Content-Disposition"),
    )(export)


def _format_of(resource: Resource, name: str | None) -> Format:
    """Choose the format: by its name, else by what the client takes; raises ProblemError with 406."""
    formats = formats_of(resource)
    if name is not None:
        formats = [each for each in formats if each is FORMATS[name]]
        if not formats:
            detail = f"{resource.name.capitalize()} are exported as {' or '.join(resource.formats)}, not as {name}."
            raise ProblemError("not-acceptable", detail)
    chosen = require(*(each.content_type for each in formats))
    return next(each for each in formats if each.content_type == chosen)


def _find(store: Store, asked: _Asked) -> Any:
    place = asked.selection.find(store.reader, str(asked.after))
    if place is None:
        raise invalid_parameters([("after", "Nothing is there, or not any more; begin anew.")])
    return place


def _address() -> str:
    """Identify the export, wherever it begins."""
    asked = [each for each in request.environ["QUERY_STRING"].split("&") if not each.startswith("after=")]
    return f"{request.path}?{'&'.join(asked)}"


for _resource in RESOURCES.values():
    _add(_resource)
