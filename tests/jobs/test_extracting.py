"""Extracting: every job comes to an end, once, whatever becomes of those who do it."""

from __future__ import annotations

import logging
from datetime import datetime

import pytest

from api.jobs.extracting import MOST_ATTEMPTS
from api.jobs.refusal import JobError, PassingError
from api.store import jobs
from api.store.opening import Store
from api.store.reading import UnavailableError
from tests.delivery.conftest import AdminClient
from tests.jobs.conftest import LEASE, TEXT, Desk, Post, Read, Worker


def events(admin: AdminClient) -> list[str]:
    return [fact["title"] for fact in admin.get("/v1/events").json["items"]]


def test_a_job_ends_with_the_article_and_its_facts(
    post: Post, read: Read, work: Worker, admin: AdminClient, desk: Desk
) -> None:
    desk.quotes = ("They met", "The talks went on")
    job = post()
    assert (job["state"], job["kind"], job["attempts"], job["by"]) == ("queued", "extract", 0, "newsroom")
    work.settle()
    done = read(job)
    assert (done["state"], done["attempts"], done["problem"]) == ("done", 1, None)
    assert done["progress"] == {"step": None, "done": 3, "total": 3}
    assert done["result"]["facts"] == {"created": 2, "updated": 0, "unchanged": 0, "deleted": 0, "removed": 0}
    article = admin.get(f"/v1/articles/{done['result']['article']['id']}").json
    assert article["publisher"] == "The Paper"
    assert len(admin.get(f"/v1/articles/{article['id']}/facts").json["items"]) == 2
    assert {change["by"] for change in admin.get("/v1/changes").json["items"]} == {"newsroom"}


def test_what_was_sent_is_kept_only_while_it_is_needed(post: Post, work: Worker, store: Store, desk: Desk) -> None:
    done = post()
    work.settle()
    desk.error = JobError("invalid-request", "No.")
    failed = post()
    work.settle()
    found = {job.id: job.request for job in jobs.log(store.reader, (), 10)}
    assert found[done["id"]] is None
    assert TEXT.encode() in (found[failed["id"]] or b"")


def test_a_text_alone_is_the_source_of_its_story_unless_it_is_stored_as_it_is(
    post: Post, work: Worker, admin: AdminClient, desk: Desk
) -> None:
    post(publisher="P", text="One text.")
    admin.post("/v1/articles?extract=false", json={"publisher": "P", "text": "Another text."})
    post(publisher="P", text="Another text.")
    post(publisher="P", text="A slice.", source="Before. A slice.")
    desk.quotes = ()
    work.settle()
    told = [(article.get("text"), article.get("source")) for article in desk.drafted]
    assert told == [(None, "One text."), ("Another text.", None), ("A slice.", "Before. A slice.")]


def test_jobs_are_done_one_after_the_other_as_they_came(post: Post, read: Read, work: Worker, desk: Desk) -> None:
    sent = [post(publisher="P", text=f"{TEXT} {number}") for number in range(5)]
    work.settle()
    assert [article["source"] for article in desk.drafted] == [f"{TEXT} {number}" for number in range(5)]
    assert {read(job)["state"] for job in sent} == {"done"}


def test_how_far_a_job_is_can_be_seen(post: Post, read: Read, work: Worker, desk: Desk) -> None:
    desk.going.clear()
    job = post()
    work.until(lambda: len(desk.drafted) == 1)
    assert read(job)["state"] == "running"
    work.put_on(seconds=1)
    work.turn()
    seen = read(job)
    assert seen["progress"] == {"step": "first", "done": 0, "total": 3}
    assert seen["next_attempt_at"] is None
    desk.going.set()
    work.settle()
    assert read(job)["state"] == "done"


def test_what_cannot_be_used_fails_at_once(post: Post, read: Read, work: Worker, desk: Desk) -> None:
    desk.error = JobError("not-fetched", "It is not there.")
    job = post()
    work.settle()
    failed = read(job)
    assert (failed["state"], failed["attempts"], failed["result"]) == ("failed", 1, None)
    problem = failed["problem"]
    assert (problem["type"], problem["status"]) == ("/problems/not-fetched", 502)
    assert problem["detail"] == "It is not there."
    assert problem["instance"] == f"/v1/jobs/{job['id']}"


def test_a_problem_has_the_id_of_the_request_that_sent_the_job(
    admin: AdminClient, read: Read, work: Worker, desk: Desk
) -> None:
    desk.error = JobError("invalid-request", "No.")
    headers = {"X-Request-Id": "mine"}
    job = admin.post("/v1/articles", json={"publisher": "P", "text": TEXT}, headers=headers).json
    work.settle()
    assert read(job)["problem"]["request_id"] == "mine"


def test_a_sheet_that_does_not_fit_fails_and_stores_nothing(
    post: Post, read: Read, work: Worker, admin: AdminClient, desk: Desk
) -> None:
    desk.quotes = ("They met", "Nobody said that")
    job = post()
    work.settle()
    failed = read(job)
    assert failed["state"] == "failed"
    assert [error["pointer"] for error in failed["problem"]["errors"]] == ["/events/1/evidence/0/exact"]
    assert events(admin) == []
    assert admin.get("/v1/articles").json["items"] == []


def test_what_is_wrong_with_the_article_is_told_by_its_place_in_what_was_sent(
    post: Post, read: Read, work: Worker, desk: Desk
) -> None:
    post(id="mine", publisher="P", text=TEXT)
    other = post(id="mine", publisher="P", text=f"{TEXT} More.")
    work.settle()
    problem = read(other)["problem"]
    assert problem["type"] == "/problems/conflict"
    assert [error["pointer"] for error in problem["errors"]] == ["/text"]


def test_what_may_go_better_is_tried_again_and_not_for_ever(post: Post, read: Read, work: Worker, desk: Desk) -> None:
    desk.error = PassingError("not-fetched", "It is busy.")
    job = post()
    delays = []
    for attempt in range(1, MOST_ATTEMPTS):
        work.settle()
        waiting = read(job)
        assert (waiting["state"], waiting["attempts"], waiting["finished_at"]) == ("queued", attempt, None)
        assert waiting["problem"]["detail"] == "It is busy."
        due = datetime.fromisoformat(waiting["next_attempt_at"])
        delays.append(round((due - datetime.fromisoformat(waiting["updated_at"])).total_seconds()))
        work.ahead += due - work.now()
    work.settle()
    assert delays == [10, 60, 240, 1200]
    dead = read(job)
    assert (dead["state"], dead["attempts"], dead["next_attempt_at"]) == ("dead", MOST_ATTEMPTS, None)
    assert len(desk.drafted) == MOST_ATTEMPTS


def test_who_asks_for_time_is_given_it(post: Post, read: Read, work: Worker, desk: Desk) -> None:
    desk.error = PassingError("not-fetched", "It is busy.", retry_after=500)
    job = post()
    work.settle()
    waiting = read(job)
    due, noted = (datetime.fromisoformat(waiting[name]) for name in ("next_attempt_at", "updated_at"))
    assert (due - noted).total_seconds() == 500


def test_what_nobody_thought_of_ends_no_worker(
    post: Post, read: Read, work: Worker, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.error = ZeroDivisionError("geheim")
    job = post()
    work.settle()
    waiting = read(job)
    assert (waiting["state"], waiting["problem"]["type"]) == ("queued", "/problems/internal-error")
    assert "geheim" not in str(waiting) + caplog.text
    desk.error = None
    work.put_on(minutes=1)
    work.settle()
    assert read(job)["state"] == "done"
    assert read(job)["problem"] is None


def test_a_sheet_that_storing_stumbles_over_ends_no_worker(
    post: Post, read: Read, work: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise KeyError("geheim")

    monkeypatch.setattr("api.jobs.storing.ingest_drafts", stumble)
    job = post()
    work.settle()
    assert (read(job)["state"], read(job)["problem"]["type"]) == ("queued", "/problems/internal-error")


def test_a_dead_letter_is_tried_again_when_somebody_asks(
    post: Post, read: Read, work: Worker, admin: AdminClient, desk: Desk
) -> None:
    desk.error = PassingError("not-fetched", "It is busy.")
    job = post()
    for _ in range(MOST_ATTEMPTS):
        work.settle()
        work.put_on(hours=1)
    assert [each["id"] for each in admin.get("/v1/jobs?state=dead").json["items"]] == [job["id"]]
    retried = admin.post(f"/v1/jobs/{job['id']}/retry")
    assert (retried.status_code, retried.json["state"], retried.json["problem"]) == (202, "queued", None)
    desk.error = None
    work.settle()
    assert (read(job)["state"], read(job)["attempts"]) == ("done", MOST_ATTEMPTS + 1)
    assert admin.get("/v1/jobs?state=dead").json["items"] == []
    assert admin.post(f"/v1/jobs/{job['id']}/retry").status_code == 409


def test_a_job_that_waits_is_cancelled_at_once(
    post: Post, read: Read, work: Worker, admin: AdminClient, desk: Desk
) -> None:
    job = post()
    cancelled = admin.post(f"/v1/jobs/{job['id']}/cancel")
    assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")
    work.settle()
    assert desk.drafted == []
    assert admin.post(f"/v1/jobs/{job['id']}/cancel").status_code == 409
    assert admin.post(f"/v1/jobs/{job['id']}/retry").status_code == 202
    work.settle()
    assert read(job)["state"] == "done"


def test_a_job_that_runs_is_broken_off_before_its_next_step(
    post: Post, read: Read, work: Worker, admin: AdminClient, desk: Desk
) -> None:
    desk.going.clear()
    job = post()
    work.until(lambda: len(desk.drafted) == 1)
    assert admin.post(f"/v1/jobs/{job['id']}/cancel").json["state"] == "cancelled"
    work.put_on(seconds=1)
    work.turn()
    desk.going.set()
    work.settle()
    assert (read(job)["state"], read(job)["problem"]) == ("cancelled", None)
    assert desk.went_on == 0


def test_what_was_cancelled_at_the_last_moment_stores_nothing(
    post: Post, read: Read, work: Worker, admin: AdminClient
) -> None:
    job = post()
    work.turn()
    assert work.extracting._under_way is not None
    assert work.extracting._under_way.sheet.result()["events"] != []
    assert admin.post(f"/v1/jobs/{job['id']}/cancel").status_code == 200
    work.settle()
    assert read(job)["state"] == "cancelled"
    assert events(admin) == []


def test_a_job_that_was_cancelled_and_begun_anew_is_done_once(
    post: Post, read: Read, work: Worker, admin: AdminClient, store: Store
) -> None:
    slow = Desk()
    slow.going.clear()
    first = Worker(store, slow)
    job = post()
    first.until(lambda: len(slow.drafted) == 1)
    admin.post(f"/v1/jobs/{job['id']}/cancel")
    admin.post(f"/v1/jobs/{job['id']}/retry")
    work.settle()
    done = read(job)
    slow.quotes = ("The talks went on",)
    slow.going.set()
    first.settle()
    first.extracting.close()
    assert read(job) == done
    assert events(admin) == ["They met, it is said"]


def test_a_worker_that_was_taken_for_dead_may_not_store_what_it_has(
    post: Post, read: Read, work: Worker, admin: AdminClient, store: Store
) -> None:
    slow = Desk()
    slow.going.clear()
    first = Worker(store, slow)
    job = post()
    first.until(lambda: len(slow.drafted) == 1)
    work.put_on(seconds=LEASE + 1)
    work.settle()
    done = read(job)
    assert (done["state"], done["attempts"]) == ("done", 2)
    slow.quotes = ("The talks went on",)
    slow.going.set()
    first.settle()
    first.extracting.close()
    assert read(job) == done
    assert events(admin) == ["They met, it is said"]


def test_of_two_workers_at_a_job_the_last_one_counts(
    post: Post, read: Read, work: Worker, admin: AdminClient, store: Store, desk: Desk
) -> None:
    slow = Desk()
    slow.quotes = ("The talks went on",)
    first = Worker(store, slow)
    for each in (slow, desk):
        each.going.clear()
    job = post()
    first.until(lambda: len(slow.drafted) == 1)
    work.put_on(seconds=LEASE + 1)
    work.until(lambda: len(desk.drafted) == 1)
    slow.going.set()
    first.settle()
    first.extracting.close()
    assert (read(job)["state"], read(job)["attempts"], events(admin)) == ("running", 2, [])
    desk.going.set()
    work.settle()
    assert (read(job)["state"], events(admin)) == ("done", ["They met, it is said"])


def test_a_worker_that_gives_signs_of_life_keeps_its_job(
    post: Post, read: Read, work: Worker, desk: Desk, store: Store
) -> None:
    desk.going.clear()
    job = post()
    work.until(lambda: len(desk.drafted) == 1)
    other = Worker(store, Desk())
    for _ in range(6):
        work.put_on(seconds=LEASE / 2)
        work.turn()
        other.ahead = work.ahead
        other.settle()
    desk.going.set()
    work.settle()
    other.extracting.close()
    assert (read(job)["state"], read(job)["attempts"]) == ("done", 1)


def test_a_job_that_ends_every_worker_becomes_a_dead_letter(post: Post, read: Read, work: Worker, store: Store) -> None:
    job = post()
    for attempt in range(1, MOST_ATTEMPTS + 1):
        lost = store.write(
            lambda session: jobs.claim(session, now := work.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"), now)
        )
        assert lost is not None
        assert lost.attempts == attempt
        work.put_on(seconds=LEASE)
        work.extracting._begin = lambda: False  # type: ignore[method-assign]
        work.settle()
    dead = read(job)
    assert (dead["state"], dead["attempts"]) == ("dead", MOST_ATTEMPTS)
    assert "ended before it was done" in dead["problem"]["detail"]


def test_a_worker_that_ends_gives_back_what_it_has_begun(
    post: Post, read: Read, store: Store, work: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Desk()
    slow.going.clear()
    first = Worker(store, slow)
    job = post()
    first.until(lambda: len(slow.drafted) == 1)
    assert first.extracting._under_way is not None
    watch = first.extracting._under_way.watch
    break_off = watch.break_off
    monkeypatch.setattr(watch, "break_off", lambda: (break_off(), slow.going.set()))
    first.extracting.close()
    assert (read(job)["state"], read(job)["attempts"]) == ("queued", 0)
    work.settle()
    assert (read(job)["state"], read(job)["attempts"]) == ("done", 1)


def test_while_the_database_is_away_what_was_drafted_waits(
    post: Post, read: Read, work: Worker, desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = post()
    work.turn()
    under = work.extracting._under_way
    assert under is not None
    under.sheet.result()

    def away(self: Store, work: object) -> None:
        raise UnavailableError

    with monkeypatch.context() as patched:
        patched.setattr(Store, "write", away)
        for _ in range(3):
            with pytest.raises(UnavailableError):
                work.turn()
    work.settle()
    assert (read(job)["state"], len(desk.drafted)) == ("done", 1)


def test_what_is_long_over_is_forgotten(post: Post, admin: AdminClient, work: Worker, desk: Desk) -> None:
    post()
    work.settle()
    desk.error = JobError("invalid-request", "No.")
    post()
    work.settle()
    work.put_on(days=29)
    work.settle()
    assert len(admin.get("/v1/jobs").json["items"]) == 2
    work.put_on(days=2)
    work.settle()
    assert admin.get("/v1/jobs").json["items"] == []


def test_looking_for_what_is_due_writes_nothing(work: Worker, store: Store) -> None:
    writes: list[object] = []

    def write(self: Store, work: object) -> None:
        writes.append(work)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Store, "write", write)
        for _ in range(10):
            assert not work.turn()
            work.put_on(seconds=LEASE)
    assert writes == []


def test_each_job_is_a_line_of_the_log(post: Post, work: Worker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "newsfacts.jobs")
    job = post()
    work.settle()
    (line,) = [record.told for record in caplog.records if record.message == "job"]  # type: ignore[attr-defined]
    assert {name: line[name] for name in ("job", "kind", "attempt", "state", "problem")} == {
        "job": job["id"],
        "kind": "extract",
        "attempt": 1,
        "state": "done",
        "problem": None,
    }


def test_whoever_waits_hears_of_every_end(post: Post, work: Worker, store: Store, desk: Desk) -> None:
    """The server asks again when the store's revision has changed, so each end must change it."""
    desk.error = JobError("invalid-request", "No.")
    post()
    _, _, before = store.identity()
    work.settle()
    assert store.identity()[2] > before
