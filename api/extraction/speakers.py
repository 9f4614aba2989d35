"""Speakers: whose words the text says they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.extraction.cues import Cue, is_carrier, is_document, noun_cue

if TYPE_CHECKING:
    from spacy.tokens import Token

_RELATIVE = frozenset({"who", "which", "that"})
_EMPTY = frozenset({"it", "there", "what"})
_BEFORE_TURNED = frozenset({",", '"', "”", "''", "’"})
_TIMES = frozenset({"DATE", "TIME"})
_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "DET", "NUM", "ADJ"})
_BY = frozenset({"by", "from"})
#: How a verb hangs on another one whose subject it shares.
_SHARES = frozenset({"conj", "xcomp", "advcl", "pcomp", "acomp", "dep", "prep", "ccomp", "parataxis", "auxpass"})


def speaker_of(verb: Token) -> Token | None:
    """Give the word that names who says what a verb tells; None where the text does not tell."""
    for climbed in range(6):
        if is_passive(verb):
            # "They are said to want it", "they are left wondering": those who want and wonder are spoken of.
            return child(verb, "nsubjpass") if climbed else _agent(verb)
        subject = _subject(verb)
        if subject is not None:
            empty = climbed and subject.lower_ in _EMPTY and verb.pos_ == "AUX"  # "it is hard to know"
            return None if empty else _antecedent(verb, subject)
        if verb.dep_ in ("acl", "advcl") and verb.tag_ == "VBN":
            return _agent(verb)
        above = verb.head
        if verb.dep_ in ("acl", "relcl") and above.pos_ in _NOMINAL:
            return owner_of(above) if verb.tag_ == "VB" else _issuer(above)
        above = writer_verb(verb) or above
        noun = climbed and verb.pos_ == "NOUN" and verb.dep_ in ("pobj", "dobj", "attr")  # "after months of asking"
        if above == verb or not (noun or verb.dep_ in _SHARES):
            return None
        verb = above.head if above.dep_ == "prep" or above.pos_ == "ADP" else above
    return None


def name_before(verb: Token, start: int) -> Token | None:
    """Give the noun in front of a verb whose subject grammar has lost: "Jansen, 60, a doctor, said".

    `start` is the index of the first token of the sentence.
    """
    at = verb.i - 1
    while at > start and verb.doc[at].pos_ in ("AUX", "ADV", "PART"):
        at -= 1
    apart = verb.doc[at].text == ","
    if apart:
        at = next(each.i for each in verb.doc[start : at + 1] if each.text == ",") - 1
    name = verb.doc[max(at, start)]
    if name.i >= verb.i or name.pos_ not in ("NOUN", "PROPN", "PRON") or name.ent_type_ in _TIMES:
        return None
    return None if apart and name.left_edge.i > start + 1 else name


def writer_verb(verb: Token) -> Token | None:
    """Give the verb of the writer's that another one goes on with: "said that he would go, and hoped for peace".

    Grammar joins it to the words said. None where it may well be part of them.
    """
    said = verb.head
    if verb.dep_ != "conj" or _subject(verb) is not None:
        return None
    while said.dep_ in ("xcomp", "advcl", "conj"):
        said = said.head
    joined = verb.nbor(-1) if verb.i else verb
    paused = joined.dep_ == "cc" and joined.i > 0 and joined.nbor(-1).text == ","
    if said.dep_ == "ccomp" and verb.tag_ == said.head.tag_ and (paused or verb.tag_ != said.tag_):
        return said.head
    return None


def relative(verb: Token) -> Token | None:
    """Give the word that stands for the speaker in "the mayor, who said"."""
    subject = _subject(verb)
    return subject if subject is not None and subject.lower_ in _RELATIVE and verb.dep_ == "relcl" else None


def owner_of(noun: Token) -> Token | None:
    """Give the word that names whose claim, hope or call a noun tells: "its warning", "a call by the union"."""
    for each in noun.children:
        if each.dep_ == "poss" and each.ent_type_ not in _TIMES:
            return each
        if each.dep_ in ("prep", "agent") and each.lower_ in ("by", "from", "among") and each.i > noun.i:
            return child(each, "pobj")
    return speaker_of(noun.head) if noun.dep_ == "dobj" and is_carrier(noun.head) else None


def addressee_of(verb: Token, cue: Cue) -> Token | None:
    """Give the word that names whom something is told, as in "told reporters that" and "they were told that"."""
    if "addressee" not in cue.takes:
        return None
    if (subject := child(verb, "nsubjpass")) is not None:
        return subject if is_named(subject) else None
    return next((each for each in verb.rights if each.dep_ in ("dobj", "dative") and each.pos_ in _NOMINAL), None)


def child(token: Token, dep: str) -> Token | None:
    """Give the first child of a word that hangs on it in a certain way."""
    return next((each for each in token.children if each.dep_ == dep), None)


def root_of(token: Token) -> Token:
    """Give the word that the sentence of a word hangs on."""
    while token.dep_ != "ROOT" and token.head != token:
        token = token.head
    return token


def is_named(subject: Token) -> bool:
    """Tell whether a subject says who or what is meant, other than "which" and "it"."""
    return subject.lower_ not in _RELATIVE and subject.lower_ not in _EMPTY


def is_passive(verb: Token) -> bool:
    """Tell whether a verb tells what is said of its subject, or to it, and not by it."""
    return any(each.dep_ in ("nsubjpass", "auxpass", "agent") for each in verb.children)


def _subject(verb: Token) -> Token | None:
    subjects = [each for each in verb.children if each.dep_ == "nsubj"]
    if not subjects:
        # "The officials have, in fact, praised it": grammar may leave the subject with the auxiliary.
        helpers = (each for each in verb.lefts if each.dep_ == "aux")
        return next((found for each in helpers if (found := child(each, "nsubj")) is not None), None)
    # "..., said the mayor": what stands before is what he said, whatever grammar makes of it.
    if subjects[-1].i > verb.i > 0 and verb.nbor(-1).text in _BEFORE_TURNED:
        return subjects[-1]
    # Of several in front, such as the town and the agency that a report begins with, the last one is the subject.
    return next((each for each in reversed(subjects) if each.i < verb.i), subjects[0])


def _antecedent(verb: Token, subject: Token) -> Token | None:
    if subject.lower_ in _RELATIVE and verb.dep_ == "relcl":
        return _issuer(verb.head)
    if subject.pos_ == "NOUN" and noun_cue(subject) is not None and not is_document(subject):
        return owner_of(subject)  # "her hope is to see": it is she who hopes
    return None if subject.lower_ in _EMPTY and subject.lower_ != "it" else subject


def _agent(verb: Token) -> Token | None:
    by = child(verb, "agent")
    return None if by is None else child(by, "pobj")


def _issuer(noun: Token) -> Token | None:
    """Give who says what a noun's clause tells: the noun, or who issued it: "issued a statement saying that"."""
    said = noun.dep_ == "dobj" and (is_document(noun) or noun_cue(noun) is not None)
    subject = speaker_of(noun.head) if said else None
    return noun if subject is None else subject


def source_of(according: Token) -> Token | None:
    """Give the source in "according to the mayor", or whom it is by if the text tells: "a report from the bank"."""
    to = child(according, "prep") or child(according, "pcomp")
    name = None if to is None else child(to, "pobj")
    if name is None:
        return None
    for each in name.rights:
        if each.dep_ in ("prep", "agent") and each.lower_ in _BY and (each.lower_ == "by" or is_document(name)):
            return child(each, "pobj") or name
    return name
