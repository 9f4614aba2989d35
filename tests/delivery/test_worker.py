"""The worker as a process: killed, told to stop, several at once, beside a server, without its database."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from api.store.opening import Store
from tests import postgres
from tests.delivery.conftest import PATIENCE_SECONDS, AdminClient, Made, log_of
from tests.delivery.receivers import Answer, Receiver

NEWSFACTS = Path(sys.executable).with_name("newsfacts")
Change = Callable[..., None]
Make = Callable[..., Made]
Start = Callable[..., "Process"]


class Process:
    """A newsfacts process. What it says on standard error goes to a file, so that it never waits for a reader."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("NEWSFACTS_")}
        self.log = folder / f"log-{time.monotonic_ns()}"
        with self.log.open("wb") as output:
            self.running = subprocess.Popen(
                [NEWSFACTS, *arguments],
                cwd=folder,
                env=plain | settings,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        self.running.kill()
        self.running.wait(PATIENCE_SECONDS)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.running.send_signal(number)
        return self.running.wait(PATIENCE_SECONDS)

    @property
    def lines(self) -> list[Any]:
        """What it logged: each line is JSON."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def start(store: Store, tmp_path: Path) -> Iterator[Start]:
    """Starts a process on the store, with delays and leases that a test can wait for."""
    started: list[Process] = []
    fast = {
        "NEWSFACTS_DATABASE_URL": store.writers.url.render_as_string(hide_password=False),
        "NEWSFACTS_PRIVATE_HOSTS": "127.0.0.1",
        "NEWSFACTS_WEBHOOK_TIMEOUT": "0.4",
        "NEWSFACTS_WEBHOOK_BACKOFF": "0.05",
        # Loading what it takes would take longer than most tests; see tests/jobs.
        "NEWSFACTS_EXTRACTION": "false",
    }

    def run(*arguments: str, **settings: str) -> Process:
        started.append(Process(tmp_path, *(arguments or ("work",)), **{**fast, **settings}))
        return started[-1]

    yield run
    for process in started:
        process.kill()


def wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def states(admin: AdminClient, made: Made) -> set[str]:
    return {each["state"] for each in log_of(admin, made)}


def test_a_worker_delivers_until_it_is_told_to_stop(
    admin: AdminClient, webhook: Make, start: Start, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters={"resource": ["event"]})
    worker = start()
    change(1)
    wait_until(lambda: states(admin, made) == {"delivered"})
    receiver.messages[0].verify(made["secret"])
    change(2)
    wait_until(lambda: len(receiver.messages) == 2)
    assert worker.stop() == 0
    told = [(line["event"], line["state"], line["status"]) for line in worker.lines]
    assert told == [("delivery", "delivered", 204)] * 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_ends_what_it_began(
    admin: AdminClient, webhook: Make, start: Start, receiver: Receiver, change: Change, number: int
) -> None:
    made = webhook(filters={"resource": ["event"]})
    receiver.say(Answer(after=0.3))
    worker = start()
    change(1)
    wait_until(lambda: len(receiver.messages) == 1)
    assert worker.stop(number) == 0
    assert states(admin, made) == {"delivered"}


def test_workers_that_are_killed_lose_nothing(
    admin: AdminClient, webhook: Make, start: Start, receiver: Receiver, change: Change
) -> None:
    made = webhook()
    change(*range(30))
    receiver.say(*[Answer(500), Answer(), Answer(after=0.2)] * 10, else_=Answer(after=0.02))
    for number in range(4):
        had = len(receiver.messages)
        worker = start()
        wait_until(lambda had=had: len(receiver.messages) >= had + 8)  # type: ignore[misc]
        worker.kill()
        change(100 + number)
    start()
    wait_until(lambda: len(log_of(admin, made)) == 68 and states(admin, made) <= {"delivered", "dead"})
    logged = log_of(admin, made)
    assert {each["state"] for each in logged} == {"delivered"}
    # Every message came, each under the one id that it always has, and said the same however often it came.
    assert {each["message"] for each in logged} == set(receiver.ids)
    assert len({(message.id, message.body) for message in receiver.messages}) == 68
    assert len({message.data["id"] for message in receiver.messages}) == 68


def test_a_receiver_that_comes_back_gets_what_it_missed(
    admin: AdminClient, webhook: Make, start: Start, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters={"resource": ["event"]})
    receiver.close()
    change(*range(5))
    start()
    wait_until(lambda: [each for each in log_of(admin, made) if len(each["attempts"]) >= 2] != [])
    back = Receiver(receiver.port)
    try:
        wait_until(lambda: states(admin, made) == {"delivered"})
        assert sorted(back.ids) == sorted(each["message"] for each in log_of(admin, made))
    finally:
        back.close()


def test_two_workers_share_the_work(
    admin: AdminClient, webhook: Make, start: Start, receiver: Receiver, change: Change
) -> None:
    made = webhook()
    receiver.say(else_=Answer(after=0.05))
    # Nobody may be taken for slow here, however busy the machine is.
    workers = [start(NEWSFACTS_WEBHOOK_TIMEOUT="10"), start(NEWSFACTS_WEBHOOK_TIMEOUT="10")]
    change(*range(40))
    wait_until(lambda: len(log_of(admin, made)) == 80 and states(admin, made) == {"delivered"})
    assert len(receiver.ids) == len(set(receiver.ids)) == 80
    assert [len(each["attempts"]) for each in log_of(admin, made)] == [1] * 80
    for worker in workers:
        worker.stop()
    logged = [line["message"] for worker in workers for line in worker.lines]
    assert sorted(logged) == sorted(receiver.ids)
    assert all(worker.lines for worker in workers)


def test_no_secret_and_no_url_is_logged(
    admin: AdminClient, webhook: Make, start: Start, receiver: Receiver, change: Change
) -> None:
    made = webhook(url=f"{receiver.url}/geheim?token=geheim", filters={"resource": ["event"]})
    broken = webhook(url="http://127.0.0.1:1/geheim?token=geheim", filters={"resource": ["event"]})
    receiver.say(
        Answer(500), Answer(302, {"Location": "/geheim"}), Answer(headers={"Geheim geheim": "x"}), Answer(after=2)
    )
    worker = start()
    change(1, 2, 3)
    wait_until(lambda: states(admin, made) == {"delivered"} and log_of(admin, broken)[0]["attempts"] != [])
    worker.stop()
    assert worker.lines
    said = worker.log.read_text(encoding="utf-8")
    assert "geheim" not in said.lower()
    assert made["secret"].removeprefix("whsec_") not in said
    assert "Traceback" not in said


@pytest.fixture
def doors(postgres_server: postgres.Server | postgres.Absent) -> Callable[[Store, bool], None]:
    """Closes a PostgreSQL database to everybody, or opens it again."""

    def turn(store: Store, to_open: bool) -> None:
        assert isinstance(postgres_server, postgres.Server)
        url = make_url(postgres_server.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            name = str(store.writers.url.database)
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {str(to_open).lower()}")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    return turn


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_worker_waits_for_a_database_that_is_away(
    admin: AdminClient,
    webhook: Make,
    start: Start,
    receiver: Receiver,
    store: Store,
    doors: Callable[[Store, bool], None],
) -> None:
    worker = start()
    path = f"/v1/webhooks/{webhook()['id']}/ping"
    admin.post(path)
    wait_until(lambda: len(receiver.messages) == 1)
    doors(store, False)
    wait_until(lambda: any(line["event"] == "the database does not answer" for line in worker.lines))
    doors(store, True)
    store.close()  # this process's own connections were cut as well
    assert admin.post(path).status_code == 202
    wait_until(lambda: len(receiver.messages) == 2)
    assert worker.running.poll() is None
    assert worker.stop() == 0
    assert any(line["event"] == "the database answers again" for line in worker.lines)


# Beside a server.


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def workers_of(server: Process) -> list[int]:
    """Find the workers that a server has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = status.read_bytes().split(b"\0")
            if b"work" in words and str(server.running.pid).encode() in words:
                found.append(int(status.parent.name))
    return found


#: A server with a database of its own has a worker of its own.
embedded = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def served(start: Start) -> tuple[Process, str]:
    """A server, and its address."""
    port = free_port()
    server = start("serve", "--port", str(port))

    def answers() -> bool:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
            return True
        return False

    wait_until(answers)
    return server, f"http://127.0.0.1:{port}"


@embedded
def test_a_server_with_a_database_of_its_own_delivers_by_itself(
    served: tuple[Process, str], webhook: Make, receiver: Receiver, change: Change
) -> None:
    server, _ = served
    webhook(filters={"resource": ["event"]})
    change(1)
    wait_until(lambda: len(receiver.messages) == 1)
    (worker,) = workers_of(server)
    # One that dies has a successor.
    os.kill(worker, signal.SIGKILL)
    change(2)
    wait_until(lambda: "met-2" in receiver.told())
    (successor,) = workers_of(server)
    assert successor != worker
    # And with the server it ends.
    assert server.stop() == 0
    assert workers_of(server) == []


@embedded
def test_a_worker_ends_with_a_server_that_is_killed(served: tuple[Process, str]) -> None:
    server, _ = served
    wait_until(lambda: len(workers_of(server)) == 1)
    server.kill()
    wait_until(lambda: workers_of(server) == [])


@embedded
def test_a_webhook_from_end_to_end(served: tuple[Process, str], start: Start, receiver: Receiver) -> None:
    """With the command and HTTP alone: a key, a webhook, a sheet, a message."""
    _, address = served
    made_key = start("keys", "create", "somebody", "--scope", "admin")
    assert made_key.running.wait(PATIENCE_SECONDS) == 0
    key = made_key.log.read_text().split()[0]

    def post(path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{address}{path}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    made = post("/v1/webhooks", {"url": receiver.url, "filters": {"resource": ["article"]}})
    post("/v1/fact-sheets", {"article": {"publisher": "The Paper", "text": "They met."}})
    wait_until(lambda: len(receiver.messages) == 1)
    receiver.messages[0].verify(made["secret"])
    assert receiver.messages[0].type == "article.created"
