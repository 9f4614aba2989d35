"""Editing: the calls by which resources are changed, deleted, reviewed and merged, parameterised by noun."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import Schema
from sqlalchemy import Table
from sqlalchemy.orm import Session

from api.curation.deleting import delete
from api.curation.merging import unmerge
from api.protocol.arguments import read_body, read_json
from api.protocol.operations import Operations
from api.store.writing import Writer
from api.views.reading import Query
from api.views.writing import Written, answer_write, match, new_writer, written_document
from schemas.edit import MERGE_PATCH, MergeInputSchema
from schemas.query import DeleteQuerySchema, NoQuerySchema

#: A merge patch may be sent as plain JSON: tools that know no other type shall not stop anyone.
_PATCH_TYPES = (MERGE_PATCH, "application/json")
_ARTICLE = {"a": "an", "e": "an"}
_MERGE = MergeInputSchema()


def add_patch(
    blueprint: Operations,
    table: Table,
    noun: str,
    *,
    document: type[Schema],
    patch: type[Schema],
    edit: Callable[[Writer, str, object], None],
) -> None:
    """Add the call that changes one of a noun's resources."""

    def patch_one(_: Query, id: str) -> Response:  # noqa: A002 (the name of the path parameter)
        sent = read_json(_PATCH_TYPES)

        def work(session: Session) -> Written:
            writer = new_writer(session)
            match(writer, table, id, _kind(table, noun))
            edit(writer, id, sent)
            return written_document(writer, table, id)

        return answer_write(work)

    patch_one.__doc__ = f"Change {_a(noun)} by a merge patch; its evidence is checked again."
    if table.name != "facts":
        patch_one.__doc__ = f"Change {_a(noun)} by a merge patch."
    blueprint.operation(
        f"/v1/{noun}s/<id:id>",
        f"update{noun.capitalize()}",
        method="PATCH",
        scope="edit",
        query=NoQuerySchema,
        body=patch,
        body_types=_PATCH_TYPES,
        answers=document,
        headers=("ETag",),
        request_headers=("If-Match", "X-Change-Note"),
        errors=(404, 409, 410),
        redirects=True,
    )(patch_one)


def add_delete(blueprint: Operations, table: Table, noun: str) -> None:
    """Add the call that deletes one of a noun's resources."""
    in_use = table.name != "facts"

    def delete_one(query: Query, id: str) -> Response:  # noqa: A002
        def work(session: Session) -> Written:
            writer = new_writer(session)
            match(writer, table, id, _kind(table, noun))
            delete(writer, table, id, cascade=query.get("cascade", False))
            writer.flush()
            return Written(204)

        return answer_write(work)

    delete_one.__doc__ = f"Delete {_a(noun)}; its history stays readable."
    blueprint.operation(
        f"/v1/{noun}s/<id:id>",
        f"delete{noun.capitalize()}",
        method="DELETE",
        scope="edit",
        query=DeleteQuerySchema if in_use else NoQuerySchema,
        answers=None,
        statuses=(204,),
        request_headers=("If-Match", "X-Change-Note"),
        errors=(404, 409, 410) if in_use else (404, 410),
        redirects=True,
    )(delete_one)


def add_merge(
    blueprint: Operations,
    table: Table,
    noun: str,
    *,
    document: type[Schema] | str,
    merge: Callable[[Writer, str, str], str],
) -> None:
    """Add the calls by which one of a noun's resources takes over from another one, and gives back."""

    def merge_one(_: Query, id: str) -> Response:  # noqa: A002
        into = read_body(_MERGE)["into"]

        def work(session: Session) -> Written:
            writer = new_writer(session)
            match(writer, table, id)
            return written_document(writer, table, merge(writer, id, into))

        return answer_write(work)

    def unmerge_one(_: Query, id: str) -> Response:  # noqa: A002
        def work(session: Session) -> Written:
            writer = new_writer(session)
            unmerge(writer, table, id)
            return written_document(writer, table, id)

        return answer_write(work)

    merge_one.__doc__ = f"Merge {_a(noun)} into another, which takes over; the answer is the one that stays."
    unmerge_one.__doc__ = f"Let {_a(noun)} that was merged into another stand for itself again."
    common: dict[str, Any] = {
        "method": "POST",
        "scope": "edit",
        "query": NoQuerySchema,
        "answers": document,
        "headers": ("ETag",),
        "errors": (404, 409, 410),
    }
    blueprint.operation(
        f"/v1/{noun}s/<id:id>/merge",
        f"merge{noun.capitalize()}",
        body=MergeInputSchema,
        request_headers=("If-Match", "Idempotency-Key", "X-Change-Note"),
        redirects=True,
        **common,
    )(merge_one)
    blueprint.operation(
        f"/v1/{noun}s/<id:id>/unmerge",
        f"unmerge{noun.capitalize()}",
        request_headers=("Idempotency-Key", "X-Change-Note"),
        **common,
    )(unmerge_one)


def _kind(table: Table, noun: str) -> str | None:
    return noun if table.name == "facts" else None


def _a(noun: str) -> str:
    return f"{_ARTICLE.get(noun[0], 'a')} {noun}"
