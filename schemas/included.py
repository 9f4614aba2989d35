"""What a reader asks for besides: the resources that an answer names, each once."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import ResourceSchema, Union, described


class IncludedSchema(ResourceSchema):
    """The resources named in an answer, by id; only those that `include=` asked for."""

    actors = fields.Dict(
        keys=fields.String(), values=fields.Nested("ActorSchema"), metadata=described("By id", optional=True)
    )
    articles = fields.Dict(
        keys=fields.String(),
        values=fields.Nested("ArticleSchema"),
        metadata=described("By id", optional=True),
    )
    facts = fields.Dict(
        keys=fields.String(),
        values=Union("Fact"),
        metadata=described("The related facts, by id", optional=True),
    )
