"""Whatever is done to a store, in whatever order: what is derived is right, every quotation stands, nothing fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.ingest.proofs import findings
from api.store.opening import Store
from schemas.vocabulary import MODES_OF, EventType, Role
from tests.ingest.sheets import Sheet, actor, event, proposal, sheet_of, statement
from tests.store.contents import derived
from tests.store.rebuilding import rebuilt
from tests.views.desks import Desk

STEPS = 120
ARTICLES = tuple(f"paper-{n}" for n in range(5))
ACTORS = ("alba", "borduria", "syldavia", "league", "press")
FACTS = {
    "events": ("met", "left", "struck"),
    "proposals": ("talks", "truce"),
    "statements": ("said", "denied"),
}
#: Every article has the words of one number, and words that others have too.
WORDS = ("Monday", "harbor", "They met", "they left", "“Never”", "Alba offered talks")
PUBLISHERS = ("Paper One", "Paper Two", "Wire")
ALL_REVIEWS = "review=approved&review=pending&review=rejected"


def text_of(article: str) -> str:
    n = int(article.partition("-")[2])
    return f"Number {n}. On Monday, in the harbor. They met, they left. “Never”, he said. Alba offered talks. End {n}."


@dataclass
class Curator:
    """Does at random what can be done, and remembers it."""

    desk: Desk
    draw: Random
    did: list[str] = field(default_factory=list)
    succeeded: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        """Store everything, each fact as two articles have it."""
        facts = {
            "events": [event("They met", id=id_) for id_ in FACTS["events"]],
            "proposals": [proposal("Alba offered talks", id=id_) for id_ in FACTS["proposals"]],
            "statements": [statement("“Never”", id=id_) for id_ in FACTS["statements"]],
        }
        actors = [self.actor(id_) for id_ in ACTORS]
        for article in ARTICLES[:2]:
            self.desk.store(sheet_of(text_of(article), article=article) | facts | {"actors": actors})

    def act(self) -> None:
        """Do one thing."""
        verbs = (self.send, self.edit, self.review, self.merge, self.part, self.delete)
        verb: Callable[[], TestResponse] = self.draw.choices(verbs, (4, 6, 2, 3, 2, 1))[0]
        response = verb()
        asked = response.request
        self.did.append(f"{verb.__name__}: {asked.method} {asked.full_path} {response.status_code}")
        assert response.status_code in (200, 201, 204, 308, 404, 409, 410, 422), self.story(response.text)
        if response.status_code < 300:
            self.succeeded[verb.__name__] += 1

    def story(self, end: str) -> str:
        return "\n".join([*self.did, end])

    # Verbs.

    def send(self) -> TestResponse:
        return self.desk.send("POST", "fact-sheets", self.sheet())

    def sheet(self) -> Sheet:
        draw, article = self.draw, self.draw.choice(ARTICLES)
        parts = {
            "events": [self.event(id_) for id_ in self.some(FACTS["events"])],
            "proposals": [self.proposal(id_) for id_ in self.some(FACTS["proposals"])],
            "statements": [self.statement(id_) for id_ in self.some(FACTS["statements"])],
        }
        about = {
            "publisher": draw.choice(PUBLISHERS),
            "origin_id": draw.choice((None, None, "wire", "paper-0")),
            "published_at": draw.choice((None, {"edtf": "2022-01"}, {"edtf": "2022-01-31", "text": "Monday"})),
        }
        actors = [self.actor(id_) for id_ in ACTORS]
        conflict = draw.choices(("replace", "keep", "refuse"), (3, 2, 1))[0]
        sheet: Sheet = sheet_of(text_of(article), article=article, about=about, actors=actors, on_conflict=conflict)
        return sheet | parts

    def edit(self) -> TestResponse:
        path = self.any_path()
        patch = self.patch_of(path)
        return self.desk.patch(path, {name: patch[name] for name in self.some(list(patch))})

    def review(self) -> TestResponse:
        return self.desk.review(
            self.any_fact().partition("/")[2], self.draw.choice(("approved", "pending", "rejected"))
        )

    def merge(self) -> TestResponse:
        plural = self.draw.choice(("actors", *FACTS))
        one, other = self.draw.sample(self.there(plural) or ["nothing"], 1)[0], self.draw.choice(self.names(plural))
        return self.desk.merge(f"{'actors' if plural == 'actors' else 'facts'}/{one}", other)

    def part(self) -> TestResponse:
        plural = self.draw.choice(("actors", *FACTS))
        names = self.names(plural)
        # Most things are not merged: try until one is.
        for id_ in self.draw.sample(names, len(names)):
            response = self.desk.unmerge(f"{'actors' if plural == 'actors' else 'facts'}/{id_}")
            if response.status_code == 200:
                break
        return response

    def delete(self) -> TestResponse:
        path = self.any_path()
        used = not path.startswith(tuple(FACTS))
        return self.desk.delete(path, f"?cascade={self.draw.choice(('true', 'false'))}" if used else "")

    # What they are done to, and with.

    def some(self, choices: Any) -> list[Any]:
        return self.draw.sample(list(choices), self.draw.randint(0, len(choices)))

    def names(self, plural: str) -> tuple[str, ...]:
        return ACTORS if plural == "actors" else ARTICLES if plural == "articles" else FACTS[plural]

    def there(self, plural: str) -> list[str]:
        return self.desk.ids(f"{plural}?{ALL_REVIEWS}" if plural in FACTS else plural)

    def any_of(self, *plurals: str) -> str:
        """Choose something that is there, as a rule."""
        plural = self.draw.choice(plurals)
        there = self.there(plural) if self.draw.random() < 0.9 else []
        return f"{plural}/{self.draw.choice(there or self.names(plural))}"

    def any_fact(self) -> str:
        return self.any_of(*FACTS)

    def any_path(self) -> str:
        return self.any_of(*FACTS, "actors", "articles")

    def patch_of(self, path: str) -> dict[str, Any]:
        plural, _, id_ = path.partition("/")
        if plural == "actors":
            return {name: value for name, value in self.actor(id_).items() if name != "id"}
        if plural == "articles":
            return {"publisher": self.draw.choice(PUBLISHERS), "origin_id": self.draw.choice((None, "wire", "paper-1"))}
        make = {"events": self.event, "proposals": self.proposal, "statements": self.statement}[plural]
        patch = {name: value for name, value in make(id_).items() if name not in ("id", "review", "text")}
        articles = self.some(ARTICLES) or [self.draw.choice(ARTICLES)]
        patch["evidence"] = [{"article": each, "exact": self.draw.choice(WORDS)} for each in articles]
        for step in patch.get("history", ()):
            step["evidence"]["article"] = self.draw.choice(articles)
        return patch

    def actor(self, id_: str) -> Sheet:
        draw = self.draw
        return actor(
            id_,
            name=draw.choice((id_.title(), id_.title(), "Somebody")),
            country_code=draw.choice(("AL", "BO", None)),
            aliases=self.some(("Old One", "He", id_)),
            member_of=self.some([each for each in ACTORS if each != id_])[:1],
        )

    def fact(self, id_: str) -> Sheet:
        draw = self.draw
        others = [each for each in sum(FACTS.values(), ()) if each != id_]
        return {
            "id": id_,
            "title": f"{id_.title()} {draw.choice(('once', 'twice'))}",
            "date": draw.choice((None, {"edtf": "2022-01-31", "text": "Monday"}, {"text": "Monday"}, {"edtf": "2021"})),
            "actors": [
                {
                    "actor": draw.choice((*ACTORS, None)),
                    "role": draw.choice(list(Role)).value,
                    "named_as": draw.choice(("They", "he", "Alba")),
                }
                for _ in range(draw.randint(0, 3))
            ],
            "places": draw.choice(([], [{"name": "Klow", "country_code": "SY"}])),
            "quantities": draw.choice(([], [{"value": 1, "unit": "x", "qualifier": "exact", "text": "they left"}])),
            "relations": [{"type": "follows", "fact": each} for each in self.some(others)[:2]],
            "review": {"status": draw.choice(("approved", "pending", "rejected"))},
        }

    def event(self, id_: str) -> Sheet:
        kind = self.draw.choice((EventType.CONSULT, EventType.ASSAULT, EventType.AGREE))
        modes = [mode.value for mode in self.some(MODES_OF[kind])[:3]]
        return event(self.draw.choice(WORDS), type=kind.value, modes=modes, **self.fact(id_))

    def proposal(self, id_: str) -> Sheet:
        steps = [
            {"status": status, "by": self.draw.choice((*ACTORS, None)), "evidence": {"exact": self.draw.choice(WORDS)}}
            for status in self.some(("floated", "tabled", "done"))
        ]
        return proposal(self.draw.choice(WORDS), history=steps, **self.fact(id_))

    def statement(self, id_: str) -> Sheet:
        about = self.some(FACTS["events"])
        return statement(self.draw.choice(WORDS), cue=self.draw.choice((None, "said")), about=about, **self.fact(id_))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_was_done_everything_is_as_it_should_be(
    desk: Desk, store: Store, open_empty: Callable[[str], Store], seed: int
) -> None:
    curator = Curator(desk, Random(seed))
    curator.begin()
    for _ in range(STEPS):
        curator.act()
    assert set(curator.succeeded) == {"send", "edit", "review", "merge", "part", "delete"}, curator.succeeded
    assert [str(finding) for finding in findings(store)] == [], curator.story("")
    with closing(rebuilt(store, open_empty)) as fresh:
        assert derived(store) == derived(fresh), curator.story("")
    _check_patches(desk, curator)
    _check_sheets(desk, curator)


def _check_patches(desk: Desk, curator: Curator) -> None:
    """See that every document may come back as it is."""
    for path in (
        *(f"actors/{id_}" for id_ in desk.ids("actors")),
        *(f"articles/{id_}" for id_ in desk.ids("articles")),
        *(f"{fact['kind']}s/{fact['id']}" for fact in desk.read(f"facts?{ALL_REVIEWS}&limit=200")["items"]),
    ):
        etag = desk.etag(path)
        response = desk.patch(path, desk.read(path))
        assert (response.status_code, response.headers.get("ETag")) == (200, etag), curator.story(response.text)


def _check_sheets(desk: Desk, curator: Curator) -> None:
    """See that no sheet changes anything when it comes the second time."""
    for _ in range(10):
        sheet = curator.sheet()
        if desk.send("POST", "fact-sheets", sheet).status_code < 300:
            again = desk.send("POST", "fact-sheets", sheet)
            assert again.status_code == 200, curator.story(again.text)
