"""How long PostgreSQL may be at something: reads of requests for a while, snapshots for as long as they take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.orm import Session

from api.settings import Settings
from api.store import engine
from api.store.opening import Store, open_store
from api.store.reading import OverdueError, UnavailableError
from api.views import reading
from tests.store.clients import client_of


@pytest.fixture
def url(open_empty: Callable[[str], Store]) -> str:
    store = open_empty("postgresql")
    store.close()
    return store.writers.url.render_as_string(hide_password=False)


@pytest.fixture
def hasty(url: str) -> Iterator[Store]:
    """A store whose reads may take a tenth of a second."""
    with closing(open_store(url, read_timeout=0.1)) as store:
        yield store


def sleep() -> Select[tuple[str]]:
    return select(cast(func.pg_sleep(0.5), Text))


def pid() -> Select[tuple[int]]:
    return select(func.pg_backend_pid())


def test_a_read_that_takes_too_long_is_cut_off_and_the_connection_kept(hasty: Store) -> None:
    before = hasty.reader.first(pid, (), {})
    with pytest.raises(OverdueError):
        hasty.reader.rows(sleep, (), {})
    assert hasty.reader.first(pid, (), {}) == before


def test_whoever_asked_for_it_is_told_why(hasty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.listing, "page", lambda *_: hasty.reader.rows(sleep, (), {}))
    problem = client_of(hasty).get("/v1/facts")
    assert (problem.status_code, problem.json["type"]) == (503, "/problems/unavailable")
    assert "longer than a read may take" in problem.json["detail"]
    assert int(problem.headers["Retry-After"]) > 0


def test_a_snapshot_and_a_command_take_their_time(hasty: Store, url: str) -> None:
    with hasty.snapshot() as session:
        session.execute(sleep())
    with closing(open_store(url)) as store:
        store.reader.rows(sleep, (), {})


def test_a_writer_waits_for_another_one_only_so_long(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 50)
    for behind_pooler in (False, True):
        with closing(open_store(url, behind_pooler=behind_pooler)) as store:
            with Session(store.writers) as session, session.begin():
                session.connection()
                with pytest.raises(UnavailableError):
                    store.write(lambda other: other.connection())
            store.write(lambda session: session.connection())


def test_what_a_url_asks_of_its_connections_is_kept(url: str) -> None:
    with closing(open_store(f"{url}&options=-c work_mem=1234kB&connect_timeout=3")) as store:
        for each in (store.writers, store.reader.engine):
            with each.connect() as connection:
                assert connection.exec_driver_sql("SHOW work_mem").scalar() == "1234kB"
                assert connection.exec_driver_sql("SHOW plan_cache_mode").scalar() == "force_custom_plan"


def test_reads_of_the_api_have_a_limit_unless_it_is_changed() -> None:
    assert Settings().read_timeout == 30
    assert Settings.from_environment({"NEWSFACTS_READ_TIMEOUT": "1.5"}).read_timeout == 1.5
