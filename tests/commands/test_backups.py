"""`newsfacts backup`: one file with all that was there at one moment, which can be put in the store's place."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from api.ingest.proofs import findings
from api.store.opening import Store, open_store
from tests import postgres
from tests.commands.running import Run, failed, succeeded
from tests.store.contents import everything
from tests.store.histories import lived

TOLD = re.compile(r"copy\.\w+: ([\d,]+) bytes, ([\d,]+) facts, up to change (\d+)\n")


def numbers(told: str) -> list[int]:
    found = TOLD.fullmatch(told)
    assert found, told
    return [int(number.replace(",", "")) for number in found.groups()]


def count(store: Store, query: str) -> int:
    with store.reader.engine.connect() as connection:
        return int(connection.exec_driver_sql(query).scalar_one())


# SQLite.


@pytest.fixture
def lived_file(run: Run, tmp_path: Path) -> Iterator[Store]:
    """The store that the settings name when they name none, with much in it."""
    succeeded(run("upgrade"))
    store = open_store(f"sqlite:///{tmp_path}/newsfacts.db")
    lived(store)
    yield store
    store.close()


def test_a_backup_has_everything_and_tells_how_much(run: Run, tmp_path: Path, lived_file: Store) -> None:
    size, facts, changes = numbers(succeeded(run("backup", "copy.db")))
    assert size == (tmp_path / "copy.db").stat().st_size
    assert facts == count(lived_file, "SELECT count(*) FROM facts")
    assert changes == count(lived_file, "SELECT changes FROM store")
    with closing(open_store(f"sqlite:///{tmp_path}/copy.db")) as copy:
        assert everything(copy) == everything(lived_file)
        assert list(findings(copy)) == []


def test_nobody_else_may_read_a_backup_and_nothing_else_is_left(run: Run, tmp_path: Path, lived_file: Store) -> None:
    before = {path.name for path in tmp_path.iterdir()}
    succeeded(run("backup", "copy.db"))
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} - before == {"copy.db"}


def test_a_file_that_is_there_is_replaced_only_by_force(run: Run, tmp_path: Path, lived_file: Store) -> None:
    there = tmp_path / "copy.db"
    there.write_text("mine")
    assert "--force" in failed(run("backup", "copy.db"))
    assert there.read_text() == "mine"
    numbers(succeeded(run("backup", "--force", "copy.db")))


def test_a_store_is_not_replaced_by_its_own_backup(run: Run, tmp_path: Path, lived_file: Store) -> None:
    before = everything(lived_file)
    (tmp_path / "link.db").symlink_to("newsfacts.db")
    for name in ("newsfacts.db", "./newsfacts.db", "link.db"):
        assert "the database itself" in failed(run("backup", "--force", name))
    assert everything(lived_file) == before


def test_a_backup_of_nothing_is_refused(run: Run, tmp_path: Path) -> None:
    assert "There is no store yet" in failed(run("backup", "copy.db"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["none/copy.db", "newsfacts.db/copy.db"])
def test_a_folder_that_cannot_be_written_to_is_told(run: Run, lived_file: Store, name: str) -> None:
    told = failed(run("backup", name))
    assert told.startswith("newsfacts: ")
    assert len(told.splitlines()) == 1


def test_a_store_can_be_backed_up_before_its_tables_are_brought_up_to_date(run: Run, tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/newsfacts.db")) as store:
        store.upgrade()
        with store.writers.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
            connection.exec_driver_sql("ALTER TABLE store DROP COLUMN changes")
    assert re.fullmatch(r"copy\.db: [\d,]+ bytes, 0 facts\n", succeeded(run("backup", "copy.db")))


WRITE = """
import sys
from functools import partial
from api.ingest import ingest
from api.store.opening import open_store
store = open_store(sys.argv[1])
for n in range(100_000):
    fact = {"title": "Told", "type": "agree", "modality": "actual", "evidence": [{"exact": f"This is the {n}th."}]}
    sheet = {"article": {"publisher": "P", "text": f"This is the {n}th."}, "events": [fact, fact]}
    store.write(partial(ingest, sheet=sheet))
    print(n, flush=True)
"""


@contextmanager
def writing(url: str) -> Iterator[Any]:
    """Has another process write sheets of two facts each, one after the other; gives the lines that tell of each."""
    command = [sys.executable, "-c", WRITE, url]
    root = Path(__file__).parents[2]
    writer = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout
        yield writer.stdout
        assert writer.poll() is None, "the writer died"
    finally:
        writer.kill()
        writer.communicate()


def test_a_backup_is_of_one_moment_while_another_process_writes(run: Run, tmp_path: Path) -> None:
    succeeded(run("upgrade"))
    url, last = f"sqlite:///{tmp_path}/newsfacts.db", 0
    with writing(url) as told:
        for _ in range(3):
            written = int(told.readline()) + 1
            _, facts, changes = numbers(succeeded(run("backup", "--force", "copy.db")))
            assert facts % 2 == 0, "half a sheet"
            assert facts >= 2 * written, "a sheet that was acknowledged is missing"
            assert changes > last
            last = changes
            with closing(open_store(f"sqlite:///{tmp_path}/copy.db")) as copy:
                assert list(findings(copy)) == []


# PostgreSQL.


@pytest.fixture
def lived_server(
    postgres_server: postgres.Server | postgres.Absent, migrated_postgres: str | None, run: Run
) -> Iterator[Store]:
    if isinstance(postgres_server, postgres.Absent):
        pytest.skip(postgres_server.reason)
    store = open_store(postgres_server.create_database(template=migrated_postgres))
    lived(store)
    yield store
    store.close()


def address(store: Store, **more: Any) -> str:
    return store.writers.url.set(**more).render_as_string(hide_password=False)


@pytest.fixture
def client_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts PostgreSQL's programs on the PATH: those of the server that the tests run, if they run one."""
    if programs := postgres._programs():
        monkeypatch.setenv("PATH", str(programs))
    if shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump: not beside the server's programs, not on the PATH")


@contextmanager
def restored(server: postgres.Server, archive: str) -> Iterator[Store]:
    url = server.create_database()
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run([str(shutil.which("pg_restore")), "--no-owner", f"--dbname={plain}", archive], check=True)
    with closing(open_store(url)) as copy:
        yield copy


def test_an_archive_has_everything(
    run: Run, tmp_path: Path, lived_server: Store, client_programs: None, postgres_server: postgres.Server
) -> None:
    told = succeeded(run("backup", "copy.dump", NEWSFACTS_DATABASE_URL=address(lived_server)))
    size, facts, changes = numbers(told)
    assert size == (tmp_path / "copy.dump").stat().st_size
    assert facts == count(lived_server, "SELECT count(*) FROM facts")
    assert changes == count(lived_server, "SELECT changes FROM store")
    with restored(postgres_server, "copy.dump") as copy:
        assert everything(copy) == everything(lived_server)
        assert list(findings(copy)) == []


def test_an_archive_is_of_the_moment_that_is_told(
    run: Run, lived_server: Store, client_programs: None, postgres_server: postgres.Server
) -> None:
    with writing(address(lived_server)) as lines:
        lines.readline()
        _, facts, changes = numbers(succeeded(run("backup", "copy.dump", NEWSFACTS_DATABASE_URL=address(lived_server))))
    assert count(lived_server, "SELECT changes FROM store") > changes
    with restored(postgres_server, "copy.dump") as copy:
        assert count(copy, "SELECT count(*) FROM facts") == facts
        assert count(copy, "SELECT changes FROM store") == changes
        assert list(findings(copy)) == []


@pytest.fixture
def pretended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts a pg_dump on the PATH that writes down how it was called, and where it was told to write something."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "pg_dump"
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        f"open({str(folder / 'called')!r}, 'w').write(json.dumps([sys.argv[1:], dict(os.environ)]))\n"
        "if 'fail' in os.environ['PGUSER']: sys.exit('pg_dump: error: no such thing')\n"
        "open([each[7:] for each in sys.argv if each.startswith('--file=')][0], 'w').write('archive')\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder / "called"


def test_a_password_is_never_an_argument(run: Run, lived_server: Store, pretended: Path, tmp_path: Path) -> None:
    url = address(lived_server, password="geheim", query={**lived_server.writers.url.query, "sslmode": "prefer"})
    told = succeeded(run("backup", "copy.dump", NEWSFACTS_DATABASE_URL=url))
    assert numbers(told)[0] == len("archive")
    arguments, environment = json.loads(pretended.read_text())
    assert "geheim" not in " ".join(arguments) + told
    assert {"--format=custom", "--no-password"} <= set(arguments)
    asked = lived_server.writers.url
    assert (environment["PGPASSWORD"], environment["PGSSLMODE"]) == ("geheim", "prefer")
    assert (environment["PGDATABASE"], environment["PGUSER"]) == (asked.database, asked.username)
    assert (tmp_path / "copy.dump").read_text() == "archive"


def test_a_dump_that_fails_leaves_nothing(run: Run, lived_server: Store, pretended: Path, tmp_path: Path) -> None:
    with lived_server.writers.begin() as connection:
        connection.exec_driver_sql("CREATE ROLE fail SUPERUSER LOGIN")
    try:
        told = failed(run("backup", "copy.dump", NEWSFACTS_DATABASE_URL=address(lived_server, username="fail")))
    finally:
        with lived_server.writers.begin() as connection:
            connection.exec_driver_sql("DROP ROLE fail")
    assert told == "newsfacts: pg_dump failed: pg_dump: error: no such thing\n"
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_without_pg_dump_the_command_for_it_is_told(
    run: Run, lived_server: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    query = {**lived_server.writers.url.query, "password": "geheim"}
    url = address(lived_server, password="geheim", query=query)
    told = failed(run("backup", "copy.dump", NEWSFACTS_DATABASE_URL=url))
    assert "run: pg_dump --format=custom --file=FILE 'postgresql://" in told
    assert str(lived_server.writers.url.database) in told
    assert "geheim" not in told
    assert list(tmp_path.iterdir()) == []


def test_a_backup_goes_past_the_pooler(
    run: Run, postgres_server: postgres.Server | postgres.Absent, migrated_postgres: str
) -> None:
    if isinstance(postgres_server, postgres.Absent):
        pytest.skip(postgres_server.reason)
    url = postgres_server.create_database(template=migrated_postgres)
    told = failed(run("backup", "copy.dump", NEWSFACTS_DATABASE_URL=url, NEWSFACTS_DATABASE_POOLER="true"))
    assert "name the server itself" in told
