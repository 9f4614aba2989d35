"""Contents: what is said, as far as grammar tells: the clause or the phrase that a cue takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.extraction.cues import Cue, is_carrier, is_document, noun_cue, verb_cue

if TYPE_CHECKING:
    from spacy.tokens import Token


#: Prepositions that go on with what is said of an object: "accused him of", "praised it as".
_GOES_ON = frozenset({"of", "as", "for", "over", "to"})
_REFLEXIVE = frozenset({"himself", "herself", "themselves", "itself"})
_PREDICATES = frozenset({"oprd", "attr", "acomp", "xcomp", "npadvmod"})
_OBJECTS = frozenset({"dobj", "attr", "oprd", "acomp"})
_NAMED = frozenset({"oprd", "ccomp"})
_PHRASES = frozenset({"pobj", "pcomp", "amod", "acomp", "advmod"})
_TIMES = frozenset({"DATE", "TIME"})
_THAT = frozenset({"that"})
_MARKS = frozenset({"that", "whether", "if"})
_SHORTEST_REST = 3


def content_of(verb: Token, cue: Cue) -> tuple[str, Token, Token] | None:
    """Find what a verb says was said: its grammar (clause, infinitive, object, phrase), its first and its last word."""
    takes = cue.takes
    found = _complements(verb, cue)
    clause, infinitive, object_, phrase = (found.get(each) for each in ("clause", "infinitive", "object", "phrase"))
    if clause is None and cue.sort == "say" and "clause" in takes:
        clause = _far_clause(verb)
    if clause is not None and "clause" in takes:
        return "clause", clause.left_edge, clause.right_edge
    if infinitive is not None and ("infinitive" in takes or _is_told_of(verb, cue, infinitive)):
        return "infinitive", _who_is_to(object_, phrase, infinitive).left_edge, infinitive.right_edge
    if (named := _of_object(verb, cue, object_ or (clause if takes & {"as", "object"} else None))) is not None:
        return named
    return None if phrase is None else _of_phrase(phrase, _as_after(verb, cue))


def _is_told_of(verb: Token, cue: Cue, infinitive: Token) -> bool:
    """Tell whether a verb tells what its subject does: "they are said to have left"."""
    return (
        cue.sort in ("say", "think")
        and any(each.dep_ == "auxpass" for each in verb.lefts)
        and infinitive.i > verb.i + 1
        and verb.nbor().lower_ == "to"
    )


def _as_after(verb: Token, cue: Cue) -> Token | None:
    """Find what something is said to be: "refers to them as guests"."""
    last = next(reversed([*verb.rights]), None)
    return last if last is not None and "as" in cue.takes and last.lower_ == "as" else None


def _complements(verb: Token, cue: Cue) -> dict[str, Token]:
    """Give what hangs on a verb by what it is; of several of a kind, the first."""
    found: dict[str, Token] = {}
    for each in verb.children:
        dep = each.dep_
        if dep == "ccomp" or (dep == "advcl" and each.i > verb.i and _is_that(each, _THAT)):
            # Of several the first after the verb; else the last before it.
            if "clause" not in found or found["clause"].i < verb.i:
                found["clause"] = each
        elif dep == "xcomp" or (dep == "advcl" and "for" in cue.takes and each.left_edge.lower_ == "for"):
            found.setdefault("infinitive", each)
        elif each.i > verb.i and dep in _OBJECTS and "addressee" not in cue.takes:
            found.setdefault("object", each)
        elif each.i > verb.i and dep == "prep" and each.lower_ in cue.takes:
            found.setdefault("phrase", each)
        elif each.i > verb.i and "addressee" in cue.takes and dep in ("dobj", "dative"):
            # "reminded voters of the record": grammar may hang it on those who are told.
            told = (right for right in each.rights if right.dep_ == "prep" and right.lower_ in cue.takes)
            if (about := next(told, None)) is not None:
                found.setdefault("phrase", about)
    return found


def rest_of(verb: Token, end: int) -> tuple[str, Token, Token] | None:
    """Find what a verb says that takes no object, where grammar was misread: the rest of the sentence.

    `end` is the index of the first token after the sentence.
    """
    after = verb.doc[verb.i + 1 : _next_report(verb, end)]
    if len(after) < _SHORTEST_REST or after[0].is_punct or after[0].pos_ in ("ADP", "SCONJ", "ADV", "CCONJ"):
        return None
    return ("clause", after[0], after[-1]) if any(each.pos_ in ("VERB", "AUX") for each in after) else None


def _next_report(verb: Token, end: int) -> int:
    """Give the index of the token from which on something else is reported: "... and said", "..., she said"."""
    joined = next((each.left_edge.i for each in verb.rights if each.dep_ in ("cc", "conj")), end)
    for token in verb.doc[verb.i + 1 : joined]:
        if token.dep_ == "nsubj" and token.left_edge.i > verb.i + 1 and token.left_edge.nbor(-1).text == ",":
            cue = verb_cue(token.head) if token.head.pos_ == "VERB" else None
            if cue is not None and cue.sort == "say":
                return token.left_edge.i
    return joined


def _far_clause(verb: Token) -> Token | None:
    """Find a that-clause which grammar hung on a word between the verb and it: "told a hearing on Thursday that"."""
    for right in verb.rights:
        if right.dep_ not in ("prep", "dobj", "npadvmod", "dative", "pobj"):
            continue
        for each in right.subtree:
            if each.dep_ == "mark" and each.lower_ == "that" and each.head.dep_ in ("acl", "relcl", "ccomp", "advcl"):
                return each.head
    return None


def _of_object(verb: Token, cue: Cue, object_: Token | None) -> tuple[str, Token, Token] | None:
    if object_ is None or object_.lower_ in _REFLEXIVE or (is_carrier(verb) and _tells_itself(object_)):
        return None
    last = _end(verb, object_)
    if "object" in cue.takes:
        few = object_.left_edge == last and cue.sort != "judge"
        return None if few else ("object", object_.left_edge, last)
    if "as" in cue.takes and (object_.dep_ in _NAMED or last != object_.right_edge or _has_quote(object_)):
        first = verb.nbor() if object_.i > verb.i and object_.dep_ in _NAMED else object_.left_edge
        return "object", first, last
    return None


def _tells_itself(object_: Token) -> bool:
    """Tell whether it is the object that reports what is said: "issued a warning that", "published a letter saying"."""
    kind = noun_cue(object_)
    if kind is not None and content_of_word(object_, kind) is not None:
        return True
    clauses = (each for each in object_.rights if each.dep_ in ("acl", "relcl"))
    return is_document(object_) and any(verb_cue(each) is not None for each in clauses)


def _has_quote(object_: Token) -> bool:
    return any(each.is_quote for each in object_.doc[object_.left_edge.i : object_.right_edge.i + 1])


def _who_is_to(object_: Token | None, phrase: Token | None, infinitive: Token) -> Token:
    """Find where a demand begins: with those who are to do it, if they are named: "called on them to leave"."""
    if object_ is not None and object_.i < infinitive.i:
        return object_
    named = None if phrase is None else next((each for each in phrase.children if each.dep_ == "pobj"), None)
    return infinitive if named is None or named.i > infinitive.i else named


def content_of_word(noun: Token, cue: Cue) -> tuple[str, Token, Token] | None:
    """Find what a noun or an adjective says was said: "its claim that", "a call for", "is confident that"."""
    for each in noun.children:
        if each.i < noun.i:
            continue
        if each.dep_ in ("acl", "ccomp", "relcl", "advcl") and "clause" in cue.takes and _is_that(each):
            return "clause", each.left_edge, each.right_edge
        if each.dep_ in ("acl", "xcomp") and "infinitive" in cue.takes and each.left_edge.lower_ == "to":
            return "infinitive", each.left_edge, each.right_edge
        if each.dep_ == "prep" and each.lower_ in cue.takes:
            return _of_phrase(each)
    return _told_by_is(noun, cue)


def _told_by_is(noun: Token, cue: Cue) -> tuple[str, Token, Token] | None:
    """Find what a noun is said to be: "her answer was that", "his plan is to"."""
    if noun.dep_ != "nsubj" or noun.head.pos_ != "AUX" or all(each.dep_ != "poss" for each in noun.lefts):
        return None
    for each in noun.head.rights:
        if each.dep_ == "ccomp" and "clause" in cue.takes and _is_that(each):
            return "clause", each.left_edge, each.right_edge
        if each.dep_ == "xcomp" and "infinitive" in cue.takes:
            return "infinitive", each.left_edge, each.right_edge
    return None


def _is_that(clause: Token, words: frozenset[str] = _MARKS) -> bool:
    return any(each.dep_ == "mark" and each.lower_ in words for each in clause.children)


def _of_phrase(preposition: Token, as_: Token | None = None) -> tuple[str, Token, Token] | None:
    for each in preposition.children:
        # "spoke on Tuesday", "spoke on condition of anonymity" tell nothing of what was said.
        if each.dep_ in _PHRASES and each.ent_type_ not in _TIMES and each.lower_ != "condition":
            last = preposition if as_ is None or as_.i < preposition.i else as_
            return "phrase", each.left_edge, last.right_edge
    return None


def _end(verb: Token, object_: Token) -> Token:
    """Find the last word of what is said of an object."""
    end = object_.right_edge
    for each in verb.rights:
        goes_on = each.dep_ in _PREDICATES or (each.dep_ == "prep" and each.lower_ in _GOES_ON)
        if goes_on and end.i < each.i:
            end = each.right_edge
    after = end.i + 1
    # What somebody is called often stands in quotation marks, which grammar is lost with: 'called it "a disaster"'.
    if after < len(verb.doc) and verb.doc[after].is_quote:
        end = verb.doc[after]
    return end
