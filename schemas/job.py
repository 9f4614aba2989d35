"""Jobs: what workers do in the background, and the articles that they are given."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas.article import ArticleInputSchema
from schemas.base import (
    CURSOR_LENGTH,
    LINE_LENGTH,
    TEXT_LENGTH,
    Id,
    InputSchema,
    Line,
    ResourceSchema,
    Term,
    Text,
    Timestamp,
    WholeNumber,
    Word,
    described,
    nested,
    optional,
)
from schemas.outcome import ResourceOutcomeSchema
from schemas.parameters import Numeral, repeated
from schemas.problem import ProblemSchema
from schemas.query import MOST_ITEMS

#: The longest HTML, in code points: pages carry far more than their text.
HTML_LENGTH = 5_000_000
#: The longest that an answer is held, in seconds.
LONGEST_WAIT = 30


class JobKind(Term):
    """What a job does with an article."""

    EXTRACT = "extract", "its facts are drafted, to be reviewed"
    STORE = "store", "it is stored alone"


class JobState(Term):
    """How far a job has come."""

    QUEUED = "queued", "waits for a worker, or for its next attempt"
    RUNNING = "running", "a worker is at it"
    DONE = "done", "its result is stored"
    FAILED = "failed", "what was sent cannot be used; `problem` says why, and trying again would not help"
    DEAD = "dead", "given up after several attempts: a dead letter, which can be tried again"
    CANCELLED = "cancelled", "somebody cancelled it, and nothing of it was stored"


class ArticlePostSchema(ArticleInputSchema):
    """An article to be stored: its `text`, the `source` that it stands in, the `html` of its page, or the page's `url`.

    What is known of it besides comes along as in a fact sheet. What is left out is taken from the HTML if it tells it.
    """

    publisher = Line(
        load_default=None,
        allow_none=True,
        metadata=described("Who published it; when absent, what the HTML of its page tells, else the host of its URL"),
    )
    text = Text(
        shortest=1,
        longest=TEXT_LENGTH,
        load_default=None,
        allow_none=True,
        metadata=described("The text; when facts are drafted and there is no `source`, the story is found in it"),
    )
    html = optional(Text(shortest=1, longest=HTML_LENGTH, metadata=described("The HTML of its page, to be read")))

    @validates_schema
    def _see_what_is_sent(self, data: Any, **_: Any) -> None:
        has_text = data["text"] is not None or data["source"] is not None
        if has_text and data["html"] is not None:
            raise ValidationError("Send the text of the article or the HTML of its page, not both.", "html")
        if not has_text and data["html"] is None and data["url"] is None:
            raise ValidationError("Send the text of the article, the HTML of its page, or its URL.", "text")
        if has_text and data["publisher"] is None:
            raise ValidationError("Missing data for required field.", "publisher")


def is_page(article: Any) -> bool:
    """Tell whether what was sent of an article is its page, or only where that is, instead of its text."""
    given = {name for name in ("text", "source", "html", "url") if article.get(name) is not None}
    return "html" in given or given == {"url"}


class ProgressSchema(ResourceSchema):
    """How far a job is."""

    step = optional(Line(metadata=described("What is being done; null unless it is running")))
    done = WholeNumber(metadata=described("Steps that are behind"))
    total = WholeNumber(metadata=described("All steps; 0 before it is known"))


class OutcomeCountsSchema(ResourceSchema):
    """What became of the actors or the facts that were drafted."""

    created = WholeNumber(metadata=described("New ones"))
    updated = WholeNumber(metadata=described("Known ones that something new was said of; drafts that are better now"))
    unchanged = WholeNumber(metadata=described("Known ones of which nothing new was said"))
    deleted = WholeNumber(metadata=described("Ones that were deleted before and stay so"))
    removed = WholeNumber(metadata=described("Drafts of an earlier run that were not found again: they were deleted"))


class LanguageModelReportSchema(ResourceSchema):
    """What came of asking a language model: nothing that it says is stored unless the article says it."""

    model = Line(metadata=described("Its name"))
    facts_added = WholeNumber(metadata=described("Facts that the rules had not found"))
    facts_joined = WholeNumber(metadata=described("Facts that the rules had found, too"))
    quotes_dropped = WholeNumber(metadata=described("Quotations that are not in the article"))
    facts_dropped = WholeNumber(metadata=described("Facts that were left without a quotation, or did not fit"))
    failure = optional(Text(longest=1000, metadata=described("Why it was not asked to the end; null when it was")))


class JobResultSchema(ResourceSchema):
    """What came of a job: an article, whose facts are at `/v1/articles/{id}/facts`."""

    article = fields.Nested(ResourceOutcomeSchema)
    actors = fields.Nested(OutcomeCountsSchema)
    facts = fields.Nested(OutcomeCountsSchema)
    language_model = fields.Nested(
        LanguageModelReportSchema, allow_none=True, metadata=described("Null where none was asked")
    )


class JobSchema(ResourceSchema):
    """Something that a worker does in the background. It is kept for 30 days after its end."""

    id = Id()
    kind = Word(JobKind)
    state = Word(JobState)
    attempts = WholeNumber(metadata=described("How often a worker took it up"))
    progress = fields.Nested(ProgressSchema)
    created_at = Timestamp()
    updated_at = Timestamp()
    next_attempt_at = optional(Timestamp(metadata=described("While it is queued: when it is taken up, or soon after")))
    finished_at = optional(Timestamp(metadata=described("When it ended")))
    by = optional(Line(metadata=described("Name of the key that sent it")))
    note = optional(Text(longest=LINE_LENGTH, metadata=described("Why, as X-Change-Note told")))
    result = fields.Nested(JobResultSchema, allow_none=True)
    problem = fields.Nested(
        ProblemSchema,
        allow_none=True,
        metadata=described("What went wrong; of one that is queued again, at the last attempt"),
    )


class JobPageSchema(ResourceSchema):
    """A page of jobs, the last ones first."""

    items = nested(JobSchema)
    next_cursor = optional(
        Line(longest=CURSOR_LENGTH, metadata=described("Ask again with cursor= this; null at the end of the list"))
    )


class JobQuerySchema(InputSchema):
    """How a job is asked for."""

    wait = Numeral(
        low=0, high=LONGEST_WAIT, load_default=0, metadata=described("Seconds to hold the answer until it is over")
    )


class JobListQuerySchema(InputSchema):
    """Which jobs."""

    state = repeated(Word(JobState), "How far the job has come")
    limit = Numeral(low=1, high=MOST_ITEMS, load_default=50, metadata=described("Most items of a page"))
    cursor = Line(
        longest=400,
        load_default=None,
        metadata=described("`next_cursor` of the page before, of the same query"),
    )
