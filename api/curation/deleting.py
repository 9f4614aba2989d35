"""Deleting: a tombstone stays, with the history; what is in use goes only together with what uses it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Table

from api.curation.refusal import DisagreementError, standing
from api.ingest.facts import settle
from api.store import tables
from api.store.aliases import former_ids
from api.store.known import Document, load_texts
from api.store.labels import articles_of_fact
from api.store.writing import Writer


def delete(writer: Writer, table: Table, id_: str, *, cascade: bool) -> None:
    """Delete a resource. Raises AbsentError; DisagreementError for one in use, unless what uses it is to `cascade`.

    Facts lose an article's evidence, and those that have no other go too; of an actor, their own wording stays.
    """
    standing(writer, table, id_)
    if table is not tables.facts:
        _release(writer, table, id_, cascade)
    writer.remove(table, id_)


def _release(writer: Writer, table: Table, id_: str, cascade: bool) -> None:
    noun = table.name.removesuffix("s")
    facts = sorted(writer.facts_under(f"{noun}:{id_}"))
    if facts and not cascade:
        some = ", ".join(facts[:5]) + (", ..." if len(facts) > 5 else "")
        raise DisagreementError(
            f"{len(facts)} fact{'s' if len(facts) > 1 else ''} would lose this {noun} ({some}). "
            "Change them first, or send cascade=true."
        )
    alike = {id_, *former_ids(writer.session, table, id_)}
    for fact in writer.load(tables.facts, facts).values():
        rest = without_article(writer, fact, id_) if noun == "article" else without_actors(fact, alike)
        if rest["evidence"]:
            writer.put_fact(settle(rest))
        else:
            writer.remove(tables.facts, fact["id"])


def without_article(writer: Writer, fact: Document, article: str) -> Document:
    """Take an article's evidence off a fact, and every wording that no other article of it has."""
    others = [id_ for id_ in articles_of_fact(fact) if id_ != article]
    words = "\x00".join(texts.text for id_ in others if (texts := load_texts(writer.session, id_)))

    def kept(part: Document, name: str) -> Document:
        return {**part, name: part[name] if part[name] and part[name] in words else None}

    def dated(part: Document) -> Document:
        date = part["date"] and kept(part["date"], "text")
        return {**part, "date": date if date and (date["edtf"] or date["text"]) else None}

    parts = [kept(part, "named_as") for part in fact["actors"]]
    rest = {
        **dated(fact),
        "evidence": [span for span in fact["evidence"] if span["article"] != article],
        "actors": [part for part in parts if part["actor"] or part["named_as"]],
        "quantities": [kept(quantity, "text") for quantity in fact["quantities"]],
    }
    if fact["kind"] == "statement":
        rest = kept(rest, "cue")
    if fact["kind"] == "proposal":
        rest["history"] = [dated(step) for step in fact["history"] if step["evidence"]["article"] != article]
    return rest


def without_actors(fact: Document, gone: Collection[str]) -> Document:
    """Leave the parts of some actors in a fact to nobody who can be told; one without a wording goes."""
    parts = [{**part, "actor": None} if part["actor"] in gone else part for part in fact["actors"]]
    rest = {**fact, "actors": [part for part in parts if part["actor"] or part["named_as"]]}
    if fact["kind"] == "proposal":
        steps = fact["history"]
        rest["history"] = [{**step, "by": None} if step["by"] in gone else step for step in steps]
    return rest
