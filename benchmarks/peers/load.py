"""Loads the facts of a newsfacts store into the peers' tables: the same rows, and the same words in the index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import create_engine

from api.store.labels import day_number
from api.store.search_index import Entry
from api.store.words import words_of
from benchmarks import dumps
from benchmarks.peers.fields import FIELDS
from benchmarks.peers.models import Base, Fact

Json = dict[str, Any]

_TOGETHER = 1_000
_KEYS = "id TEXT PRIMARY KEY, position INTEGER UNIQUE, day INTEGER, last_day INTEGER"
_PARTS = {
    "participations": "actors",
    "places": "places",
    "quantities": "quantities",
    "evidence": "evidence",
    "relations": "relations",
}
#: Fields of a fact that are columns under their own name.
_PLAIN = [
    name
    for name in Fact.__table__.columns.keys()  # noqa: SIM118 (no dict)
    if not name.startswith(("date_", "sources_", "review_")) and name not in ("position", "day", "last_day")
]


def to_sqlite(newsfacts: Path, peers: Path) -> None:
    """Make the peers' SQLite file from that of newsfacts."""
    engine = create_engine(f"sqlite:///{peers}")
    Base.metadata.create_all(engine)
    engine.dispose()
    connection = sqlite3.connect(peers)
    connection.execute("CREATE VIRTUAL TABLE fact_words USING fts5(title, body, content='', tokenize='ascii')")
    columns = ", ".join(f'"{name}"' for name in FIELDS if name != "id")
    for table, own in (("fact_rows", columns), ("fact_documents", "document")):
        connection.execute(f"CREATE TABLE {table} ({_KEYS}, {own})")
        connection.execute(f"CREATE INDEX {table}_by_day ON {table} (day, id)")
    for facts in _facts(newsfacts):
        tables = _rows(facts)
        tables |= _datasette_rows(facts)
        for table, rows in tables.items():
            names = ", ".join(f'"{name}"' for name in rows[0])
            values = ", ".join(f":{name}" for name in rows[0])
            connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({values})", rows)
    connection.commit()
    connection.execute("ANALYZE")
    connection.close()


def to_postgresql(newsfacts: Path, url: str) -> None:
    """Fill the peers' PostgreSQL tables, which are there, from newsfacts' SQLite file."""
    with dumps.connect(url) as connection:
        for facts in _facts(newsfacts):
            tables = _rows(facts)
            for row, (_, fact) in zip(tables["facts"], facts, strict=True):
                row["words"] = _entry(fact).tsvector
            for table, rows in tables.items():
                dumps.copy_rows(connection, table, list(rows[0]), ([*row.values()] for row in rows))


def create_tables(url: str) -> None:
    """Make the peers' tables in an empty PostgreSQL database."""
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE facts ADD COLUMN words tsvector NOT NULL")
        connection.exec_driver_sql("CREATE INDEX facts_by_words ON facts USING gin (words)")
    engine.dispose()


def _facts(newsfacts: Path) -> Iterator[list[tuple[int, Json]]]:
    """Read (position among matches of words, fact), many at a time, in the order in which they were stored."""
    connection = sqlite3.connect(newsfacts)
    query = """SELECT position, document FROM facts JOIN search_entries ON search_entries.id = facts.id
               WHERE resource = 'fact' ORDER BY position"""
    found = connection.execute(query)
    while some := list(islice(found, _TOGETHER)):
        yield [(position, orjson.loads(document)) for position, document in some]
    connection.close()


def _rows(facts: list[tuple[int, Json]]) -> dict[str, list[Json]]:
    """Make the rows of each table; what others refer to comes first."""
    tables: dict[str, list[Json]] = {"facts": [_fact_row(position, fact) for position, fact in facts]}
    for _, fact in facts:
        id_, day = fact["id"], _days(fact)["day"]
        for table, name in _PARTS.items():
            rows = [{"fact_id": id_, "at": at, **part} for at, part in enumerate(fact[name])]
            tables.setdefault(table, []).extend(rows)
        tables.setdefault("actor_facts", []).extend(
            {"actor_id": actor, "day": day, "fact_id": id_}
            for actor in dict.fromkeys(part["actor"] for part in fact["actors"] if part["actor"])
        )
        tables.setdefault("steps", []).extend(
            {"fact_id": id_, "at": at, "status": step["status"], "by": step["by"]}
            | _date(step["date"])
            | step["evidence"]
            for at, step in enumerate(fact.get("history", ()))
        )
    return {table: rows for table, rows in tables.items() if rows}


def _datasette_rows(facts: list[tuple[int, Json]]) -> dict[str, list[Json]]:
    """Make the rows of the tables that only Datasette reads, and of SQLite's index of words."""
    words, rows, documents = [], [], []
    for position, fact in facts:
        title, body = _entry(fact).columns
        words.append({"rowid": position, "title": title, "body": body})
        place = {"position": position, **_days(fact)}
        rows.append(place | {name: _json(fact.get(name)) for name in FIELDS})
        documents.append(place | {"id": fact["id"], "document": orjson.dumps(fact).decode()})
    return {"fact_words": words, "fact_rows": rows, "fact_documents": documents}


def _fact_row(position: int, fact: Json) -> Json:
    return {
        "position": position,
        **_days(fact),
        **_date(fact["date"]),
        **{name: _json(fact.get(name)) for name in _PLAIN},
        **{f"sources_{name}": value for name, value in fact["sources"].items()},
        **{f"review_{name}": _json(value) for name, value in fact["review"].items()},
    }


def _days(fact: Json) -> dict[str, int | None]:
    """The first and the last day of a fact; 0 without a date, None for an end that is open."""
    date = fact["date"]
    if not date or not date["earliest"]:
        return {"day": 0, "last_day": 0}
    return {
        "day": day_number(date["earliest"]),
        "last_day": day_number(date["latest"]) if date["latest"] else None,
    }


def _date(date: Json | None) -> Json:
    return {f"date_{name}": (date or {}).get(name) for name in ("edtf", "earliest", "latest", "text")}


def _json(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value


def _entry(fact: Json) -> Entry:
    """The words of a fact, as newsfacts indexes them."""
    named = [part["named_as"] for part in fact["actors"] if part["named_as"]]
    passages = [span["exact"] for span in fact["evidence"]] + named + [place["name"] for place in fact["places"]]
    body = [word for passage in passages for word in words_of(passage)]
    return Entry("fact", fact["id"], 0, (), words_of(fact["title"]), body)
