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
    if status not in operation["responses"] or status >= "400" or method == "head" or status == "304":
        return
    declared = operation["responses"][status]
    for name in declared.get("headers", {}):
        assert name in response.headers or name == "Link", f"{path}: {name} is declared and missing"
    content = declared.get("content", {})
    if content:
        kind = response.content_type.partition(";")[0]
        assert kind in content, f"{path}: {kind} is not declared"
        schema = content[kind]["schema"]
        if "json" in kind:
            _valid(schema["$ref"].rpartition("/")[2], response)


def _valid(component: str, response: TestResponse) -> None:
    for error in _validator(component).iter_errors(orjson.loads(response.data)):
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


def _operation(method: str, path: str) -> Any:
    for template, item in _by_length(document()["paths"]):
        pattern = re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            return item.get("get" if method == "head" else method)
    return None


def _by_length(paths: dict[str, Any]) -> list[tuple[str, Any]]:
    # /v1/facts/counts before /v1/facts/{id}
    return sorted(paths.items(), key=lambda entry: entry[0].count("{"))
