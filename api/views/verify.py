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
from api.views import current_store, may_read_texts
from api.views.reading import Query
from schemas.query import NoQuerySchema
from schemas.verify import VerificationSchema, VerifyInputSchema

VERIFY = Operations("verify", __name__, description="Whether a quotation is in an article, and where.")

_BODY = VerifyInputSchema()
_MOST_SPANS = 100
#: The longest quotation fits, even with every character escaped. Nobody needs a key to ask.
_LARGEST_BODY = 256 * 1024


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
    asked = read_body(_BODY, largest=_LARGEST_BODY)
    texts = find_text(current_store().reader, asked["article"])
    if texts is None:
        raise not_found(f"article '{asked['article']}'")
    text, exact = texts[1], asked["exact"]
    # What stands around a quotation, or near it, gives an article away piece by piece.
    whole = may_read_texts()
    spans = []
    for start, _n in zip(occurrences(text, exact), range(_MOST_SPANS), strict=False):
        prefix, suffix = around(text, start, start + len(exact)) if whole else ("", "")
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
    near = nearest(text, exact) if whole and not spans else None
    body = {
        "article": asked["article"],
        "found": bool(spans),
        "spans": spans,
        "nearest": near and {"exact": near.exact, "start": near.start, "end": near.end, "similarity": near.similarity},
    }
    return Response(orjson.dumps(body), content_type=JSON, headers={"Cache-Control": "no-store"})
