"""Quoting: whose words stand between quotation marks, as told before them, after them, or in an earlier paragraph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.extraction.cues import verb_cue
from api.extraction.quotations import Quotation, is_speech
from api.extraction.sayings import Line, Saying
from api.extraction.speakers import addressee_of, child, is_passive, root_of, source_of, speaker_of

if TYPE_CHECKING:
    from spacy.tokens import Token

#: How far from a quotation its cue may stand, in tokens.
_REACH = 40
#: How far, when the quotation goes on with the writer's sentence: "told reporters that".
_NEAR = 6
#: How hangs on the verb what may stand between it and a quotation: "said on Monday", "shot back".
_TIMES = frozenset({"DATE", "TIME"})
_BETWEEN = frozenset({"npadvmod", "advmod", "prt"})
_WITHIN_NAME = frozenset({"compound", "nmod", "amod", "det", "poss"})
_ENDS = frozenset({".", "!", "?"})
#: How many words a quotation without a cue must have to be somebody's words, and not a title or a slogan.
_SHORTEST = 5


def read_quotes(line: Line) -> tuple[list[Saying], list[Quotation]]:
    """Read the quotations of a line: what is said in those that have a cue, and the others that may be speech."""
    sayings: dict[int, Saying] = {}
    others: list[Quotation] = []
    for n, quotation in enumerate(line.quotations):
        low = line.quotations[n - 1].end if n else 0
        high = line.quotations[n + 1].start if n + 1 < len(line.quotations) else len(line.text)
        verb = _cue_before(line, quotation, low) or _cue_after(line, quotation, high)
        if verb is not None:
            if verb.i not in sayings:
                sayings[verb.i] = _saying(line, verb)
            sayings[verb.i].spans.append(line.words_of(quotation))
        elif is_speech(line.text, quotation):
            others.append(quotation)
    return list(sayings.values()), others


def attach(line: Line, quotation: Quotation, sayings: list[Saying], open_: Saying | None) -> Saying | None:
    """Give the saying that a quotation without a cue belongs to; None if it is none.

    It goes on with what the line before left open, or with what was said just before it; or nobody knows whose it is.
    """
    if open_ is not None and quotation.start == 0:
        return open_
    if (speaker := _before_colon(line, quotation)) is not None:
        return Saying(line.at, "quotation", [], "direct", None, None, speaker)
    spoken = (each for each in sayings if each.at == line.at and (each.kind is None or each.kind.sort == "say"))
    before = [each for each in spoken if line.end_of(each) <= quotation.start]
    if before:
        last = max(before, key=line.end_of)
        between = line.passage.doc[line.index(line.end_of(last)) : line.index(quotation.start)]
        if sum(each.lower_ in _ENDS for each in between) <= 1:
            return last
    if len(line.text[quotation.first : quotation.last].split()) < _SHORTEST:
        return None
    return Saying(line.at, "loose", [], "unattributed")


def left_open(line: Line, sayings: list[Saying]) -> Saying | None:
    """Give the saying that the next paragraph goes on with: its quotation is not closed, or its colon ends the line."""
    if line.text.rstrip().endswith(":"):
        verb = _introducing(reversed(line.passage.doc[-_REACH:]))
        return None if verb is None else _saying(line, verb)
    last = line.quotations[-1] if line.quotations else None
    if last is None or last.closed:
        return None
    end = line.words_of(last).end
    return next((each for each in sayings if any(span.end == end for span in each.spans)), None)


def _saying(line: Line, verb: Token) -> Saying:
    kind = verb_cue(verb)
    told = None if kind is None else addressee_of(verb, kind)
    return Saying(line.at, "quotation", [], "direct", verb, kind, _speaker(line, verb), told)


def _speaker(line: Line, verb: Token) -> Token | None:
    speaker = speaker_of(verb)
    if is_passive(verb):
        return speaker
    if speaker is None or any(each.covers(speaker.idx) for each in line.quotations):
        return _beside(line, verb)
    return speaker


def _cue_before(line: Line, quotation: Quotation, low: int) -> Token | None:
    """Find the verb that introduces a quotation: "she said: ...", "he told reporters that ..."."""
    before = line.text[low : quotation.start].rstrip()
    if not before or before[-1] in ".!?)" or (not (near := before[-1] in ":,") and not _stands_alone(line, quotation)):
        return None
    doc, at = line.passage.doc, line.index(quotation.start)
    window = doc[max(line.index(low), at - (_REACH if near else _NEAR)) : at]
    verb = _introducing(reversed(window))
    if near:
        return verb or _telling(window[-_NEAR:])
    return verb if verb is not None and _leads_to(verb, doc[at - 1]) else None


def _leads_to(verb: Token, last: Token) -> bool:
    """Tell whether a quotation follows a verb at once, or whoever it is told: "told reporters", "said that"."""
    if last == verb or last.lower_ == "that":
        return True
    kind = verb_cue(verb)
    told = None if kind is None else addressee_of(verb, kind)
    return last.head == verb and (last.dep_ in _BETWEEN or last == told)


def _stands_alone(line: Line, quotation: Quotation) -> bool:
    """Tell whether the writer's sentence or clause ends with a quotation."""
    after = line.text[quotation.end : quotation.end + 3].lstrip()
    return not after or not after[0].isalnum() or line.text[quotation.first : quotation.last].rstrip()[-1:] in ".,!?"


def _cue_after(line: Line, quotation: Quotation, high: int) -> Token | None:
    """Find the verb that follows a quotation: '..., she said'."""
    if not is_speech(line.text, quotation):
        return None
    tail = line.text[quotation.first : quotation.last].rstrip()[-1:]
    after = line.text[quotation.end : high].lstrip()
    if not after or (tail == "." and not after[0].islower() and after[0] != ","):
        return None
    doc, at = line.passage.doc, line.index(quotation.end)
    window = doc[at : min(line.index(high), at + _REACH)]
    return _introducing(window) or (_telling(window[:_NEAR]) if tail == "," else None)


def _introducing(tokens: Iterable[Token]) -> Token | None:
    """Find a word that can report a quotation, before the sentence ends."""
    for token in tokens:
        if token.lower_ in _ENDS:
            return None
        if token.pos_ in ("VERB", "AUX") and (kind := verb_cue(token)) is not None and "quote" in kind.takes:
            return token
    return None


def _telling(tokens: Iterable[Token]) -> Token | None:
    """Find a verb with a subject, next to a quotation: whatever it is, it reports what was said: "put it", "sang"."""
    return next((each for each in tokens if each.pos_ == "VERB" and child(each, "nsubj") is not None), None)


def _beside(line: Line, verb: Token) -> Token | None:
    """Find who says it where the grammar of a quoting sentence was misread: the noun after the verb or before it."""
    doc = line.passage.doc
    near = [*doc[verb.i + 1 : verb.i + 4], *reversed(doc[max(0, verb.i - 4) : verb.i])]
    for each in map(_head_of_name, near):
        named = each.pos_ in ("PROPN", "PRON", "NOUN") and each.ent_type_ not in _TIMES
        if named and not any(quotation.covers(each.idx) for quotation in line.quotations):
            return each
    return None


def _head_of_name(word: Token) -> Token:
    while word.dep_ in _WITHIN_NAME and word.head.i > word.i:
        word = word.head
    return word


def _before_colon(line: Line, quotation: Quotation) -> Token | None:
    """Find who the sentence before a colon is about: "According to the mayor: ...", "She has a motto: ..."."""
    at = line.index(quotation.start)
    if not at or not line.text[: quotation.start].rstrip().endswith(":"):
        return None
    before = line.passage.doc[line.sentence(line.passage.doc[at - 1])[0] : at]
    for token in before:
        if token.lower_ == "according" and (source := source_of(token)) is not None:
            return source
    found = speaker_of(root_of(before[-1]))
    if found is not None and found.i < at:
        return found
    verb = next((each for each in before if each.pos_ == "VERB" and child(each, "nsubj") is not None), None)
    return None if verb is None else speaker_of(verb)
