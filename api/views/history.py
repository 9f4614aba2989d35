"""History: every version of a resource, and how two of them differ. Written once, parameterised by noun."""

from __future__ import annotations

from dataclasses import dataclass

import jsonpatch
import orjson
from flask import Response
from sqlalchemy import Table

from api.protocol import cursors
from api.protocol.answers import JSON, answer, page, require
from api.protocol.operations import Operations
from api.protocol.problems import not_found
from api.store import changes
from api.store.changes import Change
from api.store.documents import etag
from api.store.opening import Store
from api.store.reading import Reader
from api.views import current_store
from api.views.reading import Built, Query, answer_composed, next_link
from schemas.change import JSON_PATCH, ChangeSchema, VersionPageSchema
from schemas.query import DiffQuerySchema, NoQuerySchema, VersionsQuerySchema

_VERSION = "<int(min=1, max=2147483647):version>"


def add_history(blueprint: Operations, table: Table, what: str, kind: str | None = None) -> None:
    """Add the three operations of a noun's history: its versions, one of them, and how it differs from another."""
    history = _History(table, what, kind)
    noun, named = what.capitalize(), f"{'an' if what[0] in 'aeiou' else 'a'} {what}"
    rule = f"/v1/{what}s/<id:id>/versions"

    def list_versions(query: Query, id: str) -> Response:  # noqa: A002 (the name of the path parameter)
        return answer_composed(lambda store, secret: history.list(store, secret, query, id))

    def get_version(_: Query, id: str, version: int) -> Response:  # noqa: A002
        require(JSON)
        body = changes.serve(history.find(current_store().reader, id, version))
        return answer(body, etag(body))

    def get_diff(query: Query, id: str, version: int) -> Response:  # noqa: A002
        def build(store: Store, _: str) -> Built:
            return history.compare(store.reader, id, version, query.get("from")), None

        return answer_composed(build, JSON_PATCH)

    list_versions.__doc__ = f"List the versions of {named}, last one first, also of one that was deleted."
    get_version.__doc__ = f"Read a version of {named}: its document, who wrote it, when and why."
    get_diff.__doc__ = (
        f"Tell how a version of {named} differs from another, as JSON Patch (RFC 6902).\n\n"
        "Applied to the document of the version `from`, the patch gives that of this version. Where nothing was left "
        "at the id, the document is null."
    )
    for place, operation_id, view, query, answers in (
        ("", f"list{noun}Versions", list_versions, VersionsQuerySchema, VersionPageSchema),
        (f"/{_VERSION}", f"get{noun}Version", get_version, NoQuerySchema, ChangeSchema),
    ):
        headers = ("ETag", "Link") if not place else ("ETag",)
        blueprint.operation(
            f"{rule}{place}", operation_id, query=query, answers=answers, errors=(404,), headers=headers
        )(view)
    blueprint.operation(
        f"{rule}/{_VERSION}/diff",
        f"get{noun}Diff",
        query=DiffQuerySchema,
        answers="JsonPatch",
        content_types=(JSON_PATCH,),
        errors=(404,),
        headers=("ETag",),
    )(get_diff)


@dataclass(frozen=True, slots=True)
class _History:
    """The history of a noun: of all that stands in a table, or only of one kind of facts."""

    table: Table
    what: str
    kind: str | None

    def list(self, store: Store, secret: str, query: Query, id_: str) -> Built:
        """Build a page of versions, last one first. Raises ProblemError with 404."""
        bound = f"versions/{self.table.name}/{id_}"
        before = cursors.read(secret, bound, query["cursor"])[0] if query["cursor"] else None
        found = changes.history(store.reader, self.table, id_, query["limit"] + 1, before)
        if not found or not self._is_meant(found[0]):
            raise not_found(f"{self.what} '{id_}'")
        shown = found[: query["limit"]]
        following = cursors.write(secret, bound, (shown[-1].version,)) if len(found) > len(shown) else None
        return page([changes.brief(change) for change in shown], following), next_link(following)

    def find(self, reader: Reader, id_: str, version: int) -> Change:
        """Read a version. Raises ProblemError with 404."""
        found = changes.version(reader, self.table, id_, version)
        if found is None or not self._is_meant(found):
            raise not_found(f"version {version} of the {self.what} '{id_}'")
        return found

    def compare(self, reader: Reader, id_: str, version: int, base: int | None) -> bytes:
        """Make the patch from a version, else from the one before, to another. Raises ProblemError with 404."""
        new = self.find(reader, id_, version).document
        if base is not None:
            return _patch(self.find(reader, id_, base).document, new)
        before = changes.history(reader, self.table, id_, 1, before=version)
        return _patch(before[0].document if before else None, new)

    def _is_meant(self, change: Change) -> bool:
        return self.kind in (None, change.noun)


def _patch(old: bytes | None, new: bytes | None) -> bytes:
    """Make the patch between two documents: it is hardly ever longer than the new one whole."""
    before, after = orjson.loads(old or b"null"), orjson.loads(new or b"null")
    whole = orjson.dumps([{"op": "replace", "path": "", "value": after}])
    steps = jsonpatch.make_patch(before, after)
    patch = orjson.dumps(steps.patch)
    return min(patch, whole, key=len)
