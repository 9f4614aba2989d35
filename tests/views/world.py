"""A made-up world to hold lists against: some 300 facts of every kind and date, from articles of several publishers.

It is drawn at random, from one seed, so it is the same in every store; and `matches` says in plain Python, from the
documents alone, what each filter means. Whatever a list answers must be what `matches` keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from schemas.vocabulary import (
    MODES_OF,
    Attribution,
    Context,
    EventType,
    Modality,
    ProposalCategory,
    ProposalStatus,
    RelationType,
    Role,
    Stance,
)

Document = dict[str, Any]
#: The documents of one store, by id, as the API serves them.
Documents = Mapping[str, Document]

ARTICLES = 30
BEGIN = datetime(2022, 3, 1, tzinfo=UTC)
#: Words that share no stem.
WORDS = ("harbor", "copper", "violet", "meadow", "lantern", "orchid", "granite", "falcon")
PUBLISHERS = ("The Daily Test", "Ästhetik & Söhne", "Wire 24", "北京新聞", "Post, Evening")
LANGUAGES = ("en", "de", "pt-BR", None)
DATES = (
    None,
    {"text": "Day"},
    {"edtf": "2014"},
    {"edtf": "2021/2023"},
    {"edtf": "2022-01/.."},
    {"edtf": "2021-12-15/.."},
    {"edtf": "../2022-01-10"},
    {"edtf": "2022-01"},
    {"edtf": "2021-12-20/2022-01-20"},
    {"edtf": "2021-12-20/2022-01-21"},
    {"edtf": "2022-01-30/2022-02-02"},
    *({"edtf": f"2022-01-{day:02}"} for day in (1, 9, 10, 10, 10, 11, 20, 31)),
    *({"edtf": f"2022-02-{day:02}"} for day in (1, 1, 2, 28)),
)
ACTORS = (
    ("alba", "country", "AL", "GOV", "Q1", ["Albania", "Tirana"]),
    ("borduria", "country", "BO", None, "Q2", ["The Bordurians"]),
    ("syldavia", "country", "SY", "GOV", None, ["Klow"]),
    ("ruritania", "country", None, None, "Q4", []),
    ("league", "organization", None, "IGO", "Q5", ["The League", "LoN"]),
    ("press-club", "organization", "SY", "MED", None, []),
    ("tapioca", "person", "BO", "MIL", "Q7", ["General Tapioca", "tapioca"]),
    ("alcazar", "person", "AL", "MIL", "Q8", ["General Alcazar"]),
    ("castafiore", "person", "SY", None, None, ["Bianca"]),
    ("miners", "group", "RU", "CVL", None, ["The Miners’ Union"]),
    ("alba-2", "group", "AL", None, None, ["Alba II"]),
    ("nobody-asks", "person", None, None, None, []),
)


def sheets() -> Iterator[tuple[Document, datetime]]:
    """Draw the fact sheets of the world, each with the time at which it is to be stored."""
    draw = Random(20220126)
    facts: list[tuple[str, Document]] = []
    for at in range(ARTICLES):
        new = [_fact(draw, at, n, facts) for n in range(draw.randint(6, 14))]
        # A second source: the same fact, known from another article.
        again = [(plural, dict(fact)) for plural, fact in draw.sample(facts, min(len(facts), draw.choice((0, 2, 4))))]
        facts += new
        sentences: list[str] = []
        sheet: Document = {"article": _article(draw, at), "actors": [_actor(*each) for each in ACTORS]}
        for n, (plural, fact) in enumerate([*new, *again]):
            words = " ".join(draw.choices(WORDS, k=2))
            quote = f"Sentence {at} of {n} has {words} in it"
            sentences.append(quote + ".")
            sheet.setdefault(plural, []).append({**fact, "evidence": [{"exact": quote}]})
        draw.shuffle(sentences)
        sheet["article"]["text"] = "Day by day.\n\n" + " ".join(sentences)
        yield sheet, BEGIN + timedelta(hours=at // 2, microseconds=at % 2)


def _article(draw: Random, at: int) -> Document:
    published = draw.choice([None, *({"edtf": each["edtf"]} for each in DATES if each and "edtf" in each)])
    return {
        "id": f"article-{at}",
        "publisher": draw.choice(PUBLISHERS),
        "title": f"About the {draw.choice(WORDS)}",
        "language": draw.choice(LANGUAGES),
        "published_at": published,
        "origin_id": "article-0" if at % 7 == 3 else None,
    }


def _actor(id_: str, kind: str, country: str | None, sector: str | None, item: str | None, also: list[str]) -> Document:
    return {
        "id": id_,
        "name": id_.replace("-", " ").title(),
        "kind": kind,
        "country_code": country,
        "sector_code": sector,
        "wikidata_id": item,
        "aliases": also,
    }


def _fact(draw: Random, article: int, n: int, known: list[tuple[str, Document]]) -> tuple[str, Document]:
    plural = draw.choice(("events", "events", "proposals", "statements"))
    actors = draw.sample([each[0] for each in ACTORS[:-1]], draw.choice((0, 1, 1, 2, 2, 3)))
    parts = [{"actor": id_, "role": draw.choice(list(Role)).value} for id_ in actors]
    if parts and draw.random() < 0.2:
        parts.append({"actor": parts[0]["actor"], "role": draw.choice(list(Role)).value})
    if draw.random() < 0.2:
        parts.append({"actor": None, "role": draw.choice(list(Role)).value, "named_as": "Sentence"})
    parts = list({(part["actor"], part["role"]): part for part in parts}.values())
    date = draw.choice(DATES)
    fact: Document = {
        "id": f"{draw.choice('abz')}-{article}-{n}",
        "title": f"The {draw.choice(WORDS)} and the {draw.choice(WORDS)}",
        "date": date and {"edtf": None, "text": "Day", **date},
        "actors": parts,
        "places": draw.choice(([], [], [{"name": "Klow", "country_code": draw.choice(("SY", "RU", None))}])),
        "review": {
            "status": draw.choices(("approved", "pending", "rejected"), (6, 2, 2))[0],
            "confidence": draw.choice((None, 0, 0.5, 0.75, 1)),
        },
        "relations": [
            {"type": draw.choice(list(RelationType)).value, "fact": other["id"]}
            for _, other in draw.sample(known, min(len(known), draw.choice((0, 0, 0, 1, 2))))
        ],
    }
    return plural, fact | _CODES[plural](draw)


def _codes_of_event(draw: Random) -> Document:
    kind = draw.choice((EventType.CONSULT, EventType.ASSAULT, EventType.COERCE, EventType.AGREE, EventType.RETREAT))
    modes = [mode.value for mode in MODES_OF[kind]]
    return {
        "type": kind.value,
        "modes": draw.sample(modes, min(len(modes), draw.choice((0, 1, 2)))),
        "contexts": [each.value for each in draw.sample(list(Context)[:6], draw.choice((0, 1, 2)))],
        "modality": draw.choice(list(Modality)).value,
    }


def _codes_of_proposal(draw: Random) -> Document:
    return {
        "category": draw.choice(list(ProposalCategory)[:5]).value,
        "status": draw.choice(list(ProposalStatus)).value,
    }


def _codes_of_statement(draw: Random) -> Document:
    return {"attribution": draw.choice(list(Attribution)).value, "stance": draw.choice(list(Stance)).value}


_CODES = {"events": _codes_of_event, "proposals": _codes_of_proposal, "statements": _codes_of_statement}


# What a filter means.


def matches(fact: Document, query: Mapping[str, Any], articles: Documents, actors: Documents) -> bool:
    """Tell whether a fact belongs to the list that a query asks for: lists of values, or single ones."""
    return (
        _has_label(fact, query, articles, actors)
        and _has_actors(fact, query)
        and _is_of_time(fact["date"], query.get("date_from"), query.get("date_to"))
        and fact["updated_at"] >= query.get("updated_since", "")
        and fact["sources"]["articles"] >= query.get("min_sources", 0)
        and _confidence(fact) >= query.get("min_confidence", 0)
        and fact["review"]["status"] in query.get("review", ("approved", "pending"))
        and fact["id"] in query.get("ids", (fact["id"],))
        and words_of(query.get("q", "")) <= words_of_fact(fact)
    )


def values(fact: Document, name: str, articles: Documents, actors: Documents) -> set[str]:
    """List what a fact has of something that it can be filtered or counted by."""
    evidence = [span["article"] for span in fact["evidence"]]
    named = [part["actor"] for part in fact["actors"] if part["actor"]]
    several = {
        "mode": fact.get("modes", ()),
        "context": fact.get("contexts", ()),
        "role": [part["role"] for part in fact["actors"]],
        "actor": named,
        "country": [
            *(place["country_code"] for place in fact["places"]),
            *(actors[id_]["country_code"] for id_ in named),
        ],
        "article": evidence,
        "publisher": [articles[id_]["publisher"] for id_ in evidence],
        "relation": [relation["type"] for relation in fact["relations"]],
    }
    found = several[name] if name in several else (fact.get(name),)
    return {value for value in found if value is not None}


LABELS = (
    *("kind", "type", "mode", "context", "quad", "category", "status", "modality", "stance", "attribution"),
    *("country", "article", "publisher", "relation"),
)


def _has_label(fact: Document, query: Mapping[str, Any], articles: Documents, actors: Documents) -> bool:
    return all(values(fact, name, articles, actors) & set(query[name]) for name in LABELS if name in query)


def _has_actors(fact: Document, query: Mapping[str, Any]) -> bool:
    roles = query.get("role")
    parts = [part for part in fact["actors"] if roles is None or part["role"] in roles]
    if "actor" in query:
        return set(query["actor"]) <= {part["actor"] for part in parts}
    return roles is None or bool(parts)


def _is_of_time(date: Document | None, first: str | None, last: str | None) -> bool:
    if first is None and last is None:
        return True
    if date is None or date["earliest"] is None:
        return False
    return (last is None or date["earliest"] <= last) and (
        first is None or date["latest"] is None or date["latest"] >= first
    )


def _confidence(fact: Document) -> float:
    confidence = fact["review"]["confidence"]
    return 1 if confidence is None else confidence


def words_of(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if word in WORDS}


def words_of_fact(fact: Document) -> set[str]:
    return words_of(" ".join([fact["title"], *(span["exact"] for span in fact["evidence"])]))


def day(document: Document, name: str = "date") -> str:
    """Give the day that something is sorted by; '' without one."""
    return (document[name] and document[name]["earliest"]) or ""


def matching_articles(query: Mapping[str, Any], articles: Documents, facts: Documents) -> list[Document]:
    """List the articles that a query asks for."""
    named: dict[str, set[str]] = {}
    for fact in facts.values():
        if fact["review"]["status"] != "rejected":
            for span in fact["evidence"]:
                named.setdefault(span["article"], set()).update(part["actor"] for part in fact["actors"])
    return [
        article
        for article in articles.values()
        if article["publisher"] in query.get("publisher", (article["publisher"],))
        and ("language" not in query or (article["language"] or "").lower() in map(str.lower, query["language"]))
        and set(query.get("actor", ())) <= named.get(article["id"], set())
        and _is_of_time(article["published_at"], query.get("published_from"), query.get("published_to"))
        and article["id"] in query.get("ids", (article["id"],))
    ]


def matching_actors(query: Mapping[str, Any], actors: Documents) -> list[Document]:
    """List the actors that a query asks for."""
    begins = " ".join(query.get("name", "").casefold().split())
    return [
        actor
        for actor in actors.values()
        if all(
            actor[field] in query.get(name, (actor[field],))
            for name, field in (("kind", "kind"), ("country", "country_code"), ("sector", "sector_code"), ("ids", "id"))
        )
        and ("wikidata_id" not in query or actor["wikidata_id"] in query["wikidata_id"])
        and any(name.casefold().startswith(begins) for name in (actor["name"], *actor["aliases"]))
    ]
