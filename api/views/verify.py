"""Verification of quotations."""

from __future__ import annotations

import orjson
from flask import Response

from api.ingest.anchoring import around, nearest, occurrences
from api.protocol.answers import JSON, require
from api.protocol.arguments import read_body
from api.protocol.operations import Operations
from api.protocol.problems import not_found
from api.store.documents import find_text
from api.views import current_store
from api.views.reading import Query
from schemas.query import NoQuerySchema
from schemas.verify import VerificationSchema, VerifyInputSchema

VERIFY = Operations("verify", __name__, description="Whether a quotation is in an article, and where.")

_BODY = VerifyInputSchema()
_MOST_SPANS = 100


@VERIFY.operation(
    "/v1/verify",
    "verifyQuotation",
    method="POST",
    query=NoQuerySchema,
    body=VerifyInputSchema,
    answers=VerificationSchema,
    errors=(404, 413, 415),
    conditional=False,
)
def verify(_: Query) -> Response:
    """Find a quotation in an article, to the letter; or what the article says instead."""
    require(JSON)
    asked = read_body(_BODY)
    texts = find_text(current_store().reader, asked["article"])
    if texts is None:
        raise not_found(f"article '{asked['article']}'")
    text, exact = texts[1], asked["exact"]
    spans = []
    for start, _n in zip(occurrences(text, exact), range(_MOST_SPANS), strict=False):
        prefix, suffix = around(text, start, start + len(exact))
        spans.append(
            {
                "article": asked["article"],
                "start": start,
                "end": start + len(exact),
                "exact": exact,
                "prefix": prefix,
                "suffix": suffix,
            }
        )
    near = None if spans else nearest(text, exact)
    body = {
        "article": asked["article"],
        "found": bool(spans),
        "spans": spans,
        "nearest": near and {"exact": near.exact, "start": near.start, "end": near.end, "similarity": near.similarity},
    }
    return Response(orjson.dumps(body), content_type=JSON, headers={"Cache-Control": "no-store"})
