"""Editing: a merge patch (RFC 7396) is applied to what can be edited of a resource, and the whole is checked again.

What is stored differs from what is sent in what follows from other parts; that is taken off before, and put on again
after. So a patch that breaks evidence is refused for the same reasons, in the same words, as a sheet would be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError
from sqlalchemy import Table

from api.curation.refusal import standing
from api.ingest.dates import read_bounds, read_date
from api.ingest.facts import Context, facts_named, read_fact
from api.ingest.identity import claim_of
from api.ingest.merging import without_doubles
from api.ingest.refusal import Flaws, Path, SheetRefusedError
from api.store import tables
from api.store.known import Document, Texts, claimant, load_texts, resolve
from api.store.labels import articles_of_fact
from api.store.writing import Writer
from schemas.edit import (
    ActorEditSchema,
    ArticleEditSchema,
    EventEditSchema,
    ProposalEditSchema,
    StatementEditSchema,
)
from schemas.errors import Flaw, flaws, pointer_to

_SCHEMAS: Mapping[str, Schema] = {
    "article": ArticleEditSchema(),
    "actor": ActorEditSchema(),
    "event": EventEditSchema(),
    "proposal": ProposalEditSchema(),
    "statement": StatementEditSchema(),
}


def edit_fact(writer: Writer, id_: str, patch: object) -> None:
    """Change a fact of any kind. Raises SheetRefusedError with all that is wrong with what would come of it."""
    fact = standing(writer, tables.facts, id_)
    edited = _edited(fact["kind"], fact, patch)
    named = [span["article"] for span in edited["evidence"]]
    known = dict.fromkeys([*articles_of_fact(fact), *(article for article in named if article)])
    # Of several articles each quotation names its own.
    article = next(iter(known)) if len(known) == 1 else None
    texts = _texts(writer, [each or article for each in named])
    if not all((each or article) in texts for each in named):
        # Something will be refused for that; its wording need not be.
        texts |= _texts(writer, articles_of_fact(fact))
    if "history" in edited:
        edited["history"] = [_quoted(step, article, texts) for step in edited["history"]]
    found = Flaws([])
    _check_actors(writer, edited, found)
    _check_facts(writer, id_, edited, found)
    context = Context(article, texts, (), found)
    content = read_fact(fact["kind"], edited, (), context)
    found.refuse_any()
    # Whoever edits has decided nothing.
    writer.put_fact({**fact, **content, "review": fact["review"]})


def edit_actor(writer: Writer, id_: str, patch: object) -> None:
    """Change an actor."""
    actor = standing(writer, tables.actors, id_)
    _put_actor(writer, id_, _edited("actor", actor, patch), actor)


def replace_actor(writer: Writer, id_: str, sent: Any) -> None:
    """Create an actor, or replace all that is known of it. What nobody can change may come back as it was read."""
    known = writer.load(tables.actors, [id_]).get(id_)
    schema = _SCHEMAS["actor"]
    if isinstance(sent, dict):
        fixed = known or {"id": id_}
        sent = {name: value for name, value in sent.items() if name in schema.fields or value != fixed.get(name, ...)}
    try:
        content = schema.load(sent)
    except ValidationError as error:
        raise SheetRefusedError(flaws(error, schema)) from error
    _put_actor(writer, id_, content, known)


def _put_actor(writer: Writer, id_: str, content: Mapping[str, Any], known: Document | None) -> None:
    found = Flaws([])
    for at, held in enumerate(content["positions"]):
        for end in ("start", "end"):
            read_bounds(held[end], ("positions", at, end), found)
    members = content["member_of"]
    moved = resolve(writer.session, tables.actors, members)
    current = [moved.get(each, each) for each in members]
    stored = writer.load(tables.actors, current)
    for at, each in enumerate(members):
        # What was a member before may have been deleted since, or have become this very actor.
        is_new = known is None or each not in known["member_of"]
        if is_new and (current[at] == id_ or current[at] not in stored):
            found.add(("member_of", at), f"No actor '{each}' to be a member of.")
    found.refuse_any()
    writer.put_actor({**(known or {}), **without_doubles({**content}), "id": id_, "merged_into": None})


def edit_article(writer: Writer, id_: str, patch: object) -> None:
    """Change what is known of an article besides its text, which never changes."""
    article = standing(writer, tables.articles, id_)
    texts = load_texts(writer.session, id_) or Texts("", "", "")
    edited = _edited("article", article, patch)
    found = Flaws([])
    content = {
        **edited,
        "published_at": read_date(edited["published_at"], ("published_at",), texts.source, found),
        "media": [
            {**medium, "date": read_date(medium["date"], ("media", at, "date"), texts.source, found)}
            for at, medium in enumerate(edited["media"])
        ],
    }
    claim = claim_of(content["publisher"], content["url"], article["text_sha256"])
    holder = claimant(writer.session, claim)
    if holder not in (None, id_):
        found.conflicts += 1
        found.add(("url",), f"The article '{holder}' is the same text of the same publisher at the same URL.")
    for name in ("origin_id", "revises"):
        if id_ == content[name] != article[name]:
            found.add((name,), "An article does not point to itself.")
    found.refuse_any()
    writer.put_article({**article, **without_doubles(content)}, texts, claim)


def _edited(noun: str, document: Document, patch: object) -> Document:
    """Apply a patch, and read what it changes by its schema; what it repeats unchanged may be what nobody can change.

    What is stored is not read again: a fact may have come to more evidence than anybody may send at once.
    """
    if not isinstance(patch, dict):
        raise SheetRefusedError([Flaw("", "A merge patch is a JSON object.")])
    schema = _SCHEMAS[noun]
    editable = {name: document[name] for name in schema.fields}
    asked = {name: value for name, value in patch.items() if name not in document or value != document[name]}
    fixed = {name for name in asked if name not in editable and (name in document or name in schema.exclude)}
    found = [Flaw(pointer_to(name), "This cannot be changed by a patch.") for name in asked if name in fixed]
    unknown = {name: value for name, value in asked.items() if name not in editable and name not in fixed}
    patched = _merge_patch(editable, {name: value for name, value in asked.items() if name in editable})
    changed = {name: value for name, value in patched.items() if name in asked}
    try:
        read: Document = schema.load(changed | unknown, partial=tuple(editable.keys() - asked.keys()))
    except ValidationError as error:
        raise SheetRefusedError(found + flaws(error, schema)) from error
    if found:
        raise SheetRefusedError(found)
    return editable | read


def _merge_patch(target: Any, patch: Any) -> Any:
    """Apply a merge patch: RFC 7396, section 2, word for word."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merge_patch(merged.get(name), value)
    return merged


def _texts(writer: Writer, articles: Iterable[str | None]) -> dict[str, str]:
    """Read the texts of those articles that there are."""
    stored = writer.load(tables.articles, {id_ for id_ in articles if id_})
    found = {id_: load_texts(writer.session, id_) for id_ in stored}
    return {id_: texts.text for id_, texts in found.items() if texts}


def _quoted(step: Document, article: str | None, texts: Mapping[str, str]) -> Document:
    """Quote what stands at a place; what stands nowhere will not be found in any text."""
    span = {"exact": None, "prefix": None, "suffix": None, **step["evidence"]}
    if span["exact"] is None:
        text = texts.get(span["article"] or article or "", "")
        span["exact"] = text[span["start"] or 0 : span["end"] or 0] or "\x00"
    return {**step, "evidence": span}


def _check_actors(writer: Writer, fact: Document, found: Flaws) -> None:
    """See that every actor that a fact names is there; who took a step may have been deleted since."""
    places: list[tuple[Path, str]] = [
        (("actors", at, "actor"), part["actor"]) for at, part in enumerate(fact["actors"]) if part["actor"]
    ]
    steps: list[tuple[Path, str]] = [
        (("history", at, "by"), step["by"]) for at, step in enumerate(fact.get("history", ())) if step["by"]
    ]
    current = _current(writer, tables.actors, [id_ for _, id_ in (*places, *steps)])
    stored = writer.load(tables.actors, current.values())
    gone = writer.buried(tables.actors, set(current.values()))
    for path, id_ in (*places, *steps):
        if current[id_] in gone and path[0] == "actors":
            found.add(path, f"The actor '{id_}' was deleted.")
        elif current[id_] not in stored and current[id_] not in gone:
            found.add(path, f"No actor '{id_}' in the store.")


def _check_facts(writer: Writer, id_: str, fact: Document, found: Flaws) -> None:
    """See that every fact that a fact speaks of is there, or was, and is another one."""
    named = list(facts_named(fact))
    current = _current(writer, tables.facts, [other for _, other in named])
    known = writer.load(tables.facts, current.values()).keys() | writer.buried(tables.facts, set(current.values()))
    for path, other in named:
        if current[other] == id_:
            found.add(path, "A fact is not related to itself.")
        elif current[other] not in known:
            found.add(path, f"No fact '{other}' in the store.")


def _current(writer: Writer, table: Table, ids: Iterable[str]) -> dict[str, str]:
    """Map ids to those of today."""
    ids = list(ids)
    return dict(zip(ids, ids, strict=True)) | resolve(writer.session, table, ids)
