"""Following: who goes on speaking, in the words after a quotation and in a next paragraph that is nothing else."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from api.extraction.sayings import Line, Saying
from api.extraction.story import How, Story

_PRONOUNS = frozenset({"he", "she"})
_WITHIN = frozenset({"quotation", "following"})


def follow(line: Line, sayings: Sequence[Saying], before: Saying | None) -> None:
    """Give a paragraph that is one quotation, which nobody is said to speak, to the speaker of the one before it."""
    if before is None or len(sayings) != 1 or len(line.quotations) != 1 or sayings[0].form != "loose":
        return
    quotation, (saying,) = line.quotations[0], sayings
    if quotation.closed and not line.text[: quotation.start].strip() and not line.text[quotation.end :].strip(" .,"):
        saying.at, saying.speaker = before.at, before.speaker
        saying.form, saying.attribution = "following", "direct"


def name_pronouns(sayings: Sequence[Saying]) -> None:
    """Say who "he" is that goes on after a quotation of "the minister": not somebody whom his words name."""
    quoted = sorted((each for each in sayings if each.form == "quotation"), key=lambda each: min(each.spans))
    for one, other in pairwise(quoted):
        if one.speaker is None or other.speaker is None or other.speaker.lower_ not in _PRONOUNS:
            continue
        if one.speaker.pos_ == "NOUN" and one.speaker.tag_ == "NN" and one.at == other.at:
            other.meant = one.speaker


def sole_speaker(story: Story, line: Line, sayings: Sequence[Saying]) -> Saying | None:
    """Give a saying of the one who speaks all quotations of a paragraph, if no one else is named after the last."""
    quoted = [each for each in sayings if each.form in _WITHIN]
    if not quoted or len({_who(story, each) for each in quoted}) > 1 or any(each.form == "loose" for each in sayings):
        return None
    last = quoted[-1]
    who = _who(story, last)
    if who is None:
        return None
    end = max(span.end for each in quoted for span in each.spans)
    first = bisect_left(story.mentions, end, key=lambda each: each.span.start)
    for mention in story.mentions[first:]:
        if mention.passage != line.at:
            break
        if mention.how is not How.NATIONALITY and who not in (mention.actor, mention.span):
            return None
    return last


def _who(story: Story, saying: Saying) -> object:
    """Give what tells a speaker from others: the actor, or else the words."""
    if saying.speaker is None:
        return None
    mention = story.mention_at(saying.at, saying.speaker.i)
    if mention is None:
        return saying.speaker.lower_
    return mention.actor or mention.span
