"""Names: the stretches of a text that name somebody or some place, by the registry and by spaCy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.gazetteer import LOCATIVE, is_listed
from api.extraction.lexicons import lines, word_lists
from api.extraction.offices import title_before
from api.extraction.registry import Known, Registry
from api.extraction.story import How, Passage, SegmentKind, Story

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as TokenSpan

#: What spaCy's labels mean here; others name no actor and no place.
_SORTS = {"PERSON": "person", "ORG": "organization", "GPE": "place", "LOC": "place", "FAC": "place", "NORP": "people"}
_KINDS = {"person": "person", "country": "place", "organization": "organization", "group": "group"}
#: Words without a capital that stand within names, and those that may begin one.
_WITHIN = word_lists("actor_words.tsv")["within a name"]
_BEGIN = word_lists("actor_words.tsv")["beginning a name"]
_NOT_BEFORE = word_lists("actor_words.tsv")["article"]
_POSSESSIVE = ("'s", "’s", "'", "’")
_AFTER_DATELINE = frozenset((",", "(", "—", "–", "-", "--"))
#: How U.S. papers tell the party of a member of Congress, before the state.
_PARTIES = frozenset(("D-", "R-", "I-"))
_LONGEST = 8
#: Words up to this length have no capital in headlines, even where most others have one.
_SMALL, _FEW, _MANY = 3, 4, 0.7
#: Within how many lines the headlines of a story stand.
_TOP = 3


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a passage: its tokens from `start` up to `end`.

    `sort` is person, organization, place (countries, too), people or group.
    """

    passage: int
    start: int
    end: int
    sort: str
    known: tuple[Known, ...] = ()


def find_names(story: Story, registry: Registry) -> list[Name]:
    """Find all names of a story, in its order; what the registry knows goes before what spaCy takes it for."""
    candidates = [list(_candidates(story, passage)) for passage in story.passages]
    found = _at_home(registry.find({text for each in candidates for _, _, text in each}))
    names: list[Name] = []
    for at, passage in enumerate(story.passages):
        matches = _longest(at, passage.doc, candidates[at], found)
        names += _settled(matches, list(_entities(at, passage.doc)))
    names = _without_headlines(story, names)
    sorts = _sorts(story, names)
    names = [_sorted_as(story, name, sorts) for name in names]
    names += _repeated(candidates, names, sorts)
    return _without_titles(story, sorted(names, key=lambda name: (name.passage, name.start)))


def _at_home(found: Mapping[str, Sequence[Known]]) -> dict[str, Sequence[Known]]:
    """Leave out the bodies that go by such a name only in their country, where no name is one of that country."""
    entries = [each for known in found.values() for each in known]
    named = {each.actor.get("country_code") for each in entries if not each.local}
    kept = {
        text: [each for each in known if not each.local or each.actor.get("country_code") in named]
        for text, known in found.items()
    }
    return {text: known for text, known in kept.items() if known}


def _candidates(story: Story, passage: Passage) -> Iterator[tuple[int, int, str]]:
    """Go through the sequences of words that may be a name: where they start and end, and the words."""
    text, offset = story.text, passage.segment.span.start
    for run in _runs(passage.doc):
        for first in range(len(run)):
            start = run[first]
            if not _may_begin(start):
                continue
            for last in run[first : first + _LONGEST]:
                if _may_end(last):
                    yield start.i, last.i + 1, text[offset + start.idx : offset + last.idx + len(last)]


def _runs(doc: Doc) -> Iterator[list[Token]]:
    """Go through the stretches of words with capitals and what may stand between them."""
    run: list[Token] = []
    for token in doc:
        word = token.text
        if word[0].isupper() or word[0].isdigit() or word in _WITHIN or word[:3] in ("al-", "el-"):
            run.append(token)
            continue
        if run:
            yield run
            run = []
    if run:
        yield run


def _may_begin(token: Token) -> bool:
    word = token.text
    return (word[0].isupper() and word not in _NOT_BEFORE) or word[:3] in ("al-", "el-") or word in _BEGIN


def _may_end(token: Token) -> bool:
    word = token.text
    return word[0].isupper() or word[0].isdigit() or word[:3] in ("al-", "el-")


def _longest(
    at: int, doc: Doc, candidates: Sequence[tuple[int, int, str]], found: Mapping[str, Sequence[Known]]
) -> list[Name]:
    """Choose among the candidates that are known: the first, and of those that start together the longest."""
    known = [(start, -end, text) for start, end, text in candidates if text in found]
    chosen: list[Name] = []
    for start, end, text in sorted(known):
        if not chosen or start >= chosen[-1].end:
            entries = tuple(found[text])
            if entries[0].definite and not (start and doc[start - 1].lower_ == "the"):
                continue
            if entries[0].local and chosen and chosen[-1].end == start and _is_foreign(chosen[-1], entries[0]):
                continue
            sort = "people" if entries[0].how is How.NATIONALITY else _KINDS[entries[0].actor["kind"]]
            chosen.append(Name(at, start, -end, sort, entries))
    return chosen


def _is_foreign(before: Name, known: Known) -> bool:
    """Tell whether a name is that of another country: "the Italian Senate"."""
    return bool(before.known) and before.known[0].actor.get("country_code") != known.actor.get("country_code")


def _entities(at: int, doc: Doc) -> Iterator[Name]:
    """Go through what spaCy takes for names."""
    for entity in doc.ents:
        sort = _SORTS.get(entity.label_)
        for start, end in _trimmed(entity) if sort else ():
            if (not doc[start].text[0].isupper() and doc[start].text not in _BEGIN) or is_thing(doc[start:end].text):
                continue
            is_place = _is_in(doc, start, end) or _is_dateline(doc, start, end)
            yield Name(at, start, end, "place" if is_place else str(sort))


def _is_in(doc: Doc, start: int, end: int) -> bool:
    """Tell whether a name is that of a listed place, after a word for being there, whatever spaCy takes it for."""
    return start > 0 and doc[start - 1].lower_ in LOCATIVE and is_listed(doc[start:end].text)


def _is_dateline(doc: Doc, start: int, end: int) -> bool:
    """Tell whether a name says where a report was written: "OSLO, Norway (AP) — "."""
    return start == 0 and end < len(doc) and doc[end].text in _AFTER_DATELINE and bool(doc[:end].text.isupper())


def is_thing(text: str) -> bool:
    """Tell whether spaCy mistakes a text for the name of somebody: a weapon, the "Jr." of a name, "R-Texas"."""
    return text in _things() or text[:2] in _PARTIES


@cache
def _things() -> frozenset[str]:
    return frozenset(lines("things.txt"))


def _trimmed(entity: TokenSpan) -> Iterator[tuple[int, int]]:
    """Leave out articles, titles in front and possessives behind; part "the Post and the Sun"."""
    doc, start, end = entity.doc, entity.start, entity.end
    for i in range(start + 1, end - 1):
        if doc[i].lower_ == "and" and doc[i + 1].text in _NOT_BEFORE:
            yield from _trimmed(doc[start:i])
            start = i + 1
    while start < end and doc[start].text in _NOT_BEFORE:
        start += 1
    while start < end and doc[end - 1].text in _POSSESSIVE:
        end -= 1
    if start >= end or title_before(doc, end):
        return
    if entity.label_ == "PERSON":
        start = max([each for each in range(start + 1, end) if title_before(doc, each)], default=start)
    yield start, end


def _settled(matches: Sequence[Name], entities: Sequence[Name]) -> list[Name]:
    """Let matches and entities that overlap settle who stays."""
    kept = [match for match in matches if not any(_yields(match, entity) for entity in entities)]
    taken = {i for name in kept for i in range(name.start, name.end)}
    return kept + [each for each in entities if taken.isdisjoint(range(each.start, each.end))]


def _yields(match: Name, entity: Name) -> bool:
    """Tell whether a match is but a part of a longer name: "Jordan" in "Michael Jordan"."""
    within = entity.start <= match.start and match.end <= entity.end
    longer = match.end - match.start < entity.end - entity.start
    return within and longer and entity.sort in ("person", "organization", "place")


def _without_headlines(story: Story, names: Sequence[Name]) -> list[Name]:
    """Leave out of headlines with capitals what nobody knows and no sentence names: all words look like names."""
    shouting = {at for at, passage in enumerate(story.passages[:_TOP]) if _is_shouting(passage)}
    told = {_text(story, name) for name in names if name.passage not in shouting}
    return [each for each in names if each.known or each.passage not in shouting or _text(story, each) in told]


def _is_shouting(passage: Passage) -> bool:
    """Tell whether most words of a headline have capitals."""
    # Lines with figures are tables and results, where names stand among numbers.
    if passage.segment.kind is not SegmentKind.HEADING or any(token.like_num for token in passage.doc):
        return False
    words = [token.text for token in passage.doc if token.is_alpha and len(token) > _SMALL]
    return len(words) > _FEW and sum(word[0].isupper() for word in words) > len(words) * _MANY


def _sorts(story: Story, names: Sequence[Name]) -> dict[str, str]:
    """Settle what each name is that nobody knows: what it is taken for most often, or what a person is called after."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        if not name.known:
            votes[_text(story, name)][name.sort] += 1
    sorts = {text: counts.most_common(1)[0][0] for text, counts in votes.items()}
    for text, sort in sorts.items():
        if sort == "organization" and is_listed(text):
            sorts[text] = "place"
    for name in names:
        if name.sort == "person" and name.end - name.start > 1:
            surname = story.passages[name.passage].doc[name.end - 1].text
            sorts[surname] = "person"
    return sorts


def _sorted_as(story: Story, name: Name, sorts: Mapping[str, str]) -> Name:
    if name.known:
        return name
    return replace(name, sort=sorts.get(_text(story, name), name.sort))


def _repeated(
    candidates: Sequence[Sequence[tuple[int, int, str]]], names: Sequence[Name], sorts: Mapping[str, str]
) -> Iterator[Name]:
    """Find the names that spaCy saw in one place and overlooked in another."""
    taken = {(name.passage, i) for name in names for i in range(name.start, name.end)}
    for at, each in enumerate(candidates):
        for start, end, text in each:
            if text in sorts and all((at, i) not in taken for i in range(start, end)):
                taken.update((at, i) for i in range(start, end))
                yield Name(at, start, end, sorts[text])


def _without_titles(story: Story, names: Sequence[Name]) -> list[Name]:
    """Leave out what belongs to the title of the person after it: "Defence" in "Defence Secretary Ben Wallace"."""
    kept: list[Name] = []
    for name in names:
        if name.sort == "person" and (title := title_before(story.passages[name.passage].doc, name.start)):
            while kept and kept[-1].passage == name.passage and kept[-1].start >= title.start:
                kept.pop()
        kept.append(name)
    return kept


def _text(story: Story, name: Name) -> str:
    return str(story.passages[name.passage].doc[name.start : name.end].text)
