"""Reporting: what is said in the writer's words, as grammar tells: "said that", "according to", "its claim that"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.extraction.contents import content_of, content_of_word, rest_of
from api.extraction.cues import Cue, adjective_cue, is_document, noun_cue, verb_cue
from api.extraction.extents import attribution_of, spans_of
from api.extraction.sayings import Line, Saying
from api.extraction.speakers import (
    addressee_of,
    child,
    is_named,
    is_passive,
    name_before,
    owner_of,
    root_of,
    source_of,
    speaker_of,
)
from api.extraction.story import Span

if TYPE_CHECKING:
    from spacy.tokens import Token

_ANYBODY = frozenset({"you"})
_PAST_OR_PRESENT = frozenset({"VBD", "VBZ", "VBP"})
_FINITE = frozenset({"VBD", "VBZ", "VBP", "VBN"})
#: What stands between words said and who says them, where those come first.
_BREAKS = frozenset({",", "—", "–", "-", "--", '"', "”", "’", "''", "?", "!"})
#: How a verb hangs on the sentence when it is not what the sentence says.
_CIRCUMSTANCES = frozenset({"dobj", "dative", "npadvmod", "prep", "advmod"})
_MAKES = frozenset({"make", "makes", "making", "made"})
_SIDE = frozenset({"advcl", "relcl", "acl", "pcomp", "aux", "auxpass", "amod"})


def read_reports(line: Line, quoted: list[Saying]) -> list[Saying]:
    """Read what a line reports outside of its quotations. `quoted` is what these say."""
    doc, passed = line.passage.doc, _inside(line)
    passed.update(each.cue.i for each in quoted if each.cue is not None)
    kinds = [doc.vocab.strings[each] for each in ("VERB", "NOUN", "ADJ")]
    found = []
    for at, kind in enumerate(doc.to_array("POS").tolist()):
        if kind in kinds and at not in passed and (saying := _read(line, doc[at])) is not None:
            found.append(saying)
    return _outermost(line, found)


def _inside(line: Line) -> set[int]:
    """Give the tokens that stand in quotations."""
    found: set[int] = set()
    for each in line.quotations:
        found.update(range(line.index(each.start), line.index(each.end)))
    return found


def _read(line: Line, token: Token) -> Saying | None:
    pos = token.pos_
    if pos == "VERB":
        if token.lower_ == "according":
            return _by_phrase(line, token)
        if token.tag_ == "VBN" and (feeling := adjective_cue(token)) and (who := child(token, "nsubjpass")) is not None:
            return _by_word(line, token, feeling, who)
        kind = verb_cue(token)
        return None if kind is None else _by_verb(line, token, kind)
    if pos == "NOUN":
        kind = noun_cue(token)
        return None if kind is None else _by_word(line, token, kind, owner_of(token))
    made = token.dep_ in ("ccomp", "oprd") and token.head.lower_ in _MAKES  # "made it clear that"
    kind = adjective_cue(token) if made or token.dep_ in ("acomp", "ROOT") else None
    who = child(token, "nsubjpass") or speaker_of(token.head)
    return None if kind is None else _by_word(line, token, kind, who)


def _by_verb(line: Line, verb: Token, kind: Cue) -> Saying | None:
    speaker = speaker_of(verb)
    negated = any(each.dep_ == "neg" for each in verb.children)
    # "She did not say that" reports nothing; "she does not believe that" tells what she thinks.
    if negated and kind.sort == "say":
        return None
    found = content_of(verb, kind)
    if found is None and speaker is not None and _is_speech(kind, speaker):
        if aside := _by_aside(line, verb, kind, speaker):
            return aside
        found = _rest(line, verb, kind)
    if found is None:
        return None
    form, _, last = found
    if speaker is None and verb.tag_ in _PAST_OR_PRESENT and not is_passive(verb):
        speaker = name_before(verb, line.sentence(verb)[0])
    if not _tells(verb, kind, speaker, form) or (last.i < verb.i and not _comes_first(verb, kind, last)):
        return None
    first = line.passage.doc[line.sentence(verb)[0]] if last.i < verb.i and verb.dep_ == "ROOT" else found[1]
    spans = [*_subject_told_of(line, verb, speaker, form), *spans_of(line, verb, first, last)]
    saying = _saying(line, form, spans, verb, kind, speaker)
    if saying is not None:
        saying.negated = negated
        saying.addressee = addressee_of(verb, kind) if form == "clause" else None
    return saying


def _rest(line: Line, verb: Token, kind: Cue) -> tuple[str, Token, Token] | None:
    if verb.tag_ not in _FINITE or kind.takes & {"object", "addressee"}:
        return None
    return rest_of(verb, line.sentence(verb)[1])


def _tells(verb: Token, kind: Cue, speaker: Token | None, form: str) -> bool:
    """Tell whether a verb reports anything, with who is its subject, and with what it takes here."""
    # Whatever shows that something is so tells it; a thing is shown by what is written only.
    if kind.sort == "show" and not (form == "clause" and verb.tag_ in _FINITE):
        return speaker is not None and is_document(speaker)
    if speaker is None:
        return form != "object"
    return speaker.lower_ not in _ANYBODY or (form != "object" and kind.sort != "think")


def _comes_first(verb: Token, kind: Cue, last: Token) -> bool:
    """Tell whether a clause in front of a verb can be what it reports: it is set apart, and nothing else is there."""
    if "quote" not in kind.takes or not (last.nbor().text in _BREAKS or last.text in _BREAKS):
        return False
    others = {"ccomp"} if "addressee" in kind.takes else {"dobj", "ccomp"}
    return not any(each.dep_ in others or each.lower_ == "to" for each in verb.rights)


def _is_speech(kind: Cue, speaker: Token) -> bool:
    fits = kind.sort != "judge" and kind.takes >= {"quote", "clause"}
    return fits and (kind.sort != "show" or is_document(speaker))


def _subject_told_of(line: Line, verb: Token, speaker: Token | None, form: str) -> list[Span]:
    """Say where those stand of whom something is said by nobody knows whom: "he was accused of lying"."""
    subject = child(verb, "nsubjpass")
    if speaker is not None or form == "clause" or subject is None or not is_passive(verb) or not is_named(subject):
        return []
    return spans_of(line, verb, subject.left_edge, subject.right_edge)


def _saying(
    line: Line, form: str, spans: list[Span], cue: Token, kind: Cue | None, speaker: Token | None
) -> Saying | None:
    return Saying(line.at, form, spans, attribution_of(line, spans), cue, kind, speaker) if spans else None


def _by_word(line: Line, word: Token, kind: Cue, speaker: Token | None) -> Saying | None:
    """Read what a noun or an adjective reports: "its claim that", "is confident that"."""
    found = content_of_word(word, kind)
    if found is None or (speaker is None and found[0] != "clause"):
        return None
    form, first, last = found
    return _saying(line, form, spans_of(line, word, first, last), word, kind, speaker)


def _by_aside(line: Line, verb: Token, kind: Cue, speaker: Token) -> Saying | None:
    """Read a clause that stands beside what it reports: "..., she said", "as she said, ..."."""
    if verb.tag_ not in _FINITE:
        return None
    start, end = min(speaker.left_edge.i, verb.i), max(speaker.right_edge.i, verb.i)
    if verb.dep_ in ("parataxis", "ccomp") or (
        verb.dep_ == "advcl" and any(each.lower_ == "as" for each in verb.children)
    ):
        start, end = min(start, verb.left_edge.i), max(end, verb.right_edge.i)
        return _saying(line, "around", _around(line, verb, (start, end), verb.head), verb, kind, speaker)
    if verb.dep_ == "ROOT" and _is_tag(line, verb, start, max(end, _told_end(verb))):
        doc = line.passage.doc
        spans = spans_of(line, verb, doc[line.sentence(verb)[0]], doc[start - 1])
        return _saying(line, "around", spans, verb, kind, speaker)
    return None


def _told_end(verb: Token) -> int:
    """Give the index of the last word that tells to whom, when or where something is said."""
    return max((each.right_edge.i for each in verb.rights if each.dep_ in _CIRCUMSTANCES), default=verb.i)


def _is_tag(line: Line, verb: Token, start: int, end: int) -> bool:
    """Tell whether a sentence ends with who says it: "..., said the mayor"."""
    doc, (first, after) = line.passage.doc, line.sentence(verb)
    if start <= first or doc[start - 1].text != "," or (end + 1 < after and not doc[end + 1].is_punct):
        return False
    return any(each.pos_ in ("VERB", "AUX") and each.dep_ not in _SIDE for each in doc[first:start])


def _by_phrase(line: Line, according: Token) -> Saying | None:
    source = source_of(according)
    if source is None:
        return None
    start, head = according.i, according.head
    while head.pos_ not in ("VERB", "AUX") and head.dep_ != "ROOT":
        head = head.head
    if start == line.sentence(according)[0] or line.passage.doc[start - 1].text == ",":
        head = root_of(according)
    spans = _around(line, according, (start, according.right_edge.i), head)
    return _saying(line, "around", spans, according, None, source)


def _around(line: Line, cue: Token, apart: tuple[int, int], head: Token) -> list[Span]:
    """Say where a clause stands on both sides of the words that tell who says it."""
    doc, spans = line.passage.doc, []
    left, right = head.left_edge.i, head.right_edge.i
    if left < apart[0]:
        spans += spans_of(line, cue, doc[left], doc[apart[0] - 1])
    if right > apart[1]:
        spans += spans_of(line, cue, doc[apart[1] + 1], doc[right])
    return spans


def _outermost(line: Line, sayings: list[Saying]) -> list[Saying]:
    """Leave out what is said within what another one says."""
    offset = line.passage.segment.span.start
    covered: set[int] = set()
    kept = []
    for each in sorted(sayings, key=lambda each: -sum(span.end - span.start for span in each.spans)):
        if each.cue is not None and each.cue.i in covered:
            continue
        kept.append(each)
        for span in each.spans:
            covered.update(range(line.index(span.start - offset), line.index(span.end - offset)))
    return kept
