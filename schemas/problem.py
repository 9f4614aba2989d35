"""Problems: the one shape of every error, RFC 9457."""

from __future__ import annotations

from schemas.base import Line, ResourceSchema, Text, WholeNumber, described, nested
from schemas.errors import MOST_FLAWS


class ProblemErrorSchema(ResourceSchema):
    """One thing that is wrong, and where."""

    pointer = Text(metadata=described("JSON pointer (RFC 6901) into the request body", optional=True))
    parameter = Text(metadata=described("Name of the query parameter or header", optional=True))
    detail = Text(metadata=described("What is wrong, and what to do"))


class ProblemSchema(ResourceSchema):
    """What went wrong, RFC 9457; `type` is a page that says what it means and what to do."""

    type = Line(metadata=described("Path of a page about this kind of problem"))
    title = Line(metadata=described("The kind of problem, in words"))
    status = WholeNumber(low=400, high=599, metadata=described("The HTTP status"))
    detail = Text(metadata=described("What went wrong this time, and what to do"))
    instance = Text(metadata=described("Path of the request"))
    request_id = Line(metadata=described("Also in X-Request-Id and in the server's log"))
    errors = nested(ProblemErrorSchema, most=MOST_FLAWS, metadata=described("Every single thing that is wrong"))
