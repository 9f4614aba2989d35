"""Modality: how real a text says that an event is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.lexicons import rows
from api.extraction.parsing import lemma

if TYPE_CHECKING:
    from spacy.tokens import Token

ACTUAL, ONGOING, PLANNED, POSSIBLE, DENIED = "actual", "ongoing", "planned", "possible", "denied"
_GOVERNED = frozenset({"xcomp", "ccomp", "pcomp", "acl", "dobj", "pobj", "prep", "acomp", "oprd", "nsubjpass", "attr"})
_MODALS = {"will": PLANNED, "'ll": PLANNED, "’ll": PLANNED, "wo": PLANNED, "shall": PLANNED} | dict.fromkeys(
    ("could", "may", "might", "can", "ca", "would", "'d", "’d", "should", "must"), POSSIBLE
)
_BEING = frozenset({"be", "is", "are", "was", "were", "been", "'s", "’s"})
_CONDITIONS = frozenset({"if", "unless", "whether", "lest"})
_NEVER = frozenset({"never", "no", "neither", "nor"})
#: Prepositions behind which something is as real as what stands before them: "plans for talks", not "after talks".
_LEADING = frozenset({"of", "in", "for", "from", "about", "to", "on", "against", "including"})
TOLD = "told"


def governors(token: Token) -> Iterator[Token]:
    """Go up through the words that govern one: "denied" and "plans" for "attack" in "denied plans to attack"."""
    node = token
    while node.head != node and (node.dep_ in _GOVERNED or node.dep_ == "conj"):
        if node.dep_ != "conj":
            yield node.head
        elif _own_tense(node):
            return
        if node.dep_ in ("pobj", "pcomp") and node.head.lower_ not in _LEADING:
            return
        node = node.head


def modality(event: Token, *, material: bool) -> str:
    """Tell how real the event is that a verb or a noun tells.

    A verb in the progressive form is under way if it is `material`; acts of words are done when they are told.
    """
    by_itself = _of_noun(event) if event.pos_ in ("NOUN", "PROPN") else _of_verb(event, material=material)
    for governor in governors(event):
        kind = control(governor)
        if kind == TOLD:
            break
        if kind == DENIED:
            return DENIED if by_itself != DENIED else ACTUAL
        if is_negated(governor) and (kind or event.pos_ == "VERB"):
            return DENIED
        if by_itself in (ACTUAL, ONGOING):
            by_itself = kind or (_of_verb(governor, material=False) if governor.pos_ in ("VERB", "AUX") else by_itself)
    return by_itself


def is_no_act(verb: Token) -> bool:
    """Tell whether a verb tells no act: a condition, an aim ("to defend itself"), really a noun ("the wounded")."""
    if verb.pos_ == "NOUN":
        return False
    if is_conditional(verb):
        return True
    if verb.tag_ in ("VBN", "VBG") and any(each.dep_ == "det" for each in verb.children):
        return True
    if verb.dep_ == "conj" and verb.tag_ == "VB" and verb.head.tag_ in ("VBD", "VBZ") and not helpers(verb):
        # The parser took it for the second verb of the sentence, but it is demanded: "that it close ... and lift ..."
        return True
    top = verb
    while top.dep_ in ("xcomp", "conj") and top.head.pos_ == "VERB" and not _own_tense(top):
        top = top.head
    if top.dep_ not in ("advcl", "relcl", "acl") or control(top.head):
        return False
    return any(each.lower_ == "to" and each.dep_ == "aux" for each in top.children)


def control(word: Token) -> str | None:
    """Give the modality that a word lends to what it governs; None if it lends none."""
    return _controls().get((lemma(word), word.pos_[:1]))


def is_negated(token: Token) -> bool:
    """Tell whether a verb or a noun is negated: "did not attack", "no plans", "no soldier was killed"."""
    return any(
        each.dep_ == "neg"
        or (each.lower_ == "longer" and any(one.lower_ == "no" for one in each.children))
        or (each.lower_ in _NEVER and each.dep_ in ("det", "advmod", "preconj"))
        or (each.dep_ in ("nsubj", "nsubjpass") and token.pos_ != "NOUN" and is_negated(each))
        for each in token.children
    )


def helpers(verb: Token) -> list[str]:
    """Give the auxiliaries of a verb, or of the verb that it is joined to without any of its own."""
    found = [each.lower_ for each in verb.children if each.dep_ in ("aux", "auxpass")]
    if not found and verb.dep_ == "conj" and verb.head.tag_ == verb.tag_ and not _own_tense(verb):
        return helpers(verb.head)
    if not found and verb.dep_ == "acomp":
        return [each.lower_ for each in verb.head.children if each.dep_ == "aux"]
    return found


def is_conditional(verb: Token) -> bool:
    """Tell whether a verb stands in a condition: "if Russia invades"."""
    return any(each.dep_ == "mark" and each.lower_ in _CONDITIONS for each in verb.children) and (
        verb.dep_ in ("advcl", "ccomp", "pcomp", "conj")
    )


def has_condition(verb: Token) -> bool:
    """Tell whether a verb has a condition beside it: "will strike if ..."."""
    return any(
        each.dep_ == "advcl" and any(word.lower_ in ("if", "unless") for word in each.children)
        for each in (*verb.children, *verb.head.children)
    )


def _own_tense(verb: Token) -> bool:
    return any(each.dep_ in ("nsubj", "nsubjpass") for each in verb.children)


def _of_verb(verb: Token, *, material: bool) -> str:
    said = helpers(verb)
    if is_conditional(verb):
        return POSSIBLE
    if is_negated(verb):
        return DENIED
    for each in said:
        if each in _MODALS:
            return PLANNED if each in ("would", "'d", "’d") and _is_reported(verb) else _MODALS[each]
    if "to" in said and any(each in said for each in ("is", "are", "was", "were")):
        return PLANNED
    if "to" in said and verb.dep_ in ("advcl", "relcl", "acl"):
        return PLANNED
    return ONGOING if material and verb.tag_ == "VBG" and set(said) & _BEING else ACTUAL


def _is_reported(verb: Token) -> bool:
    """Tell whether somebody said it: "said it would send", where "would" stands for a spoken "will"."""
    node = verb
    while node.dep_ == "conj":
        node = node.head
    return node.dep_ == "ccomp" and not has_condition(verb)


def _of_noun(noun: Token) -> str:
    for child in noun.children:
        if child.dep_ in ("det", "amod", "neg") and (hint := _controls().get((child.lower_, "J"))):
            return hint
    head = noun.head
    if noun.dep_ in ("nsubj", "nsubjpass", "attr") and head.pos_ in ("VERB", "AUX"):
        return _of_verb(head, material=False)
    return ACTUAL


@cache
def _controls() -> dict[tuple[str, str], str]:
    return {(word, kind): modality for words, modality, kind in rows("controls.tsv") for word in words.split(", ")}
