"""Drafts: a sheet that nobody has read yet is matched with the store, stored, and what is likely is suggested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from api.ingest import Outcome, ingest
from api.ingest.dates import read_date
from api.ingest.identity import claim_of, id_of_article, id_of_suggestion
from api.ingest.preparing import read_facts
from api.ingest.redrafting import Redrafting
from api.ingest.refusal import Flaws
from api.ingest.sheets import KINDS, read
from api.matching.candidates import Candidates, current_actors
from api.matching.copies import find_origin
from api.matching.likeness import Likeness, compare, tell
from api.store import suggestions, tables
from api.store.entries import days
from api.store.known import Document, claimant
from api.store.suggestions import Suggestion
from api.store.times import Clock, now, written
from api.store.writing import Author, Writer
from schemas.suggestion import SuggestionState
from schemas.vocabulary import ReviewStatus

#: The kind of a fact, and the places of the words by which one article tells it.
_Told = tuple[str, frozenset[tuple[int, int]]]

#: So many suggestions are made of a draft, the likeliest.
_SUGGESTED = 3
#: So many drafts of an article are matched: others wait meanwhile to write, and no news has as many facts.
_MATCHED = 500


@dataclass(slots=True)
class _Draft:
    """A fact of a sheet, as it would be stored, and the known facts that are like it."""

    id: str
    fact: Document
    near: list[tuple[Document, Likeness]] = field(default_factory=list)


def ingest_drafts(
    session: Session,
    sheet: Mapping[str, Any],
    *,
    clock: Clock = now,
    by: str | None = None,
    note: str | None = None,
    redrafting: Redrafting | None = None,
) -> Outcome:
    """Store the facts that a program drafted of an article, in the session's transaction, whole or not at all.

    `sheet` is a fact sheet. Its article gets the `origin_id` of the stored story that it is a copy of; a draft that
    tells a pending fact of another article becomes a second source of it; suggestions are made of what is likely.
    Stored is what `ingest` stores with `on_conflict: keep` and nothing reviewed; `redrafting` is passed on to it. The
    outcome names each fact by the id that it came to have. The same sheet once more changes nothing. Raises
    SheetRefusedError; then the caller must roll back.
    """
    session.connection()  # nobody else writes from here on: what is matched with is what will be there
    moment = clock()
    matched, drafts = _match(session, sheet)
    outcome = ingest(session, matched, clock=lambda: moment, by=by, note=note, redrafting=redrafting)
    # Of an article that was deleted nothing is stored.
    for (id_, became), draft in zip(outcome.facts, drafts if outcome.facts else (), strict=True):
        if became != "deleted":
            suggestions.add(session, _suggest(id_, draft, written(moment)))
    return outcome


def _match(session: Session, sheet: Mapping[str, Any]) -> tuple[dict[str, Any], list[_Draft]]:
    """Give a sheet whose facts have the ids that they are to be stored under, and its drafts in `ingest`'s order.

    One with anything wrong in it is given back without drafts, for `ingest` to refuse.
    """
    checked, flaws = read(sheet), Flaws([])
    article, text = checked.article, checked.article["text"]
    claim = claim_of(article["publisher"], article["url"], sha256(text.encode()).hexdigest())
    id_ = article["id"] or claimant(session, claim) or id_of_article(claim)
    drafts = [_Draft(fact["id"], fact) for _, fact in read_facts(checked, id_, text, (), flaws)]
    published = read_date(article["published_at"], (), article["source"] or text, flaws)
    if checked.flaws or flaws.found:
        return dict(sheet), []
    matched = {**sheet, "on_conflict": "keep"}
    writer = Writer(session, Author(""))
    if article["origin_id"] is None and not writer.load(tables.articles, [id_]):
        matched["article"] = {**sheet["article"], "origin_id": find_origin(session, text)}
    new = _find_new(writer, id_, drafts)
    _find_near(session, id_, published, new[:_MATCHED])
    return _with_ids(matched, drafts, _join(new)), drafts


def _find_new(writer: Writer, article: str, drafts: Iterable[_Draft]) -> list[_Draft]:
    """Choose the drafts that were never stored; those that joined a fact when they were get its id."""
    ids = [draft.id for draft in drafts]
    known = writer.load(tables.facts, ids).keys() | writer.buried(tables.facts, ids)
    told = writer.load(tables.facts, writer.facts_under(f"article:{article}"))
    joined: dict[_Told, list[str]] = {}
    for id_ in sorted(told.keys() - known):
        joined.setdefault(_told(told[id_], article), []).append(id_)
    new: list[_Draft] = []
    for draft in drafts:
        if draft.id in known:
            continue
        if before := joined.get(_told(draft.fact, article)):
            draft.id = before.pop(0)
        else:
            new.append(draft)
    return new


def _told(fact: Document, article: str) -> _Told:
    """Say by which words an article tells a fact."""
    return fact["kind"], frozenset(
        (each["start"], each["end"]) for each in fact["evidence"] if each["article"] == article
    )


def _find_near(session: Session, article: str, published: Document | None, drafts: Sequence[_Draft]) -> None:
    """Find the known facts that are like each draft."""
    current = current_actors(session, [draft.fact for draft in drafts])
    tellings = [tell(draft.fact, current) for draft in drafts]
    first, last = days(published)
    of_about_then = (first, first if last is None else last) if first != tables.UNDATED else None
    candidates = Candidates(session, article, of_about_then, {actor for each in tellings for actor in each.actors})
    for draft, telling in zip(drafts, tellings, strict=True):
        found = [(fact, compare(telling, other)) for fact, other in candidates.find(telling)]
        near = [(fact, likeness) for fact, likeness in found if likeness]
        draft.near = sorted(near, key=lambda each: (-each[1].score, each[0]["id"]))


def _join(drafts: Sequence[_Draft]) -> dict[str, str]:
    """Tell which drafts join which facts, by their ids: the likeliest first, and no two of them the same one."""
    sure = [
        (-likeness.score, at, fact["id"])
        for at, draft in enumerate(drafts)
        for fact, likeness in draft.near
        if likeness.certain and fact["review"]["status"] == ReviewStatus.PENDING.value
    ]
    joined: dict[str, str] = {}
    for _, at, id_ in sorted(sure):
        if drafts[at].id not in joined and id_ not in joined.values():
            joined[drafts[at].id] = id_
    return joined


def _with_ids(sheet: dict[str, Any], drafts: Iterable[_Draft], joined: Mapping[str, str]) -> dict[str, Any]:
    """Give the facts of a sheet their ids; what it says of those that join others, it says of these."""
    waiting = iter(drafts)
    for plural in KINDS:
        sheet[plural] = [_with_id(fact, next(waiting).id, joined) for fact in sheet.get(plural, ())]
    return sheet


def _with_id(fact: Mapping[str, Any], id_: str, joined: Mapping[str, str]) -> dict[str, Any]:
    relations = [{**each, "fact": joined.get(each["fact"], each["fact"])} for each in fact.get("relations", ())]
    about = {"about": [joined.get(each, each) for each in fact["about"]]} if "about" in fact else {}
    return {**fact, "id": joined.get(id_, id_), "relations": relations, **about}


def _suggest(fact: str, draft: _Draft, at: str) -> Iterator[Suggestion]:
    others = [(other["id"], likeness) for other, likeness in draft.near if other["id"] != fact]
    for other, likeness in others[:_SUGGESTED]:
        yield Suggestion(
            fact_id=fact,
            id=id_of_suggestion(fact, other),
            other=other,
            kind=likeness.kind.value,
            score=likeness.score,
            reasons="\n".join(likeness.reasons),
            state=SuggestionState.PENDING.value,
            created_at=at,
        )
