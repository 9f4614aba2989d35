"""Operations: how a view is declared, so that what it does and what the OpenAPI document says are the same thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema

from api.protocol.answers import JSON
from api.protocol.arguments import QueryReader
from api.protocol.keys import admit
from api.protocol.openapi import describe_headers, problem_response
from api.protocol.preconditions import POSITION, REQUEST_HEADERS, seen_position

View = Callable[..., Response]

#: What any operation may answer; 500 is declared, so that clients know its shape, and never meant. What stands outside
#: of keys and limits may be put behind those of a proxy.
_ALWAYS = (400, 401, 406, 414, 422, 429, 500, 503)
_STATUSES = {200: "OK", 201: "Created", 202: "Accepted", 204: "No content"}
#: Under here keys and limits are looked at; what stands outside is for the operator's tools and for people.
_GUARDED = "/v1/"


class Operations(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A blueprint whose operations are declared in one go."""

    def operation(
        self,
        rule: str,
        operation_id: str,
        *,
        query: type[Schema],
        answers: Schema | type[Schema] | str | None,
        make: Callable[[MappingProxyType[str, Any]], Any] = lambda query: query,
        content_types: Sequence[str] = (JSON,),
        alternatives: Sequence[tuple[str, type[Schema] | str]] = (),
        body: type[Schema] | None = None,
        body_types: Sequence[str] = (JSON,),
        method: str = "GET",
        statuses: Sequence[int] = (200,),
        others: Mapping[int, type[Schema]] = MappingProxyType({}),
        scope: str | None = None,
        errors: Sequence[int] = (),
        headers: Sequence[str] = (),
        request_headers: Sequence[str] = (),
        redirects: bool = False,
        conditional: bool = True,
    ) -> Callable[[View], View]:
        """Declare a view: it is called with what `make` makes of the query, once for each query string.

        Whoever calls must have a key with `scope`; None is reading. That is seen to before anything else is read.

        Documented are the query's parameters, the answer (a schema, or 'text') to every one of `statuses` but 204,
        answers of `others` by status, other answers by content type, the headers of both sides, and the problems that
        it can meet besides those which follow from all this. If-Match is documented as required, except of PUT, which
        may create.
        """
        reader = QueryReader(query(), make)
        guarded = rule.startswith(_GUARDED)
        told, asked_for = _positions(guarded, method, scope)
        headers, request_headers = (*headers, *told), (*request_headers, *asked_for)

        def declare(view: View) -> View:
            @wraps(view)
            def read_and_call(**path: Any) -> Response:
                if guarded:
                    _enter(scope, method)
                return view(reader.read(), **path)

            shown = [*alternatives[::-1], (content_types[0].partition(";")[0], answers)]
            responses = _successes(statuses, shown if answers is not None else [], headers)
            for status, other in others.items():
                responses |= _successes([status], [(JSON, other)], headers)
            if conditional and method == "GET":
                responses[304] = [_without_body("Not modified")]
            if redirects:
                responses[308] = [_without_body("Merged into another", "Location")]
            implied = _implied(scope, body is not None, request_headers)
            for status in sorted({*_ALWAYS, *implied, *errors}):
                responses[status] = [problem_response(status)]
            asked = [_describe_request_header(name, method) for name in request_headers]
            manual: dict[str, Any] = {"operationId": operation_id}
            if scope is not None:
                manual["security"] = [{"key": []}]
            if body is not None:
                manual["requestBody"] = _describe_body(body, body_types)
            parameters: list[Any] = [{"in": "query", "required": True, "schema": query}, *asked]
            read_and_call._apidoc = {  # type: ignore[attr-defined]
                "arguments": {"parameters": parameters},
                "response": {"responses": responses},
                "manual_doc": manual,
            }
            self.add_url_rule(rule, operation_id, read_and_call, methods=[method])
            return read_and_call

        return declare


def _enter(scope: str | None, method: str) -> None:
    """Let the current request through; what is wrong with the position that it names is said even if none is needed."""
    admit(scope)
    if method == "GET":
        seen_position()


def _positions(guarded: bool, method: str, scope: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say by which headers an operation tells how far it wrote, and is told how new its answer is to be."""
    if method == "GET":
        return (), (POSITION,) if guarded else ()
    return (POSITION,) if guarded and scope is not None else (), ()


def _successes(
    statuses: Sequence[int], shown: Iterable[tuple[str, Any]], headers: Sequence[str]
) -> dict[Any, list[Any]]:
    """Describe what is answered when all goes well."""
    contents = [{"content_type": kind, "schema": {} if schema == "text" else schema} for kind, schema in shown]
    responses: dict[Any, list[Any]] = {}
    for status in statuses:
        # What was there already has no new place.
        named = [name for name in headers if name != "Location" or status in (201, 202)]
        common = {"description": _STATUSES[status], "headers": describe_headers(named)}
        responses[status] = [common | content for content in contents or [{"content_type": None}]]
    return responses


def _without_body(description: str, *headers: str) -> dict[str, Any]:
    return {"description": description, "headers": describe_headers(headers), "content_type": None}


def _implied(scope: str | None, has_body: bool, request_headers: Sequence[str]) -> Iterable[int]:
    """Say which problems follow from what is declared."""
    if scope is not None:
        yield from (403, 507)
    if has_body:
        yield from (413, 415)
    if "If-Match" in request_headers:
        yield from (412, 428)


def _describe_request_header(name: str, method: str) -> dict[str, Any]:
    description, schema = REQUEST_HEADERS[name]
    required = name == "If-Match" and method != "PUT"
    return {"in": "header", "name": name, "required": required, "description": description, "schema": dict(schema)}


def _describe_body(schema: type[Schema], types: Sequence[str]) -> Mapping[str, Any]:
    return {"required": True, "content": {each: {"schema": schema} for each in types}}
