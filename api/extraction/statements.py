"""Statements: what somebody said, and who."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace

from api.extraction.following import follow, name_pronouns, sole_speaker
from api.extraction.labels import names_of, read_label
from api.extraction.parts import part, parts
from api.extraction.quoting import attach, left_open, read_quotes
from api.extraction.reporting import read_reports
from api.extraction.sayings import Line, Saying
from api.extraction.speakers import relative
from api.extraction.story import Dating, Draft, How, Part, Span, Story
from api.extraction.wording import title_of

#: How sure it is that these words were said, by the grammar they stand in.
_SCORES = {
    "quotation": 0.91,
    "clause": 0.85,
    "label": 0.85,
    "following": 0.6,
    "around": 0.84,
    "infinitive": 0.65,
    "object": 0.62,
    "phrase": 0.48,
    "loose": 0.3,
}
#: How many spans a sheet lets a fact have.
_MOST_SPANS = 50
#: What is thought, or said by nobody knows whom, is less sure by these factors.
_THOUGHT, _UNOWNED = 0.72, 0.6


def read_statements(story: Story) -> list[Draft]:
    """Find them, in the order of the text."""
    drafts = [_draft(story, each) for each in _sayings(story, names_of(story)) if each.spans]
    drafts.sort(key=lambda each: each.score)
    surest = {each.evidence: each for each in drafts}
    return [surest[evidence] for evidence in sorted(surest)]


def _sayings(story: Story, names: Mapping[str, str]) -> list[Saying]:
    """Read the lines one after the other: a quotation may go on in the next."""
    sayings: list[Saying] = []
    open_: Saying | None = None
    before: Saying | None = None
    for at in range(len(story.passages)):
        if (labelled := read_label(story, at, names)) is not None:
            sayings.append(labelled)
            open_ = before = None
            continue
        passage = story.passages[at]
        line = Line(at, passage, story.words(passage.segment.span))
        found = _line_sayings(line, open_)
        follow(line, found, before)
        before = sole_speaker(story, line, found)
        sayings += [each for each in found if each is not open_]
        open_ = left_open(line, found)
        if open_ is not None and not open_.spans:
            sayings.append(open_)
    return sayings


def _line_sayings(line: Line, open_: Saying | None) -> list[Saying]:
    found, others = read_quotes(line)
    found += read_reports(line, found)
    for quotation in others:
        saying = attach(line, quotation, found, open_)
        if saying is not None:
            saying.spans.append(line.words_of(quotation))
            if saying not in found:
                found.append(saying)
    name_pronouns(found)
    return found


def _draft(story: Story, saying: Saying) -> Draft:
    stance = "assert" if saying.kind is None else saying.kind.stance
    if saying.negated:
        stance = "deny"
    speakers = _speakers(story, saying)
    values = {
        "attribution": saying.attribution if speakers else "unattributed",
        "cue": None if saying.cue is None else saying.cue.text,
        "stance": stance,
    }
    return Draft(
        "statement",
        tuple(saying.spans[:_MOST_SPANS]),
        title_of(story, saying, speakers, stance),
        _score(saying, speakers),
        (*speakers, *_others(story, saying, speakers)),
        _dating(story, saying),
        values=values,
    )


def _score(saying: Saying, speakers: tuple[Part, ...]) -> float:
    score = _SCORES[saying.form]
    if saying.kind is not None and saying.kind.sort == "think":
        score *= _THOUGHT
    return score if speakers or saying.form == "loose" else score * _UNOWNED


def _speakers(story: Story, saying: Saying) -> tuple[Part, ...]:
    """Give who says it: in the words of this place, which are "who" where the name stands before it."""
    if saying.label is not None:
        return (saying.label,)
    if saying.speaker is None:
        return ()
    found = parts(story, saying.at, saying.speaker, "speaker")
    if saying.meant is not None:
        meant = part(story, saying.at, saying.meant, "speaker").actor
        return (replace(found[0], actor=meant),)
    pronoun = None if saying.cue is None else relative(saying.cue)
    if pronoun is not None and len(found) == 1 and found[0].actor and pronoun.head.head == saying.speaker:
        found = [replace(found[0], named_as=story.passages[saying.at].span(pronoun))]
    return tuple(found)


def _others(story: Story, saying: Saying, speakers: tuple[Part, ...]) -> list[Part]:
    """Give whom it was said to, and whom the words name, each once."""
    found = [] if saying.addressee is None else parts(story, saying.at, saying.addressee, "addressee")
    known = {each.actor for each in (*speakers, *found)}
    for span in saying.spans:
        first = bisect_left(story.mentions, span.start, key=lambda each: each.span.start)
        for mention in story.mentions[first:]:
            if mention.span.start >= span.end:
                break
            if mention.actor not in known and mention.actor is not None and mention.how is not How.PRONOUN:
                known.add(mention.actor)
                found.append(Part("mentioned", mention.actor, mention.span))
    return found


def _dating(story: Story, saying: Saying) -> Dating | None:
    """Give the date that the text says it was said on: one that hangs on the cue itself."""
    if saying.cue is None:
        return None
    passage = story.passages[saying.at]
    for child in saying.cue.children:
        if child.dep_ not in ("npadvmod", "prep", "advmod"):
            continue
        around = passage.between(child.left_edge, child.right_edge)
        if any(around.meets(each) for each in saying.spans):
            continue
        if (found := _dating_in(story, around)) is not None:
            return found
    return None


def _dating_in(story: Story, around: Span) -> Dating | None:
    first = bisect_left(story.datings, around.start, key=lambda each: each.span.start)
    found = story.datings[first : first + 1]
    return found[0] if found and around.covers(found[0].span) else None
