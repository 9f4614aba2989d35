"""Use the Python client generated from openapi.yaml and print what it read, for test_python_client.py."""

from __future__ import annotations

import json
import sys

from facts_client import Client
from facts_client.api.events import get_event, list_events
from facts_client.api.facts import list_facts
from facts_client.models import EventPage, FactPage, Problem


def event_ids(client: Client) -> list[str]:
    page = list_events.sync(client=client)
    assert isinstance(page, EventPage)
    return [event.id for event in page.items]


def fact_ids(client: Client) -> list[str]:
    ids: list[str] = []
    page = list_facts.sync(client=client, limit=7)
    while True:
        assert isinstance(page, FactPage)
        ids += [fact.id for fact in page.items]
        if page.next_cursor is None:
            return ids
        page = list_facts.sync(client=client, limit=7, cursor=page.next_cursor)


def missing_event(client: Client) -> dict[str, str | int]:
    problem = get_event.sync("no-such-event", client=client)
    assert isinstance(problem, Problem)
    return {"status": problem.status, "type": problem.type_, "title": problem.title}


if __name__ == "__main__":
    with Client(base_url=sys.argv[1], raise_on_unexpected_status=True) as client:
        print(
            json.dumps(
                {
                    "events": event_ids(client),
                    "facts": fact_ids(client),
                    "missing": missing_event(client),
                }
            )
        )
