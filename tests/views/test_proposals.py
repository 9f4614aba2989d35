"""Proposals: what is particular to them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import Ingest
from tests.views.conftest import Sheet


@pytest.mark.parametrize("name", ["type", "mode", "context", "quad", "modality", "stance", "attribution", "kind"])
def test_proposals_refuse_filters_of_other_kinds(client: FlaskClient, name: str) -> None:
    problem = client.get(f"/v1/proposals?{name}=agree")
    assert problem.status_code == 422
    assert problem.json["errors"][0]["parameter"] == name


def test_a_proposal_tells_each_step_of_its_life_where_the_text_does(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    quote = "5,000 troops would leave"
    step = {"status": "tabled", "by": "germany", "date": {"edtf": "2022-02"}, "evidence": {"exact": "Both said"}}
    proposal = {"id": "leaving", "title": "Troops would leave", "category": "force_withdrawal", "status": "tabled"}
    ingest_sheet({**sheet, "proposals": [{**proposal, "evidence": [{"exact": quote}], "history": [step]}]})
    (told,) = empty_client.get("/v1/proposals/leaving").json["history"]
    assert told["evidence"] == {"article": "talks", "start": 35, "end": 44}
    assert told["date"]["latest"] == "2022-02-28"
    included = empty_client.get("/v1/proposals/leaving?include=actors").json["included"]
    assert list(included["actors"]) == ["germany"], "who took a step is an actor of the proposal, too"
