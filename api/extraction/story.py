"""What is known of an article while it is read: its passages, and what each step of the pipeline has found in them.

Offsets are Unicode code points of `Story.text`, half open, as in evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as TokenSpan

    from api.extraction.names import Name
    from api.extraction.registry import Registry


class SegmentKind(StrEnum):
    """What a stretch of an article is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLET = "bullet"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the text."""

    start: int
    end: int

    def covers(self, other: Span) -> bool:
        """Tell whether another span lies within this one."""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Span) -> bool:
        """Tell whether another span shares a character with this one."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch that is read by itself, without its bullet sign or label: no sentence leaves it."""

    span: Span
    kind: SegmentKind = SegmentKind.PARAGRAPH


@dataclass(frozen=True, slots=True)
class Passage:
    """A segment as spaCy reads it. Its tokens count characters from the start of the segment."""

    segment: Segment
    doc: Doc

    def span(self, tokens: TokenSpan | Token) -> Span:
        """Say where tokens stand in the text."""
        offset = self.segment.span.start
        if hasattr(tokens, "idx"):
            return Span(offset + tokens.idx, offset + tokens.idx + len(tokens))
        return Span(offset + tokens.start_char, offset + tokens.end_char)

    def between(self, first: Token, last: Token) -> Span:
        """Say where the tokens from one to another, both included, stand in the text."""
        return Span(self.span(first).start, self.span(last).end)

    def tokens(self, span: Span) -> TokenSpan | None:
        """Give the tokens that a span of the text touches; None if it touches none."""
        offset = self.segment.span.start
        start, end = max(span.start - offset, 0), min(span.end - offset, len(self.doc.text))
        return self.doc.char_span(start, end, alignment_mode="expand") if start < end else None


class How(StrEnum):
    """How a text names an actor."""

    NAME = "name"
    METONYM = "metonym"
    NATIONALITY = "nationality"
    POSITION = "position"
    PRONOUN = "pronoun"
    DESCRIPTION = "description"


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where the text names an actor, or speaks of one by a pronoun or a description.

    `actor` is the id of an entry of `Story.actors`; null where nobody can be told.
    `span` is the naming phrase as `named_as` quotes it; `head` the index of its head in the passage's doc.
    """

    span: Span
    passage: int
    head: int
    actor: str | None
    how: How


@dataclass(frozen=True, slots=True)
class Dating:
    """A date as it was read: EDTF, null where the words cannot be resolved."""

    span: Span
    edtf: str | None


@dataclass(frozen=True, slots=True)
class Counting:
    """A quantity as it was read: `span` has its number, its qualifier (a word of the vocabulary) and its unit."""

    span: Span
    value: float
    unit: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Location:
    """A place that the text names; `country_code` is ISO 3166-1 alpha-2, null where it is not known."""

    span: Span
    name: str
    country_code: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """An actor's part in a fact: `actor` as in a mention, and the words that name it here."""

    role: str
    actor: str | None
    named_as: Span | None


@dataclass(slots=True)
class Draft:
    """A fact in the making.

    `kind` is event, proposal or statement; `values` are the fields of its own, such as type and modality;
    `score` says how sure its rule is, from 0 to 1, before calibration.
    """

    kind: str
    evidence: tuple[Span, ...]
    title: str
    score: float
    parts: tuple[Part, ...] = ()
    dating: Dating | None = None
    places: tuple[Location, ...] = ()
    quantities: tuple[Counting, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Story:
    """An article under reading. Each step fills the field that bears its name, and reads those before it."""

    text: str
    published: date | None = None
    #: Who is known before the article is read; None is the registry that comes with the product.
    registry: Registry | None = None
    segments: list[Segment] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    #: What is known of the actors that the text names, by id: entries of a fact sheet's `actors`.
    actors: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    #: In the order of the text.
    mentions: list[Mention] = field(default_factory=list)
    #: What names the text has, of actors and of places.
    names: list[Name] = field(default_factory=list)
    locations: list[Location] = field(default_factory=list)
    datings: list[Dating] = field(default_factory=list)
    countings: list[Counting] = field(default_factory=list)
    statements: list[Draft] = field(default_factory=list)
    events: list[Draft] = field(default_factory=list)
    proposals: list[Draft] = field(default_factory=list)
    _by_head: dict[tuple[int, int], Mention] = field(default_factory=dict, repr=False)

    def words(self, span: Span) -> str:
        """Quote the text."""
        return self.text[span.start : span.end]

    def mention_at(self, passage: int, head: int) -> Mention | None:
        """Give the mention whose head is a token of a passage, by its index there."""
        if len(self._by_head) != len(self.mentions):
            self._by_head = {(each.passage, each.head): each for each in self.mentions}
        return self._by_head.get((passage, head))

    def sentences(self) -> Iterator[tuple[int, Passage, TokenSpan]]:
        """Go through all sentences: the passage's index, the passage, the sentence."""
        for at, passage in enumerate(self.passages):
            for sentence in passage.doc.sents:
                yield at, passage, sentence
