"""Workers that are killed, and real ones: each job is done once all the same."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.store.opening import Store
from tests.conftest import REPOSITORY
from tests.delivery.conftest import AdminClient
from tests.jobs.conftest import PATIENCE_SECONDS, Post, Read
from tests.jobs.pages import STORY

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(store: Store, tmp_path: Path) -> Iterator[Start]:
    """Starts a worker: the test's own, or with `*arguments` the one of newsfacts."""
    started: list[subprocess.Popen[bytes]] = []
    url = store.writers.url.render_as_string(hide_password=False)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("NEWSFACTS_")}

    def run(*arguments: str) -> subprocess.Popen[bytes]:
        command = arguments or (sys.executable, "-m", "tests.jobs.working", url)
        with (tmp_path / "log").open("ab") as log:
            started.append(
                subprocess.Popen(command, cwd=REPOSITORY, env=plain | {"NEWSFACTS_DATABASE_URL": url}, stderr=log)
            )
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 2 * PATIENCE_SECONDS
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_workers_that_are_killed_lose_no_job_and_do_none_twice(post: Post, admin: AdminClient, start: Start) -> None:
    sent = [post(publisher="P", text=f"They met. {number}") for number in range(8)]

    def jobs(state: str) -> list[dict[str, Any]]:
        return list(admin.get(f"/v1/jobs?state={state}").json["items"])

    for number in range(2):
        worker = start()
        wait_until(lambda number=number: len(jobs("done")) > 2 * number and jobs("running") != [])  # type: ignore[misc]
        worker.kill()
        worker.wait()
    others = start(), start()
    wait_until(lambda: len(jobs("done")) == len(sent))
    assert {worker.poll() for worker in others} == {None}
    done = jobs("done")
    assert {job["id"] for job in done} == {job["id"] for job in sent}
    assert [job["result"]["facts"]["created"] for job in done] == [1] * len(sent)
    # One version of each article, and of each event.
    changes = admin.get("/v1/changes?limit=200").json["items"]
    assert len(changes) == 2 * len(sent)
    assert {change["action"] for change in changes} == {"created"}
    assert max(job["attempts"] for job in done) > 1


def test_newsfacts_work_drafts_the_facts_of_articles(
    post: Post, read: Read, admin: AdminClient, start: Start, tmp_path: Path
) -> None:
    pytest.importorskip("spacy")
    worker = start(str(Path(sys.executable).with_name("newsfacts")), "work")
    job = post(publisher="P", text=STORY)
    wait_until(lambda: read(job)["state"] not in ("queued", "running"))
    done = read(job)
    assert done["state"] == "done", done["problem"]
    assert done["result"]["article"]["outcome"] == "created"
    worker.terminate()
    assert worker.wait(PATIENCE_SECONDS) == 0
    lines = [orjson.loads(line) for line in (tmp_path / "log").read_bytes().splitlines()]
    assert {"extraction is ready", "job"} <= {line["event"] for line in lines}
    assert STORY not in str(lines)
