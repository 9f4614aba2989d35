"""Preparing a sheet: all of storing it that asks nothing of the store, so that nobody has to wait for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from api.ingest.anchoring import NotAnchoredError, anchor
from api.ingest.dates import read_date
from api.ingest.facts import Context, read_fact
from api.ingest.identity import FactIds, claim_of, id_of_article
from api.ingest.merging import without_doubles
from api.ingest.refusal import Flaws, Path
from api.ingest.sheets import KINDS, Sheet, read
from api.store.entries import passages_of_fact
from api.store.known import Document, Texts
from api.store.words import words_of
from schemas.errors import Flaw

#: Facts, each with its place in the sheet.
Facts = list[tuple[Path, Document]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sheet that was read: its article and facts as they are stored if the store knows nothing of them yet.

    `flaws` tell what is wrong with the sheet and its article, `fact_flaws` with its facts.
    """

    sheet: Sheet
    article: Document
    texts: Texts
    claim: str
    flaws: list[Flaw]
    facts: Facts
    fact_flaws: list[Flaw]
    #: The words of all passages of the facts that are searched in.
    words: dict[str, list[str]]


def prepare(sheet: Mapping[str, Any]) -> Prepared:
    """Read a sheet as sent. Raises SheetRefusedError when not even its article can be read."""
    checked = read(sheet)
    flaws, fact_flaws = Flaws(checked.flaws), Flaws([])
    new, texts = checked.article, _texts(checked.article, flaws)
    digest = sha256(texts.text.encode()).hexdigest()
    claim = claim_of(new["publisher"], new["url"], digest)
    content = {name: value for name, value in new.items() if name not in ("text", "source")} | {
        "id": new["id"] or id_of_article(claim),
        "published_at": read_date(new["published_at"], ("article", "published_at"), texts.source, flaws),
        "media": [
            {**medium, "date": read_date(medium["date"], ("article", "media", at, "date"), texts.source, flaws)}
            for at, medium in enumerate(new["media"])
        ],
        "text_sha256": digest,
        "received_sha256": new["received_sha256"] or sha256(texts.source.encode()).hexdigest(),
        "story_start": len(texts.before),
        "word_count": len(texts.words),
    }
    facts = read_facts(checked, content["id"], texts.text, (), fact_flaws)
    passages = {passage for _, fact in facts for passage in passages_of_fact(fact)}
    return Prepared(
        checked,
        without_doubles(content),
        texts.worked_out(),
        claim,
        flaws.found,
        facts,
        fact_flaws.found,
        {passage: words_of(passage) for passage in passages},
    )


def read_facts(sheet: Sheet, article: str, text: str, gone: Collection[str], flaws: Flaws) -> Facts:
    """Read the facts of a sheet under their ids; actors that are `gone` are nobody any more."""
    ids, context = FactIds(article), Context(article, {article: text}, gone, flaws)
    facts: Facts = []
    for plural, kind in KINDS.items():
        for at, new in sheet.facts[plural].items():
            fact = read_fact(kind, new, (plural, at), context)
            fact["id"] = fact["id"] or ids.derive(kind, fact["evidence"])
            facts.append(((plural, at), fact))
    return facts


def _texts(new: Document, flaws: Flaws) -> Texts:
    text, source, start = new["text"], new["source"], new["story_start"]
    if source is None:
        source, start = text, 0
    try:
        start = anchor(source, text, start=start)
    except NotAnchoredError as error:
        flaws.add(("article", "text"), f"The text must be a slice of the source. {error}")
        flaws.refuse_any()
    return Texts(source[:start], text, source[start + len(text) :])
