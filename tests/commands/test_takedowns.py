"""`newsfacts purge`: what was taken down is nowhere any more; that something was there is told, and no more."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, event, inspect, text

from api.commands import main
from api.curation.merging import merge_actors, merge_facts
from api.ingest import ingest
from api.ingest.proofs import findings
from api.store import answers, engine, jobs
from api.store.answers import KeptAnswer
from api.store.jobs import End
from api.store.opening import Store
from api.store.times import now, written
from api.store.writing import Author, Writer
from tests.commands.running import Run, failed, succeeded
from tests.ingest.sheets import Sheet, actor, sheet_of, statement
from tests.ingest.sheets import event as event_of
from tests.store.contents import everything, rows
from tests.store.histories import lived

#: Words that nothing else has, each in another part of an article or of what was made of it.
SECRET = ["zyzzyva", "quokka", "xylyl", "wombat", "fjord"]


def secret() -> Sheet:
    """An article that is to be taken down, with a fact of its own and one that another article states too."""
    return sheet_of(
        "Zyzzyva met France on Fjordday. She said: quokka quokka. Xylyl and 12 wombats came.",
        event_of(
            "Zyzzyva met France on Fjordday",
            id="met",
            title="They met",
            date={"edtf": "2022-01-31", "text": "Fjordday"},
            actors=[{"actor": "she", "role": "actor", "named_as": "Zyzzyva"}, {"actor": "france", "role": "recipient"}],
            quantities=[{"value": 12, "unit": "animals", "qualifier": "exact", "text": "12 wombats"}],
        ),
        article="secret",
        about={"title": "Of zyzzyva and fjord", "publisher": "The Paper"},
        actors=[actor("she"), actor("france")],
        statements=[statement("quokka quokka", id="said", title="She spoke of the quokka")],
    )


def known() -> Sheet:
    """Another article that states the first of the two facts."""
    return sheet_of(
        "A person met France.",
        event_of("A person met France", id="met", title="They met", actors=[{"actor": "she", "role": "actor"}]),
        article="known",
        actors=[actor("she"), actor("france")],
    )


@pytest.fixture(autouse=True)
def careless_sqlite() -> Iterator[None]:
    """SQLite as it is by default: what is deleted stays in the file. That of Debian overwrites it."""

    def leave(connection: Any, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA secure_delete = OFF")

    event.listen(Engine, "connect", leave)
    yield
    event.remove(Engine, "connect", leave)


@pytest.fixture
def told(store: Store) -> Store:
    """A store with both articles, and an answer about them that is kept for whoever asks again."""
    for sheet in (secret(), known()):
        store.write(partial(ingest, sheet=sheet))
    for name, about in (("one", "said"), ("two", "other")):
        kept = KeptAnswer("request", 201, {}, orjson.dumps({"id": about, "text": "quokka" if about == "said" else ""}))
        store.write(partial(answers.keep, hash_=name, answer=kept))
    return store


def found(store: Store) -> set[str]:
    """Tell which of the secret words are in any row of any table, or anywhere in the files of the database."""
    with store.reader.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        cells = [
            bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
            for name in names
            for row in connection.execute(text(f'SELECT * FROM "{name}"'))
            for cell in row
        ]
    if store.is_embedded():
        file = Path(str(store.writers.url.database))
        cells += [path.read_bytes() for path in file.parent.glob(f"{file.name}*")]
    everything = b"\n".join(cells).lower()
    return {word for word in SECRET if word.encode() in everything}


def last_change(store: Store, id_: str) -> tuple[Any, ...]:
    return max(
        rows(store, "changes", "version", "action", "document", "etag", "id"), key=lambda row: (row[-1] == id_, row[0])
    )[1:-1]


def document(store: Store, id_: str) -> dict[str, Any]:
    return next(orjson.loads(body) for name, body in rows(store, "facts", "id", "document") if name == id_)


def test_the_words_of_an_article_are_nowhere_any_more(on_both: Run, told: Store) -> None:
    assert found(told) == set(SECRET)
    done = succeeded(on_both("purge", "secret", "--yes"))
    assert done.startswith("article secret: purged. 4 versions erased, 1 fact changed, 1 fact deleted.\n")
    assert found(told) == set()
    assert list(findings(told)) == []


def test_a_fact_keeps_its_other_evidence_and_one_that_has_none_goes(on_both: Run, told: Store) -> None:
    succeeded(on_both("purge", "secret", "--yes"))
    assert [id_ for (id_,) in rows(told, "facts", "id")] == ["met"]
    met = document(told, "met")
    assert [span["article"] for span in met["evidence"]] == ["known"]
    assert met["sources"] == {"articles": 1, "publishers": 1}
    assert [part["named_as"] for part in met["actors"]] == [None, None]
    assert (met["date"]["edtf"], met["date"]["text"], met["quantities"][0]["text"]) == ("2022-01-31", None, None)


def test_a_bare_tombstone_stays(on_both: Run, told: Store) -> None:
    succeeded(on_both("purge", "secret", "--yes"))
    assert last_change(told, "secret") == ("deleted", None, None)
    assert last_change(told, "said") == ("deleted", None, None)
    versions = rows(told, "changes", "id", "version", "document", "etag", "note")
    erased = [(id_, version) for id_, version, *rest in versions if rest == [None, None, None]]
    assert sorted(erased) == [("met", 1), ("met", 2), ("said", 1), ("said", 2), ("secret", 1), ("secret", 2)]


def test_what_was_taken_down_does_not_come_back_unasked(on_both: Run, told: Store) -> None:
    succeeded(on_both("purge", "secret", "--yes"))
    outcome = told.write(partial(ingest, sheet=secret()))
    assert outcome.article == ("secret", "deleted")
    assert found(told) == set()


def test_an_answer_that_is_kept_goes_too_and_others_stay(on_both: Run, told: Store) -> None:
    succeeded(on_both("purge", "said", "--yes"))
    assert rows(told, "answers", "hash") == [("two",)]


def test_what_was_sent_with_a_job_that_came_to_nothing_goes_too(on_both: Run, told: Store) -> None:
    text = secret()["article"]["text"]
    sent = [{"text": f"Before. {text} After."}, {"html": f"<p>{text}</p>"}, {"text": "Something else."}]
    for state, article in zip(("failed", "cancelled", "dead"), sent, strict=True):
        moment = written(now())
        job = jobs.new_job("extract", orjson.dumps({"article": article}), moment)
        told.write(partial(jobs.add, job=job))
        told.write(lambda session: jobs.claim(session, moment, "9"))  # noqa: B023 (called at once)
        end = End(state, moment, "9")
        told.write(lambda session: jobs.finish(session, replace(job, attempts=1), end))  # noqa: B023
    succeeded(on_both("purge", "secret", "--yes"))
    kept = [job.request for job in jobs.log(told.reader, (), 10)]
    assert [bool(request) for request in kept] == [True, False, False]


def test_a_fact_goes_with_all_its_versions_and_its_article_stays(on_both: Run, told: Store) -> None:
    succeeded(on_both("purge", "said", "--yes"))
    assert last_change(told, "said") == ("deleted", None, None)
    assert rows(told, "changes", "id", "document").count(("said", None)) == 2
    assert {row[0] for row in rows(told, "articles", "id")} == {"known", "secret"}
    assert list(findings(told)) == []


def test_of_an_actor_nothing_stays_but_what_articles_call_it(on_both: Run, told: Store) -> None:
    succeeded(on_both("purge", "she", "--yes", "--resource", "actor"))
    assert [(part["actor"], part["named_as"]) for part in document(told, "met")["actors"]] == [
        (None, "Zyzzyva"),
        ("france", None),
    ]
    assert rows(told, "changes", "id", "document").count(("she", None)) == 2
    assert list(findings(told)) == []


def test_what_was_deleted_before_can_be_purged_and_again(on_both: Run, store: Store) -> None:
    lived(store)
    before = store.identity()[2]
    assert "article late: purged. 3 versions erased" in succeeded(on_both("purge", "late", "--yes"))
    assert "article late: purged. 0 versions erased" in succeeded(on_both("purge", "late", "--yes"))
    assert store.identity()[2] == before + 2, "answers made before are out of date"
    assert not [row for row in rows(store, "article_texts", "article_id") if row == ("late",)]
    assert list(findings(store)) == []


def test_what_was_merged_into_it_goes_too(on_both: Run, told: Store) -> None:
    def merge(session: Any) -> None:
        writer = Writer(session, Author("2030-01-01T00:00:00.000000Z"))
        merge_actors(writer, "she", "france")
        writer.flush()

    told.write(merge)
    assert "was merged into 'france': purge that, or unmerge it first" in failed(on_both("purge", "she", "--yes"))
    succeeded(on_both("purge", "france", "--yes"))
    for id_ in ("she", "france"):
        kept = [body for name, body in rows(told, "changes", "id", "document") if name == id_]
        assert set(kept) == {None}, id_
    assert list(findings(told)) == []


def test_versions_of_a_fact_that_was_merged_are_erased_with_the_article_that_they_quote(
    on_both: Run, told: Store
) -> None:
    def merge(session: Any) -> None:
        writer = Writer(session, Author("2030-01-01T00:00:00.000000Z"))
        merge_facts(writer, "other", "met")
        writer.flush()

    told.write(partial(ingest, sheet=secret() | {"events": [], "statements": []}))
    again = secret()
    again["events"] = [event_of("Xylyl and 12 wombats came", id="other")]
    told.write(partial(ingest, sheet=again))
    told.write(merge)
    succeeded(on_both("purge", "secret", "--yes"))
    assert found(told) == set()
    assert list(findings(told)) == []


def test_it_asks_before_it_erases(on_both: Run, told: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(told)
    url = told.writers.url.render_as_string(hide_password=False)
    asked = CliRunner().invoke(main, ["purge", "secret"], env={"NEWSFACTS_DATABASE_URL": url}, input="n\n")
    assert asked.exit_code == 1
    assert "Erase the article 'secret' for good? 4 versions would be erased, 1 fact would be changed" in asked.output
    assert everything(told) == before
    agreed = CliRunner().invoke(main, ["purge", "secret"], env={"NEWSFACTS_DATABASE_URL": url}, input="y\n")
    assert agreed.exit_code == 0
    assert found(told) == set()


def test_one_id_of_several_resources_is_not_guessed_at(on_both: Run, told: Store) -> None:
    told.write(partial(ingest, sheet=sheet_of("They met.", article="met")))
    assert failed(on_both("purge", "met", "--yes")) == (
        "newsfacts: 'met' is the id of several: articles, facts. Say which with --resource.\n"
    )
    succeeded(on_both("purge", "met", "--yes", "--resource", "article"))
    assert document(told, "met")["title"] == "They met"


@pytest.mark.parametrize("more", [[], ["--resource", "fact"], ["--resource", "article"]])
def test_what_never_was_cannot_be_purged(on_both: Run, told: Store, more: list[str]) -> None:
    before = everything(told)
    assert re.match(r"newsfacts: There is no.* '?nothing'", failed(on_both("purge", "nothing", "--yes", *more)))
    assert everything(told) == before


def test_readers_who_keep_the_words_in_the_log_are_told_of(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 50)
    succeeded(run("seed"))
    with closing(sqlite3.connect(tmp_path / "newsfacts.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM facts").fetchone()
        told = failed(run("purge", "tms-us-responds-to-russia", "--yes"))
    assert "Readers still keep the words" in told
    assert "0 versions erased" in succeeded(run("purge", "tms-us-responds-to-russia", "--yes"))
    assert b"Boryspil" not in (tmp_path / "newsfacts.db").read_bytes()
