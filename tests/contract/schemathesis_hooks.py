"""Tells schemathesis what `exceptions.yaml` says of single parameters; schemathesis.toml names this module."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis import Case, GenerationMode, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData

from tests.contract.exceptions import exceptions

LEFT_OUT = [entry["parameter"] for entry in exceptions("left_out")]
REFUSALS = {(entry["status"], entry["parameter"]) for entry in exceptions("refusals")}


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Take the parameters to leave out from a request that is meant to fit; one meant not to fit keeps them."""
    if case.meta and case.meta.generation.mode is GenerationMode.POSITIVE and case.query:
        for parameter in LEFT_OUT:
            case.query.pop(parameter, None)


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Drop a failure if the request was refused in a way that is expected, and in no other."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    refused = {(response.status_code, error.get("parameter")) for error in response.json().get("errors", [])}
    return not (refused and refused <= REFUSALS)
