"""A pooler in transaction mode: any transaction may be done by another connection of the server's."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.store.opening import Store, open_store
from tests.conftest import Key
from tests.postgres import as_user, conninfo, unprivileged_user
from tests.store.clients import client_of

#: Fewer than the clients, so that they take turns on them.
SERVER_CONNECTIONS = 2
CLIENTS, TURNS = 4, 4
#: More often than a driver looks before it prepares a statement.
READS = 7


@pytest.fixture(scope="module")
def direct(open_empty: Callable[[str], Store]) -> str:
    """The URL of a database with all tables, past the pooler."""
    store = open_empty("postgresql")
    url = store.writers.url.render_as_string(hide_password=False)
    store.close()
    return url


@pytest.fixture(scope="module")
def pooled(direct: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the same database, by way of PgBouncer."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("no PgBouncer here")
    user, folder = unprivileged_user(), tmp_path_factory.mktemp("pooler", numbered=True)
    database = psycopg.conninfo.conninfo_to_dict(conninfo(direct))
    server = " ".join(f"{name}={value}" for name, value in database.items())
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = {server}\n[pgbouncer]\nauth_type = any\npool_mode = transaction\n"
        f"default_pool_size = {SERVER_CONNECTIONS}\nunix_socket_dir = {folder}\nlisten_port = 6432\n"
    )
    for each in (folder, *folder.parents):
        if each.owner() == getpass.getuser() and each.is_relative_to(tempfile.gettempdir()):
            each.chmod(each.stat().st_mode | 0o055)
    if user is not None:
        shutil.chown(folder, user.pw_uid, user.pw_gid)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, folder / "pgbouncer.ini"], stderr=log, **as_user(user, folder))
    url = f"postgresql+psycopg://{database['user']}@/{database['dbname']}?host={folder}&port=6432"
    try:
        _wait_until_ready(url, process, folder / "log")
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return psycopg.connect(conninfo(url)).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
    raise RuntimeError(f"PgBouncer did not start: {log.read_text()}")


@pytest.fixture
def store(pooled: str) -> Iterator[Store]:
    with closing(open_store(pooled, 2 * CLIENTS + 1, behind_pooler=True, read_timeout=30)) as store:
        yield store


def article(id_: str, sheet: dict[str, Any]) -> dict[str, Any]:
    """The same story in another paper."""
    return sheet | {"article": sheet["article"] | {"id": id_, "publisher": id_}}


def test_readers_and_writers_meet_no_error(store: Store, key: Key, sheet: dict[str, Any]) -> None:
    sent = key("ingest")

    def work(number: int) -> list[int]:
        client, statuses = client_of(store), []
        for turn in range(TURNS):
            posted = client.post("/v1/fact-sheets", json=article(f"paper-{number}-{turn}", sheet), headers=sent)
            statuses.append(posted.status_code)
            for path in ("/v1/facts/france-received-germany", "/v1/facts?actor=france&date_from=2022-01-01"):
                statuses += [client.get(path).status_code for _ in range(READS)]
        return statuses

    with ThreadPoolExecutor(CLIENTS) as threads:
        statuses = [status for each in threads.map(work, range(CLIENTS)) for status in each]
    assert set(statuses) == {200, 201}
    assert statuses.count(201) == CLIENTS * TURNS
    fact = client_of(store).get("/v1/facts/france-received-germany").json
    assert fact["sources"]["publishers"] == CLIENTS * TURNS


def test_nothing_is_left_on_a_connection_for_whoever_is_lent_it_next(store: Store, key: Key, pooled: str) -> None:
    client_of(store).get("/v1/jobs", headers=key("ingest", name="another"))
    with store.snapshot() as session:
        assert session.execute(text("SHOW statement_timeout")).scalar_one() == "0"
        assert session.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"
    store.write_unless_busy(lambda session: session.execute(text("SELECT 1")))
    store.write(lambda session: session.execute(text("SELECT 1")))
    ours = "('statement_timeout', 'lock_timeout', 'plan_cache_mode', 'search_path', 'default_transaction_isolation')"
    with closing(psycopg.connect(conninfo(pooled))) as one, closing(psycopg.connect(conninfo(pooled))) as other:
        pids = set()
        for connection in (one, other):  # both in a transaction, so that each has a connection of the server's own
            pids.add(connection.execute("SELECT pg_backend_pid()").fetchone()[0])  # type: ignore[index]
            kept = f"SELECT name FROM pg_settings WHERE source = 'session' AND name IN {ours}"
            assert connection.execute(kept).fetchall() == []
            assert connection.execute("SELECT name FROM pg_prepared_statements").fetchall() == []
        assert len(pids) == SERVER_CONNECTIONS


def test_a_writer_who_is_in_a_hurry_waits_for_nobody(store: Store) -> None:
    done = []

    def work(session: Session, when: str) -> None:
        session.connection()
        done.append(when)

    with Session(store.writers) as session, session.begin():
        session.connection()
        store.write_unless_busy(partial(work, when="meanwhile"))
    store.write_unless_busy(partial(work, when="afterwards"))
    assert done == ["afterwards"]
