"""Candidates: the stored facts that a draft may be one with, found by the lists that they stand in.

Two ways lead to them: the lists of the draft's actors and type around its date; and the facts of those articles that
were published about then and name the most of the same actors, for much that is told has no date. How many are looked
at does not depend on how much there is. Rejected facts stand in no list, so nothing is ever matched with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from api.matching.likeness import Telling, tell
from api.store import tables
from api.store.known import Document, resolve
from api.store.nearness import facts_of_articles, facts_sharing, load_facts

#: Days before and after the article, in which others may tell the same without saying when.
_NEWS_DAYS = 3
#: How many articles, and how many facts of theirs, are looked at for a sheet.
_ARTICLES, _FACTS = 30, 2_000
#: How many facts are compared with a draft, and by how many of its actors they are looked for.
_COMPARED, _ACTORS = 40, 8
#: What a draft and a fact must have in common to be compared: two actors, or an actor and its role or the type.
_SHARED = 2
#: One day more or less is a matter of time zones.
_MARGIN = 1


class Candidates:
    """Looks up candidates for the drafts of one article, but none that this article tells itself."""

    def __init__(
        self, session: Session, article: str, published: tuple[int, int] | None, actors: Iterable[str]
    ) -> None:
        """Take the article's id, the days of its publication if they are known, and its actors, by ids of today."""
        self._session = session
        self._article = article
        self._loaded: dict[str, Document] = {}
        self._tellings: dict[str, Telling] = {}
        self._near = self._facts_near(published, sorted(actors)) if published else {}

    def find(self, draft: Telling) -> list[tuple[Document, Telling]]:
        """List the facts that have the most in common with a draft."""
        labels = _labels(draft)
        if not labels:
            return []
        votes = Counter({id_: len(labels & filed) for id_, filed in self._near.items()})
        for id_, number in self._facts_around(draft, labels):
            votes[id_] = max(votes[id_], number)
        likely = sorted((-number, id_) for id_, number in votes.items() if number >= _SHARED)
        found = self._load([id_ for _, id_ in likely[:_COMPARED]])
        return [(fact, self._tellings[fact["id"]]) for fact in found if draft.kind == fact["kind"]]

    def _facts_near(self, published: tuple[int, int], actors: Sequence[str]) -> dict[str, set[str]]:
        """Read what the facts are filed under that articles of the same days tell of the same actors."""
        first, last = published[0] - _NEWS_DAYS, published[1] + _NEWS_DAYS
        return facts_of_articles(self._session, actors, first, last, most_articles=_ARTICLES, most_facts=_FACTS)

    def _facts_around(self, draft: Telling, labels: Iterable[str]) -> Iterable[tuple[str, int]]:
        """Count what facts of about the same date have in common with a draft."""
        if draft.first_day is None:
            return ()
        first, last = max(draft.first_day - _MARGIN, 1), draft.last_day + _MARGIN
        return facts_sharing(self._session, labels, first, last, least=_SHARED, most=_COMPARED)

    def _load(self, ids: Sequence[str]) -> list[Document]:
        if unread := [id_ for id_ in ids if id_ not in self._loaded]:
            read = load_facts(self._session, unread)
            self._loaded |= read
            current = current_actors(self._session, read.values())
            self._tellings |= {id_: tell(fact, current) for id_, fact in read.items()}
        found = [self._loaded[id_] for id_ in ids]
        return [fact for fact in found if all(span["article"] != self._article for span in fact["evidence"])]


def current_actors(session: Session, facts: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Map the former ids of actors that some facts name to those of today."""
    named = {part["actor"] for fact in facts for part in fact["actors"] if part["actor"]}
    return resolve(session, tables.actors, named)


def _labels(draft: Telling) -> set[str]:
    """List what a draft would be filed under, as far as there are lists of it; nothing of one that names nobody."""
    actors = sorted(draft.actors)[:_ACTORS]
    links = {f"link:{who}/{role}" for who, role in draft.parts if who in actors}
    code = {"event": f"type:{draft.code}", "proposal": f"category:{draft.code}", "statement": "kind:statement"}
    return {code[draft.kind], *links, *(f"actor:{actor}" for actor in actors)} if actors else set()
