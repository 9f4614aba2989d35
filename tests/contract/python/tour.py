"""Use the Python client generated from openapi.yaml and print what it read, for test_python_client.py.

Called with the URL of a server and a key that may write there.
"""

from __future__ import annotations

import json
import sys

from facts_client import AuthenticatedClient
from facts_client.api.changes import list_changes
from facts_client.api.events import get_event, list_event_versions, list_events, update_event
from facts_client.api.fact_sheets import create_fact_sheet
from facts_client.api.facts import list_facts
from facts_client.models import (
    ActorInput,
    ActorKind,
    ArticleInput,
    ChangePage,
    Event,
    EventInput,
    EventPage,
    EventPatch,
    EventType,
    EvidenceInput,
    FactPage,
    FactSheet,
    Modality,
    ParticipationInput,
    Problem,
    Role,
    SheetOutcome,
    VersionPage,
)

TALKS = "norway-received-denmark"


def event_ids(client: AuthenticatedClient) -> list[str]:
    page = list_events.sync(client=client)
    assert isinstance(page, EventPage)
    return [event.id for event in page.items]


def fact_ids(client: AuthenticatedClient) -> list[str]:
    ids: list[str] = []
    page = list_facts.sync(client=client, limit=7)
    while True:
        assert isinstance(page, FactPage)
        ids += [fact.id for fact in page.items]
        if page.next_cursor is None:
            return ids
        page = list_facts.sync(client=client, limit=7, cursor=page.next_cursor)


def missing_event(client: AuthenticatedClient) -> dict[str, str | int]:
    problem = get_event.sync("no-such-event", client=client)
    assert isinstance(problem, Problem)
    return told(problem)


def create(client: AuthenticatedClient) -> list[str]:
    """Store a sheet twice, as one does whose first answer was lost."""
    norway, denmark = (ActorInput(id=name.lower(), name=name, kind=ActorKind.COUNTRY) for name in ("Norway", "Denmark"))
    sheet = FactSheet(
        article=ArticleInput(id="talks", publisher="The Daily Test", text="Norway received Denmark on Monday."),
        actors=[norway, denmark],
        events=[
            EventInput(
                id=TALKS,
                title="Norway received Denmark",
                type_=EventType.CONSULT,
                modality=Modality.ACTUAL,
                actors=[
                    ParticipationInput(actor="norway", role=Role.HOST),
                    ParticipationInput(actor="denmark", role=Role.PARTICIPANT),
                ],
                evidence=[EvidenceInput(exact="Norway received Denmark")],
            )
        ],
    )
    outcomes: list[str] = []
    for _ in range(2):
        outcome = create_fact_sheet.sync(client=client, body=sheet)
        assert isinstance(outcome, SheetOutcome)
        outcomes += [fact.outcome.value for fact in outcome.facts]
    return outcomes


def read_etag(client: AuthenticatedClient) -> str:
    response = get_event.sync_detailed(TALKS, client=client)
    assert isinstance(response.parsed, Event)
    return response.headers["ETag"]


def correct(client: AuthenticatedClient, etag: str, title: str) -> Event | Problem:
    answer = update_event.sync(TALKS, client=client, if_match=etag, x_change_note=title, body=EventPatch(title=title))
    assert isinstance(answer, Event | Problem)
    return answer


def told(problem: Event | Problem) -> dict[str, str | int]:
    assert isinstance(problem, Problem)
    return {"status": problem.status, "type": problem.type_, "title": problem.title}


def follow(client: AuthenticatedClient, cursor: str | None) -> tuple[list[str], str]:
    """Read the feed from a cursor, or from its beginning, to its end; give what was read and the cursor there."""
    changes: list[str] = []
    while True:
        page = list_changes.sync(client=client, after=cursor) if cursor else list_changes.sync(client=client)
        assert isinstance(page, ChangePage)
        changes += [f"{each.resource.value} {each.id} {each.version} {each.action.value}" for each in page.items]
        cursor = page.next_cursor
        if not page.more:
            return changes, cursor


def versions(client: AuthenticatedClient) -> list[list[int | str | None]]:
    page = list_event_versions.sync(TALKS, client=client)
    assert isinstance(page, VersionPage)
    return [[each.version, each.action.value, each.by, each.note] for each in page.items]


def tour(client: AuthenticatedClient) -> dict[str, object]:
    read = {"events": event_ids(client), "facts": fact_ids(client), "missing": missing_event(client)}
    created = create(client)
    etag = read_etag(client)
    corrected = correct(client, etag, "Norway received Denmark in Oslo")
    assert isinstance(corrected, Event)
    stale = correct(client, etag, "Norway received no one")
    changes, cursor = follow(client, None)
    correct(client, read_etag(client), "Norway received Denmark")
    later, _ = follow(client, cursor)
    written = {"created": created, "corrected": corrected.title, "stale": told(stale)}
    return read | written | {"changes": changes, "later": later, "versions": versions(client)}


if __name__ == "__main__":
    url, key = sys.argv[1:]
    with AuthenticatedClient(base_url=url, token=key, raise_on_unexpected_status=True) as client:
        print(json.dumps(tour(client)))
