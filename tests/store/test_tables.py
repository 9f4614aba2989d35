"""The rules for tables (design 5), so that one schema serves SQLite, PostgreSQL and a distributed PostgreSQL.

A fact is one row with its document in it, so what the rules say of the tables that belong to a fact holds here of what
is derived from it: it is keyed by what it is walked by (a term, a name), and refers to the fact by an id at the end of
its key. `postings` (term, key, id) is the one table that is walked by term, and `tallies` counts by it.

What runs on the tables keeps the rules too: test_distribution.py (no `now()`, no lock, no join and no change across
shards, no change of a key).
"""

from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, CheckConstraint, Computed, Identity, Integer, Table, UniqueConstraint

from api.store import tables
from api.store.opening import Store
from tests.store.contents import reflected

TABLES = list(tables.metadata.tables.values())
NAMES = [table.name for table in TABLES]
RESOURCES = [tables.facts, tables.articles, tables.actors]

#: The key of every table. Whoever adds a table says here what it is keyed by.
KEYS = {
    "facts": ["id"],
    "articles": ["id"],
    "actors": ["id"],
    "article_texts": ["article_id"],
    "actor_names": ["name_key", "actor_id"],
    "aliases": ["resource", "id"],
    "claims": ["hash"],
    "postings": ["term", "key", "id"],
    "tallies": ["term", "facet", "value"],
    "store": ["name"],
    "changes": ["id", "resource", "version"],
    "keys": ["name"],
    "answers": ["hash"],
    "webhooks": ["id"],
    "deliveries": ["webhook_id", "message"],
    "attempts": ["webhook_id", "message", "number"],
    "replays": ["url"],
    "imports": ["id"],
    "fingerprints": ["band", "article_id"],
    "suggestions": ["fact_id", "id"],
    "jobs": ["id"],
    "drafts": ["fact_id"],
}
#: Indexes that find single rows, or that nothing walks in pages.
LOOKED_UP = {"actors_by_wikidata_id", "actor_names_by_actor", "keys_by_hash", "answers_by_time"}
#: A number that no two rows share needs no id beside it.
NUMBERS = {"changes_by_seq"}
#: What the index of words is made of: it differs between the databases, see store/search_index.py.
INDEX_OF_WORDS = ("search_entries", "search_words")


def test_every_table_has_the_key_that_is_meant() -> None:
    assert {table.name: [column.name for column in table.primary_key] for table in TABLES} == KEYS


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_rule_1_no_id_is_made_by_the_database(table: Table) -> None:
    for column in table.columns:
        assert column.default is None
        assert column.server_default is None
        assert column.onupdate is None
        assert column.server_onupdate is None
        assert not isinstance(column.default, Identity | Computed)
        if column.primary_key and isinstance(column.type, Integer | BigInteger):
            assert column.autoincrement is False, f"{column} would be a sequence"


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_rule_2_nothing_refers_to_another_resource_by_a_foreign_key(table: Table) -> None:
    assert not table.foreign_keys


@pytest.mark.parametrize("name", [table.name for table in TABLES if "fact_id" in table.columns])
def test_rule_2_what_belongs_to_a_fact_is_keyed_by_it_before_all_else(name: str) -> None:
    assert KEYS[name][0] == "fact_id"


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_rule_3_nothing_is_unique_but_keys(table: Table) -> None:
    assert not [each for each in table.constraints if isinstance(each, UniqueConstraint | CheckConstraint)]
    assert not [index for index in table.indexes if index.unique]


def test_rule_3_what_must_be_unique_has_a_claim_keyed_by_its_hash() -> None:
    assert [column.name for column in tables.claims.primary_key] == ["hash"]
    assert set(tables.claims.columns.keys()) == {"hash", "article_id"}


@pytest.mark.parametrize("table", RESOURCES, ids=lambda table: table.name)
def test_rule_4_a_reading_by_id_touches_one_row(table: Table) -> None:
    assert [column.name for column in table.primary_key] == ["id"]
    assert list(table.columns.keys())[-1] == "document", "filters read past the document"


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_rule_4_lists_are_keyset_on_a_sort_key_and_the_id(table: Table) -> None:
    for index in table.indexes:
        names = [column.name for column in index.columns]
        ends_with_the_key = names[-len(KEYS[table.name]) :] == KEYS[table.name]
        assert ends_with_the_key or index.name in LOOKED_UP | NUMBERS, f"{index.name} cannot be walked in pages"


def test_the_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    made = reflected(store)
    ours = {name for name in made.tables if not name.startswith(INDEX_OF_WORDS)}
    assert ours == {*KEYS, "alembic_version"}
    for table in TABLES:
        other = made.tables[table.name]
        assert list(other.columns.keys()) == list(table.columns.keys()), table.name
        assert [column.name for column in other.primary_key] == KEYS[table.name]
        for column in table.columns:
            twin = other.columns[column.name]
            assert twin.nullable == column.nullable, column
            assert type(twin.type)._type_affinity is type(column.type)._type_affinity, column
        assert {(index.name, *(column.name for column in index.columns)) for index in other.indexes} == {
            (index.name, *(column.name for column in index.columns)) for index in table.indexes
        }


def test_the_database_makes_no_numbers_and_no_triggers_of_its_own(store: Store) -> None:
    with store.reader.engine.connect() as connection:
        if store.is_embedded():
            made = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' OR name = 'sqlite_sequence'"
            ).fetchall()
        else:
            made = connection.exec_driver_sql(
                "SELECT relname FROM pg_class WHERE relkind = 'S' "
                "UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal "
                "UNION ALL SELECT column_name FROM information_schema.columns "
                "WHERE table_schema = 'public' AND (column_default IS NOT NULL OR is_identity = 'YES')"
            ).fetchall()
    assert made == []


def test_upgrading_again_changes_nothing(store: Store) -> None:
    identity = store.identity()
    before, after = store.upgrade()
    assert before == after
    assert store.identity() == identity
