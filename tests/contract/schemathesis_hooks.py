"""Tells schemathesis what `exceptions.yaml` says of single parameters and refusals, and what no document can say: which
version is the current one. It also keeps a short run short. schemathesis.toml names this module.
"""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
import schemathesis
from hypothesis import strategies
from schemathesis import Case, GenerationMode, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoveragePhaseData
from schemathesis.openapi.checks import RejectedPositiveData

from tests.checked import document
from tests.contract.exceptions import exceptions

LEFT_OUT = {entry["parameter"] for entry in exceptions("left_out")}
REFUSALS = [(entry["status"], re.compile(entry["told"])) for entry in exceptions("refusals")]
#: Whether every case that schemathesis comes upon is sent.
WHOLE = "CONTRACT_EXAMPLES" in os.environ
#: Nobody listens there, so what is delivered to webhooks or fetched of articles goes no farther.
CLOSED = "http://127.0.0.1:9/"

(SHEET,) = document()["components"]["schemas"]["FactSheet"]["examples"]
# The bodies that are no single JSON value: batches of sheets, good and bad.
schemathesis.openapi.media_type(
    "application/x-ndjson",
    strategies.lists(
        strategies.sampled_from([orjson.dumps(SHEET), b"{}", b"[", b'{"article":{"text":"x","publisher":"y"}}', b""])
    ).map(b"\n".join),
)


#: What the phase "coverage" has asked so far.
_ASKED: set[tuple[object, ...]] = set()


@schemathesis.hook
def filter_case(context: HookContext, case: Case) -> bool:
    """Leave out, of the phase "coverage", what differs from an earlier case in nothing but the value that is sent.

    So every place of every operation gets each kind of right and wrong value, once.
    """
    told = case.meta and case.meta.phase.data
    if WHOLE or not isinstance(told, CoveragePhaseData):
        return True
    place = (case.operation.label, told.parameter_location, told.parameter, told.location)
    # Of a whole body, which part of it is meant stands in the description alone.
    meant = told.description if told.location is None else ""
    asked = (*place, case.meta.generation.mode, told.scenario, meant)
    is_new = asked not in _ASKED
    _ASKED.add(asked)
    return is_new


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Make a request one that can be done; what is meant not to fit in it stays as it is."""
    leads_out = case.path == "/v1/articles" or str(case.path).startswith("/v1/webhooks")
    if isinstance(case.body, dict) and "url" in case.body and leads_out:
        case.body["url"] = _closed(case.body["url"])
    if case.meta and case.meta.generation.mode is GenerationMode.POSITIVE:
        for place in (case.query, case.headers):
            for parameter in LEFT_OUT & set(place):
                del place[parameter]
    if _fits(case, ParameterLocation.HEADER):
        if "Idempotency-Key" in case.headers:
            # The generator would send one key with many requests.
            case.headers["Idempotency-Key"] = case.id
        # With cascade=true a few calls would delete all that the others need.
        if "If-Match" in case.headers and not case.query.get("cascade"):
            case.headers["If-Match"] = _current_etag(case) or case.headers["If-Match"]


def _fits(case: Case, location: ParameterLocation) -> bool:
    component = case.meta and case.meta.components.get(location)
    return bool(component) and component.mode is GenerationMode.POSITIVE


def _closed(url: object) -> object:
    """Turn a web address into one where nobody listens; leave what is none."""
    try:
        parts = urlsplit(str(url))
    except ValueError:
        return url
    return f"{CLOSED}{parts.path}" if parts.scheme in ("http", "https") and parts.hostname else url


def _current_etag(case: Case) -> str | None:
    """Ask for the ETag of what a request changes: of /v1/facts/some-fact when that is reviewed."""
    resource = "/".join(case.formatted_path.split("/")[:4])
    headers = {"Authorization": f"Bearer {os.environ['CONTRACT_KEY']}"}
    answer = requests.get(f"{case.operation.base_url}{resource}", headers=headers, timeout=10, allow_redirects=False)
    return answer.headers.get("ETag")


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Drop a failure if the request was refused in a way that is expected, and in no other."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    errors = response.json().get("errors", [])
    told = [f"{case.method} {case.path} {_place(error)}: {error['detail']}" for error in errors]
    return not told or not all(_is_expected(response.status_code, each) for each in told)


def _place(error: dict[str, str]) -> str:
    return error["parameter"] if "parameter" in error else error["pointer"]


def _is_expected(status: int, told: str) -> bool:
    return any(status == each and pattern.search(told) for each, pattern in REFUSALS)
