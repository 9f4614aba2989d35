"""Sayings: statements in the making, and the lines that they stand in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.extraction.cues import Cue
from api.extraction.quotations import Quotation, find_quotations
from api.extraction.story import Part, Passage, Span

if TYPE_CHECKING:
    from spacy.tokens import Token


@dataclass(slots=True, eq=False)
class Saying:
    """Something said. `form` is the grammar of what is said: quotation, clause, infinitive, object, phrase.

    `at` is the index of the passage that has the cue; `cue` the word that reports it and `kind` what that word tells.
    `meant` is who a speaker named by a pronoun is, where the line tells.
    """

    at: int
    form: str
    spans: list[Span]
    attribution: str
    cue: Token | None = None
    kind: Cue | None = None
    speaker: Token | None = None
    addressee: Token | None = None
    label: Part | None = None
    negated: bool = False
    meant: Token | None = None


@dataclass(slots=True)
class Line:
    """A passage with its quotations. Characters count from the start of the passage."""

    at: int
    passage: Passage
    text: str
    quotations: list[Quotation] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _sentences: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find the quotations."""
        self.quotations = find_quotations(self.text)

    def index(self, character: int) -> int:
        """Give the index of the first token that starts at a character or after it; one past the last if none does."""
        if not self._starts:
            self._starts = self.passage.doc.to_array("IDX").tolist()
        return bisect_left(self._starts, character)

    def sentence(self, token: Token) -> tuple[int, int]:
        """Give the indexes of the first token of a token's sentence and of the first one after it."""
        # token.sent goes through the whole of a doc each time.
        if not self._sentences:
            self._sentences = [each.start for each in self.passage.doc.sents]
        after = bisect_right(self._sentences, token.i)
        end = self._sentences[after] if after < len(self._sentences) else len(self.passage.doc)
        return self._sentences[after - 1], end

    def end_of(self, saying: Saying) -> int:
        """Give the character after a saying and its cue."""
        offset = self.passage.segment.span.start
        ends = [each.end - offset for each in saying.spans]
        if saying.cue is not None:
            ends.append(saying.cue.idx + len(saying.cue))
        return max(ends)

    def words_of(self, quotation: Quotation) -> Span:
        """Say where the words between the marks stand in the text, without the comma that belongs to the writer."""
        words = self.text[quotation.first : quotation.last]
        start = quotation.first + len(words) - len(words.lstrip())
        return self.span(start, start + len(words.strip().rstrip(",").rstrip()))

    def span(self, start: int, end: int) -> Span:
        """Say where characters of the line stand in the text."""
        offset = self.passage.segment.span.start
        return Span(offset + start, offset + end)
