"""Merging: two ids, one thing. What was merged leads to what took over, and can be parted from it again."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Table

from api.curation.deleting import without_actors, without_article
from api.curation.refusal import DisagreementError, standing
from api.ingest.facts import forget_facts, settle
from api.ingest.merging import difference, merge, united
from api.ingest.refusal import Flaws
from api.store import tables
from api.store.aliases import former_ids
from api.store.changes import Change
from api.store.known import Document, load_version, resolve
from api.store.labels import articles_of_fact
from api.store.writing import Writer


def merge_facts(writer: Writer, id_: str, into: str) -> str:
    """Let another fact take over, with all evidence of both; give its id. Its own codes and wording stay."""
    fact = standing(writer, tables.facts, id_)
    into = _target(writer, tables.facts, id_, into)
    target = standing(writer, tables.facts, into)
    if fact["kind"] != target["kind"]:
        raise DisagreementError(f"'{id_}' is of kind {fact['kind']}, '{into}' of kind {target['kind']}.")
    joined = merge(target, fact, on_conflict="keep", path=(), flaws=Flaws([]))
    # What the two said of each other, under whichever id, would now be said of itself.
    alike = [former for each in (id_, into) for former in former_ids(writer.session, tables.facts, each)]
    forget_facts(joined, {id_, into, *alike})
    writer.remove(tables.facts, id_, into=into)
    writer.put_fact(settle(joined))
    return into


def merge_actors(writer: Writer, id_: str, into: str) -> str:
    """Let another actor take over; give its id. Facts keep the id they were written with, and are found under both."""
    actor = standing(writer, tables.actors, id_)
    into = _target(writer, tables.actors, id_, into)
    standing(writer, tables.actors, into)
    writer.remove(tables.actors, id_, into=into, left={**actor, "merged_into": into})
    return into


def unmerge(writer: Writer, table: Table, id_: str) -> None:
    """Let what was merged into another stand for itself again, as it was; the other loses what came with it.

    Raises DisagreementError for what is not merged, or cannot be parted any more.
    """
    change = load_version(writer.session, table, id_)
    current = resolve(writer.session, table, [id_]).get(id_)
    if change is None or current is None or change.target is None:
        standing(writer, table, id_)
        raise DisagreementError(f"'{id_}' is not merged into another.")
    if current != change.target:
        raise DisagreementError(
            f"'{id_}' was merged into '{change.target}', which was merged since: unmerge that first."
        )
    before = _document(writer, table, id_, change.version - 1)
    if table is tables.actors:
        writer.put_actor(before)
        return
    before = _of_today(writer, before)
    if not before["evidence"]:
        raise DisagreementError(f"All evidence of '{id_}' is in articles that were deleted.")
    target = writer.load(tables.facts, [current]).get(current)
    rest = target and _parted(writer, target, change)
    writer.put_fact(settle(before))
    if rest:
        writer.put_fact(settle(rest))


def _target(writer: Writer, table: Table, id_: str, into: str) -> str:
    target = resolve(writer.session, table, [into]).get(into, into)
    if target == id_:
        raise DisagreementError(f"'{id_}' cannot be merged into itself.")
    return target


def _parted(writer: Writer, target: Document, merge_: Change) -> Document:
    """Take off a fact what came to it by a merge, and give back what it lost; what was changed since stays."""
    id_, version = target["id"], merge_.target_version
    if version is None:
        raise DisagreementError(f"What '{id_}' was before the merge is not known here.")
    after = load_version(writer.session, tables.facts, id_, version + 1)
    # Where the other one had nothing new to say, the next version is of somebody else's making.
    joined_in = version + 1 if after and after.at == merge_.at else version
    before, joined = (_of_today(writer, _document(writer, tables.facts, id_, each)) for each in (version, joined_in))
    rest = {name: _undone(name, value, joined[name], before[name]) for name, value in target.items()}
    if not rest["evidence"]:
        raise DisagreementError(f"'{id_}' would be left without evidence.")
    for article in set(articles_of_fact(target)) - set(articles_of_fact(rest)):
        rest = without_article(writer, rest, article)
    return rest


def _undone(name: str, now: Any, joined: Any, before: Any) -> Any:
    """Undo what a merge did to one field."""
    if now == joined:
        return before
    if not isinstance(now, list):
        return now
    came, lost = difference(name, joined, before), difference(name, before, joined)
    return united(name, difference(name, now, came), lost)


def _of_today(writer: Writer, fact: Document) -> Document:
    """Take out of a former version of a fact what was deleted since."""
    articles, named = articles_of_fact(fact), {part["actor"] for part in fact["actors"] if part["actor"]}
    for article in set(articles) - writer.load(tables.articles, articles).keys():
        fact = without_article(writer, fact, article)
    moved = resolve(writer.session, tables.actors, named)
    stored = writer.load(tables.actors, {moved.get(each, each) for each in named})
    return without_actors(fact, {each for each in named if moved.get(each, each) not in stored})


def _document(writer: Writer, table: Table, id_: str, version: int) -> Document:
    change = load_version(writer.session, table, id_, version)
    if change is None or change.document is None:
        raise DisagreementError(f"Version {version} of '{id_}' is not kept.")
    document: Document = orjson.loads(change.document)
    return document
