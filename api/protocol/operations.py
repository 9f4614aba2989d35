"""Operations: how a view is declared, so that what it does and what the OpenAPI document says are the same thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema

from api.protocol.answers import JSON
from api.protocol.arguments import QueryReader
from api.protocol.openapi import problem_response

View = Callable[..., Response]

#: What any operation may answer; 500 is declared, so that clients know its shape, and never meant.
_ALWAYS = (400, 406, 414, 422, 500, 503)
_HEADERS = {
    "ETag": ("Strong validator, for If-None-Match", {"type": "string"}),
    "Link": ('RFC 8288: the next page, as rel="next"', {"type": "string"}),
}


class Operations(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A blueprint whose operations are declared in one go."""

    def operation(
        self,
        rule: str,
        operation_id: str,
        *,
        query: type[Schema],
        answers: Schema | type[Schema] | str,
        make: Callable[[MappingProxyType[str, Any]], Any] = lambda query: query,
        content_types: Sequence[str] = (JSON,),
        alternatives: Sequence[tuple[str, type[Schema]]] = (),
        body: type[Schema] | None = None,
        method: str = "GET",
        errors: Sequence[int] = (),
        headers: Sequence[str] = (),
        redirects: bool = False,
        conditional: bool = True,
    ) -> Callable[[View], View]:
        """Declare a view: it is called with what `make` makes of the query, once for each query string.

        Documented are the query's parameters, the answer (a schema, or 'text'), other answers by content type, the
        problems it can meet besides those that any operation can, and the headers of its answer.
        """
        reader = QueryReader(query(), make)
        described = {name: {"description": _HEADERS[name][0], "schema": _HEADERS[name][1]} for name in headers}

        def declare(view: View) -> View:
            @wraps(view)
            def read_and_call(**path: Any) -> Response:
                return view(reader.read(), **path)

            def answer(content_type: str, schema: Any) -> dict[str, Any]:
                return {
                    "description": "OK",
                    "schema": schema,
                    "headers": described,
                    "content_type": content_type,
                }

            plain: Any = {"type": "string"} if answers == "text" else answers
            responses: dict[Any, list[Any]] = {
                200: [
                    *(answer(other, schema) for other, schema in reversed(alternatives)),
                    answer(content_types[0].partition(";")[0], plain),
                ]
            }
            if conditional:
                responses[304] = [{"description": "Not modified", "content_type": None}]
            if redirects:
                moved = {"Location": {"description": "Where it is now", "schema": {"type": "string"}}}
                responses[308] = [{"description": "Merged into another", "headers": moved, "content_type": None}]
            for status in sorted({*_ALWAYS, *errors}):
                responses[status] = [problem_response(status)]
            parameters: list[Any] = [{"in": "query", "required": True, "schema": query}]
            if body is not None:
                parameters.append({"in": "json", "required": True, "schema": body})
            read_and_call._apidoc = {  # type: ignore[attr-defined]
                "arguments": {"parameters": parameters},
                "response": {"responses": responses},
                "manual_doc": {"operationId": operation_id},
            }
            endpoint = operation_id
            self.add_url_rule(rule, endpoint, read_and_call, methods=[method])
            return read_and_call

        return declare
