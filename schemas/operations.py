"""What the operator's tools ask: does the process live, can it serve."""

from __future__ import annotations

from schemas.base import Line, ResourceSchema, described


class HealthSchema(ResourceSchema):
    """The process lives."""

    status = Line()


class ReadinessSchema(ResourceSchema):
    """The process can serve: its database answers and has the tables that this version needs."""

    status = Line()
    database = Line(metadata=described("Name and version of the database"))
    migration = Line(metadata=described("Revision of the tables"))
    version = Line(metadata=described("Version of newsfacts"))
