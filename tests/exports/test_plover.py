"""Events for tools that read ICEWS, GDELT or PLOVER."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from api.exports.plover import _cameo, cameo_root
from schemas.vocabulary import MODES_OF, QUAD_OF, EventType
from tests.conftest import Ingest
from tests.exports.reading import Row, export, tabbed
from tests.ingest.sheets import actor, event, sheet_of
from tests.views.conftest import World

TEXT = "=somebody said: It happened in Oslo."
ACTORS = [
    actor("france", kind="country", country_code="FR"),
    actor("germany", kind="country", country_code="DE", sector_code="GOV"),
    actor("league", sector_code="IGO"),
]


@pytest.fixture
def rows(ingest_sheet: Ingest, empty_client: FlaskClient) -> Any:
    """Gives the rows of one event; `parts` are (role, actor)."""

    def make(*parts: tuple[str, str | None], **more: Any) -> list[Row]:
        told = [{"actor": id_, "role": role, "named_as": "=somebody"} for role, id_ in parts]
        about = {"url": "https://example.org/1"}
        ingest_sheet(sheet_of(TEXT, event("It happened", actors=told, id="e", **more), about=about, actors=ACTORS))
        return tabbed(export(empty_client, "exports/events?format=plover"))

    return make


def pairs(found: list[Row]) -> list[tuple[str, str]]:
    return [(row["source_id"], row["target_id"]) for row in found]


def test_a_row_has_what_those_tools_know(rows: Any) -> None:
    place = {"name": "Oslo", "country_code": "NO", "lat": 59.9, "lon": -10.7}
    (row,) = rows(
        ("actor", "germany"),
        ("recipient", "league"),
        type="coerce",
        modes=["arrest"],
        contexts=["legal", "crime"],
        modality="denied",
        date={"edtf": "2022-01"},
        places=[place],
    )
    assert (row["event_id"], row["event_date"], row["event_date_latest"]) == ("e", "2022-01-01", "2022-01-31")
    assert [row[f"source_{each}"] for each in ("name", "code", "sector", "country")] == [
        "Germany",
        "DEUGOV",
        "GOV",
        "DEU",
    ]
    assert [row[f"target_{each}"] for each in ("name", "code", "sector", "country")] == ["League", "IGO", "IGO", ""]
    assert (row["event_type"], row["event_modes"], row["contexts"]) == ("COERCE", "arrest", "legal|crime")
    assert (row["quad_code"], row["quad"], row["cameo_root"]) == ("4", "material_conflict", "17")
    assert row["modality"] == "denied"
    assert [row[each] for each in ("location", "location_country", "latitude")] == ["Oslo", "NOR", "59.9"]
    assert (row["publisher"], row["url"], row["evidence"]) == ("The Paper", "https://example.org/1", "It happened")
    assert not [name for name in row if "goldstein" in name.lower()]


@pytest.mark.parametrize(
    "parts, found",
    [
        ([("actor", "france"), ("recipient", "germany")], [("france", "germany")]),
        (
            [("actor", "france"), ("recipient", "germany"), ("recipient", "league")],
            [("france", "germany"), ("france", "league")],
        ),
        ([("participant", "france"), ("participant", "germany")], [("france", "germany"), ("germany", "france")]),
        ([("actor", "france"), ("participant", "germany")], [("france", "germany")]),
        ([("host", "france"), ("participant", "germany")], [("germany", "france")]),
        ([("actor", "france")], [("france", "")]),
        ([("recipient", "france")], [("", "france")]),
        ([("mentioned", "france"), ("attributed_to", "germany")], [("", "")]),
        ([], [("", "")]),
    ],
)
def test_sources_and_targets(rows: Any, parts: Any, found: list[tuple[str, str]]) -> None:
    assert pairs(rows(*parts)) == found


def test_who_is_not_known_is_named_in_the_words_of_the_text_and_safe(rows: Any) -> None:
    (row,) = rows(("actor", None), ("recipient", "france"))
    assert (row["source_id"], row["source_name"], row["source_code"]) == ("", "'=somebody", "")


def test_a_row_is_a_line_whatever_stands_in_it(ingest_sheet: Ingest, empty_client: FlaskClient) -> None:
    ingest_sheet(sheet_of("It\thap\npened.", event("It\thap\npened")))
    (row,) = tabbed(export(empty_client, "exports/events?format=plover"))
    assert row["evidence"] == "It hap pened"


def test_every_type_has_a_root_of_cameo_and_a_mode_only_one_of_its_own_type() -> None:
    for type_ in EventType:
        assert cameo_root(type_.value, []) in {f"{root:02}" for root in range(1, 21)}
    for type_, mode in _cameo():
        assert not mode or mode in {each.value for each in MODES_OF[EventType.of(type_)]}
    assert cameo_root("assault", ["destroy", "aerial"]) == "19"
    assert cameo_root("assault", ["beat"]) == "18"


def test_every_event_of_a_list_has_its_rows_in_order(world: World) -> None:
    found = tabbed(export(world.client, "exports/events?format=plover&modality=actual"))
    listed = world.listed("/v1/events", {"modality": ["actual"]})
    assert list(dict.fromkeys(row["event_id"] for row in found)) == [each["id"] for each in listed]
    assert {(row["event_type"].lower(), row["quad"]) for row in found} <= {
        (t.value, q.value) for t, q in QUAD_OF.items()
    }


def test_only_events_have_this_format(world: World) -> None:
    for resource in ("facts", "proposals", "statements", "articles", "actors", "changes"):
        assert world.client.get(f"/v1/exports/{resource}?format=plover").status_code == 406
