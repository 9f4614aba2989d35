"""`newsfacts stats`: how much of what is there, the same as counting it by hand gives."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

from api.store import deliveries, jobs, keys, webhooks
from api.store.opening import Store
from api.store.times import now, written
from api.store.webhooks import Webhook
from tests.commands.running import Run, succeeded
from tests.store.contents import rows
from tests.store.histories import lived


def documents(store: Store, table: str) -> list[dict[str, Any]]:
    return [json.loads(document) for (document,) in rows(store, table, "document")]


def test_everything_is_counted(on_both: Run, store: Store) -> None:
    lived(store)
    told = json.loads(succeeded(on_both("stats", "--json")))
    facts, articles, actors = (documents(store, table) for table in ("facts", "articles", "actors"))
    assert told["facts"]["total"] == len(facts)
    assert told["facts"]["kinds"] == Counter(fact["kind"] for fact in facts)
    assert told["facts"]["reviews"] == Counter(fact["review"]["status"] for fact in facts)
    assert min(told["facts"]["reviews"].values()) > 0
    assert told["actors"] == {"total": len(actors), "kinds": Counter(actor["kind"] for actor in actors)}
    assert told["articles"]["total"] == len(articles)
    assert told["articles"]["publishers"] == Counter(article["publisher"] for article in articles)
    assert list(told["articles"]["publishers"]) == sorted(told["articles"]["publishers"])  # they are as frequent
    assert told["articles"]["languages"] == {"en": 1}
    assert (told["articles"]["first_published"], told["articles"]["last_published"]) == ("2022-01-01", "2022-02-01")
    changes = rows(store, "changes", "resource", "id", "version", "action")
    last = {(resource, id_): action for resource, id_, _, action in sorted(changes, key=lambda row: row[2])}
    actions = Counter(last.values())
    assert told["history"] == {
        "changes": len(changes),
        "deleted": actions["deleted"],
        "merged": actions["merged"],
    }
    assert min(told["history"].values()) > 0
    assert told["database"]["version"] == store.database()
    assert told["database"]["bytes"] > 100_000


def test_keys_are_counted_by_their_state(on_both: Run, store: Store) -> None:
    for name, days in (("good", 1), ("also", None), ("old", -1), ("gone", 1)):
        expires_at = None if days is None else now() + timedelta(days=days)
        store.write(partial(keys.create, name=name, scopes=["edit"], expires_at=expires_at))
    store.write(partial(keys.revoke, name="gone"))
    told = json.loads(succeeded(on_both("stats", "--json")))
    assert told["keys"] == {"expired": 1, "good": 2, "revoked": 1}


def test_webhooks_and_what_is_to_be_sent_to_them_are_counted_by_their_state(on_both: Run, store: Store) -> None:
    moment = written(now())
    for id_, state in (("a", "active"), ("b", "active"), ("c", "off")):
        hook = Webhook(
            id_, "https://example.org/", None, "", state, None, moment, moment, None, "whsec_x", None, None, 0
        )
        store.write(partial(webhooks.create, webhook=hook))
        store.write(partial(deliveries.add, webhook=id_, message=f"msg_{id_}", type_="ping", now=moment))
    with store.writers.begin() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET state = 'dead' WHERE webhook_id = 'c'")
    told = json.loads(succeeded(on_both("stats", "--json")))
    assert told["webhooks"] == {"active": 2, "off": 1}
    assert told["deliveries"] == {"dead": 1, "pending": 2}


def test_jobs_are_counted_by_how_far_they_are(on_both: Run, store: Store) -> None:
    moment = written(now())
    for number in range(3):
        store.write(partial(jobs.add, job=jobs.new_job("extract", b"{}", moment)))
        if number:
            claimed = store.write(lambda session: jobs.claim(session, moment, "9"))
            assert claimed is not None
    told = json.loads(succeeded(on_both("stats", "--json")))
    assert told["jobs"] == {"queued": 1, "running": 2}


def test_an_empty_store_has_nothing(on_both: Run) -> None:
    told = json.loads(succeeded(on_both("stats", "--json")))
    assert told["facts"] == {"total": 0, "kinds": {}, "reviews": {"approved": 0, "pending": 0, "rejected": 0}}
    assert told["articles"] == {
        "total": 0,
        "publishers": {},
        "languages": {},
        "first_published": None,
        "last_published": None,
    }
    assert (told["keys"], told["webhooks"], told["deliveries"], told["jobs"]) == ({}, {}, {}, {})


def test_it_reads_as_a_table(on_both: Run) -> None:
    succeeded(on_both("seed"))
    told = {line[:30].rstrip(): line[30:] for line in succeeded(on_both("stats")).splitlines()}
    assert told["facts       kinds"] == "event 28, proposal 18, statement 34"
    assert told["articles    publishers"] == "Axios 1, The Millennial Source 1"
    assert told["history     changes"] == "111"
    assert told["webhooks    total"] == "0"
