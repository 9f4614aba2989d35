"""Statements: what is particular to them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import Ingest
from tests.views.conftest import Sheet


def test_a_statement_says_what_its_evidence_says(client: FlaskClient) -> None:
    statements = client.get("/v1/statements?limit=200").json["items"]
    assert statements
    for statement in statements:
        first = statement["evidence"][0]["article"]
        said = [span["exact"] for span in statement["evidence"] if span["article"] == first]
        assert statement["text"] == " ... ".join(said)


@pytest.mark.parametrize("name", ["type", "mode", "context", "quad", "modality", "category", "status", "kind"])
def test_statements_refuse_filters_of_other_kinds(client: FlaskClient, name: str) -> None:
    problem = client.get(f"/v1/statements?{name}=agree")
    assert problem.status_code == 422
    assert problem.json["errors"][0]["parameter"] == name


def test_what_a_statement_is_about_comes_with_its_relations(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    said = {"title": "Both spoke", "attribution": "indirect", "stance": "assert", "evidence": [{"exact": "Both said"}]}
    about = {**said, "id": "spoke", "about": ["france-received-germany"]}
    ingest_sheet({**sheet, "statements": [about]})
    included = empty_client.get("/v1/statements/spoke?include=relations").json["included"]
    assert list(included["facts"]) == ["france-received-germany"]
