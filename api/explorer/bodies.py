"""The bodies of requests that the OpenAPI document shows: what can be sent to a server that has the seeds.

Swagger UI's "Try it out" begins with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: One article that we made up, and all that it states.
SHEET: Mapping[str, Any] = {
    "article": {
        "id": "harbour-post-ferry",
        "publisher": "The Harbour Post",
        "title": "A ferry for two cities",
        "language": "en",
        "published_at": {"edtf": "2026-03-03"},
        "text": (
            "Aarhus and Oslo agreed on Monday to run a ferry together. “It will carry 900 passengers a day,” "
            "Mayor Ida Holm of Aarhus said. She proposed a second ship."
        ),
    },
    "actors": [
        {
            "id": "city-of-aarhus",
            "name": "City of Aarhus",
            "kind": "organization",
            "aliases": ["Aarhus"],
            "country_code": "DK",
        },
        {
            "id": "city-of-oslo",
            "name": "City of Oslo",
            "kind": "organization",
            "aliases": ["Oslo"],
            "country_code": "NO",
        },
        {"id": "ida-holm", "name": "Ida Holm", "kind": "person", "member_of": ["city-of-aarhus"]},
    ],
    "events": [
        {
            "id": "aarhus-and-oslo-agree-on-a-ferry",
            "title": "Aarhus and Oslo agreed to run a ferry together",
            "type": "agree",
            "modality": "actual",
            "date": {"edtf": "2026-03-02", "text": "Monday"},
            "actors": [
                {"actor": "city-of-aarhus", "role": "actor", "named_as": "Aarhus"},
                {"actor": "city-of-oslo", "role": "actor", "named_as": "Oslo"},
            ],
            "evidence": [{"exact": "Aarhus and Oslo agreed on Monday to run a ferry together"}],
        }
    ],
    "proposals": [
        {
            "title": "Ida Holm proposed a second ship",
            "category": "economic",
            "status": "floated",
            "actors": [{"actor": "ida-holm", "role": "proposer", "named_as": "She"}],
            "evidence": [{"exact": "She proposed a second ship"}],
        }
    ],
    "statements": [
        {
            "title": "Ida Holm said that the ferry will carry 900 passengers a day",
            "attribution": "direct",
            "cue": "said",
            "stance": "assert",
            "actors": [{"actor": "ida-holm", "role": "speaker", "named_as": "Mayor Ida Holm of Aarhus"}],
            "quantities": [
                {"value": 900, "unit": "passengers a day", "qualifier": "exact", "text": "900 passengers a day"}
            ],
            "about": ["aarhus-and-oslo-agree-on-a-ferry"],
            "evidence": [{"exact": "It will carry 900 passengers a day,"}],
        }
    ],
}

#: Another made-up article, as a program drafted it, that tells of the same ferry.
ECHO: Mapping[str, Any] = {
    "article": {
        "id": "fjord-times-ferry",
        "publisher": "The Fjord Times",
        "published_at": {"edtf": "2026-03-03"},
        "text": "Oslo and Aarhus agreed this week to run a ferry together.",
    },
    "events": [
        {
            "title": "Oslo and Aarhus agreed to run a ferry together",
            "type": "agree",
            "modality": "actual",
            "date": {"edtf": "2026-03-02/2026-03-03", "text": "this week"},
            "actors": [
                {"actor": "city-of-oslo", "role": "actor", "named_as": "Oslo"},
                {"actor": "city-of-aarhus", "role": "actor", "named_as": "Aarhus"},
            ],
            "evidence": [{"exact": "Oslo and Aarhus agreed this week to run a ferry together"}],
        }
    ],
}

#: By the component that each is an example of.
BODIES: Mapping[str, Mapping[str, Any]] = {
    "FactSheet": SHEET,
    "ArticlePost": {name: value for name, value in SHEET["article"].items() if name != "id"},
    "ArticlePatch": {"subtitle": "What Washington and NATO wrote to Moscow"},
    "ActorPatch": {"aliases": ["Stoltenberg", "Secretary General Stoltenberg"]},
    "ActorEdit": {"name": "Jens Stoltenberg", "kind": "person", "country_code": "NO", "member_of": ["nato"]},
    "EventPatch": {
        "title": "U.S. military aid was unloaded at Boryspil International Airport",
        "contexts": ["military"],
    },
    "ProposalPatch": {"status": "tabled", "note": "In writing, as the Secretary General said."},
    "StatementPatch": {"cue": "said", "note": "The quotation marks are the article's own."},
    "ReviewDecision": {"status": "approved", "note": "read against the article"},
    "MergeInput": {"into": "nato"},
    "SuggestionDecision": {"action": "accept"},
    "WebhookInput": {
        "url": "https://example.org/newsfacts",
        "description": "The newsroom's map",
        "filters": {"kind": ["event"], "country": ["UA", "RU"]},
    },
    "WebhookPatch": {"state": "paused"},
    "ReplayInput": {"after": None},
    # The seeds were drafted by hand, so none of their facts has a generator.
    "FactGeneratorInput": {"name": "newsfacts-extract", "version": "0.1.0"},
}
