"""Names of persons, organisations and places, as annotated in CoNLL++ and in WikiGold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.extraction import STEPS
from api.extraction.names import find_names
from api.extraction.registry import shipped
from api.extraction.story import Story
from benchmarks.gold import GOLD

FILES = {"CoNLL++": "conllpp_dev.txt", "WikiGold": "wikigold.conll.txt"}
_KINDS = {"person": "PER", "organization": "ORG", "group": "ORG", "place": "LOC"}
_TIGHT_BEFORE = frozenset({".", ",", ";", ":", "!", "?", ")", "]", "%", "n't"})
_TIGHT_AFTER = frozenset({"(", "[", "$"})

Name = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Found:
    """How many names are annotated, how many were found, and how many of each are the other: with kind, and without."""

    annotated: int
    found: int
    both: int
    both_untyped: int

    @property
    def f1(self) -> float:
        """Kind and extent right."""
        return 2 * self.both / (self.annotated + self.found)

    @property
    def f1_untyped(self) -> float:
        """Extent right."""
        return 2 * self.both_untyped / (self.annotated + self.found)


def measure(corpus: str) -> Found:
    """Compare the names of a corpus."""
    annotated = found = both = both_untyped = 0
    for document in _documents(corpus):
        text, gold = _rendered(document)
        story = Story(text)
        for name in ("segment", "parse"):
            STEPS[name](story)
        drafted = set(_names(story))
        annotated, found, both = annotated + len(gold), found + len(drafted), both + len(gold & drafted)
        both_untyped += len({each[:2] for each in gold} & {each[:2] for each in drafted})
    return Found(annotated, found, both, both_untyped)


def _names(story: Story) -> Iterator[Name]:
    for each in find_names(story, shipped()):
        if kind := _KINDS.get(each.sort):
            passage = story.passages[each.passage]
            span = passage.span(passage.doc[each.start : each.end])
            yield span.start, span.end, kind


def _documents(corpus: str) -> Iterator[list[list[tuple[str, str]]]]:
    """Read the documents of a corpus: sentences of words, each with its tag."""
    document: list[list[tuple[str, str]]] = [[]]
    for line in (GOLD / "ner" / FILES[corpus]).read_text(encoding="utf-8").splitlines():
        if line.startswith("-DOCSTART-"):
            yield document
            document = [[]]
        elif line.strip():
            word, *_, tag = line.split()
            document[-1].append((word, tag))
        elif document[-1]:
            document.append([])
    yield document


def _rendered(document: list[list[tuple[str, str]]]) -> tuple[str, set[Name]]:
    """Write a document as it would be printed, a sentence a line; say where its names stand."""
    text, names = "", set()
    for sentence in filter(None, document):
        text += "\n" if text else ""
        before, in_quotes = "(", False
        opened: Name | None = None
        for word, tag in sentence:
            is_closing = word == '"' and in_quotes
            if not (
                before in _TIGHT_AFTER or word in _TIGHT_BEFORE or word.startswith("'") or is_closing or before == "“"
            ):
                text += " "
            kind = tag.partition("-")[2]
            if opened and (tag.startswith("B-") or kind != opened[2]):
                names.add(opened)
                opened = None
            start, text = len(text), text + word
            if kind:
                opened = (opened[0] if opened else start, len(text), kind)
            in_quotes ^= word == '"'
            before = "“" if word == '"' and in_quotes else word
        names |= {opened} if opened else set()
    return text, {each for each in names if each[2] != "MISC"}
