"""Problems: the one shape of every error, RFC 9457."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import ResourceSchema, WholeNumber, described


class ProblemErrorSchema(ResourceSchema):
    """One thing that is wrong, and where."""

    pointer = fields.String(
        metadata=described("JSON pointer (RFC 6901) into the request body", optional=True),
    )
    parameter = fields.String(metadata=described("Name of the query parameter or header", optional=True))
    detail = fields.String(metadata=described("What is wrong, and what to do"))


class ProblemSchema(ResourceSchema):
    """What went wrong, RFC 9457; `type` is a page that says what it means and what to do."""

    type = fields.String(metadata=described("Path of a page about this kind of problem"))
    title = fields.String(metadata=described("The kind of problem, in words"))
    status = WholeNumber(metadata=described("The HTTP status"))
    detail = fields.String(metadata=described("What went wrong this time, and what to do"))
    instance = fields.String(metadata=described("Path of the request"))
    request_id = fields.String(metadata=described("Also in X-Request-Id and in the server's log"))
    errors = fields.List(fields.Nested(ProblemErrorSchema), metadata=described("Every single thing that is wrong"))
