"""`newsfacts check` finds whatever is wrong, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.ingest import ingest
from api.ingest.proofs import findings, findings_in
from api.store.documents import etag
from api.store.labels import joined, split
from api.store.opening import Store
from api.store.restoring import Entry, restore
from api.store.search_index import is_sqlite
from api.store.writing import Author
from tests.ingest.histories import live
from tests.ingest.sheets import actor, sheet_of
from tests.store.histories import lived, talks

Document = dict[str, Any]
Break = Callable[[Session], object]


def test_nothing_is_wrong_with_the_seeds(seeded_store: Store) -> None:
    seen: Counter[str] = Counter()
    assert list(findings(seeded_store, lambda table: seen.update([table]))) == []
    assert {table: seen[table] for table in ("articles", "actors", "facts", "changes")} == {
        "articles": 2,
        "actors": 22,
        "facts": 80,
        "changes": 111,
    }


@pytest.mark.parametrize("history", [live, lived])
def test_nothing_is_wrong_with_a_store_that_has_lived(store: Store, history: Callable[[Store], None]) -> None:
    history(store)
    assert list(findings(store)) == []


def test_nothing_is_wrong_with_a_copy_that_has_come_to_what_was_erased(store: Store) -> None:
    author = Author("2030-01-01T00:00:00.000000Z")
    erased = Entry("event", "erased", 1, "created", author, target=None, etag=None, document=None)
    store.write(partial(restore, entries=[erased]))
    assert list(findings(store)) == []


def test_nothing_is_wrong_with_an_empty_store(store: Store) -> None:
    assert list(findings(store)) == []


def test_others_may_write_meanwhile(store: Store) -> None:
    lived(store)
    disturbed = sql("UPDATE tallies SET facts = facts + 1")
    assert list(findings(store, lambda _: store.write(disturbed))) == []
    assert {found.table for found in findings(store)} == {"tallies"}


# Breaking it.


def sql(*statements: str, **values: Any) -> Break:
    """Run some statements, each with those of the values that it names."""

    def run(session: Session) -> None:
        for statement in statements:
            named = {name: value for name, value in values.items() if f":{name}" in statement}
            session.execute(text(statement), named)

    return run


def rewritten(table: str, id_: str, change: Callable[[Document], Any], **columns: Any) -> Break:
    """Change a document, with its hashes and some columns, and the history with it: only what it says is wrong."""

    def run(session: Session) -> None:
        (found,) = session.execute(text(f"SELECT document, labels FROM {table} WHERE id = :id"), {"id": id_}).all()
        document = orjson.loads(found[0])
        change(document)
        body = orjson.dumps(document)
        values = {"id": id_, "body": body, "etag": etag(body), "table": table} | columns
        if "labels" in columns:
            values["labels"] = joined(columns["labels"](split(found[1])))
        sets = ", ".join(f"{name} = :{name}" for name in ("etag", *columns))
        of_one = "id = :id AND resource = :table"
        sql(
            f"UPDATE {table} SET document = :body, {sets} WHERE id = :id",
            f"UPDATE changes SET document = :body, etag = :etag WHERE {of_one} "
            f"AND version = (SELECT max(version) FROM changes WHERE {of_one})",
            **values,
        )(session)

    return run


def at(*path: str | int, to: Any) -> Callable[[Document], None]:
    """Put a value somewhere in a document."""

    def change(document: Document) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to(place[path[-1]]) if callable(to) else to

    return change


def on(sqlite: Break, postgresql: Break) -> Break:
    return lambda session: (sqlite if is_sqlite(session) else postgresql)(session)


def add_words(session: Session) -> None:
    position = session.execute(text("SELECT position FROM search_entries WHERE id = 'visit'")).scalar_one()
    on(
        sql("INSERT INTO search_words(rowid, title, body) VALUES(:at, 'zyzzyva', '')", at=position),
        sql("UPDATE search_entries SET words = CAST('zyzzyva:1A' AS tsvector) WHERE position = :at", at=position),
    )(session)


def space_out(session: Session) -> None:
    """Write the same JSON, but not as the schema does."""
    body = session.execute(text("SELECT document FROM facts WHERE id = 'visit'")).scalar_one()
    other = bytes(body).replace(b'","', b'", "', 1)
    sql(
        *(f"UPDATE {table} SET document = :body, etag = :etag WHERE id = 'visit'" for table in ("facts", "changes")),
        body=other,
        etag=etag(other),
    )(session)


def change_only_what_stands(session: Session) -> None:
    sql("UPDATE changes SET id = 'kept' WHERE id = 'visit'")(session)
    rewritten("facts", "visit", at("note", to="x"))(session)
    sql("UPDATE changes SET id = 'visit' WHERE id = 'kept'")(session)


_SUGGESTION = "INSERT INTO suggestions(fact_id, id, other, kind, score, reasons, state, created_at) VALUES"
NO_DOCUMENT = "its document cannot be read"
HISTORY_ENDS = "is version .* but its history ends with version"
#: How a store is broken, and which findings tell it: all that there are, each of these at least once; with a question
#: mark, on one of the databases.
BROKEN: dict[str, tuple[Break, list[str]]] = {
    # Evidence and texts.
    "a span that stands elsewhere": (
        rewritten("facts", "visit", lambda fact: fact["evidence"][1].update(start=36, end=45)),
        ["facts visit: /evidence/1/exact: These words stand at 35, but not with this prefix, suffix or start"],
    ),
    "a span that is too long": (
        rewritten("facts", "visit", at("evidence", 1, "end", to=50)),
        ["facts visit: /evidence: is not what its texts and other parts say"],
    ),
    "words that are not there": (
        rewritten("facts", "visit", at("evidence", 1, "exact", to="Both wept")),
        ["facts visit: /evidence/1/exact: These words are not in the article", "search_entries fact/visit: its words"],
    ),
    "another prefix": (
        rewritten("facts", "visit", at("evidence", 1, "prefix", to="x")),
        ["facts visit: /evidence/1/exact: These words stand at 35, but not"],
    ),
    "a shorter suffix": (
        rewritten("facts", "visit", at("evidence", 1, "suffix", to=lambda suffix: suffix[:5])),
        ["facts visit: /evidence: is not what"],
    ),
    "a span of a step that ends after the text": (
        rewritten("facts", "leaving", at("history", 0, "evidence", "end", to=500)),
        ["facts leaving: /history: is not what"],
    ),
    "a span of a step outside of the text": (
        rewritten("facts", "leaving", lambda fact: fact["history"][0]["evidence"].update(start=400, end=500)),
        ["facts leaving: /history/0/evidence/exact: These words are not in the article"],
    ),
    "words that a statement does not say": (
        rewritten("facts", "warning", at("text", to="long delays")),
        ["facts warning: /text: A statement's text is what its evidence says: 'delays'"],
    ),
    "a name that no article has": (
        rewritten("facts", "visit", at("actors", 0, "named_as", to="Gaul")),
        ["facts visit: /actors/0/named_as: These words are not", "search_entries fact/visit: its words"],
    ),
    "a cue that no article has": (
        rewritten("facts", "warning", at("cue", to="cried")),
        ["facts warning: /cue: These words are not in the article"],
    ),
    "a day's words that no article has": (
        rewritten("facts", "visit", at("date", "text", to="Tuesday")),
        ["facts visit: /date/text: These words are not in the article"],
    ),
    "a quantity's words that no article has": (
        rewritten("facts", "visit", at("quantities", 0, "text", to="6,000 troops")),
        ["facts visit: /quantities/0/text: These words are not in the article"],
    ),
    "a date that spans other days": (
        rewritten("facts", "visit", at("date", "latest", to="2022-02-01"), last_day=738187),
        ["facts visit: /date: is not what its texts and other parts say"],
    ),
    "a date of a step that spans other days": (
        rewritten("facts", "leaving", at("history", 0, "date", "earliest", to="2022-01-01")),
        ["facts leaving: /history: is not what its texts and other parts say"],
    ),
    "a quad that is not the type's": (
        rewritten(
            "facts",
            "visit",
            at("quad", to="verbal_conflict"),
            labels=lambda labels: [label.replace("verbal_cooperation", "verbal_conflict") for label in labels],
        ),
        ["facts visit: /quad: is not what its texts and other parts say"],
    ),
    "a text that was changed": (
        sql("UPDATE article_texts SET text = replace(text, 'received', 'welcomed') WHERE article_id = 'talks'"),
        [
            "articles talks: /text_sha256: is not what",
            "search_entries article/talks: its words",
            "facts visit: /evidence/0/exact: These words are not in the article",
            "facts visit: /evidence/1/exact: These words stand at 35, but not",
            "facts rumour: /evidence/0/exact: These words stand at 35, but not",
        ],
    ),
    "a source that was changed": (
        sql("UPDATE article_texts SET before = 'x' WHERE article_id = 'talks'"),
        ["articles talks: /story_start: is not what"],
    ),
    "a count of words": (
        rewritten("articles", "talks", at("word_count", to=1)),
        ["articles talks: /word_count: is not what"],
    ),
    "a hash of a text, and the claim that follows from it": (
        rewritten("articles", "talks", at("text_sha256", to="0" * 64)),
        ["articles talks: /text_sha256: is not what", "claims .*: is of None, should be of 'talks'"],
    ),
    "a date of publication that spans other days": (
        rewritten("articles", "talks", at("published_at", "latest", to="2022-02-02"), last_day=738188),
        ["articles talks: /published_at: is not what"],
    ),
    "a text that is not there": (
        sql("DELETE FROM article_texts WHERE article_id = 'bare'"),
        [
            "articles bare: has no text",
            "articles bare: /text_sha256: is not what",
            "articles bare: /word_count: is not what",
            "search_entries article/bare: its words",
        ],
    ),
    "a text of no article": (
        sql("INSERT INTO article_texts VALUES('nothing', '', 'x', '')"),
        ["article_texts nothing: is of an article that is not there"],
    ),
    # Documents and columns.
    "a document in other bytes": (space_out, ["facts visit: its document is not as its schema writes it"]),
    "a document that is no JSON": (
        sql("UPDATE facts SET document = :body WHERE id = 'visit'", body=b"x"),
        [
            f"facts visit: {NO_DOCUMENT}: JSONDecodeError",
            "(postings|tallies) .*: (should not be there|is .*, should be)",
            "search_entries fact/visit: stands where it should not",
            "articles talks: its labels should not be articles/actor:germany$",
        ],
    ),
    "a document that lacks a field": (
        rewritten("facts", "warning", lambda fact: fact.pop("review")),
        [
            f"facts warning: {NO_DOCUMENT}: KeyError: 'review'",
            "(postings|tallies) .*: (should not be there|is .*, should be)",
            "search_entries fact/warning: stands where it should not",
        ],
    ),
    "an ETag": (
        sql("UPDATE facts SET etag = '\"x\"' WHERE id = 'visit'"),
        ["facts visit: its ETag is not the hash of its document", f"facts visit: {HISTORY_ENDS}"],
    ),
    "an ETag, in the history too": (
        sql(*(f"UPDATE {table} SET etag = '\"x\"' WHERE id = 'visit'" for table in ("facts", "changes"))),
        [
            "facts visit: its ETag is not the hash of its document",
            "changes facts/visit/1: its ETag is not the hash of its document",
        ],
    ),
    "a version": (
        sql("UPDATE facts SET version = 9 WHERE id = 'visit'"),
        ["facts visit: its version is 9, should be 1", f"facts visit: {HISTORY_ENDS}"],
    ),
    **{
        f"the column {column} of {table}": (
            sql(f"UPDATE {table} SET {column} = :value WHERE id = :id", value=value, id=id_),
            [f"{table} {id_}: its {column} is {value!r}, should be"],
        )
        for table, id_, column, value in [
            ("facts", "visit", "created_at", "2000"),
            ("facts", "visit", "updated_at", "2000"),
            ("facts", "visit", "kind", "proposal"),
            ("facts", "visit", "day", 5),
            ("facts", "visit", "last_day", 5),
            ("facts", "visit", "sources", 5),
            ("facts", "visit", "confidence", 0.5),
            ("articles", "talks", "publisher", "Other"),
            ("articles", "talks", "source_id", "other"),
            ("articles", "talks", "day", 5),
            ("articles", "talks", "last_day", 5),
            ("actors", "france", "name_key", "gaul"),
            ("actors", "france", "country_code", "DE"),
            ("actors", "france", "wikidata_id", "Q1"),
        ]
    },
    "the labels of facts": (
        sql("UPDATE facts SET labels = replace(labels, 'type:consult', 'type:aid') WHERE id = 'visit'"),
        ["facts visit: its labels should not be type:aid and should be type:consult$"],
    ),
    "the labels of articles": (
        sql("UPDATE articles SET labels = :labels WHERE id = 'bare'", labels="\narticles\n"),
        ["articles bare: its labels should be articles/publisher:The Paper$"],
    ),
    "the labels of actors": (
        sql("UPDATE actors SET labels = labels || :labels WHERE id = 'france'", labels="country:DE\nkind:group\n"),
        ["actors france: its labels should not be country:DE, kind:group$"],
    ),
    "a count of sources": (
        rewritten("facts", "visit", at("sources", "publishers", to=7)),
        ["facts visit: its sources are {'articles': 1, 'publishers': 7}, should be"],
    ),
    # References.
    "a relation to nothing": (
        rewritten("facts", "visit", at("relations", 0, "fact", to="nothing")),
        ["facts visit: is related to 'nothing', which is not there"],
    ),
    "a statement about nothing": (
        rewritten("facts", "warning", at("about", 0, to="nothing")),
        ["facts warning: is about 'nothing', which is not there"],
    ),
    "a step by nobody": (
        rewritten("facts", "leaving", at("history", 0, "by", to="nobody")),
        ["facts leaving: has a step by 'nobody', which is not there"],
    ),
    "a member of nothing": (
        rewritten("actors", "france", at("member_of", 0, to="nobody")),
        ["actors france: is a member of 'nobody', which is not there"],
    ),
    "a part of nobody": (
        rewritten("facts", "visit", at("actors", 1, "actor", to="nobody")),
        ["facts visit: names the actor 'nobody', which is not there"],
    ),
    "evidence in no article": (
        rewritten("facts", "rumour", at("evidence", 0, "article", to="nothing")),
        [
            "facts rumour: quotes the article 'nothing', which is not there",
            "facts rumour: /evidence/0/article: There is no article 'nothing'",
        ],
    ),
    "an actor that stands, and is merged": (
        rewritten("actors", "germany", at("merged_into", to="france")),
        ["actors germany: is merged into 'france', and stands here"],
    ),
    "an alias of nothing": (
        sql("INSERT INTO aliases VALUES('actors', 'gaul', 'nobody')"),
        ["aliases actors/gaul: leads to 'nobody', which is not there"],
    ),
    "an alias where something stands": (
        sql("INSERT INTO aliases VALUES('facts', 'warning', 'visit')"),
        ["aliases facts/warning: leads to 'visit', but something stands here"],
    ),
    "a claim that is not there": (
        sql("DELETE FROM claims WHERE article_id = 'talks'"),
        ["claims .*: is of None, should be of 'talks'"],
    ),
    "a claim of another article": (
        sql("UPDATE claims SET article_id = 'bare' WHERE article_id = 'talks'"),
        ["claims .*: is of 'bare', should be of 'talks'"],
    ),
    "a claim of no article": (
        sql("INSERT INTO claims VALUES('x', 'nothing')"),
        ["claims x: is of the article 'nothing', which is not there"],
    ),
    # What is derived of all documents.
    "a place in a list that is not there": (
        sql(
            "DELETE FROM postings WHERE id = 'warning' AND term = (SELECT max(term) FROM postings WHERE id = 'warning')"
        ),
        ["postings -?[0-9]+/0/warning: is missing"],
    ),
    "a place in a list too many": (
        sql("INSERT INTO postings VALUES(5, 6, 'visit')"),
        ["postings 5/6/visit: should not be there"],
    ),
    "a count": (
        sql("UPDATE tallies SET facts = 9 WHERE facet = 'kind' AND value = 'proposal' AND facts = 1"),
        ["tallies -?[0-9]+/kind/proposal: is 9, should be 1"],
    ),
    "a count of nothing": (
        sql("INSERT INTO tallies VALUES(5, 'kind', 'event', 1)", "INSERT INTO tallies VALUES(6, '', '', 0)"),
        ["tallies 5/kind/event: should not be there"],
    ),
    "a count that is not there": (
        sql("DELETE FROM tallies WHERE facet = 'kind' AND value = 'statement'"),
        ["tallies -?[0-9]+/kind/statement: is missing"],
    ),
    "a name that is not there": (
        sql("DELETE FROM actor_names WHERE name_key = 'paris'"),
        ["actor_names paris/france: is missing"],
    ),
    "a name too many": (
        sql("INSERT INTO actor_names VALUES('gaul', 'france')"),
        ["actor_names gaul/france: should not be there"],
    ),
    "a fingerprint that is not there": (
        sql("DELETE FROM fingerprints WHERE band = (SELECT max(band) FROM fingerprints)"),
        ["fingerprints -?[0-9]+/long: is missing"],
    ),
    "a fingerprint of another text": (
        sql("INSERT INTO fingerprints VALUES(5, 'talks')"),
        ["fingerprints 5/talks: should not be there"],
    ),
    "a suggestion about nothing": (
        sql(f"{_SUGGESTION}('visit', 'one', 'nothing', 'same_fact', 0.7, 'same type', 'pending', '2030')"),
        ["suggestions visit/one: is about 'nothing', which is not there"],
    ),
    "a suggestion for nothing": (
        sql(f"{_SUGGESTION}('nothing', 'one', 'visit', 'same_fact', 0.7, 'same type', 'pending', '2030')"),
        ["suggestions nothing/one: is about 'nothing', which is not there"],
    ),
    "a suggestion about a fact and itself": (
        sql(f"{_SUGGESTION}('visit', 'one', 'visit', 'same_fact', 0.7, 'same type', 'pending', '2030')"),
        ["suggestions visit/one: is about one fact, not two"],
    ),
    "an entry of the index of words that is not there": (
        sql("DELETE FROM search_entries WHERE id = 'visit'"),
        # In SQLite its words are still there.
        ["search_entries fact/visit: is missing", "?search_entries [0-9]+: its words"],
    ),
    "an entry too many": (
        on(
            sql("INSERT INTO search_entries VALUES(5, 'fact', 'nothing')"),
            sql("INSERT INTO search_entries VALUES(5, 'fact', 'nothing', '')"),
        ),
        ["search_entries fact/nothing: stands where it should not"],
    ),
    "an entry that stands elsewhere": (
        sql("UPDATE search_entries SET position = 5 WHERE id = 'visit'"),
        [
            "search_entries fact/visit: is missing",
            "search_entries fact/visit: stands where it should not",
            "?search_entries [0-9]+: its words",
        ],
    ),
    "other words": (add_words, ["search_entries fact/visit: its words are not those of its document"]),
    # History.
    "a fact that is gone from its table": (
        sql("DELETE FROM facts WHERE id = 'warning'"),
        [
            "facts warning: is not here, though it was created in version 1",
            "(postings|tallies) .*: (should not be there|is .*, should be)",
            "search_entries fact/warning: stands where it should not",
        ],
    ),
    "what was deleted, and stands": (
        sql("UPDATE changes SET action = 'deleted' WHERE id = 'germany' AND version = 3"),
        ["actors germany: stands here, though it was deleted in version 3"],
    ),
    "what was merged, and stands": (
        sql("UPDATE changes SET action = 'merged', target = 'france' WHERE id = 'germany' AND version = 3"),
        ["actors germany: stands here, though it was merged in version 3"],
    ),
    "a history that ends with another document": (
        change_only_what_stands,
        [f"facts visit: {HISTORY_ENDS}"],
    ),
    "no history": (
        sql("DELETE FROM changes WHERE id = 'visit'"),
        ["facts visit: has no history", "changes [0-9]+: this number of the feed follows"],
    ),
    "a version that is not there": (
        sql("DELETE FROM changes WHERE id = 'germany' AND version = 2"),
        ["changes actors/germany/3: follows version 1", "changes [0-9]+: this number of the feed follows"],
    ),
    "versions in another order": (
        sql(
            "UPDATE changes SET seq = -1 WHERE id = 'germany' AND version = 2",
            "UPDATE changes SET seq = (SELECT c.seq FROM changes c WHERE c.id = 'germany' AND c.version = 2 + 1) "
            "WHERE id = 'germany' AND version = 2",
        ),
        [
            "changes actors/germany/3: stands in the feed before version 2",
            "changes [0-9]+: this number of the feed follows",
        ],
    ),
    "a number that two changes have": (
        sql("UPDATE changes SET seq = 1 WHERE id = 'france'"),
        ["changes 1: this number of the feed follows 1", "changes [0-9]+: this number of the feed follows"],
    ),
    "a last number that is not the last": (
        sql("UPDATE store SET changes = changes + 1"),
        ["store main: [0-9]+ is noted as the last change, which is [0-9]+"],
    ),
    "an older version's hash": (
        sql("UPDATE changes SET etag = '\"x\"' WHERE id = 'germany' AND version = 1"),
        ["changes actors/germany/1: its ETag is not the hash of its document"],
    ),
    "a hash of nothing": (
        sql("UPDATE changes SET document = NULL WHERE id = 'germany' AND version = 1"),
        ["changes actors/germany/1: has an ETag, but no document"],
    ),
    "a version that is another one's document": (
        sql(
            "UPDATE changes SET document = (SELECT document FROM actors WHERE id = 'germany'), "
            "etag = (SELECT etag FROM actors WHERE id = 'germany') WHERE id = 'germany' AND version = 1"
        ),
        ["changes actors/germany/1: its document is of another id or version"],
    ),
    "a version that is no JSON": (
        sql(
            "UPDATE changes SET document = :body, etag = :etag WHERE id = 'germany' AND version = 1",
            body=b"x",
            etag=etag(b"x"),
        ),
        [f"changes actors/germany/1: {NO_DOCUMENT}"],
    ),
    "a restoration of what was there": (
        sql("UPDATE changes SET action = 'restored' WHERE id = 'germany' AND version = 2"),
        ["changes actors/germany/2: is 'restored' after 'created'"],
    ),
    "an update of what was not there": (
        sql("UPDATE changes SET action = 'deleted' WHERE id = 'germany' AND version = 2"),
        ["changes actors/germany/3: is 'updated' after 'deleted'"],
    ),
    "a merge into nothing": (
        sql("UPDATE changes SET target = 'france' WHERE id = 'germany' AND version = 1"),
        ["changes actors/germany/1: is 'created', and merged into 'france'"],
    ),
    "a change of another noun": (
        sql("UPDATE changes SET noun = 'actor' WHERE id = 'visit'"),
        ["changes facts/visit/1: is of noun 'actor'"],
    ),
    "a change of no resource": (
        sql("UPDATE changes SET resource = 'things' WHERE id = 'germany' AND version = 1"),
        [
            "changes things/germany/1: is of noun 'actor'",
            "changes actors/germany/2: is 'updated', and nothing was before it",
            "things germany: is not here, though it was created in version 1",
        ],
    ),
}


@pytest.fixture(scope="module")
def whole_store(shared_store: Store) -> Store:
    """A small store with nothing wrong, for tests that undo what they do."""
    names = [actor("germany", kind="country", country_code="DE", aliases=[name]) for name in ("Berlin", "Bonn")]
    more = [
        sheet_of(f"Told by {n}.", article=n, actors=[each]) for n, each in zip(("bare", "other"), names, strict=True)
    ]
    long = sheet_of(" ".join(f"Number {n} was told of a delay." for n in range(20)), article="long")
    for sheet in (talks(), *more, long):
        shared_store.write(partial(ingest, sheet=sheet, may_review=True))
    assert list(findings(shared_store)) == []
    return shared_store


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_broken_is_found_and_nothing_else(whole_store: Store, how: str) -> None:
    breaking, told = BROKEN[how]
    with whole_store.rehearse() as session:
        breaking(session)
        found = [str(each) for each in findings_in(session)]
    assert [each for each in found if not any(re.match(pattern.lstrip("?"), each) for pattern in told)] == []
    needed = [pattern for pattern in told if not pattern.startswith("?")]
    assert [pattern for pattern in needed if not any(re.match(pattern, each) for each in found)] == []
