"""Changes: every version of every resource, in the order in which they came about."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from schemas.base import (
    CURSOR_LENGTH,
    TEXT_LENGTH,
    TEXT_PATTERN,
    Id,
    Line,
    ResourceSchema,
    Term,
    Text,
    Timestamp,
    Union,
    WholeNumber,
    Word,
    described,
    nested,
    optional,
)

#: The media type of JSON Patch (RFC 6902).
JSON_PATCH = "application/json-patch+json"
#: No list within a document is longer.
_LONGEST_LIST = 10_000


class Noun(Term):
    """What a change is of."""

    ARTICLE = "article", "a published text, as it was received"
    ACTOR = "actor", "a person, country, organization or group that facts name"
    EVENT = "event", "something reported to have happened, to be under way, planned, possible or denied"
    PROPOSAL = "proposal", "something that an actor offers, demands or stands ready to do"
    STATEMENT = "statement", "something that was said"


class ChangeAction(Term):
    """What a change does."""

    CREATED = "created", "there was nothing at this id before"
    UPDATED = "updated", "the document differs from the version before"
    DELETED = "deleted", "nothing is left at this id but its history"
    MERGED = "merged", "another resource took over, `merged_into`; this id leads there"
    RESTORED = "restored", "what was deleted or merged stands at this id again"


class ChangeSourceSchema(ResourceSchema):
    """The source of an article: its text, and what stands before and after it."""

    before = Text(longest=2_000_000)
    text = Text(longest=2_000_000)
    after = Text(longest=2_000_000)


class ChangeSchema(ResourceSchema):
    """One version of a resource: what became of it, when, by whom and why, and its document as of then."""

    resource = Word(Noun)
    id = Id()
    version = WholeNumber(low=1, metadata=described("Version of the resource, from 1; a deletion has one of its own"))
    action = Word(ChangeAction)
    at = Timestamp()
    by = optional(Line(metadata=described("Name of the key that did it; null for the command line")))
    note = optional(Line(metadata=described("Why, as told in X-Change-Note")))
    merged_into = optional(Id(metadata=described("The id that took over")))
    etag = optional(Line(metadata=described("Strong ETag of the document")))
    document = Union("Document", allow_none=True, metadata=described("Null where nothing is left of it"))
    source = fields.Nested(
        ChangeSourceSchema,
        metadata=described("With texts=true, where an article begins, for those who may read texts", optional=True),
    )


class ChangePageSchema(ResourceSchema):
    """A page of the feed of changes, oldest first."""

    items = nested(ChangeSchema)
    next_cursor = Line(
        longest=CURSOR_LENGTH,
        metadata=described("Ask again with after= this, at the end of the feed too: what comes later follows it"),
    )
    more = fields.Boolean(metadata=described("Whether there is more already; false at the end of the feed"))


class VersionSchema(ResourceSchema):
    """What is told of a version in the list of a resource's versions."""

    version = WholeNumber(low=1)
    action = Word(ChangeAction)
    at = Timestamp()
    by = optional(Line(metadata=described("Name of the key that did it; null for the command line")))
    note = optional(Line(metadata=described("Why, as told in X-Change-Note")))
    merged_into = optional(Id(metadata=described("The id that took over")))
    etag = optional(Line(metadata=described("Strong ETag of the document")))


class VersionPageSchema(ResourceSchema):
    """A page of the versions of a resource, last one first."""

    items = nested(VersionSchema)
    next_cursor = optional(
        Line(longest=CURSOR_LENGTH, metadata=described("Ask again with cursor= this; null at the end of the list"))
    )


class PatchAction(Term):
    """What a step of a patch does."""

    ADD = "add", "put a value into an object or a list"
    REMOVE = "remove", "take a value away"
    REPLACE = "replace", "put another value in the place of one"
    MOVE = "move", "take a value away from one place and put it into another"


def _patch_fields() -> dict[str, Any]:
    pointer = "JSON pointer (RFC 6901) into the document; the empty one is the whole of it"
    types = ["string", "number", "boolean", "object"]
    bounds = {"maxLength": TEXT_LENGTH, "pattern": TEXT_PATTERN}
    within = {"type": [*types, "null"], **bounds}
    anything = described(
        "The value to put there", type=[*types, "array"], items=within, maxItems=_LONGEST_LIST, optional=True, **bounds
    )
    return {
        "__doc__": "A step of a JSON Patch (RFC 6902). The steps are done one after the other.",
        "__module__": __name__,
        "op": Word(PatchAction),
        "path": Text(metadata=described(pointer)),
        "from": Text(metadata=described("Where it is taken away, in the same way", optional=True)),
        "value": fields.Raw(allow_none=True, metadata=anything),
    }


#: Made in this way because `from` is a word of Python's own.
PatchStepSchema = type("PatchStepSchema", (ResourceSchema,), _patch_fields())
