"""Documents: rendered once by their schema when they are written, read back as bytes."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Select, Table, bindparam, select

from api.store import tables
from api.store.dumping import Dump, dumper
from api.store.reading import Reader
from schemas.actor import ActorSchema
from schemas.article import ArticleSchema
from schemas.event import EventSchema
from schemas.proposal import ProposalSchema
from schemas.statement import StatementSchema

#: What the store sets itself; all else in a document is its content.
BOOKKEEPING = ("version", "created_at", "updated_at")

_DUMPS: Mapping[str, Dump] = {
    "article": dumper(ArticleSchema()),
    "actor": dumper(ActorSchema()),
    "event": dumper(EventSchema()),
    "proposal": dumper(ProposalSchema()),
    "statement": dumper(StatementSchema()),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What is at an id: a document, the id that took over, or a tombstone of what was deleted."""

    etag: str = ""
    document: bytes = b""
    moved_to: str | None = None
    deleted: bool = False


def shape(noun: str, resource: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a resource into the shape of its schema: its fields and no others, in their order."""
    shaped: dict[str, Any] = _DUMPS[noun](resource)
    return shaped


def render(noun: str, resource: Mapping[str, Any]) -> tuple[bytes, str]:
    """Render a resource by its schema; give the document and its strong ETag, the hash of its bytes."""
    document = orjson.dumps(shape(noun, resource))
    return document, etag(document)


def etag(document: bytes) -> str:
    """Make the strong ETag of some bytes."""
    return f'"{urlsafe_b64encode(sha256(document).digest()[:15]).decode()}"'


def find(reader: Reader, table: Table, id_: str, kind: str | None = None) -> Found | None:
    """Read what is at an id, a fact of some kind if one is given; None when nothing is."""
    values = {"id": id_, "kind": kind} if kind else {"id": id_}
    if row := reader.first(_one, (table, kind is not None), values):
        return Found(etag=row[0], document=row[1])
    if row := reader.first(_alias, (), {"resource": table.name, "id": id_}):
        return Found(moved_to=row[0])
    if row := reader.first(_last_change, (kind is not None,), values | {"resource": table.name}):
        return Found(deleted=True) if row[0] == "deleted" else None
    return None


def find_text(reader: Reader, article: str) -> tuple[str, str, str] | None:
    """Read the source of an article as (what stands before the text, the text, what stands after it).

    That of an article that was deleted is kept for its history, but not given here.
    """
    row = reader.first(_text, (), {"id": article})
    return (row[0], row[1], row[2]) if row else None


def fetch(reader: Reader, table: Table, ids: Iterable[str]) -> dict[str, bytes]:
    """Read the documents at many ids; what is not there is left out, what was merged comes under its old id."""
    wanted = sorted(set(ids))
    found: dict[str, bytes] = {}
    for at in range(0, len(wanted), 200):
        found.update(_fetch(reader, table, wanted[at : at + 200]))
    return {id_: found[id_] for id_ in wanted if id_ in found}


def find_targets(reader: Reader, table: Table, ids: Sequence[str]) -> dict[str, str]:
    """Map each id that was merged into another to the one that took over; at most 200 ids."""
    if not ids:
        return {}
    size = in_size(len(ids))
    values = in_values("id", ids, size) | {"resource": table.name}
    return {row[0]: row[1] for row in reader.rows(_aliases, (size,), values)}


def _fetch(reader: Reader, table: Table, ids: Sequence[str]) -> dict[str, bytes]:
    size = in_size(len(ids))
    found = {row[0]: row[1] for row in reader.rows(_many, (table, size), in_values("id", ids, size))}
    moved = find_targets(reader, table, [id_ for id_ in ids if id_ not in found])
    targets = fetch(reader, table, moved.values()) if moved else {}
    return found | {old: targets[new] for old, new in moved.items() if new in targets}


def in_size(count: int) -> int:
    """Round the length of an IN list up, so that few statements serve all lengths."""
    return 1 << max(count - 1, 0).bit_length()


def in_parameters(name: str, size: int) -> list[Any]:
    """Make the bind parameters of an IN list."""
    return [bindparam(f"{name}{at}") for at in range(size)]


def in_values(name: str, values: Sequence[Any], size: int) -> dict[str, Any]:
    """Give an IN list its values; what is left over repeats the last."""
    return {f"{name}{at}": values[min(at, len(values) - 1)] for at in range(size)}


def _one(table: Table, of_kind: bool) -> Select[Any]:
    statement = select(table.c.etag, table.c.document).where(table.c.id == bindparam("id"))
    return statement.where(table.c.kind == bindparam("kind")) if of_kind else statement


def _many(table: Table, size: int) -> Select[Any]:
    return select(table.c.id, table.c.document).where(table.c.id.in_(in_parameters("id", size)))


def _alias() -> Select[Any]:
    alias = tables.aliases
    return select(alias.c.target).where(alias.c.resource == bindparam("resource"), alias.c.id == bindparam("id"))


def _last_change(of_kind: bool) -> Select[Any]:
    change = tables.changes
    statement = select(change.c.action).where(
        change.c.resource == bindparam("resource"), change.c.id == bindparam("id")
    )
    if of_kind:
        statement = statement.where(change.c.noun == bindparam("kind"))
    return statement.order_by(change.c.version.desc()).limit(1)


def _aliases(size: int) -> Select[Any]:
    alias = tables.aliases
    return select(alias.c.id, alias.c.target).where(
        alias.c.resource == bindparam("resource"), alias.c.id.in_(in_parameters("id", size))
    )


def _text() -> Select[Any]:
    texts, article = tables.article_texts, tables.articles
    standing = texts.join(article, article.c.id == texts.c.article_id)
    query = select(texts.c.before, texts.c.text, texts.c.after).select_from(standing)
    return query.where(texts.c.article_id == bindparam("id"))
