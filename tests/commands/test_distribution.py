"""newsfacts distribute: on a PostgreSQL that notes what a distributed one would have done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.store.distribution import COLUMNS
from api.store.opening import Store
from tests.commands.running import Run, failed, succeeded

#: Citus's function and its table, as far as they are used.
STUBS = """
CREATE TABLE pg_dist_partition (logicalrelid regclass, partmethod "char", told text);
CREATE FUNCTION create_distributed_table(
    table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash', colocate_with text DEFAULT ''
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pg_dist_partition VALUES (table_name, 'h', distribution_column || ' ' || colocate_with)
$$;
"""


@pytest.fixture
def stubbed(open_empty: Callable[[str], Store]) -> Iterator[Store]:
    store = open_empty("postgresql")
    run_all(store, STUBS)
    yield store
    store.close()


def run_all(store: Store, statements: str) -> None:
    def work(session: Session) -> None:
        for statement in statements.strip().split(";\n"):
            session.execute(text(statement))

    store.write(work)


def told(store: Store) -> list[tuple[str, str]]:
    asked = text("SELECT logicalrelid::text, told FROM pg_dist_partition")
    return [(row[0], row[1]) for row in store.write(lambda session: session.execute(asked).all())]


def url_of(store: Store) -> str:
    return store.writers.url.render_as_string(hide_password=False)


def test_a_dry_run_prints_the_sql_and_needs_no_database(run: Run) -> None:
    lines = succeeded(run("distribute", "--dry-run", NEWSFACTS_DATABASE_URL="postgresql://nobody@/none?host=/none"))
    first, *others = lines.splitlines()
    assert first == "SELECT create_distributed_table('facts', 'id', colocate_with => 'none');"
    assert "SELECT create_distributed_table('article_texts', 'article_id', colocate_with => 'facts');" in others
    assert len(others) == len(COLUMNS) - 1


def test_what_a_dry_run_prints_is_what_is_done(run: Run, stubbed: Store) -> None:
    printed = succeeded(run("distribute", "--dry-run"))
    run_all(stubbed, printed)
    printed_for = told(stubbed)
    stubbed.write(lambda session: session.execute(text("DELETE FROM pg_dist_partition")))
    succeeded(run("distribute", NEWSFACTS_DATABASE_URL=url_of(stubbed)))
    assert told(stubbed) == printed_for
    assert dict(printed_for) == {
        table: f"{column} {'none' if table == 'facts' else 'facts'}" for table, column in COLUMNS.items()
    }


def test_tables_are_distributed_once_and_those_left_over_later(run: Run, stubbed: Store) -> None:
    run_all(stubbed, "SELECT create_distributed_table('facts', 'id', colocate_with => 'none')")
    lines = succeeded(run("distribute", NEWSFACTS_DATABASE_URL=url_of(stubbed))).splitlines()
    assert lines == [
        "facts: is distributed already",
        *(f"{table}: distributed" for table in COLUMNS if table != "facts"),
    ]
    again = succeeded(run("distribute", NEWSFACTS_DATABASE_URL=url_of(stubbed))).splitlines()
    assert again == [f"{table}: is distributed already" for table in COLUMNS]
    assert len(told(stubbed)) == len(COLUMNS)


def test_what_the_database_objects_to_is_told_and_the_rest_is_done_another_time(run: Run, stubbed: Store) -> None:
    run_all(stubbed, "ALTER TABLE pg_dist_partition ADD CONSTRAINT no CHECK (told NOT LIKE 'actor_id%')")
    said = failed(run("distribute", NEWSFACTS_DATABASE_URL=url_of(stubbed)))
    assert re.fullmatch(r'newsfacts: actor_names: .* violates check constraint "no"\n', said)
    assert [table for table, _ in told(stubbed)] == ["facts", "articles", "actors", "article_texts"]


def test_a_postgresql_without_citus_says_so(run: Run, open_empty: Callable[[str], Store]) -> None:
    store = open_empty("postgresql")
    assert "CREATE EXTENSION citus" in failed(run("distribute", NEWSFACTS_DATABASE_URL=url_of(store)))
    store.close()


def test_a_file_stands_on_one_machine(run: Run) -> None:
    succeeded(run("upgrade"))
    assert "SQLite" in failed(run("distribute"))
