"""The OpenAPI document is what client generators and people like: everything named, described, exemplified and used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from flask.testing import FlaskClient

from api.explorer.examples import examples

Json = dict[str, Any]

COMMITTED = Path(__file__).parents[2] / "openapi.yaml"
DOCUMENT: Json = yaml.load(COMMITTED.read_bytes(), Loader=yaml.CSafeLoader)
SCHEMAS: Json = DOCUMENT["components"]["schemas"]
OPERATIONS: list[tuple[str, str, Json]] = [
    (path, method, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
]
BY_ID = {operation["operationId"]: operation for _, _, operation in OPERATIONS}
#: Answers that many operations give are written once.
RESPONSES: Json = DOCUMENT["components"].get("responses", {})
METHODS = {"get", "post", "put", "patch", "delete"}
#: What is asked of a store over HTTP without changing it, though it is a POST.
READING_POSTS = {"verifyQuotation"}
WRITES = {
    operation["operationId"]: (method, path, operation)
    for path, method, operation in OPERATIONS
    if method != "get" and operation["operationId"] not in READING_POSTS
}

#: Generated clients name their methods after these: a rename breaks every one of them. New ones are added at the end.
OPERATION_IDS = [
    ("GET", "/v1/facts", "listFacts"),
    ("GET", "/v1/facts/counts", "countFacts"),
    ("GET", "/v1/facts/{id}", "getFact"),
    ("GET", "/v1/events", "listEvents"),
    ("GET", "/v1/events/{id}", "getEvent"),
    ("GET", "/v1/proposals", "listProposals"),
    ("GET", "/v1/proposals/{id}", "getProposal"),
    ("GET", "/v1/statements", "listStatements"),
    ("GET", "/v1/statements/{id}", "getStatement"),
    ("GET", "/v1/actors", "listActors"),
    ("GET", "/v1/actors/{id}", "getActor"),
    ("GET", "/v1/actors/{id}/network", "getActorNetwork"),
    ("GET", "/v1/articles", "listArticles"),
    ("GET", "/v1/articles/{id}", "getArticle"),
    ("GET", "/v1/articles/{id}/text", "getArticleText"),
    ("GET", "/v1/articles/{id}/source", "getArticleSource"),
    ("GET", "/v1/articles/{id}/facts", "listArticleFacts"),
    ("GET", "/v1/search", "searchNews"),
    ("POST", "/v1/verify", "verifyQuotation"),
    ("GET", "/v1/vocabularies", "listVocabularies"),
    ("GET", "/v1/vocabularies/{name}", "getVocabulary"),
    ("GET", "/healthz", "getHealth"),
    ("GET", "/readyz", "getReadiness"),
    ("POST", "/v1/facts/{id}/review", "reviewFact"),
    ("POST", "/v1/facts/{id}/merge", "mergeFact"),
    ("POST", "/v1/facts/{id}/unmerge", "unmergeFact"),
    ("GET", "/v1/facts/{id}/versions", "listFactVersions"),
    ("GET", "/v1/facts/{id}/versions/{version}", "getFactVersion"),
    ("GET", "/v1/facts/{id}/versions/{version}/diff", "getFactDiff"),
    ("PATCH", "/v1/events/{id}", "updateEvent"),
    ("DELETE", "/v1/events/{id}", "deleteEvent"),
    ("GET", "/v1/events/{id}/versions", "listEventVersions"),
    ("GET", "/v1/events/{id}/versions/{version}", "getEventVersion"),
    ("GET", "/v1/events/{id}/versions/{version}/diff", "getEventDiff"),
    ("PATCH", "/v1/proposals/{id}", "updateProposal"),
    ("DELETE", "/v1/proposals/{id}", "deleteProposal"),
    ("GET", "/v1/proposals/{id}/versions", "listProposalVersions"),
    ("GET", "/v1/proposals/{id}/versions/{version}", "getProposalVersion"),
    ("GET", "/v1/proposals/{id}/versions/{version}/diff", "getProposalDiff"),
    ("PATCH", "/v1/statements/{id}", "updateStatement"),
    ("DELETE", "/v1/statements/{id}", "deleteStatement"),
    ("GET", "/v1/statements/{id}/versions", "listStatementVersions"),
    ("GET", "/v1/statements/{id}/versions/{version}", "getStatementVersion"),
    ("GET", "/v1/statements/{id}/versions/{version}/diff", "getStatementDiff"),
    ("PUT", "/v1/actors/{id}", "putActor"),
    ("PATCH", "/v1/actors/{id}", "updateActor"),
    ("DELETE", "/v1/actors/{id}", "deleteActor"),
    ("POST", "/v1/actors/{id}/merge", "mergeActor"),
    ("POST", "/v1/actors/{id}/unmerge", "unmergeActor"),
    ("GET", "/v1/actors/{id}/versions", "listActorVersions"),
    ("GET", "/v1/actors/{id}/versions/{version}", "getActorVersion"),
    ("GET", "/v1/actors/{id}/versions/{version}/diff", "getActorDiff"),
    ("POST", "/v1/articles", "createArticle"),
    ("PATCH", "/v1/articles/{id}", "updateArticle"),
    ("DELETE", "/v1/articles/{id}", "deleteArticle"),
    ("GET", "/v1/articles/{id}/versions", "listArticleVersions"),
    ("GET", "/v1/articles/{id}/versions/{version}", "getArticleVersion"),
    ("GET", "/v1/articles/{id}/versions/{version}/diff", "getArticleDiff"),
    ("POST", "/v1/fact-sheets", "createFactSheet"),
    ("GET", "/v1/changes", "listChanges"),
    ("GET", "/v1/changes/stream", "streamChanges"),
    ("POST", "/v1/webhooks", "createWebhook"),
    ("GET", "/v1/webhooks", "listWebhooks"),
    ("GET", "/v1/webhooks/{id}", "getWebhook"),
    ("PATCH", "/v1/webhooks/{id}", "updateWebhook"),
    ("DELETE", "/v1/webhooks/{id}", "deleteWebhook"),
    ("POST", "/v1/webhooks/{id}/rotate", "rotateWebhookSecret"),
    ("POST", "/v1/webhooks/{id}/replay", "replayWebhook"),
    ("POST", "/v1/webhooks/{id}/ping", "pingWebhook"),
    ("POST", "/v1/webhooks/{id}/deliveries/{message}/retry", "retryDelivery"),
    ("GET", "/v1/webhooks/{id}/deliveries", "listDeliveries"),
    ("GET", "/v1/suggestions", "listSuggestions"),
    ("GET", "/v1/facts/{id}/suggestions", "listFactSuggestions"),
    ("GET", "/v1/facts/{id}/suggestions/{suggestion}", "getFactSuggestion"),
    ("POST", "/v1/facts/{id}/suggestions/{suggestion}", "reviewFactSuggestion"),
    ("GET", "/v1/jobs", "listJobs"),
    ("GET", "/v1/jobs/{id}", "getJob"),
    ("POST", "/v1/jobs/{id}/cancel", "cancelJob"),
    ("POST", "/v1/jobs/{id}/retry", "retryJob"),
    ("GET", "/v1/exports/facts", "exportFacts"),
    ("GET", "/v1/exports/events", "exportEvents"),
    ("GET", "/v1/exports/proposals", "exportProposals"),
    ("GET", "/v1/exports/statements", "exportStatements"),
    ("GET", "/v1/exports/articles", "exportArticles"),
    ("GET", "/v1/exports/actors", "exportActors"),
    ("GET", "/v1/exports/changes", "exportChanges"),
]
#: The words that a summary may begin with: all of them tell the reader what to do.
VERBS = {
    *("Count", "Export", "Find", "List", "Read", "Search", "Tell"),
    *("Accept", "Approve", "Change", "Create", "Delete", "Let", "Make", "Merge", "Replace", "Send", "Store"),
}
#: How an operationId begins, by method. A POST says what it does, for it may do anything.
BEGINNINGS = {
    "get": "list|get|search|count|stream|export",
    "post": "create|verify|review|merge|unmerge|rotate|replay|ping|retry|cancel",
    "put": "put",
    "patch": "update",
    "delete": "delete",
}

operations = pytest.mark.parametrize("operation", BY_ID.values(), ids=list(BY_ID))
writes = pytest.mark.parametrize("method, path, operation", WRITES.values(), ids=list(WRITES))
components = pytest.mark.parametrize("name", list(SCHEMAS))


def answers_of(operation: Json) -> dict[str, Json]:
    """Give an operation's answers by status, wherever they are written."""
    return {
        status: RESPONSES[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
        for status, answer in operation["responses"].items()
    }


def walk(node: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Go through the document: every node with the path to it."""
    yield at, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk(value, f"{at}/{key}")
    elif isinstance(node, list):
        for n, value in enumerate(node):
            yield from walk(value, f"{at}/{n}")


def schemas_within(node: Any, at: str) -> Iterator[tuple[str, Json]]:
    """Go through the schemas that stand in a schema, itself included; examples are no schemas."""
    if not isinstance(node, dict):
        return
    yield at, node
    for key in ("items", "additionalProperties", "not", "contentSchema"):
        yield from schemas_within(node.get(key), f"{at}/{key}")
    for key in ("anyOf", "oneOf", "allOf"):
        for n, each in enumerate(node.get(key, ())):
            yield from schemas_within(each, f"{at}/{key}/{n}")
    for key, each in node.get("properties", {}).items():
        yield from schemas_within(each, f"{at}/properties/{key}")


def all_schemas() -> Iterator[tuple[str, Json]]:
    """Go through every schema of the document, but for the components themselves."""
    for name, schema in SCHEMAS.items():
        yield from (found for found in schemas_within(schema, name) if found[0] != name)
    for path, method, operation in OPERATIONS:
        at = f"{method} {path}"
        for parameter in operation.get("parameters", ()):
            yield from schemas_within(parameter["schema"], f"{at} {parameter['name']}")
        for kind, body in operation.get("requestBody", {}).get("content", {}).items():
            yield from schemas_within(body["schema"], f"{at} {kind}")
        for status, answer in answers_of(operation).items():
            for kind, body in answer.get("content", {}).items():
                yield from schemas_within(body["schema"], f"{at} {status} {kind}")


def test_what_is_committed_is_what_is_served(client: FlaskClient) -> None:
    assert client.get("/openapi.yaml").data == COMMITTED.read_bytes(), "run: make openapi"
    assert client.get("/openapi.json").json == DOCUMENT


def test_the_document_says_what_it_is() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    info = DOCUMENT["info"]
    assert info["title"] == "newsfacts"
    assert info["description"]
    assert info["license"]["identifier"] == "Apache-2.0"
    assert info["contact"]["name"]
    assert [server["url"] for server in DOCUMENT["servers"]] == ["/"]
    assert DOCUMENT["security"]
    assert all(scheme.get("description") for scheme in DOCUMENT["components"]["securitySchemes"].values())


def test_the_document_begins_with_what_a_reader_wants_first() -> None:
    assert list(DOCUMENT) == ["openapi", "info", "servers", "security", "tags", "paths", "components"]


def test_no_operation_was_renamed() -> None:
    found = [(method.upper(), path, each["operationId"]) for path, method, each in OPERATIONS]
    assert sorted(found) == sorted(OPERATION_IDS)


def test_every_operation_id_is_a_verb_and_a_noun_and_unique() -> None:
    ids = [(method, operation["operationId"]) for _, method, operation in OPERATIONS]
    assert len(ids) == len({id_ for _, id_ in ids})
    assert not [id_ for method, id_ in ids if not re.match(rf"^({BEGINNINGS[method]})[A-Z][A-Za-z]+$", id_)]


def test_every_route_under_v1_is_documented(client: FlaskClient) -> None:
    routes = {
        re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
    }
    assert routes == {path for path in DOCUMENT["paths"] if path.startswith("/v1/")}


def test_a_path_has_operations_and_nothing_else() -> None:
    """Parameters on a path change the order of arguments between generators."""
    assert {key for item in DOCUMENT["paths"].values() for key in item} <= METHODS


@operations
def test_every_operation_has_one_tag_that_is_described(operation: Json) -> None:
    (tag,) = operation["tags"]
    assert [each["description"] for each in DOCUMENT["tags"] if each["name"] == tag]


def test_every_tag_is_used() -> None:
    assert {tag["name"] for tag in DOCUMENT["tags"]} == {each["tags"][0] for each in BY_ID.values()}


@operations
def test_every_summary_is_one_line_in_the_imperative(operation: Json) -> None:
    summary = operation["summary"]
    assert summary.split()[0] in VERBS
    assert len(summary) <= 120
    assert not summary.endswith(".")
    assert operation["description"].endswith(".")


@operations
def test_path_parameters_come_first_and_every_parameter_is_described(operation: Json) -> None:
    parameters = operation.get("parameters", [])
    places = [parameter["in"] for parameter in parameters]
    assert places == sorted(places, key=["path", "query", "header"].index)
    names = [parameter["name"] for parameter in parameters]
    assert len(names) == len(set(names))
    for parameter in parameters:
        schema = parameter["schema"]
        assert parameter.get("description") or "$ref" in schema, parameter["name"]
        assert parameter["in"] != "path" or parameter["required"]
        assert "null" not in str(schema.get("type", "")), f"{parameter['name']} may be left out, not null"


@operations
def test_every_parameter_is_bounded(operation: Json) -> None:
    for parameter in operation.get("parameters", []):
        for at, schema in schemas_within(parameter["schema"], parameter["name"]):
            if schema.get("type") == "array":
                assert "maxItems" in schema, at
            if schema.get("type") == "integer":
                assert {"minimum", "maximum"} <= set(schema), at
            if schema.get("type") == "string" and "format" not in schema:
                assert {"maxLength", "enum", "pattern"} & set(schema), at


@operations
def test_every_error_is_a_problem(operation: Json) -> None:
    errors = {status: answer for status, answer in answers_of(operation).items() if status >= "400"}
    assert {"400", "401", "406", "414", "422", "429", "500", "503"} <= set(errors)
    for status, answer in errors.items():
        assert list(answer["content"]) == ["application/problem+json"], status
        assert answer["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert answer["description"]
    for status in ("429", "503"):
        assert "Retry-After" in errors[status]["headers"]


@pytest.mark.parametrize("path, method, operation", OPERATIONS, ids=list(BY_ID))
def test_every_answer_is_declared(path: str, method: str, operation: Json) -> None:
    answers = answers_of(operation)
    good = {status: answer for status, answer in answers.items() if status < "300"}
    assert good
    for status, answer in good.items():
        assert ("content" in answer) == (status != "204")
        assert status != "201" or "Location" in answer["headers"]
    if "{" in path:
        assert "404" in answers
    if "308" in answers:
        assert "Location" in answers["308"]["headers"]
    if "requestBody" in operation:
        assert {"413", "415"} <= set(answers)


@operations
def test_every_answer_to_a_get_can_be_asked_for_conditionally(operation: Json) -> None:
    answers = answers_of(operation)
    whole = operation["operationId"] in {"getHealth", "getReadiness", "streamChanges"}
    if not whole and "200" in answers and "304" in answers:
        assert "ETag" in answers["200"]["headers"]
        assert "content" not in answers["304"]
    asks = operation["operationId"].startswith(("list", "get", "search", "count", "export"))
    assert ("304" in answers) == (asks and not whole)


@writes
def test_every_write_needs_a_key(method: str, path: str, operation: Json) -> None:
    assert operation["security"] == [{"key": []}]
    assert {"401", "403", "429"} <= set(operation["responses"])


def test_what_needs_no_key_is_what_everybody_may_read() -> None:
    keyed = {id_ for id_, operation in BY_ID.items() if operation.get("security") == [{"key": []}]}
    assert keyed - set(WRITES) == {"listWebhooks", "getWebhook", "listDeliveries", "listJobs", "getJob"}
    assert all("403" not in operation["responses"] for id_, operation in BY_ID.items() if id_ not in keyed)


@writes
def test_whoever_changes_something_says_which_version(method: str, path: str, operation: Json) -> None:
    headers = {each["name"]: each for each in operation["parameters"] if each["in"] == "header"}
    answers = operation["responses"]
    assert ("If-Match" in headers) == ("412" in answers) == ("428" in answers)
    if method in ("patch", "delete", "put"):
        # A PUT may create what is not there, and so has no version.
        assert headers["If-Match"]["required"] == (method != "put")
    # What is sent twice must not be done twice; the other methods see to that by themselves.
    assert ("Idempotency-Key" in headers) == (method == "post")
    assert not headers.get("Idempotency-Key", {}).get("required")
    # Webhooks and jobs have no history.
    assert ("X-Change-Note" in headers) == (not path.startswith(("/v1/webhooks", "/v1/jobs")))


@operations
def test_every_request_header_is_bounded_by_a_pattern(operation: Json) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "header":
            assert {"maxLength", "pattern"} <= set(parameter["schema"])


def test_every_patch_of_a_document_is_a_merge_patch_first() -> None:
    for path, method, operation in OPERATIONS:
        # The filters of a webhook are replaced whole, which is no merge patch.
        if method == "patch" and not path.startswith("/v1/webhooks"):
            assert next(iter(operation["requestBody"]["content"])) == "application/merge-patch+json", path
            for body in operation["requestBody"]["content"].values():
                name = body["schema"]["$ref"].rpartition("/")[2]
                assert name.endswith("Patch")
                assert not SCHEMAS[name].get("required")


def test_every_object_and_every_enum_has_a_name() -> None:
    inline = [at for at, schema in all_schemas() if "properties" in schema or "enum" in schema or "const" in schema]
    assert inline == []


def test_every_schema_is_of_some_type() -> None:
    loose = [at for at, schema in all_schemas() if not {"$ref", "type", "anyOf", "oneOf", "allOf"} & set(schema)]
    assert loose == []


def test_every_answer_and_body_that_is_json_is_a_named_schema() -> None:
    for path, method, operation in OPERATIONS:
        bodies = [operation.get("requestBody", {}), *answers_of(operation).values()]
        for kind, body in ((kind, body) for each in bodies for kind, body in each.get("content", {}).items()):
            is_json = kind.endswith(("/json", "+json"))
            assert ("$ref" in body["schema"]) == is_json, f"{method} {path} {kind}"
            assert is_json or body["schema"]["type"] == "string", f"{method} {path} {kind}"


def test_every_component_is_used_and_every_reference_leads_somewhere() -> None:
    told = {node for at, node in walk(DOCUMENT) if at.endswith("/$ref") or "/discriminator/mapping/" in at}
    made = {
        f"#/components/{place}/{name}"
        for place in ("schemas", "responses", "headers")
        for name in DOCUMENT["components"][place]
    }
    assert {ref for ref in told if isinstance(ref, str)} == made


def test_every_union_can_be_told_apart() -> None:
    for name, schema in SCHEMAS.items():
        if "oneOf" in schema:
            assert schema.get("discriminator") or name == "Document", name


@components
def test_a_component_has_a_plain_name(name: str) -> None:
    assert re.fullmatch(r"[A-Z][A-Za-z]*[a-z]", name), "Event1 and the like are two of one thing"


@components
def test_every_component_is_described(name: str) -> None:
    assert SCHEMAS[name].get("description") or "oneOf" in SCHEMAS[name]


@components
def test_every_property_is_described_or_named_by_what_it_is(name: str) -> None:
    for key, schema in SCHEMAS[name].get("properties", {}).items():
        assert schema != {}, key
        assert schema.get("type") != "object" or "additionalProperties" in schema, key


@pytest.mark.parametrize("name", [name for name, schema in SCHEMAS.items() if "enum" in schema])
def test_every_value_of_an_enum_is_described(name: str) -> None:
    schema = SCHEMAS[name]
    assert schema["type"] == "string"
    assert None not in schema["enum"]
    for value in schema["enum"]:
        assert f"`{value}`: " in schema["description"]


@pytest.mark.parametrize("name", [name for name, schema in SCHEMAS.items() if "properties" in schema])
def test_every_object_has_an_example_that_fits(name: str) -> None:
    examples = SCHEMAS[name].get("examples")
    assert examples, f"schemas/examples.json has none for {name}"
    validator = jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}, validate_formats=True
    )
    for example in examples:
        assert [str(error) for error in validator.iter_errors(example)] == []


def referred_to(roots: list[Json]) -> set[str]:
    """Find the components that something refers to, and those that these refer to."""
    found: set[str] = set()
    waiting = roots
    while waiting:
        names = {node.rpartition("/")[2] for at, node in walk(waiting) if at.endswith("/$ref")} & set(SCHEMAS)
        waiting = [SCHEMAS[name] for name in names - found]
        found |= names
    return found


def test_published_schemas_of_answers_stay_open_and_those_of_requests_are_closed() -> None:
    asked = referred_to([operation.get("requestBody", {}) for operation in BY_ID.values()])
    answered = referred_to([answer for operation in BY_ID.values() for answer in answers_of(operation).values()])
    for name, schema in SCHEMAS.items():
        if "properties" in schema:
            assert (name in asked) != (name in answered), name
            assert (schema.get("additionalProperties") is False) == (name in asked), name


def test_patterns_are_written_as_every_language_reads_them() -> None:
    patterns = [node for at, node in walk(DOCUMENT) if at.endswith("/pattern") and isinstance(node, str)]
    assert patterns
    for pattern in patterns:
        re.compile(pattern)
        assert "\\u" not in pattern, "PHP does not read \\u0000"
        assert "(?<" not in pattern
        assert "\\Z" not in pattern


def test_examples_are_what_is_served() -> None:
    committed = json.loads(COMMITTED.with_name("schemas").joinpath("examples.json").read_bytes())
    assert examples() == committed, "run: make openapi"
