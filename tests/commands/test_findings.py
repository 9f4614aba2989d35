"""`newsfacts check`: what it prints; what it finds is tested in tests/store/test_checking.py."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from api.store.opening import Store, open_store
from tests.commands.running import Run, failed, succeeded
from tests.store.histories import lived

READING = [["check"], ["stats"], ["purge", "nothing"]]


def test_a_store_with_nothing_wrong_is_summed_up(on_both: Run) -> None:
    succeeded(on_both("seed"))
    told = succeeded(on_both("check"))
    assert told == "Nothing is wrong with 2 articles, 22 actors, 80 facts, 111 changes.\n"


def test_what_is_wrong_is_listed_and_the_command_fails(on_both: Run, store: Store) -> None:
    lived(store)
    with store.writers.begin() as connection:
        connection.exec_driver_sql("UPDATE facts SET confidence = 0.5 WHERE id = 'warning'")
        connection.exec_driver_sql("INSERT INTO actor_names VALUES('gaul', 'france')")
    done = on_both("check")
    assert done.exit_code == 1
    assert sorted(done.stdout.splitlines()) == [
        "actor_names gaul/france: should not be there",
        "facts warning: its confidence is 0.5, should be 1.0",
    ]
    assert done.stderr.startswith("newsfacts: 2 findings in ")


@pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
def test_where_there_is_no_store_none_is_made(run: Run, tmp_path: Path, command: list[str]) -> None:
    assert failed(run(*command)) == "newsfacts: There is no store yet. Run: newsfacts upgrade\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
def test_tables_of_another_version_are_refused(run: Run, tmp_path: Path, command: list[str]) -> None:
    succeeded(run("upgrade"))
    with closing(open_store(f"sqlite:///{tmp_path}/newsfacts.db")) as store, store.writers.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert "not those of this version" in failed(run(*command))
