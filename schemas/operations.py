"""What the operator's tools ask: does the process live, can it serve."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import ResourceSchema, described


class HealthSchema(ResourceSchema):
    """The process lives."""

    status = fields.String()


class ReadinessSchema(ResourceSchema):
    """The process can serve: its database answers and has the tables that this version needs."""

    status = fields.String()
    database = fields.String(metadata=described("Name and version of the database"))
    migration = fields.String(metadata=described("Revision of the tables"))
    version = fields.String(metadata=described("Version of newsfacts"))
