"""A test client that checks every answer against openapi.yaml, so that no test can pass on an answer that it forbids.

The published schemas are open, so that clients survive additions; here they are closed, so that nothing undocumented
slips out.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import yaml
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_DOCUMENT = Path(__file__).parent.parent / "openapi.yaml"
#: What is served besides the API itself: pages for people, and the document.
_UNDOCUMENTED = re.compile(r"/(|docs(/.*)?|openapi\.(json|yaml)|problems/.*)$")

#: Lists and single resources are served as these too, to whoever asks; only the exports declare them.
_OF_EXPORTS = {"application/x-ndjson", "text/csv", "application/ld+json"}


class CheckedClient(FlaskClient):
    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        check(response)
        return response


def check(response: TestResponse) -> None:
    """Fail unless the answer is one that openapi.yaml declares for its operation."""
    method, path, status = response.request.method.lower(), response.request.path, str(response.status_code)
    if status >= "400":
        assert response.content_type == "application/problem+json", (status, response.content_type, response.text)
        if method != "head":
            _valid("Problem", response)
    operation = _operation(method, path)
    if operation is None:
        assert status in {"404", "405"} or _UNDOCUMENTED.match(path) or method == "options", f"{path} is not declared"
        return
    assert status in operation["responses"] or status == "405", f"{method} {path}: {status} is not declared"
    if status not in operation["responses"]:
        return
    declared = _resolved(operation["responses"][status])
    for name, header in declared["headers"].items():
        assert name in response.headers or not _resolved(header)["required"], f"{path}: {name} is declared and missing"
    if status >= "400" or method == "head" or status == "304":
        return
    if declared.get("content"):
        _check_body(declared["content"], response)


def _check_body(content: Any, response: TestResponse) -> None:
    kind = response.content_type.partition(";")[0]
    if kind in _OF_EXPORTS - set(content):
        return
    assert kind in content, f"{response.request.path}: {kind} is not declared"
    schema = content[kind]["schema"]
    if "contentSchema" in schema:
        for line in response.data.splitlines():
            _valid(_name(schema["contentSchema"]), response, line)
    elif "$ref" in schema:
        _valid(_name(schema), response)


def _name(reference: Any) -> str:
    return str(reference["$ref"].rpartition("/")[2])


def _valid(component: str, response: TestResponse, document: bytes | None = None) -> None:
    for error in _validator(component).iter_errors(orjson.loads(document or response.data)):
        raise AssertionError(f"{response.request.path} is no {component}: {error}")


@cache
def document() -> Any:
    return yaml.load(_DOCUMENT.read_bytes(), Loader=yaml.CSafeLoader)


@cache
def _validator(component: str) -> Any:
    schemas = {name: _closed(schema) for name, schema in document()["components"]["schemas"].items()}
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{component}", "components": {"schemas": schemas}}, validate_formats=True
    )


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(value) for name, value in node.items()}
    if node.get("type") == "object" and "properties" in node and "additionalProperties" not in node:
        closed["additionalProperties"] = False
    return closed


def _resolved(node: Any) -> Any:
    """Follow a reference to a component that is no schema."""
    if "$ref" not in node:
        return node
    place, name = node["$ref"].split("/")[2:]
    return document()["components"][place][name]


def _operation(method: str, path: str) -> Any:
    for template, item in _by_length(document()["paths"]):
        pattern = re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            return item.get("get" if method == "head" else method)
    return None


def _by_length(paths: dict[str, Any]) -> list[tuple[str, Any]]:
    # /v1/facts/counts before /v1/facts/{id}
    return sorted(paths.items(), key=lambda entry: entry[0].count("{"))
