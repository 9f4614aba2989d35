"""Verification: is this quotation in that article, and where."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import Id, InputSchema, Number, ResourceSchema, Text, described, nested, position
from schemas.parts import EvidenceSchema


class VerifyInputSchema(InputSchema):
    """A quotation, and the article that it is said to be from."""

    article = Id(required=True)
    exact = Text(shortest=1, required=True, metadata=described("The words, verbatim"))


class NearestSchema(ResourceSchema):
    """The passage most like a quotation that is not there."""

    exact = Text()
    start = position("Offset of its first code point in the article's text")
    end = position("Offset after its last code point")
    similarity = Number(metadata=described("0 to 1"))


class VerificationSchema(ResourceSchema):
    """Where a quotation stands in an article; nowhere when `spans` is empty."""

    article = Id()
    found = fields.Boolean()
    spans = nested(EvidenceSchema, most=100, metadata=described("At most the first 100"))
    nearest = fields.Nested(
        NearestSchema,
        allow_none=True,
        metadata=described("What the article says instead; null when found or unlike"),
    )
