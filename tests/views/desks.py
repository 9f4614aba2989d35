"""A desk: somebody with a key who reads what is there before changing it, and small sheets to be worked on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.ingest.sheets import Sheet, actor, event, proposal, sheet_of, statement

MERGE_PATCH = "application/merge-patch+json"


@dataclass
class Desk:
    """Paths are those below /v1/."""

    client: FlaskClient
    headers: dict[str, str]
    name: str = ""

    def read(self, path: str) -> Any:
        response = self.client.get(f"/v1/{path}")
        assert response.status_code == 200, response.text
        return response.json

    def ids(self, path: str) -> list[str]:
        """Read the ids of a list."""
        return [each["id"] for each in self.read(path)["items"]]

    def etag(self, path: str) -> str:
        return self.client.get(f"/v1/{path}").headers.get("ETag", '"nothing"')

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        match: str | None = None,
        kind: str | None = "application/json",
        **headers: str,
    ) -> TestResponse:
        """Send what is not a reading; names of headers with _ for -."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        if match is not None:
            more["If-Match"] = match
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"data": data, "content_type": kind} if body is not None else {}
        return self.client.open(f"/v1/{path}", method=method, headers={**self.headers, **more}, **sent)

    def patch(self, path: str, patch: Any, **more: Any) -> TestResponse:
        """Change the version that is current, unless another one is to `match`."""
        patched = patch if patch is not None else b"null"
        return self.send("PATCH", path, patched, **{"match": self.etag(path), "kind": MERGE_PATCH, **more})

    def delete(self, path: str, query: str = "", **more: Any) -> TestResponse:
        return self.send("DELETE", f"{path}{query}", **{"match": self.etag(path), **more})

    def review(self, id_: str, status: str, **more: Any) -> TestResponse:
        body = {"status": status, **more.pop("body", {})}
        return self.send("POST", f"facts/{id_}/review", body, **{"match": self.etag(f"facts/{id_}"), **more})

    def merge(self, path: str, into: str, **more: Any) -> TestResponse:
        return self.send("POST", f"{path}/merge", {"into": into}, **{"match": self.etag(path), **more})

    def unmerge(self, path: str, **more: Any) -> TestResponse:
        return self.send("POST", f"{path}/unmerge", **more)

    def store(self, sheet: Sheet, **more: Any) -> Any:
        """Store a sheet; tell what became of it."""
        response = self.send("POST", "fact-sheets", sheet, **more)
        assert response.status_code in (200, 201), response.text
        return response.json

    def history(self, path: str) -> list[Any]:
        """Read the versions of a resource, the first one first."""
        return self.read(f"{path}/versions")["items"][::-1]


def done(response: TestResponse, status: int = 200) -> Any:
    """Give what was answered to something that was done."""
    assert response.status_code == status, response.text
    return response.json if response.data else None


def refused(response: TestResponse, status: int = 422) -> dict[str, str]:
    """Give what is wrong, by its place."""
    assert response.status_code == status, response.text
    return {flaw["pointer"]: flaw["detail"] for flaw in response.json["errors"]}


ONE = "France received Germany on Monday. “It went well,” Paris said. He offered talks on 5 tanks. Berlin took note."
TWO = "On Monday, Germany was host to France. “It went very well,” Paris said. Talks were offered once more."


def first(**more: Any) -> Sheet:
    """Make a sheet with a fact of each kind, about two countries."""
    actors = [
        actor("france", name="France", kind="country", country_code="FR", aliases=["Paris"]),
        actor("germany", name="Germany", kind="country", country_code="DE"),
    ]
    visit = event(
        "France received Germany on Monday",
        id="visit",
        type="consult",
        modes=["visit"],
        date={"edtf": "2022-01-31", "text": "Monday"},
        places=[{"name": "Paris", "country_code": "FR"}],
        actors=[
            {"actor": "france", "role": "host", "named_as": "France"},
            {"actor": "germany", "role": "participant", "named_as": "Germany"},
        ],
    )
    offer = proposal(
        "He offered talks on 5 tanks",
        id="offer",
        actors=[
            {"actor": "france", "role": "proposer", "named_as": "He"},
            {"actor": "germany", "role": "addressee"},
        ],
        quantities=[{"value": 5, "unit": "tanks", "qualifier": "exact", "text": "5 tanks"}],
        history=[
            {"status": "floated", "by": "france", "evidence": {"exact": "offered talks"}, "date": {"text": "Monday"}},
            {"status": "tabled", "by": "germany", "evidence": {"exact": "Berlin took note"}},
        ],
        relations=[{"type": "follows", "fact": "visit"}],
    )
    said = statement(
        "It went well,",
        id="said",
        cue="said",
        about=["visit"],
        actors=[{"actor": "france", "role": "speaker", "named_as": "Paris"}],
    )
    whole = {"actors": actors, "proposals": [offer], "statements": [said], **more}
    about = {"publisher": "Paper One", **whole.pop("about", {})}
    return sheet_of(ONE, visit, article="one", about=about, **whole)


def second(**more: Any) -> Sheet:
    """Make a sheet that tells the same visit and the same words once more, and an offer of its own."""
    visit = event("Germany was host to France", id="visit", type="consult")
    said = statement("It went very well,", id="said")
    again = proposal("Talks were offered once more", id="offer-again")
    whole = {"proposals": [again], "statements": [said], **more}
    return sheet_of(TWO, visit, article="two", about={"publisher": "Paper Two"}, **whole)
