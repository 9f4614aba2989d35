"""Vocabularies: what every code means."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import orjson
from flask import Response

from api.protocol.answers import JSON, answer, require
from api.protocol.operations import Operations
from api.protocol.problems import ProblemError
from api.store.documents import etag
from api.views.reading import Query
from schemas.errors import nearest
from schemas.query import NoQuerySchema
from schemas.vocabulary import MODES_OF, QUAD_OF, VOCABULARIES, EventType, Mode
from schemas.words import VocabulariesSchema, VocabularySchema

WORDS = Operations("vocabularies", __name__, description="What every code means.")


@WORDS.operation(
    "/v1/vocabularies", "listVocabularies", query=NoQuerySchema, answers=VocabulariesSchema, headers=("ETag",)
)
def list_vocabularies(_: Query) -> Response:
    """List every vocabulary with its words and what they mean."""
    require(JSON)
    body = orjson.dumps({"items": [_vocabulary(name) for name in VOCABULARIES]})
    return answer(body, etag(body))


@WORDS.operation(
    "/v1/vocabularies/<word:name>",
    "getVocabulary",
    query=NoQuerySchema,
    answers=VocabularySchema,
    errors=(404,),
    headers=("ETag",),
)
def get_vocabulary(_: Query, name: str) -> Response:
    """Read one vocabulary."""
    require(JSON)
    if name not in VOCABULARIES:
        raise ProblemError("not-found", f"There is no such vocabulary.{nearest(name, list(VOCABULARIES))}")
    body = orjson.dumps(_vocabulary(name))
    return answer(body, etag(body))


@lru_cache
def _vocabulary(name: str) -> dict[str, Any]:
    vocabulary = VOCABULARIES[name]
    measured = _measured().get(name, {})
    terms = [
        {
            "value": term.value,
            "definition": term.definition,
            **_ties(term),
            **({"accuracy": measured[term.value]} if term.value in measured else {}),
        }
        for term in vocabulary
    ]
    return {"name": name, "description": vocabulary.__doc__, "terms": terms}


@cache
def _measured() -> dict[str, dict[str, Any]]:
    """Read how well extraction does, by vocabulary and value: python -m benchmarks.extraction --publish."""
    found: dict[str, dict[str, Any]] = orjson.loads((files("schemas") / "accuracy.json").read_bytes())
    return found


def _ties(term: object) -> dict[str, Any]:
    """Tell what a word of one vocabulary has to do with those of others."""
    if isinstance(term, EventType):
        return {"quad": QUAD_OF[term].value, "modes": [mode.value for mode in MODES_OF[term]]}
    if isinstance(term, Mode):
        return {"types": [kind.value for kind, modes in MODES_OF.items() if term in modes]}
    return {}
