"""Suggestions: what is likely about two facts, for a reviewer to accept or to dismiss."""

from __future__ import annotations

from schemas.base import (
    CURSOR_LENGTH,
    Id,
    InputSchema,
    Line,
    Number,
    ResourceSchema,
    Term,
    Timestamp,
    Word,
    described,
    listed,
    nested,
    optional,
)
from schemas.parameters import Numeral
from schemas.query import MOST_ITEMS


class SuggestionKind(Term):
    """What is likely about two facts, and what accepting it does."""

    SAME_FACT = "same_fact", "they are one, told twice; accepted, they are merged"
    CONTRADICTS = "contradicts", "one denies what the other says; accepted, each is related to the other so"
    DIFFERS_IN_SCOPE = (
        "differs_in_scope",
        "they are alike but count something else; accepted, each is related to the other so",
    )


class SuggestionState(Term):
    """Whether somebody has decided."""

    PENDING = "pending", "nobody has decided yet"
    ACCEPTED = "accepted", "it was done as suggested"
    DISMISSED = "dismissed", "nothing was done, and the two facts are not suggested again"


class SuggestionAction(Term):
    """What a reviewer decides."""

    ACCEPT = "accept", "do as suggested"
    DISMISS = "dismiss", "do nothing, and do not suggest it again"


class SuggestionSchema(ResourceSchema):
    """What is likely about a fact and another one that was there before it, with the reasons."""

    id = Id()
    kind = Word(SuggestionKind)
    state = Word(SuggestionState)
    fact = Id(metadata=described("The fact that it was made for"))
    other = Id(metadata=described("The fact that was there before; the same one, once they are merged"))
    score = Number(metadata=described("How alike they are, from 0 to 1"))
    reasons = listed(Line(), metadata=described("What they have in common, and what tells them apart"))
    created_at = Timestamp()
    by = optional(Line(metadata=described("Name of the key that decided")))
    at = optional(Timestamp(metadata=described("When it was decided")))


class SuggestionPageSchema(ResourceSchema):
    """A page of suggestions, the last made first. A page may be short; only `next_cursor: null` ends the list."""

    items = nested(SuggestionSchema)
    next_cursor = optional(
        Line(longest=CURSOR_LENGTH, metadata=described("Ask again with cursor= this; null at the end of the list"))
    )


class SuggestionQuerySchema(InputSchema):
    """Which suggestions."""

    state = Word(
        SuggestionState,
        load_default=SuggestionState.PENDING.value,
        metadata=described("Whether somebody has decided; `pending` when absent"),
    )
    limit = Numeral(low=1, high=MOST_ITEMS, load_default=50, metadata=described("Most items of a page"))
    cursor = Line(
        longest=CURSOR_LENGTH,
        load_default=None,
        metadata=described("`next_cursor` of the page before, of the same query"),
    )


class SuggestionDecisionSchema(InputSchema):
    """What a reviewer decides about a suggestion."""

    action = Word(SuggestionAction, required=True)
